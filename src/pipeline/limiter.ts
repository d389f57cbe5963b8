import type { Millis } from '../clock.ts';

/** A token bucket per channel: how many calls may leave now. Refilled by a clock that never goes back. */
export interface Limiter {
  /** Takes up to `wanted` tokens and says how many it got. */
  take(channel: string, perSecond: number, wanted: number): number;
  /** Gives tokens back that were not used. */
  giveBack(channel: string, unused: number): void;
  /** No calls for this long (a dead token, a throttled account); a longer pause under way stays. */
  pause(channel: string, for_: Millis): void;
}

interface Bucket {
  tokens: number;
  at: Millis;
  pausedUntil: number;
}

export function limiter(elapsed: () => Millis): Limiter {
  const buckets = new Map<string, Bucket>();
  const bucketOf = (channel: string, full: number): Bucket => {
    const known = buckets.get(channel);
    if (known) return known;
    const fresh = { tokens: full, at: elapsed(), pausedUntil: 0 };
    buckets.set(channel, fresh);
    return fresh;
  };
  return {
    take(channel, perSecond, wanted) {
      const bucket = bucketOf(channel, perSecond);
      const now = elapsed();
      if (now < bucket.pausedUntil) return 0;
      bucket.tokens = Math.min(perSecond, bucket.tokens + ((now - bucket.at) / 1_000) * perSecond);
      bucket.at = now;
      const got = Math.min(wanted, Math.floor(bucket.tokens));
      bucket.tokens -= got;
      return got;
    },
    giveBack(channel, unused) {
      const bucket = buckets.get(channel);
      if (bucket) bucket.tokens += unused;
    },
    pause(channel, for_) {
      const bucket = bucketOf(channel, 0);
      bucket.pausedUntil = Math.max(bucket.pausedUntil, elapsed() + for_);
    },
  };
}
