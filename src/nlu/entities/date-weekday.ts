import { nextOccurrence, yearOf } from './date-rule.ts';
import type { DateReading, DateRule } from './date-rule.ts';
import { dayOf } from './days.ts';
import type { Today } from './days.ts';
import { isBare, spelled, wordAfter, wordBefore } from './typed.ts';
import type { Typed } from './typed.ts';

/** “thứ 6”, t6, “thứ sáu tuần sau”, chủ nhật, cn, “thứ 2 đến thứ 6”, “thứ 6 ngày 13/3”. The week begins on Monday. */
const name = '(?:thu ?(?:[2-7]|hai|ba|tu|nam|sau|bay)|t ?[2-7]|chu nhat|cnhat|cn)';
const when =
  '(?:,? ?(?:cua |trong )?(tuan (?:nay|sau|toi|truoc|qua|roi|ke|kia)|nay|toi|sau|truoc|qua|vua (?:roi|qua|r))(?![\\p{L}\\d]))?';

export const weekdayRules: readonly DateRule[] = [
  {
    needs: /(?:thu|t|cn|chu nhat).*(?:-|–|~|→|den|toi)/,
    shape: new RegExp(
      `(?<![\\p{L}\\d/])(?:tu )?(${name})(?: ?[-–~→] ?| (?:den|toi)(?: het)? )(${name}|[2-7])${when}(?![\\p{L}\\d/])`,
      'gu',
    ),
    read(match, typed, today) {
      const [whole, first = '', last = '', which] = match;
      const start = match.index + whole.indexOf(first);
      const lastAt = match.index + whole.indexOf(last, whole.indexOf(first) + first.length);
      const from = numberAt(typed, start, first);
      const to = /^\d$/.test(last) ? Number(last) - 1 : numberAt(typed, lastAt, last);
      if (from === undefined || to === undefined || from >= to) return undefined;
      if (isRepeated(typed, match.index, match.index + whole.length)) return undefined;
      const monday = mondayOf(today) + 7 * weeksOn(typed, match, which);
      // Past days of this week can only mean the next one – or the whole of this, of which today is part.
      const shift = which === undefined && monday + from - 1 < today.day ? 7 : 0;
      const begin = monday + shift + from - 1;
      return { days: [begin], from: begin, to: begin + to - from };
    },
  },
  {
    needs: /thu|t ?[2-7]|chu nhat|cn/,
    shape: new RegExp(
      `(?<![\\p{L}\\d/])(?:ngay )?(${name})(?:,? ?\\(?(?:ngay )?(\\d{1,2})[/.-](\\d{1,2})(?:[/.-](\\d{4}|\\d{2}))?\\)?(?![\\d/])|${when})(?![\\p{L}\\d/])`,
      'gu',
    ),
    read(match, typed, today) {
      const [whole, written = '', day, month, year, which] = match;
      const at = match.index + whole.indexOf(written);
      const weekday = numberAt(typed, at, written);
      if (weekday === undefined) return undefined;
      if (day !== undefined) return withDate(today, weekday, day, month ?? '', year);
      const end = match.index + whole.length;
      if (!isDay(typed, { at, written, end, which }) || isRepeated(typed, match.index, end)) {
        return undefined;
      }
      return onWeekday(typed, match, today, weekday, which);
    },
  },
];

const numbers: Readonly<Record<string, number>> = {
  '2': 1,
  hai: 1,
  '3': 2,
  ba: 2,
  '4': 3,
  tu: 3,
  '5': 4,
  nam: 4,
  '6': 5,
  sau: 5,
  '7': 6,
  bay: 6,
};
const accented: Readonly<Record<string, readonly string[]>> = {
  hai: ['hai'],
  ba: ['ba'],
  tu: ['tư'],
  nam: ['năm'],
  sau: ['sáu'],
  bay: ['bảy', 'bẩy'],
};

