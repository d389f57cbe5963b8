import { later } from '../clock.ts';
import type { Clock, Instant, Millis } from '../clock.ts';
import { briefly } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import { keepPause, keptPauses, longestPause, takeShare } from './rates.ts';

/**
 * How many calls a channel may make now. Where one process has the store the rate is kept in memory; where several
 * share it, each takes its share out of the store. Pauses stand in the store, for all and for the next start.
 */
export interface Limiter {
  /** Takes up to `wanted` of the calls that may be made now and says how many it got. */
  take(channel: string, perSecond: number, wanted: number): number;
  /** Gives calls back that were not made. */
  giveBack(channel: string, unused: number): void;
  /** Work is in hand and there is no call for it: takes a share, and comes back once the store has answered. */
  ask(channel: string, perSecond: number): Promise<void>;
  /** Whether asking would help: work may be taken in hand for it. */
  mayAsk(channel: string): boolean;
  /** One call, asked for where need be. @returns false when the rate does not allow it now. */
  one(channel: string, perSecond: number): Promise<boolean>;
  /**
   * No calls for this long; a longer pause under way stays. `account`: the platform said so of the whole account, and
   * every process keeps to it, also after a restart. `here`: this process tries again by itself (a dead token).
   */
  pause(channel: string, for_: Millis, whose: 'account' | 'here'): void;
  /** Called when a channel may have more calls than before. */
  whenMore(listener: (channel: string) => void): void;
  /** What is to be kept is kept. */
  stop(): Promise<void>;
}

export interface LimiterPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

interface Bucket {
  tokens: number;
  at: Millis;
  pausedUntil: number;
  /** The end of the pause that the store was told of. */
  keptUntil: Instant | 0;
  /** The store has no share before then. */
  nothingUntil: number;
  asking: Promise<void> | undefined;
}

/** A share that was not used in this time is lost: others could not know that it was not. */
const shareHoldsMs = 500;

export function limiter(ports: LimiterPorts): Limiter {
  const { clock, log } = ports;
  const { shared } = ports.store;
  const elapsed = (): number => clock.elapsed();
  const buckets = new Map<string, Bucket>();
  const bucketOf = (channel: string): Bucket => {
    const known = buckets.get(channel);
    if (known) return known;
    const fresh = newBucket();
    buckets.set(channel, fresh);
    return fresh;
  };
  let tellMore = (_channel: string): void => undefined;
  const pauses = pausesOf(ports, bucketOf, () => {
    for (const channel of buckets.keys()) tellMore(channel);
  });

  const take = (channel: string, perSecond: number, wanted: number): number => {
    const bucket = bucketOf(channel);
    if (!pauses.known() || elapsed() < bucket.pausedUntil) return 0;
    if (shared) expire(bucket, elapsed());
    else refill(bucket, perSecond, elapsed());
    const got = Math.min(wanted, Math.floor(bucket.tokens));
    bucket.tokens -= got;
    return got;
  };
  const mayAsk = (channel: string): boolean => {
    const { pausedUntil, nothingUntil } = bucketOf(channel);
    return shared && pauses.known() && elapsed() >= Math.max(pausedUntil, nothingUntil);
  };
  const askFor = async (channel: string, perSecond: number, bucket: Bucket): Promise<void> => {
    const { tokens, wait } = await takeShare(ports, channel, perSecond);
    expire(bucket, elapsed());
    bucket.tokens += tokens;
    bucket.at = clock.elapsed();
    bucket.nothingUntil = elapsed() + wait;
    const tell = (): void => {
      tellMore(channel);
    };
    if (wait === 0) queueMicrotask(tell);
    else setTimeout(tell, Math.min(wait, shareHoldsMs)).unref();
  };
  const ask = (channel: string, perSecond: number): Promise<void> => {
    const bucket = bucketOf(channel);
    if (bucket.asking || !mayAsk(channel)) return bucket.asking ?? Promise.resolve();
    bucket.asking = askFor(channel, perSecond, bucket)
      .catch((error: unknown) => {
        bucket.nothingUntil = elapsed() + shareHoldsMs;
        log.warn({ channel, ...briefly(error) }, 'no share of the rate');
      })
      .finally(() => {
        bucket.asking = undefined;
      });
    return bucket.asking;
  };

  return {
    take,
    mayAsk,
    giveBack(channel, unused) {
      bucketOf(channel).tokens += unused;
    },
    ask,
    async one(channel, perSecond) {
      if (take(channel, perSecond, 1) === 1) return true;
      await ask(channel, perSecond);
      return take(channel, perSecond, 1) === 1;
    },
    pause(channel, for_, whose) {
      const bucket = bucketOf(channel);
      bucket.pausedUntil = Math.max(bucket.pausedUntil, elapsed() + for_);
      if (whose === 'account') pauses.keep(channel, bucket, later(clock.now(), for_));
    },
    whenMore: (listener) => {
      tellMore = listener;
    },
    stop: pauses.stop,
  };
}

/** Fresh ones fill from the start of the process on: what went out just before a restart counts, too. */
function newBucket(): Bucket {
  const zero = 0 as Millis;
  return { tokens: 0, at: zero, pausedUntil: 0, keptUntil: 0, nothingUntil: 0, asking: undefined };
}

/** A token bucket of one second. */
function refill(bucket: Bucket, perSecond: number, now: number): void {
  bucket.tokens = Math.min(perSecond, bucket.tokens + ((now - bucket.at) / 1_000) * perSecond);
  bucket.at = now as Millis;
}

function expire(bucket: Bucket, now: number): void {
  if (now - bucket.at >= shareHoldsMs) bucket.tokens = 0;
}

interface Pauses {
  /** Until the store has said which pauses stand, nothing is sent. */
  known(): boolean;
  keep(channel: string, bucket: Bucket, until: Instant): void;
  stop(): Promise<void>;
}

/** Reads pauses out of the store, at the start and when another process has put one there, and puts ours into it. */
function pausesOf(
  ports: LimiterPorts,
  bucketOf: (channel: string) => Bucket,
  whenKnown: () => void,
): Pauses {
  const { store, clock, log } = ports;
  let known = false;
  let reading: Promise<void> | undefined;
  let again = false;
  let writing: Promise<void> = Promise.resolve();
  const read = async (): Promise<void> => {
    for (const [channel, until] of await keptPauses(store)) {
      const left = Math.min(until - clock.now(), longestPause);
      const bucket = bucketOf(channel);
      if (left > 0) bucket.pausedUntil = Math.max(bucket.pausedUntil, clock.elapsed() + left);
    }
    if (known) return;
    known = true;
    whenKnown();
  };
  const readOnce = (): void => {
    reading ??= read()
      .catch((error: unknown) => {
        log.warn(briefly(error), 'pauses could not be read');
      })
      .finally(() => {
        reading = undefined;
        if (!again) return;
        again = false;
        readOnce();
      });
  };
  const readAgain = (): void => {
    again = reading !== undefined;
    readOnce();
  };
  const unwatch = store.watch((changes) => {
    if (changes.some(({ topic }) => topic === 'pause' || topic === 'reset')) readAgain();
  });
  readOnce();
  return {
    known() {
      if (!known) readOnce();
      return known;
    },
    keep(channel, bucket, until) {
      if (until <= bucket.keptUntil) return;
      bucket.keptUntil = until;
      writing = writing
        .then(() => keepPause(ports, channel, until))
        .catch((error: unknown) => {
          bucket.keptUntil = 0;
          log.warn({ channel, ...briefly(error) }, 'pause not kept');
        });
    },
    async stop() {
      unwatch();
      await Promise.all([reading, writing]);
    },
  };
}
