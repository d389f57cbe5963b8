import { dayOf, lengthOf, monthsOn } from './days.ts';
import type { Today } from './days.ts';
import type { Typed } from './typed.ts';

/** What a rule makes of its match, in day numbers. */
export interface DateReading {
  /** One day, or several that it may be. */
  readonly days: readonly number[];
  /** Even a single day is only a suggestion. */
  readonly unsure?: true;
  /** A span of days, both included. */
  readonly from?: number;
  readonly to?: number;
  /** Where the words that mean it begin and end, when not with the match. */
  readonly start?: number;
  readonly end?: number;
}

/** One way of naming a day. `shape` is global and reads `Typed.plain`. */
export interface DateRule {
  /** Without one of these in the message there is nothing to look for. */
  readonly needs: RegExp;
  readonly shape: RegExp;
  /** undefined = these words are no date. */
  read(match: RegExpExecArray, typed: Typed, today: Today): DateReading | undefined;
}

/** Words after a number by which it counts or measures something: no date, no amount of money. */
export const countedThings =
  /^(?:sao|ha|hecta|hec|mau|cong|met|m2|km|kg|ky|ki|lo|ta|yen|tan|gam|lit|lan|nguoi|ban|hoc|cai|con|chiec|cay|bao|thung|hop|goi|suat|phan|lop|khoa|buoi|tiet|ngay|dem|tuan|thang|nam|gio|tieng|phut|quy|doi|vong|diem|tuoi|may|xe|phong|quan|ho|thon|buon|xa|von|doanh|thu|dien|so|trieu|tr|nghin|ngan|ty|ti|cu|k|d|dong|vnd|usd|phan|lao|nhan|mon|trang|muc|dieu|khoan|chuong|ban|anh|file|mb|gb|inch|chi|trai|bo|heo|ga|vit|de|san)$/;

/** The next day with this day and month, from today on; the one just passed is asked about. */
export function nextOccurrence(today: Today, month: number, day: number): DateReading | undefined {
  for (let year = today.year; year < today.year + 8; year++) {
    const found = dayOf(year, month, day);
    if (found === undefined || found < today.day) continue;
    const passed = dayOf(year - 1, month, day);
    const isRecent = passed !== undefined && today.day - passed <= recentlyPassed;
    return { days: isRecent ? [found, passed] : [found] };
  }
  return undefined;
}

/** “Em nộp 2/3” said on 4/3 looks back; a year later nobody would say it without the year. */
const recentlyPassed = 45;

const monthShift: Readonly<Record<string, number>> = { nay: 0, sau: 1, toi: 1, truoc: -1 };

/** “ngày 20”: of this month or, once it has passed, of the next; the one just passed is asked about. */
export function dayOfMonth(today: Today, day: number, which?: string): DateReading | undefined {
  if (day < 1 || day > 31) return undefined;
  const inMonth = (by: number): number | undefined => {
    const { year, month } = monthsOn(today.year, today.month, by);
    return day <= lengthOf(year, month) ? dayOf(year, month, day) : undefined;
  };
  if (which !== undefined) {
    const found = inMonth(monthShift[which] ?? 0);
    return found === undefined ? undefined : { days: [found] };
  }
  const now = inMonth(0);
  if (now !== undefined && now >= today.day) return { days: [now] };
  const next = inMonth(1) ?? inMonth(2);
  if (next === undefined) return undefined;
  return now === undefined || today.day - now > 10 ? { days: [next] } : { days: [next, now] };
}

/** `26` → 2026, `90` → 1990. */
export function yearOf(written: string | undefined, today: Today): number | undefined {
  if (written === undefined) return undefined;
  const year = Number(written);
  if (written.length > 2) return year;
  return 2000 + year <= today.year + 20 ? 2000 + year : 1900 + year;
}
