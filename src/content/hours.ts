import type { Instant } from '../clock.ts';
import { dateOf, dayNumber, instantOf, isoDay, localTime } from '../conversation/calendar.ts';
import { weekdays } from './content.ts';
import type { Calendar, Day, Hours } from './content.ts';

const minute = 60_000;
/** Longer than any run of holidays: a calendar without an opening in this time is a mistake. */
const furthest = 400;

export interface WorkingTime {
  hours(now: Instant): Hours;
  /** `minutes` of working time after `now`. */
  afterWorking(now: Instant, minutes: number): Instant;
  /** When work ends on the n-th working day after the day of `now`. */
  endOfWorkingDay(now: Instant, n: number): Instant;
}

interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/** Over lunch, nights, weekends, holidays, and days worked in exchange (by Monday's times). @throws when nobody ever works. */
export function workingTime(calendar: Pick<Calendar, 'week' | 'off' | 'makeUp'>): WorkingTime {
  const plans: Plans = {
    off: new Set(calendar.off.flatMap(range)),
    makeUp: new Set(calendar.makeUp.flatMap(range)),
    week: weekdays.map((name) => calendar.week[name].map(minutesOf)),
  };
  return {
    hours: (now) => {
      const next = first(spans(plans, now));
      return { open: next.from <= now, opensAt: next.from };
    },
    afterWorking: (now, minutes) => afterWorking(plans, now, minutes),
    endOfWorkingDay: (now, n) => endOfWorkingDay(plans, now, n),
  };
}

/** Days are counted since 1970-01-01, times in minutes since midnight. */
interface Plans {
  readonly off: ReadonlySet<number>;
  readonly makeUp: ReadonlySet<number>;
  /** Monday first. */
  readonly week: readonly (readonly (readonly [number, number])[])[];
}

/** What is worked after `since`, in order; the first may have begun before it. Never ends, but throws. */
function* spans({ off, makeUp, week }: Plans, since: Instant): Generator<Span> {
  const { year, month, day } = localTime(since);
  const first = dayNumber(year, month, day);
  for (let dayNo = first; dayNo < first + furthest; dayNo++) {
    const weekday = (((dayNo + 3) % 7) + 7) % 7;
    const plan = makeUp.has(dayNo) ? week[0] : off.has(dayNo) ? [] : week[weekday];
    for (const [from, to] of plan ?? []) {
      const midnight = instantOf(dateOf(dayNo));
      const span = { from: later(midnight, from), to: later(midnight, to) };
      if (span.to > since) yield span;
    }
  }
  throw new Error(`No working time in the ${furthest} days after ${since}`);
}

function first(spans: Generator<Span>): Span {
  for (const span of spans) return span;
  throw new Error('Working time ends'); // spans() throws before it ends
}

function afterWorking(plans: Plans, now: Instant, minutes: number): Instant {
  let left = minutes * minute;
  for (const span of spans(plans, now)) {
    const from = Math.max(span.from, now);
    if (left <= span.to - from) return (from + left) as Instant;
    left -= span.to - from;
  }
  throw new Error('Working time ends'); // spans() throws before it ends
}

function endOfWorkingDay(plans: Plans, now: Instant, n: number): Instant {
  const today = isoDay(now);
  let day = today;
  let end = now;
  let left = n;
  for (const span of spans(plans, now)) {
    if (isoDay(span.from) === today) continue;
    if (isoDay(span.from) !== day && left-- === 0) return end;
    [day, end] = [isoDay(span.from), span.to];
  }
  throw new Error('Working time ends'); // spans() throws before it ends
}

const later = (at: Instant, minutes: number): Instant => (at + minutes * minute) as Instant;

function minutesOf(span: string): readonly [number, number] {
  const [from = 0, to = 0] = span.split('-').map((clock) => {
    const [hour = 0, minutes = 0] = clock.split(':').map(Number);
    return hour * 60 + minutes;
  });
  return [from, to];
}

function range({ from, to }: { from: Day; to: Day }): number[] {
  const start = dayNoOf(from);
  return Array.from({ length: Math.max(0, dayNoOf(to) - start + 1) }, (_, i) => start + i);
}

/** Days since 1970-01-01 of `2026-11-23`. */
export function dayNoOf(day: Day): number {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  return dayNumber(year, month, date);
}