/** 1 = Monday … 7 = Sunday; undefined where the marks say another word (“thủ tư”, “thu ba”). */
function numberAt(typed: Typed, at: number, written: string): number | undefined {
  if (written.startsWith('c')) {
    if (written !== 'chu nhat') return 7;
    return spelled(typed, at, 3, ['chủ']) && spelled(typed, at + 4, 4, ['nhật']) ? 7 : undefined;
  }
  const word = written.replace(/^(?:thu|t) ?/, '');
  const wordAt = at + written.length - word.length;
  if (written.startsWith('thu') && !spelled(typed, at, 3, ['thứ'])) return undefined;
  const allowed = accented[word];
  if (allowed && !spelled(typed, wordAt, word.length, allowed)) return undefined;
  return numbers[word];
}

/** Counted out, not named: “lần thứ 2”, “bên thứ ba”, “đứng thứ tư”, “thứ hai là”. */
const ordinalBefore =
  /^(?:lan|cai|cau|nguoi|ben|buoc|dot|vong|so|hang|dung|xep|giai|y|de|hoi|ky|dua|con|be|nam|lop|khoa|bac|tang|dong|cot|trang|muc|dieu|khoan|phan|chuong|loai|nhom|the|doi|tap|buoi|du|moi|nhieu|cap|thang|tuan|quy|tuoi|may|doanh|thue|nguon|mua|da|duoc|tien|tong|thuc|khoan|viec|anh|chi|vo|chong)$/;
/** Where unmarked letters (“thu sau”, “cn”) may be taken for a day. */
const dayBefore =
  /^(?:|ngay|sang|trua|chieu|toi|dem|hom|den|tu|vao|va|hoac|hay|luc|gio|h|\d{1,2}h\d{0,2}|qua|den|tuan|t\d|cn|bua|dung)$/;
/** “thu 5 triệu”, “thu 3 tháng”: taking in, not Thursday. */
const taken =
  /^(?:trieu|tr|nghin|ngan|ty|ti|k|dong|vnd|lan|nguoi|thang|sao|kg|ky|tan|ta|phan|loai|mon|muc|tiet)$/;
const dayAfter =
  /^(?:|tuan|nay|toi|nha|nhe|a|ad|duoc|dc|em|e|minh|hang|co|khong|ko|k|luc|va|hoac|hay|den|thi|may|mo|nghi|lam)$/;

function isDay(
  typed: Typed,
  found: { at: number; written: string; end: number; which: string | undefined },
): boolean {
  const { at, written, end, which } = found;
  const [before, after] = [wordBefore(typed, at), wordAfter(typed, end)];
  if (which?.startsWith('tuan')) return true;
  if (written.startsWith('chu')) return true;
  if (written === 'cn' || written === 'cnhat') {
    return dayBefore.test(before) && (dayAfter.test(after) || before !== '');
  }
  if (/^t ?\d$/.test(written)) {
    return !/^t \d/.test(written) && !taken.test(after) && !ordinalBefore.test(before);
  }
  if (ordinalBefore.test(before) || after === 'la' || after === 'nhat') return false;
  if (typed.plain.includes('thu nhat')) return false;
  if (/\d$/.test(written)) return !taken.test(after);
  if (isBare(typed, at, at + 3)) return dayBefore.test(before) && dayAfter.test(after);
  return !taken.test(after);
}

/** “thứ sáu hàng tuần”, “mỗi thứ 7” name no one day. */
function isRepeated(typed: Typed, start: number, end: number): boolean {
  return (
    /^(?:moi|cac|nhung|hang)$/.test(wordBefore(typed, start)) ||
    /^(?:hang|moi|nao)$/.test(wordAfter(typed, end))
  );
}

const mondayOf = (today: Today): number => today.day - today.weekday + 1;

