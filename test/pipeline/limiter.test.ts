import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hours, later, minutes, seconds } from '../../src/clock.ts';
import type { Instant, Millis } from '../../src/clock.ts';
import { openLog } from '../../src/log.ts';
import { limiter } from '../../src/pipeline/limiter.ts';
import type { Limiter } from '../../src/pipeline/limiter.ts';
import { backoff } from '../../src/pipeline/queue.ts';
import { keepPause, keptPauses, takeShare } from '../../src/pipeline/rates.ts';
import { rates } from '../../src/store/collections.ts';
import type { Rate } from '../../src/store/collections.ts';
import { openStore } from '../../src/store/open.ts';
import { insert } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { manualClock } from '../support/clock.ts';
import type { ManualClock } from '../support/clock.ts';
import { someProcess, sqliteFile } from '../support/stores.ts';
import { until } from '../support/process.ts';

const log = openLog('silent');
const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function opened(url = 'sqlite::memory:', role: 'server' | 'command' = 'server') {
  const clock = manualClock();
  const store = await openStore(url, { processId: someProcess(), clock, log, role });
  ends.push(() => store.close());
  return { clock, store };
}

/** A limiter that has read what stands in the store. */
async function limiterOf(store: Store, clock: ManualClock): Promise<Limiter> {
  const limits = limiter({ store, clock, log });
  ends.push(() => limits.stop());
  await until('pauses are known', () => limits.take('probe', 1_000_000, 1) === 1 || store.shared);
  if (store.shared) await until('shares can be asked for', () => limits.mayAsk('probe'));
  return limits;
}

/** A limiter of the only process, over time that a test moves. */
async function moved() {
  const { clock, store } = await opened();
  const limits = await limiterOf(store, clock);
  const pass = (ms: number): void => {
    clock.advance(ms as Millis);
  };
  return { limits, pass, store, clock };
}

/** The same database as several processes see it. */
const shared = (store: Store): Store => ({ ...store, shared: true });

describe('the rate of a channel', () => {
  test('lets a second’s worth go at once, then as much as time refills', async () => {
    const { limits, pass } = await moved();
    expect(limits.take('a', 30, 100)).toBe(30);
    expect(limits.take('a', 30, 1)).toBe(0);
    pass(100);
    expect(limits.take('a', 30, 100)).toBe(3);
    pass(60_000);
    expect(limits.take('a', 30, 100)).toBe(30);
  });

  test('is each channel’s own', async () => {
    const { limits } = await moved();
    limits.take('a', 10, 10);
    expect(limits.take('b', 10, 10)).toBe(10);
  });

  test('takes back what was not used', async () => {
    const { limits } = await moved();
    limits.take('a', 10, 10);
    limits.giveBack('a', 4);
    expect(limits.take('a', 10, 10)).toBe(4);
  });

  test('begins with nothing when the process does: what went out just before a restart counts', async () => {
    const { store, clock } = await opened();
    let age = 0;
    const young = limiter({ store, clock: { ...clock, elapsed: () => age as Millis }, log });
    ends.push(() => young.stop());
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(young.take('a', 30, 100)).toBe(0);
    age = 500;
    expect(young.take('a', 30, 100)).toBe(15);
  });

  test('costs the only process on a database no write', async () => {
    const { limits, store } = await moved();
    for (let n = 0; n < 100; n++) await limits.one('a', 10);
    expect(await store.collection(rates).find({ where: {}, limit: 10 })).toEqual([]);
  });

  test('is never exceeded over any stretch of time, whatever is asked', async () => {
    const { store, clock } = await opened();
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 700 }),
      wanted: fc.integer({ min: 0, max: 40 }),
      used: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const limits = await limiterOf(store, clock);
        const sent: Sent[] = [];
        for (const { wait, wanted, used } of steps) {
          clock.advance(wait as Millis);
          const got = limits.take('a', 20, wanted);
          expect(got).toBeLessThanOrEqual(wanted);
          const count = Math.floor(got * used);
          limits.giveBack('a', got - count);
          sent.push({ at: clock.elapsed(), count });
        }
        expectKept(sent, 20);
      }),
    );
  });
});

