import { hours, later } from '../clock.ts';
import type { Clock, Instant, Millis } from '../clock.ts';
import { rates } from '../store/collections.ts';
import { commitIfFirst } from '../store/race.ts';
import type { Rate } from '../store/collections.ts';
import { insert, replace } from '../store/store.ts';
import type { Store, Write } from '../store/store.ts';

/** What a process got of a channel's rate. */
export interface Share {
  /** Calls it may make; 0 = not now. */
  readonly tokens: number;
  /** When to ask again, if it got none. */
  readonly wait: Millis;
}

interface RatePorts {
  readonly store: Store;
  readonly clock: Clock;
}

/** A share is an eighth of a second's worth: one write for many calls, and little is lost where it is not used up. */
const sharesInSecond = 8;
/** So much of what nobody used may be made up for at once. */
const depthMs = 500;
/** A clock of another machine may be so far ahead; what is farther is no time. */
const skewMs = 1_000;
/** No pause is longer: a clock set far ahead, or a platform's odd answer, must not silence a channel for years. */
export const longestPause = hours(24);
const mostTries = 20;

/**
 * Takes a share of a channel's rate for this process: what is taken is written down before it is used, so that all
 * processes together, and the next one after a restart, keep to one rate.
 * @throws {AppError} `store_unavailable`.
 */
export async function takeShare(
  { store, clock }: RatePorts,
  channel: string,
  perSecond: number,
): Promise<Share> {
  for (let tries = 0; tries < mostTries; tries++) {
    const rate = await store.collection(rates).get(channel);
    const now = clock.now();
    const spentUntil = spentBefore(rate, perSecond, now);
    const each = 1_000 / perSecond;
    // A little more, because a clock's milliseconds are whole and parts of a second seldom are.
    const free = Math.floor((now - spentUntil) / each + 1e-6);
    const tokens = Math.ceil(perSecond / sharesInSecond);
    if (rate && isPause(rate.pausedUntil, now)) return none(rate.pausedUntil - now);
    if (free < tokens) return none(tokens * each - (now - spentUntil));
    const spent = { spentUntil: spentUntil + tokens * each };
    if (await commitIfFirst(store, [change(rate, channel, spent)]))
      return { tokens, wait: 0 as Millis };
  }
  return none(depthMs);
}

/** Up to when the rate is used up, never more than `depthMs` ago. */
function spentBefore(rate: Rate | undefined, perSecond: number, now: Instant): number {
  const earliest = now - Math.max(depthMs, 1_000 / perSecond);
  const spent = rate?.spentUntil ?? 0;
  return spent > now + skewMs ? now : Math.max(spent, earliest);
}

/** Farther ahead than any pause: written under a clock that was wrong. */
function isPause(until: Instant, now: Instant): boolean {
  return until > now && until <= now + longestPause;
}

function none(wait: number): Share {
  return { tokens: 0, wait: Math.ceil(wait) as Millis };
}

/** Writes down that a channel makes no calls until then; a longer pause that stands there already stays. */
export async function keepPause(
  { store, clock }: RatePorts,
  channel: string,
  until: Instant,
): Promise<void> {
  const now = clock.now();
  const pausedUntil = Math.min(until, later(now, longestPause)) as Instant;
  for (let tries = 0; tries < mostTries; tries++) {
    const rate = await store.collection(rates).get(channel);
    if (rate && isPause(rate.pausedUntil, now) && rate.pausedUntil >= pausedUntil) return;
    if (await commitIfFirst(store, [change(rate, channel, { pausedUntil })])) return;
  }
}

function change(
  rate: Rate | undefined,
  channel: string,
  to: Partial<Pick<Rate, 'spentUntil' | 'pausedUntil'>>,
): Write {
  if (rate) return replace(rates, rate, to);
  const fresh = { id: channel, schema: 1 as const, spentUntil: 0, pausedUntil: 0 as Instant };
  return insert<Rate>(rates, { ...fresh, ...to });
}

/** Pauses that stand in the store, by channel. */
export async function keptPauses(store: Store): Promise<ReadonlyMap<string, Instant>> {
  const all = await store.collection(rates).find({ where: {}, limit: 100 });
  return new Map(all.map(({ id, pausedUntil }) => [id, pausedUntil]));
}