/** 1 for “tuần sau”; the word alone (“thứ 6 tới”) is judged where it is used. */
function weeksOn(typed: Typed, match: RegExpExecArray, which: string | undefined): number {
  const word = wordOf(typed, match, which);
  if (!which?.startsWith('tuan')) return 0;
  if (word === 'sau' || word === 'toi' || word === 'ke') return 1;
  if (word === 'kia') return 2;
  return word === 'truoc' || word === 'qua' || word === 'roi' ? -1 : 0;
}

const markedWords: Readonly<Record<string, readonly string[]>> = {
  nay: ['này', 'nầy', 'nay'],
  sau: ['sau'],
  toi: ['tới'],
  truoc: ['trước'],
  qua: ['qua'],
  roi: ['rồi'],
  ke: ['kế'],
  kia: ['kia'],
};

/** The last word of “tuần sau”, if it was meant: “thứ 6 tôi qua” speaks of me. */
function wordOf(typed: Typed, match: RegExpExecArray, which: string | undefined): string {
  if (which === undefined) return '';
  if (which.startsWith('vua')) return 'truoc';
  const word = which.slice(which.lastIndexOf(' ') + 1);
  const at = match.index + match[0].length - word.length;
  return spelled(typed, at, word.length, markedWords[word] ?? []) ? word : '';
}

function onWeekday(
  typed: Typed,
  match: RegExpExecArray,
  today: Today,
  weekday: number,
  which: string | undefined,
): DateReading {
  const thisWeek = mondayOf(today) + weekday - 1;
  if (which?.startsWith('tuan')) return { days: [thisWeek + 7 * weeksOn(typed, match, which)] };
  const word = wordOf(typed, match, which);
  // What was no word of ours stays outside.
  const end = which !== undefined && word === '' ? endWithout(match, which) : undefined;
  const trimmed = end === undefined ? {} : { end };
  const next = thisWeek > today.day ? thisWeek : thisWeek + 7;
  if (word === 'nay') return { days: thisWeek >= today.day ? [thisWeek] : [thisWeek, next] };
  if (word === 'toi') return { days: [next] };
  if (word === 'sau') return { days: [next, next + 7] };
  if (word === 'truoc' || word === 'qua') {
    const passed = thisWeek < today.day ? thisWeek : thisWeek - 7;
    // “thứ 6 qua” may come over or be over.
    return which === 'qua' ? { days: [next, passed], ...trimmed } : { days: [passed] };
  }
  // “ngày thứ tư” may count days.
  if (/^ngay thu/.test(match[0]) && word === '') return { days: [next], unsure: true, ...trimmed };
  // “hôm thứ hai”, “từ thứ hai” may look back.
  if (/^(?:hom|tu|bua)$/.test(wordBefore(typed, match.index)))
    return { days: [next, next - 7], ...trimmed };
  // On a Wednesday “thứ tư” is today or a week from now.
  return { days: thisWeek === today.day ? [thisWeek, next] : [next], ...trimmed };
}

function endWithout(match: RegExpExecArray, which: string): number {
  const [whole] = match;
  return match.index + whole.slice(0, whole.length - which.length).trimEnd().length;
}

/** “thứ 6 ngày 13/3”: when the two do not agree, both are asked about. */
function withDate(
  today: Today,
  weekday: number,
  day: string,
  month: string,
  year: string | undefined,
): DateReading | undefined {
  const inYear = yearOf(year, today);
  const read =
    inYear === undefined
      ? nextOccurrence(today, Number(month), Number(day))
      : { days: [dayOf(inYear, Number(month), Number(day))].filter((one) => one !== undefined) };
  if (!read || read.days.length === 0) return undefined;
  const agreeing = read.days.filter((one) => ((((one + 3) % 7) + 7) % 7) + 1 === weekday);
  if (agreeing.length > 0) return { days: agreeing };
  const thisWeek = mondayOf(today) + weekday - 1;
  return { days: [...read.days, thisWeek > today.day ? thisWeek : thisWeek + 7] };
}
