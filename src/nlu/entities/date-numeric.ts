import { dateOf } from '../../conversation/calendar.ts';
import { countedThings, dayOfMonth, nextOccurrence, yearOf } from './date-rule.ts';
import type { DateReading, DateRule } from './date-rule.ts';
import { dayOf } from './days.ts';
import type { Today } from './days.ts';
import { readNumberAt, smallNumber } from './number-words.ts';
import { isBare, spelled, wordAfter, wordBefore } from './typed.ts';
import type { Typed } from './typed.ts';

/** Dates by their number: `20/11`, `20.11.2026`, `20–22/11`, “ngày 5 tháng 4 năm 2026”, “ngày 20”. */
export const numericRules: readonly DateRule[] = [
  // từ 20/11 đến (ngày) 2/12/2026, 20/11 - 22/11
  {
    needs: /\d\/\d+.*\d\/\d/,
    shape:
      /(?<![\p{L}\d/.,-])(?:tu )?(?:ngay )?(\d{1,2})\/(\d{1,2})(?:\/(\d{4}))?(?: ?[-–~] ?| (?:den|toi)(?: het)? )(?:ngay )?(\d{1,2})\/(\d{1,2})(?:\/(\d{4}))?(?![\d/\p{L}])/gu,
    read(match, typed, today) {
      const [, day = '', month = '', year, lastDay = '', lastMonth = '', lastYear] = match;
      if (!isDateAt(match, typed, false)) return undefined;
      const [to] = dated(today, lastDay, lastMonth, lastYear ?? year)?.days ?? [];
      if (to === undefined) return undefined;
      const inYear = dateOf(to).year;
      const same = dayOf(Number(year ?? inYear), Number(month), Number(day));
      // From December to January.
      const from =
        same !== undefined && same > to && year === undefined
          ? dayOf(inYear - 1, Number(month), Number(day))
          : same;
      return from !== undefined && from < to ? { days: [from], from, to } : undefined;
    },
  },
  // 20–22/11, từ 20 đến 22/11, ngày 20, 21 tháng 11
  {
    needs: /\d/,
    shape:
      /(?<![\p{L}\d/.,-])(?:tu )?((?:ngay )?)(\d{1,2})(?: ?[-–~] ?| (?:den|toi)(?: het)? )(?:ngay )?(\d{1,2})(?:\/| ?thang ?)(\d{1,2})(?:(?:\/| ?nam )(\d{4}|\d{2}))?(?![\d/\p{L}])/gu,
    read(match, typed, today) {
      const [, cue, first = '', last = '', month = '', year] = match;
      if (!isDateAt(match, typed, cue !== '')) return undefined;
      const to = dated(today, last, month, year);
      const [end] = to?.days ?? [];
      if (end === undefined) return undefined;
      const start = end - Number(last) + Number(first);
      return start < end && Number(first) > 0 ? { days: [start], from: start, to: end } : undefined;
    },
  },
  // 20/11/2026, 20-11-2026, 20.11.26 after “ngày”, 20/11
  {
    needs: /\d/,
    shape:
      /(?<![\p{L}\d/.,-])((?:ngay |hom |vao |mung |mong )?)(\d{1,2}) ?([/.-]) ?(\d{1,2})(?: ?\3 ?(\d{4}|\d{2})|,? nam (\d{4}))?(?![\d/]|[.,-]\d|[-\p{L}])/gu,
    read(match, typed, today) {
      const [, cue = '', day = '', sign, month = '', digits, inWords] = match;
      const year = digits ?? inWords;
      if (!isDateAt(match, typed, cue !== '')) return undefined;
      if (year === undefined && sign !== '/' && !/^ngay/.test(cue)) return undefined;
      if (year?.length === 2 && sign !== '/' && cue === '') return undefined;
      const read = dated(today, day, month, year);
      return cue === 'hom ' && year === undefined ? orLast(read, month, day) : read;
    },
  },
  // ngày 5 tháng 4 (năm 2026), mồng 8 tháng ba, ngày 20 tháng sau, 5 tháng 4
  {
    needs: /thang/,
    shape: new RegExp(
      `(?<![\\p{L}\\d/.,-])((?:ngay |hom |mung |mong |bua )*)(${smallNumber}) ?thang ?(?:(nay|sau|toi|truoc)(?! nam \\d)|(${smallNumber})(?:,? nam (\\d{4})|[/.-](\\d{4}))?)(?![\\p{L}\\d/])`,
      'gu',
    ),
    read(match, typed, today) {
      const [, cue = '', day = '', which, month = '', inWords, afterSign] = match;
      const at = match.index + cue.length;
      const dayNo = readNumberAt(typed, at, day.length);
      const thangAt = typed.plain.indexOf('thang', at + day.length);
      if (dayNo === undefined || !spelled(typed, thangAt, 5, ['tháng'])) return undefined;
      if (which !== undefined) return ofNamedMonth(match, typed, today, { cue, dayNo, which });
      const monthAt = typed.plain.indexOf(month, thangAt + 5);
      const monthNo = readNumberAt(typed, monthAt, month.length);
      if (monthNo === undefined || (cue === '' && isDuration(match, typed))) return undefined;
      return dated(today, dayNo, monthNo, inWords ?? afterSign);
    },
  },
  // ngày 20, hôm 20
  {
    needs: /(?:ngay|hom) \d/,
    shape: /(?<![\p{L}\d])(ngay|hom) (\d{1,2})(?![\d/.:-]|[,]\d|\p{L})/gu,
    read(match, typed, today) {
      const after = wordAfter(typed, match.index + match[0].length);
      if (!plainlyFollowed.test(after)) return undefined;
      const read = dayOfMonth(today, Number(match[2]));
      return read && match[1] === 'hom' ? { ...read, unsure: true } : read;
    },
  },
];

