import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, '..', 'payloads');

/** A published webhook, `messenger/01-text`. */
export function payload(name: string): unknown {
  return JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8'));
}

/** All published webhooks of a channel, in order. */
export function payloadsOf(channel: string): string[] {
  return readdirSync(path.join(folder, channel))
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => `${channel}/${file.slice(0, -'.json'.length)}`);
}

/** The Page that a published webhook was sent for. */
export function pageOf(name: string): string {
  const { entry = [] } = payload(name) as { entry?: { id: string | number }[] };
  return String(entry[0]?.id);
}

/** The OA that a published webhook was sent for; undefined where it names none. */
export function oaOf(name: string): string | undefined {
  const {
    oa_id,
    recipient,
    sender,
    event_name = '',
  } = payload(name) as {
    readonly oa_id?: string;
    readonly recipient?: { readonly id: string };
    readonly sender?: { readonly id: string };
    readonly event_name?: string;
  };
  const isFromOa = /^oa_|_(seen|received)_/.test(event_name);
  return oa_id ?? (isFromOa ? sender : recipient)?.id;
}
