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

/** Rates of one process. Begins to read which pauses stand; until they are known nothing may go out. */
export function limiter(ports: LimiterPorts): Limiter {
  const { clock } = ports;
  const buckets = new Map<string, Bucket>();
  const rates: Rates = {
    ports,
    bucketOf: (channel) => bucketIn(buckets, channel),
    pauses: pausesOf(
      ports,
      (channel) => bucketIn(buckets, channel),
      () => {
        for (const channel of buckets.keys()) rates.tellMore(channel);
      },
    ),
    tellMore: () => undefined,
  };
  return {
    take: (channel, perSecond, wanted) => take(rates, channel, perSecond, wanted),
    mayAsk: (channel) => mayAsk(rates, channel),
    giveBack: (channel, unused) => {
      rates.bucketOf(channel).tokens += unused;
    },
    ask: (channel, perSecond) => ask(rates, channel, perSecond),
    one: async (channel, perSecond) => {
      if (take(rates, channel, perSecond, 1) === 1) return true;
      await ask(rates, channel, perSecond);
      return take(rates, channel, perSecond, 1) === 1;
    },
    pause: (channel, for_, whose) => {
      const bucket = rates.bucketOf(channel);
      bucket.pausedUntil = Math.max(bucket.pausedUntil, clock.elapsed() + for_);
      if (whose === 'account') rates.pauses.keep(channel, bucket, later(clock.now(), for_));
    },
    whenMore: (listener) => {
      rates.tellMore = listener;
    },
    stop: rates.pauses.stop,
  };
}

/** What the rates of one process are kept in. */
interface Rates {
  readonly ports: LimiterPorts;
  readonly bucketOf: (channel: string) => Bucket;
  readonly pauses: Pauses;
  tellMore: (channel: string) => void;
}

function bucketIn(buckets: Map<string, Bucket>, channel: string): Bucket {
  const known = buckets.get(channel);
  if (known) return known;
  const fresh = newBucket();
  buckets.set(channel, fresh);
  return fresh;
}

function take(rates: Rates, channel: string, perSecond: number, wanted: number): number {
  const { store, clock } = rates.ports;
  const bucket = rates.bucketOf(channel);
  const elapsed = clock.elapsed();
  if (!rates.pauses.known() || elapsed < bucket.pausedUntil) return 0;
  if (store.shared) expire(bucket, elapsed);
  else refill(bucket, perSecond, elapsed);
  const got = Math.min(wanted, Math.floor(bucket.tokens));
  bucket.tokens -= got;
  return got;
}

function mayAsk({ ports, bucketOf, pauses }: Rates, channel: string): boolean {
  const { pausedUntil, nothingUntil } = bucketOf(channel);
  return (
    ports.store.shared &&
    pauses.known() &&
    ports.clock.elapsed() >= Math.max(pausedUntil, nothingUntil)
  );
}

/** One question to the store at a time; who asks meanwhile waits for the same answer. */
function ask(rates: Rates, channel: string, perSecond: number): Promise<void> {
  const { clock, log } = rates.ports;
  const bucket = rates.bucketOf(channel);
  if (bucket.asking || !mayAsk(rates, channel)) return bucket.asking ?? Promise.resolve();
  bucket.asking = askFor(rates, channel, perSecond, bucket)
    .catch((error: unknown) => {
      bucket.nothingUntil = clock.elapsed() + shareHoldsMs;
      log.warn({ channel, ...briefly(error) }, 'no share of the rate');
    })
    .finally(() => {
      bucket.asking = undefined;
    });
  return bucket.asking;
}

async function askFor(
  rates: Rates,
  channel: string,
  perSecond: number,
  bucket: Bucket,
): Promise<void> {
  const { clock } = rates.ports;
  const { tokens, wait } = await takeShare(rates.ports, channel, perSecond);
  expire(bucket, clock.elapsed());
  bucket.tokens += tokens;
  bucket.at = clock.elapsed();
  bucket.nothingUntil = clock.elapsed() + wait;
  const tell = (): void => {
    rates.tellMore(channel);
  };
  if (wait === 0) queueMicrotask(tell);
  else setTimeout(tell, Math.min(wait, shareHoldsMs)).unref();
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
  const { store, log } = ports;
  let known = false;
  let writing: Promise<void> = Promise.resolve();
  const reading = oneAtATime(async () => {
    await readPauses(ports, bucketOf);
    if (known) return;
    known = true;
    whenKnown();
  }, log);
  const unwatch = store.watch((changes) => {
    if (changes.some(({ topic }) => topic === 'pause' || topic === 'reset')) reading.again();
  });
  reading.once();
  return {
    known: () => {
      if (!known) reading.once();
      return known;
    },
    keep: (channel, bucket, until) => {
      if (until <= bucket.keptUntil) return;
      bucket.keptUntil = until;
      writing = writing
        .then(() => keepPause(ports, channel, until))
        .catch((error: unknown) => {
          bucket.keptUntil = 0;
          log.warn({ channel, ...briefly(error) }, 'pause not kept');
        });
    },
    stop: async () => {
      unwatch();
      await Promise.all([reading.underWay(), writing]);
    },
  };
}

async function readPauses(
  { store, clock }: LimiterPorts,
  bucketOf: (channel: string) => Bucket,
): Promise<void> {
  for (const [channel, until] of await keptPauses(store)) {
    const left = Math.min(until - clock.now(), longestPause);
    const bucket = bucketOf(channel);
    if (left > 0) bucket.pausedUntil = Math.max(bucket.pausedUntil, clock.elapsed() + left);
  }
}

interface Reading {
  /** Reads, unless it is being read. */
  once(): void;
  /** Reads what stands there from now on: anew, once the reading under way is done. */
  again(): void;
  underWay(): Promise<void> | undefined;
}

function oneAtATime(read: () => Promise<void>, log: Log): Reading {
  let reading: Promise<void> | undefined;
  let isOld = false;
  const once = (): void => {
    reading ??= read()
      .catch((error: unknown) => {
        log.warn(briefly(error), 'pauses could not be read');
      })
      .finally(() => {
        reading = undefined;
        if (!isOld) return;
        isOld = false;
        once();
      });
  };
  return {
    once,
    again: () => {
      isOld = reading !== undefined;
      once();
    },
    underWay: () => reading,
  };
}
