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

/** The same question is asked by every turn, so its answer is kept for some seconds. */
export function staffing(store: Store, clock: Clock): () => Promise<boolean> {
  let known = false;
  let askedAt: number | undefined;
  return async () => {
    const elapsed = clock.elapsed();
    if (askedAt !== undefined && elapsed - askedAt < seconds(5)) return known;
    askedAt = elapsed;
    const seen = await store.collection(collections.taskStates).get(key);
    known = seen !== undefined && holds(seen.lastSlot, clock.now());
    return known;
  };
}

function isFresh(sign: Instant, now: Instant): boolean {
  return Math.abs(now - sign) < signFresh;
}

/** A sign from days ahead was given while the clock stood wrong, and says nothing. */
function holds(sign: Instant, now: Instant): boolean {
  return Math.abs(now - sign) < signHolds;
}