interface Sent {
  readonly at: number;
  readonly count: number;
}

/** Between any two moments no more than a second's worth and what that time allows. */
function expectKept(sent: readonly Sent[], perSecond: number): void {
  sent.forEach((first, i) => {
    let sum = 0;
    for (const { at, count } of sent.slice(i)) {
      sum += count;
      expect(sum).toBeLessThanOrEqual(perSecond * (1 + (at - first.at) / 1_000) + 1e-6);
    }
  });
}

describe('a rate that several processes share', () => {
  test('is kept by all of them together, whoever asks when', async () => {
    const { store, clock } = await opened();
    const step = fc.record({
      who: fc.constantFrom(0, 1, 2),
      wait: fc.integer({ min: 0, max: 300 }),
      wanted: fc.integer({ min: 0, max: 40 }),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const channel = `shared-${++run}`;
        const all = await Promise.all([1, 2, 3].map(() => limiterOf(shared(store), clock)));
        const sent: Sent[] = [];
        for (const { who, wait, wanted } of steps) {
          clock.advance(wait as Millis);
          await all[who]!.ask(channel, 20);
          sent.push({ at: clock.elapsed(), count: all[who]!.take(channel, 20, wanted) });
        }
        expectKept(sent, 20);
      }),
      { numRuns: 30 },
    );
  });

  test('is used up where there is enough to do', async () => {
    const { store, clock } = await opened();
    const all = await Promise.all([1, 2].map(() => limiterOf(shared(store), clock)));
    let sent = 0;
    for (let ms = 0; ms < 10_000; ms += 20) {
      clock.advance(20 as Millis);
      for (const limits of all) {
        await limits.ask('a', 30);
        sent += limits.take('a', 30, 100);
      }
    }
    expect(sent).toBeGreaterThanOrEqual(300);
    expect(sent).toBeLessThanOrEqual(330);
  });

  test('takes one write for many calls', async () => {
    const { store, clock } = await opened();
    let commits = 0;
    const counted: Store = {
      ...shared(store),
      commit: (writes) => {
        commits++;
        return store.commit(writes);
      },
    };
    const limits = await limiterOf(counted, clock);
    let sent = 0;
    for (let ms = 0; ms < 2_000; ms += 10) {
      clock.advance(10 as Millis);
      while (limits.take('a', 300, 1) === 1) sent++;
      await limits.ask('a', 300);
    }
    expect(sent).toBeGreaterThan(500);
    expect(commits).toBeLessThan(sent / 20);
  });

  test('goes on where it stood after a restart', async () => {
    const { store, clock } = await opened();
    const before = await limiterOf(shared(store), clock);
    let sent = 0;
    const sendAll = async (limits: Limiter): Promise<void> => {
      for (let n = 0; n < 20; n++) {
        await limits.ask('a', 16);
        sent += limits.take('a', 16, 100);
      }
    };
    await sendAll(before);
    await before.stop();
    const already = sent;
    await sendAll(await limiterOf(shared(store), clock));
    expect(already).toBeGreaterThan(0);
    expect(sent).toBe(already);
  });

  test('a share that is not used is lost after half a second, not saved', async () => {
    const { store, clock } = await opened();
    const limits = await limiterOf(shared(store), clock);
    await limits.ask('a', 16);
    clock.advance(500 as Millis);
    expect(limits.take('a', 16, 100)).toBe(0);
  });

  test('while the store is away nothing goes out, and afterwards it goes on', async () => {
    const { store, clock } = await opened();
    let isAway = false;
    const limits = await limiterOf(
      {
        ...shared(store),
        commit: (writes) =>
          isAway ? Promise.reject(new Error('The store is away.')) : store.commit(writes),
      },
      clock,
    );
    isAway = true;
    expect(await limits.one('a', 16)).toBe(false);
    isAway = false;
    clock.advance(seconds(1));
    expect(await limits.one('a', 16)).toBe(true);
  });
});

