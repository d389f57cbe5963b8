import type { Instant } from '../clock.ts';

/**
 * Days and times as people in Việt Nam read them: UTC+7 the whole year, no daylight saving.
 * Plain arithmetic, so that the pure ring needs no clock and no time-zone data.
 */
const offset = 7 * 3_600_000;
const dayLength = 86_400_000;

export interface LocalTime {
  readonly year: number;
  /** 1–12 */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  /** 1 = Monday … 7 = Sunday */
  readonly weekday: number;
}

/** Days since 1970-01-01 of a date of the Gregorian calendar. Source: H. Hinnant, “chrono-compatible low-level date algorithms”. */
export function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The date of a day number; inverse of `dayNumber`. */
export function dateOf(dayNo: number): { year: number; month: number; day: number } {
  const z = dayNo + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const mp = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * mp + 2) / 5) + 1;
  const month = mp < 10 ? mp + 3 : mp - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** Date, time and weekday (1 = Monday) in Việt Nam, which is UTC+7 all the year. */
export function localTime(at: Instant): LocalTime {
  const local = at + offset;
  const dayNo = Math.floor(local / dayLength);
  const inDay = local - dayNo * dayLength;
  return {
    ...dateOf(dayNo),
    hour: Math.floor(inDay / 3_600_000),
    minute: Math.floor(inDay / 60_000) % 60,
    weekday: ((((dayNo + 3) % 7) + 7) % 7) + 1,
  };
}

/** The instant of a local date and time. */
export function instantOf(
  date: { year: number; month: number; day: number },
  hour = 0,
  minute = 0,
): Instant {
  return (dayNumber(date.year, date.month, date.day) * dayLength +
    hour * 3_600_000 +
    minute * 60_000 -
    offset) as Instant;
}

const two = (n: number): string => String(n).padStart(2, '0');
const weekdays = ['thứ Hai', 'thứ Ba', 'thứ Tư', 'thứ Năm', 'thứ Sáu', 'thứ Bảy', 'Chủ nhật'];

/** `2026-11-23` */
export function isoDay(at: Instant): string {
  const { year, month, day } = localTime(at);
  return `${year}-${two(month)}-${two(day)}`;
}

/** `23/11/2026` of `2026-11-23` */
export function writtenDay(isoDate: string): string {
  const [year = '', month = '', day = ''] = isoDate.split('-');
  return `${day}/${month}/${year}`;
}

/** `thứ Hai` of `2026-11-23` */
export function weekdayOf(isoDate: string): string {
  const [year = 0, month = 0, day = 0] = isoDate.split('-').map(Number);
  return weekdays[(((dayNumber(year, month, day) + 3) % 7) + 7) % 7] ?? '';
}

/** `07:30 thứ Hai 30/11/2026` */
export function writtenTime(at: Instant): string {
  const t = localTime(at);
  return `${two(t.hour)}:${two(t.minute)} ${weekdays[t.weekday - 1] ?? ''} ${two(t.day)}/${two(t.month)}/${t.year}`;
}
