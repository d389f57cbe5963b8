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

export const seconds = (n: number): Millis => (n * 1_000) as Millis;
export const minutes = (n: number): Millis => seconds(n * 60);
export const hours = (n: number): Millis => minutes(n * 60);
export const days = (n: number): Millis => hours(n * 24);
export const later = (at: Instant, by: Millis): Instant => (at + by) as Instant;
