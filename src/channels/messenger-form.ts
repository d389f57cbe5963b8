import { z } from 'zod';
import type { Instant } from '../clock.ts';
import type { EventBase, InboundEvent } from '../conversation/event.ts';
import type { ConversationId, EventId } from '../ids.ts';
import { sha256 } from './signature.ts';

// Ids come as strings or numbers; `num_edit` and `timestamp` too. What an event can do without is left out where its
// shape is new to us; anything else of another shape makes that one event unsupported.
export const id = z.union([z.string(), z.number()]).transform(String);
// No coercion: an object with a `toString` of its own would throw in place of being unsupported.
export const instant = z
  .union([z.number(), z.string()])
  .transform(Number)
  .pipe(z.number().positive());

/** A part that may be missing, null or of an unknown shape: then it is undefined, and the rest is read all the same. */
export const aside = <T extends z.ZodType>(form: T) =>
  form.nullish().catch(undefined).transform(orNothing);

/** What all events of one entry share. */
export interface Around {
  readonly pageId: string;
  readonly receivedAt: Instant;
  readonly standby: boolean;
  /** Ours, where it is set. */
  readonly appId?: string;
}

/** null becomes undefined. */
export function orNothing<T>(value: T | null | undefined): T | undefined {
  return value ?? undefined;
}

/** What every event begins with. `platformId` makes its id: the same for a redelivery. */
export function eventBase(
  around: Around,
  address: string,
  platformId: string,
  at: Instant,
): EventBase {
  return {
    id: `messenger/${around.pageId}/${platformId}` as EventId,
    channel: 'messenger',
    account: around.pageId,
    address,
    conversationId: conversation(around.pageId, address),
    at,
    ...(around.standby ? { standby: true as const } : {}),
  };
}

/** The id of a person's conversation with the Page; `person` is Meta's id of them for this Page. */
export function conversation(pageId: string, person: string): ConversationId {
  return `messenger/${pageId}/${person}` as ConversationId;
}

/** An event that we cannot read and that names nobody: it is counted and kept, not answered. */
export function unsupported(raw: unknown, around: Around, what: string): InboundEvent {
  return { ...eventBase(around, '', key(raw), around.receivedAt), ...unread(raw, what) };
}

/** With its own part of the delivery, and nobody else's. */
export function unread(raw: unknown, what: string) {
  return { type: 'unsupported' as const, what, raw: JSON.stringify(raw) };
}

/** For events without an id of the platform: the same event sent again hashes to the same key. */
export function key(raw: unknown): string {
  return `h_${sha256(JSON.stringify(raw)).slice(0, 40)}`;
}

/** The field that names the event's kind, for the count of what we do not understand. */
export function kindOf(raw: unknown): string {
  if (typeof raw !== 'object' || raw === null) return typeof raw;
  if ('field' in raw) return `change:${typeof raw.field === 'string' ? raw.field : 'unnamed'}`;
  const known = new Set(['sender', 'recipient', 'timestamp']);
  return Object.keys(raw).find((name) => !known.has(name)) ?? 'empty';
}
