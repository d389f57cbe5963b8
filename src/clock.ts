export type Instant = number & { readonly __unit: 'ms since epoch' };
export type Millis = number & { readonly __unit: 'ms' };

export interface Clock {
  /** Wall time, for what people read and for rules that speak of days. It may jump. */
  now(): Instant;
  /** Never goes back; not less than the process is old. For leases, rates and time-outs. */
  elapsed(): Millis;
}

export const systemClock: Clock = {
  now: () => Date.now() as Instant,
  elapsed: () => performance.now() as Millis,
};

/** Milliseconds of so many seconds. */
export const seconds = (n: number): Millis => (n * 1_000) as Millis;
/** Milliseconds of so many minutes. */
export const minutes = (n: number): Millis => seconds(n * 60);
/** Milliseconds of so many hours. */
export const hours = (n: number): Millis => minutes(n * 60);
/** Milliseconds of so many days of 24 hours; for days of the calendar see conversation/calendar.ts. */
export const days = (n: number): Millis => hours(n * 24);
/** An instant moved on; `by` may be negative. */
export const later = (at: Instant, by: Millis): Instant => (at + by) as Instant;
