import { days, seconds } from '../clock.ts';
import type { Clock, Instant } from '../clock.ts';
import * as collections from '../store/collections.ts';
import { insert, replace } from '../store/store.ts';
import type { Store, Write } from '../store/store.ts';

/** Whether people answer at all: without a sign of one for this long the bot promises nobody. */
const signHolds = days(7);
/** A sign within the hour needs no new one: moderators' acts must not all fight over one document. */
const signFresh = 3_600_000;
const key = 'staff';

/** Writes that note that a person who answers was here. */
export async function staffSeen(store: Store, now: Instant): Promise<Write[]> {
  const seen = await store.collection(collections.taskStates).get(key);
  if (seen && isFresh(seen.lastSlot, now)) return [];
  if (!seen) return [insert(collections.taskStates, { id: key, schema: 1, lastSlot: now })];
  return [replace(collections.taskStates, seen, { lastSlot: now })];
}

/** The same question is asked by every turn, so its answer is kept for some seconds; who asks meanwhile waits for it. */
export function staffing(store: Store, clock: Clock): () => Promise<boolean> {
  let asked: { readonly at: number; readonly known: Promise<boolean> } | undefined;
  return () => {
    const at = clock.elapsed();
    if (asked && at - asked.at < seconds(5)) return asked.known;
    const known = isStaffed(store, clock);
    asked = { at, known };
    known.catch(() => (asked = undefined));
    return known;
  };
}

async function isStaffed(store: Store, clock: Clock): Promise<boolean> {
  const seen = await store.collection(collections.taskStates).get(key);
  return seen !== undefined && holds(seen.lastSlot, clock.now());
}

function isFresh(sign: Instant, now: Instant): boolean {
  return Math.abs(now - sign) < signFresh;
}

/** A sign from days ahead was given while the clock stood wrong, and says nothing. */
function holds(sign: Instant, now: Instant): boolean {
  return Math.abs(now - sign) < signHolds;
}
