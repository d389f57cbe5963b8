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
