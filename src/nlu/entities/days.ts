import type { Instant } from '../../clock.ts';
import { dateOf, dayNumber, localTime } from '../../conversation/calendar.ts';

/** Today, for rules that count in days since 1970-01-01. */
export interface Today {
  readonly day: number;
  readonly year: number;
  /** 1–12 */
  readonly month: number;
  readonly dayOfMonth: number;
  /** 1 = Monday … 7 = Sunday */
  readonly weekday: number;
}

/** The day of an instant in Việt Nam; `day` counts from 1970-01-01, weekdays from 1 = Monday. */
export function todayAt(now: Instant): Today {
  const { year, month, day, weekday } = localTime(now);
  return { day: dayNumber(year, month, day), year, month, dayOfMonth: day, weekday };
}

/** The day number of a date of the calendar from 1900 to 2100; undefined for 31/2. */
export function dayOf(year: number, month: number, day: number): number | undefined {
  if (year < 1900 || year > 2100 || month < 1 || month > 12 || day < 1) return undefined;
  return day <= lengthOf(year, month) ? dayNumber(year, month, day) : undefined;
}

/** Days of a month. */
export function lengthOf(year: number, month: number): number {
  const next = month === 12 ? dayNumber(year + 1, 1, 1) : dayNumber(year, month + 1, 1);
  return next - dayNumber(year, month, 1);
}

/** The month so many months on. */
export function monthsOn(year: number, month: number, by: number): { year: number; month: number } {
  const count = year * 12 + month - 1 + by;
  return { year: Math.floor(count / 12), month: (((count % 12) + 12) % 12) + 1 };
}

/** The same day so many months on, or the last of a shorter month. */
export function sameDayOn({ year, month, dayOfMonth }: Today, by: number): number {
  const to = monthsOn(year, month, by);
  return dayNumber(to.year, to.month, Math.min(dayOfMonth, lengthOf(to.year, to.month)));
}

/** `2026-03-04` */
export function isoDate(dayNo: number): string {
  const { year, month, day } = dateOf(dayNo);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)}`;
}
