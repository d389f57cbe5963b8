import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { seconds } from '../../src/clock.ts';
import type { Instant, Millis } from '../../src/clock.ts';
import { limiter } from '../../src/pipeline/limiter.ts';
import { backoff } from '../../src/pipeline/queue.ts';

/** A limiter over time that a test moves. */
function moved() {
  let now = 0;
  const limits = limiter(() => now as Millis);
  return {
    limits,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('the rate of a channel', () => {
  test('lets a second’s worth go at once, then as much as time refills', () => {
    const { limits, pass } = moved();
    expect(limits.take('a', 30, 100)).toBe(30);
    expect(limits.take('a', 30, 1)).toBe(0);
    pass(100);
    expect(limits.take('a', 30, 100)).toBe(3);
    pass(60_000);
    expect(limits.take('a', 30, 100)).toBe(30);
  });

  test('is each channel’s own', () => {
    const { limits } = moved();
    limits.take('a', 10, 10);
    expect(limits.take('b', 10, 10)).toBe(10);
  });

  test('takes back what was not used', () => {
    const { limits } = moved();
    limits.take('a', 10, 10);
    limits.giveBack('a', 4);
    expect(limits.take('a', 10, 10)).toBe(4);
  });

  test('stands still while the account is paused, and goes on after', () => {
    const { limits, pass } = moved();
    limits.pause('a', seconds(10));
    pass(9_999);
    expect(limits.take('a', 10, 1)).toBe(0);
    pass(1);
    expect(limits.take('a', 10, 1)).toBe(1);
  });

  test('is not taken up again by a shorter pause', () => {
    const { limits, pass } = moved();
    limits.pause('a', seconds(10));
    limits.pause('a', seconds(1));
    pass(9_999);
    expect(limits.take('a', 10, 1)).toBe(0);
  });

  test('is never exceeded over any stretch of time, whatever is asked', () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 700 }),
      wanted: fc.integer({ min: 0, max: 40 }),
      used: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { limits, pass } = moved();
        let spent = 0;
        let time = 0;
        for (const { wait, wanted, used } of steps) {
          pass(wait);
          time += wait;
          const got = limits.take('a', 20, wanted);
          expect(got).toBeLessThanOrEqual(wanted);
          const sent = Math.floor(got * used);
          limits.giveBack('a', got - sent);
          spent += sent;
          expect(spent).toBeLessThanOrEqual(20 + (time / 1_000) * 20);
        }
      }),
    );
  });
});

test('pauses between attempts double, up to five minutes', () => {
  const waits = Array.from(
    { length: 12 },
    (_, attempts) => backoff(attempts, 0 as Instant) / 1_000,
  );
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
});
