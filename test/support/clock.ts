import type { Clock, Instant, Millis } from '../../src/clock.ts';

export interface ManualClock extends Clock {
  advance(by: Millis): void;
  set(to: Instant): void;
}

/** Stands still until it is moved. Thursday 2026-11-26 09:00 in Việt Nam, inside working hours, unless told otherwise. */
export function manualClock(start = Date.UTC(2026, 10, 26, 2, 0)): ManualClock {
  let now = start;
  // A process that has been up for a while.
  let elapsed = 3_600_000;
  return {
    now: () => now as Instant,
    elapsed: () => elapsed as Millis,
    advance(by) {
      now += by;
      elapsed += by;
    },
    set(to) {
      elapsed += Math.max(0, to - now);
      now = to;
    },
  };
}