describe('a pause', () => {
  test('stands still the account, which goes on after', async () => {
    const { limits, pass } = await moved();
    limits.pause('a', seconds(10), 'account');
    pass(9_999);
    expect(limits.take('a', 10, 1)).toBe(0);
    pass(1);
    expect(limits.take('a', 10, 1)).toBe(1);
  });

  test('that was written under a clock years ahead silences nobody, and gives way to a true one', async () => {
    const { store, clock } = await opened();
    const years = later(clock.now(), hours(24 * 800));
    const doc = { id: 'a', schema: 1 as const, spentUntil: 0, pausedUntil: years };
    await store.commit([insert<Rate>(rates, doc)]);
    expect((await takeShare({ store, clock }, 'a', 30)).tokens).toBeGreaterThan(0);
    const soon = later(clock.now(), minutes(1));
    await keepPause({ store, clock }, 'a', soon);
    expect((await keptPauses(store)).get('a')).toBe(soon);
    expect((await takeShare({ store, clock }, 'a', 30)).tokens).toBe(0);
  });

  test('is not taken up again by a shorter pause', async () => {
    const { limits, pass } = await moved();
    limits.pause('a', seconds(10), 'account');
    limits.pause('a', seconds(1), 'account');
    pass(9_999);
    expect(limits.take('a', 10, 1)).toBe(0);
  });

  test('is kept over a restart, and concerns its channel alone', async () => {
    const { limits, pass, store, clock } = await moved();
    limits.pause('a', seconds(10), 'account');
    limits.pause('a', seconds(1), 'account');
    await limits.stop();
    const next = await limiterOf(store, clock);
    pass(9_999);
    expect(next.take('a', 10, 1)).toBe(0);
    expect(next.take('b', 10, 1)).toBe(1);
    pass(1);
    expect(next.take('a', 10, 1)).toBe(1);
  });

  test('of a dead token ends with the process: a new one is tried at once', async () => {
    const { limits, store, clock } = await moved();
    limits.pause('a', seconds(10), 'here');
    expect(limits.take('a', 10, 1)).toBe(0);
    await limits.stop();
    expect((await limiterOf(store, clock)).take('a', 10, 1)).toBe(1);
  });

  test('is kept to by another process as soon as it hears of it', async () => {
    const place = await sqliteFile.place();
    ends.push(() => place.remove());
    const one = await opened(place.url);
    const two = await opened(place.url, 'command');
    const first = await limiterOf(one.store, one.clock);
    const second = await limiterOf(shared(two.store), two.clock);
    expect(await second.one('a', 10)).toBe(true);
    first.pause('a', seconds(10), 'account');
    await until('the other has heard', () => !second.mayAsk('a'));
    expect(await second.one('a', 10)).toBe(false);
    two.clock.advance(seconds(10));
    expect(await second.one('a', 10)).toBe(true);
  });

  test('from a clock far ahead ends within a day', async () => {
    const { store, clock } = await opened();
    const ahead = manualClock(clock.now() + seconds(86_400 * 365));
    const wrong = await limiterOf(store, ahead);
    wrong.pause('a', seconds(10), 'account');
    await wrong.stop();
    const limits = await limiterOf(store, clock);
    expect(limits.take('a', 10, 1)).toBe(0);
    clock.advance(seconds(86_400));
    expect(limits.take('a', 10, 1)).toBe(1);
  });
});

test('pauses between attempts double, up to five minutes', () => {
  const waits = Array.from(
    { length: 12 },
    (_, attempts) => backoff(attempts, 0 as Instant) / 1_000,
  );
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
});
