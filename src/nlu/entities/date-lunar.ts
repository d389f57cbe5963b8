import type { DateReading, DateRule } from './date-rule.ts';
import { dayOfMonth } from './date-rule.ts';
import type { Today } from './days.ts';
import { lunarDay, newYear } from './lunar.ts';
import { readNumberAt, smallNumber } from './number-words.ts';
import { isBare, spelled, wordBefore } from './typed.ts';
import type { Typed } from './typed.ts';

const inYear = '(?:(?: nam|/) ?(\\d{4}))?';
const lunarWord = '(?: ?(?:\\()?(?:am lich|am|al)(?:\\))?(?![\\p{L}\\d]))';

/**
 * Days of the lunar calendar, only where a word says so: Tết, rằm, giêng, chạp, âm lịch. A year is the lunar year
 * of that day's Tết; without one the next such day is meant.
 */
export const lunarRules: readonly DateRule[] = [
  // mùng 5 tết, 30 tết, 28 tết năm 2027
  {
    needs: /tet/,
    shape: new RegExp(
      `(?<![\\p{L}\\d/])((?:ngay |mung |mong |hom )*)(${smallNumber}) tet(?: nguyen dan| am lich| ta)?(?: nam (\\d{4}))?(?![\\p{L}\\d])`,
      'gu',
    ),
    read(match, typed, today) {
      const [whole, cue = '', day = '', year] = match;
      const at = match.index + cue.length;
      const number = readNumberAt(typed, at, day.length);
      const tetAt = match.index + whole.indexOf('tet', cue.length + day.length);
      if (number === undefined || !spelled(typed, tetAt, 3, ['tết'])) return undefined;
      if (number >= 20 && number <= 30)
        return find(today, year, (y) => newYear(y) - eve(y, number));
      if (number < 1 || number > 10 || cue.trim() === '') return undefined;
      return find(today, year, (y) => lunarDay(y, 1, number));
    },
  },
  {
    needs: /giao thua/,
    shape: /(?<![\p{L}\d])(?:dem )?giao thua(?: nam (\d{4}))?(?![\p{L}\d])/gu,
    read: (match, _typed, today) => find(today, match[1], (year) => newYear(year) - 1),
  },
  // rằm, rằm tháng giêng năm 2027
  {
    needs: /ram/,
    shape: new RegExp(
      `(?<![\\p{L}\\d])(?:ngay )?ram(?: thang (gieng|chap|${smallNumber}))?${inYear}${lunarWord}?(?![\\p{L}\\d])`,
      'gu',
    ),
    read(match, typed, today) {
      const at = match.index + match[0].indexOf('ram');
      if (!spelled(typed, at, 3, ['rằm'])) return undefined;
      const month = match[1] === undefined ? undefined : monthOf(typed, match[1], at);
      if (match[1] !== undefined && month === undefined) return undefined;
      if (month === undefined) return nextRam(typed, match, at, today);
      return find(today, match[2], (year) => lunarDay(year, month, 15));
    },
  },
  // 23 tháng chạp, mùng 1 tháng giêng, 10 tháng 3 âm lịch, 10/3 âm
  {
    needs: /gieng|chap|am|al/,
    shape: new RegExp(
      `(?<![\\p{L}\\d/])((?:ngay |mung |mong |hom )*)(${smallNumber})(?: thang |/)(?:(gieng|chap)${inYear}${lunarWord}?|(${smallNumber})${inYear}${lunarWord})(?![\\p{L}\\d])`,
      'gu',
    ),
    read(match, typed, today) {
      const [, cue = '', day = '', named, namedYear, month, year] = match;
      const at = match.index + cue.length;
      const number = readNumberAt(typed, at, day.length);
      const monthNo = monthOf(typed, named ?? month ?? '', at + day.length);
      if (number === undefined || monthNo === undefined) return undefined;
      return find(today, namedYear ?? year, (y) => lunarDay(y, monthNo, number));
    },
  },
  // mùng 3, without a month: by which calendar nobody can tell
  {
    needs: /mung|mong/,
    shape: new RegExp(
      `(?<![\\p{L}\\d])(?:ngay )?(?:mung|mong) (\\d{1,2}|${smallNumber})(${lunarWord})?(?! (?:hang|moi)| ?thang|[/\\d\\p{L}])`,
      'gu',
    ),
    read(match, typed, today) {
      const cueAt = match.index + match[0].search(/mung|mong/);
      if (!spelled(typed, cueAt, 4, ['mùng', 'mồng'])) return undefined;
      const number = readNumberAt(typed, cueAt + 5, match[1]?.length ?? 0);
      if (number === undefined || number < 1 || number > 10) return undefined;
      const lunar = nextMonthly(today, number);
      if (match[2] !== undefined || !lunar) return lunar;
      const solar = dayOfMonth(today, number);
      return {
        days: [...new Set([...(solar?.days.slice(0, 1) ?? []), ...lunar.days])],
        unsure: true,
      };
    },
  },
];

/** “rằm” alone; “ram ro” is no such day, and “hôm rằm” may have been the last. */
function nextRam(
  typed: Typed,
  match: RegExpExecArray,
  at: number,
  today: Today,
): DateReading | undefined {
  const next = nextMonthly(today, 15);
  const before = wordBefore(typed, match.index);
  if (isBare(typed, at, at + 3) && match[0] === 'ram' && !/^(?:|hom|den)$/.test(before))
    return undefined;
  return next && before === 'hom' ? { ...next, unsure: true } : next;
}

/** How many days before Tết “28 tết” is; the eve is “30 tết” also after a month of 29 days. */
function eve(year: number, day: number): number {
  const lastDay = lunarDay(year - 1, 12, 30) === undefined ? 29 : 30;
  return Math.max(1, lastDay + 1 - day);
}

/** The next of a yearly day, or that of a year. */
function find(
  today: Today,
  year: string | undefined,
  dayIn: (year: number) => number | undefined,
): DateReading | undefined {
  if (year !== undefined) {
    const number = Number(year);
    const day = number >= 1901 && number <= 2099 ? dayIn(number) : undefined;
    return day === undefined ? undefined : { days: [day] };
  }
  for (let y = today.year - 1; y <= today.year + 8; y++) {
    const day = dayIn(y);
    if (day !== undefined && day >= today.day) return { days: [day] };
  }
  return undefined;
}

function nextMonthly(today: Today, day: number): DateReading | undefined {
  for (let year = today.year - 1; year <= today.year + 1; year++) {
    for (let month = 1; month <= 12; month++) {
      for (const leap of [false, true]) {
        const found = lunarDay(year, month, day, leap);
        if (found !== undefined && found >= today.day) return { days: [found] };
      }
    }
  }
  return undefined;
}

function monthOf(typed: Typed, written: string, from: number): number | undefined {
  if (written === 'gieng') return 1;
  if (written === 'chap') return 12;
  return readNumberAt(typed, typed.plain.indexOf(written, from), written.length);
}