/** “gửi hôm 5/10” looks back as often as ahead. */
function orLast(
  read: DateReading | undefined,
  month: string,
  day: string,
): DateReading | undefined {
  const [next] = read?.days ?? [];
  if (next === undefined) return undefined;
  const last = dayOf(dateOf(next).year - 1, Number(month), Number(day));
  return { days: last === undefined ? [next] : [next, last] };
}

/** “ngày 5 tháng sau”; typed without marks that may also be June. */
function ofNamedMonth(
  match: RegExpExecArray,
  typed: Typed,
  today: Today,
  { cue, dayNo, which }: { cue: string; dayNo: number; which: string },
): DateReading | undefined {
  const end = match.index + match[0].length;
  if (which !== 'sau') return cue === '' ? undefined : dayOfMonth(today, dayNo, which);
  const june = nextOccurrence(today, 6, dayNo);
  if (typed.lower.slice(end - 3, end) === 'sáu') return june;
  const next = cue === '' ? undefined : dayOfMonth(today, dayNo, which);
  if (!next || !isBare(typed, match.index, end)) return next;
  return { days: [...new Set([...next.days, ...(june?.days ?? [])])] };
}

/** What may follow “ngày 20” without making it a number of something. */
const plainlyFollowed =
  /^(?:|nay|la|thi|em|e|minh|toi|tui|anh|chi|a|ad|nha|nhe|nhen|ne|do|duoc|dc|co|khong|ko|k|hong|den|toi|va|hoac|hay|con|tro|het|nop|hop|khai|bat|qua|len|ra|vao|luc|sang|trua|chieu)$/;

/** Numbers that are no dates: ratios, house numbers, decrees, versions. */
const otherBefore =
  /(?:ti le|ty le|le|so|nha|hem|ngo|kiet|duong|dia chi|chiem|khoang|gan|hon|duoc|dat|mat|con|chia|bang|cu|nd|nq|qd|tt|kh|cv|dinh|quyet|thong tu|cong van|luat|van ban|phien ban|version|ban|v|goi|giam|tang|lop|phan|tren|duoi|ap suat|mst|ma|to|thua|thu|ky)$/;
const streets =
  /^(?:le|nguyen|tran|phan|ly|hoang|dinh|ngo|truong|pham|vo|vu|bui|dao|mai|ho|trinh|luong|duong|hung|quang|phu|y|to|ton|an|ama|ngoc|tinh|quoc|duong)$/;
const fractions = new Set(['1/2', '1/3', '2/3', '1/4', '3/4', '1/5', '2/5', '3/5', '4/5']);

function isDateAt(match: RegExpExecArray, typed: Typed, isCued: boolean): boolean {
  const end = match.index + match[0].length;
  const after = wordAfter(typed, end);
  const written = match[0].replace(/\s/g, '');
  if (/^(?:nd|nq|qd|tt|kh|ct|cv|ttg|hdnd)\b/.test(after)) return false;
  if (isCued) return true;
  if (countedThings.test(after)) return false;
  const before = wordBefore(typed, match.index);
  const whole = /\d{4}$/.test(written);
  if (!whole && (written === '24/7' || written === '24/24')) return false;
  if (!whole && otherBefore.test(before)) return false;
  if (whole) return !/^(?:so|nd|nq|qd|tt|ban|v|version)$/.test(before);
  if (isStreet(typed, end, after)) return false;
  return !(fractions.has(written) && (before !== '' || after !== '') && !dayWord.test(before));
}

const dayWord =
  /^(?:sang|trua|chieu|toi|dem|den|tu|truoc|sau|luc|gio|h|\d{1,2}h\d{0,2}|thu|hen|hai|ba|nam|sau|bay|nhat|cn|t\d|nop|gui|hop|di|len|ra|vao|han|giang|sinh|nhan)$/;

/** “12/5 Lê Duẩn”: a capital, or a family name, begins a street. */
function isStreet({ text }: Typed, end: number, after: string): boolean {
  if (streets.test(after)) return true;
  return /^\s\p{Lu}\p{Ll}+\s\p{Lu}/u.test(text.slice(end));
}

/** “6 tháng 2 ngày”, “trong 3 tháng 5”: a length of time. */
function isDuration(match: RegExpExecArray, typed: Typed): boolean {
  const end = match.index + match[0].length;
  return (
    countedThings.test(wordAfter(typed, end)) ||
    /^(?:trong|moi|hang|duoc|het|mat|hon|gan|khoang|them|suot|vong|ky|han|no|vay)$/.test(
      wordBefore(typed, match.index),
    )
  );
}

function dated(
  today: Today,
  day: string | number,
  month: string | number,
  year: string | undefined,
): DateReading | undefined {
  const inYear = yearOf(year, today);
  if (inYear === undefined) return nextOccurrence(today, Number(month), Number(day));
  const found = dayOf(inYear, Number(month), Number(day));
  return found === undefined ? undefined : { days: [found] };
}
