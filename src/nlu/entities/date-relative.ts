import { dayNumber } from '../../conversation/calendar.ts';
import { countedThings } from './date-rule.ts';
import type { DateReading, DateRule } from './date-rule.ts';
import { lengthOf, monthsOn, sameDayOn } from './days.ts';
import type { Today } from './days.ts';
import { readNumberAt, smallNumber } from './number-words.ts';
import { isBare, spelled, wordAfter, wordBefore } from './typed.ts';
import type { Typed } from './typed.ts';

const start = '(?<![\\p{L}\\d])';
const end = '(?![\\p{L}\\d])';
const which = '(nay|sau|toi|truoc|qua|vua roi|roi|ke tiep)';
const rule = (needs: RegExp, source: string, read: DateRule['read']): DateRule => ({
  needs,
  shape: new RegExp(`${start}${source}${end}`, 'gu'),
  read,
});

/** Days counted from today: hôm nay, mai, mốt, “3 ngày nữa”, tuần sau, cuối tháng. */
export const relativeRules: readonly DateRule[] = [
  rule(/nay/, '(?:(?:hom|hum|bua|ngay) nay|hnay)', (match, typed, today) => {
    // “mấy bữa nay”: a while.
    if (counting.test(wordBefore(typed, match.index))) return undefined;
    if (match[0] === 'ngay nay' && !spelled(typed, match.index, 8, [])) return undefined;
    return { days: [today.day] };
  }),
  rule(/qua|kia/, '(?:(?:hom|hum|bua) (qua|kia)|hqua)', (match, typed, today) => {
    if (match[1] !== 'kia') return { days: [today.day - 1] };
    return { days: [today.day - (typed.lower.startsWith('kìa', match.index + 4) ? 3 : 2)] };
  }),
  rule(/(?:ngay|bua|hom) m|kia/, '(?:ngay|bua|hom) (mai|mot|kia)', (match, typed, today) => {
    const word = typed.lower.slice(match.index).split(' ')[1] ?? '';
    if (word.startsWith('mai')) return { days: [today.day + 1] };
    if (/^(?:kìa)/.test(word)) return { days: [today.day + 3] };
    return /^(?:kia|mốt|mot)/.test(word) ? { days: [today.day + 2] } : undefined;
  }),
  // “sáng nay”, “tối qua”; the part of the day is taken into the span later
  rule(
    /(?:sang|trua|chieu|toi|dem) (?:nay|hom|qua)/,
    '(?<=(?:sang|trua|chieu|toi|dem) )(?:nay|hom nay|qua)',
    (match, typed, today) => {
      const before = wordBefore(typed, match.index);
      const at = match.index - before.length - 1;
      if (!spelled(typed, at, before.length, partsOfDay[before] ?? [])) return undefined;
      if (!isBare(typed, match.index, match.index + match[0].length)) {
        return match[0] === 'hom nay' ? { days: [today.day] } : undefined;
      }
      if (match[0] !== 'qua') return { days: [today.day] };
      // “2h chiều qua sở”: the part of the day is that of the hour, and somebody comes over.
      if (/(?:h|gio|g|:)\d{0,2} ?$/.test(typed.plain.slice(0, at))) {
        const isNight = before === 'toi' || before === 'dem';
        const isMarked = !isBare(typed, at, match.index - 1);
        return isNight && isMarked ? { days: [today.day - 1], unsure: true } : undefined;
      }
      // “tối qua” is yesterday; “toi qua” may be I, “chiều qua” the wish to come over.
      const isNight = before === 'toi' || before === 'dem';
      if (isNight && isBare(typed, at, match.index - 1)) return undefined;
      return isNight ? { days: [today.day - 1] } : { days: [today.day - 1], unsure: true };
    },
  ),
  rule(/mai/, 'mai', (match, typed, today) =>
    isTomorrow(typed, match.index) ? { days: [today.day + 1] } : undefined,
  ),
  rule(/mot/, 'mot', (match, typed, today) => {
    if (!typed.lower.startsWith('mốt', match.index)) return undefined;
    const isDay =
      beforeMai.test(wordBefore(typed, match.index)) &&
      !/^(?:moi|nay|thoi)$/.test(wordAfter(typed, match.index + 3));
    return isDay ? { days: [today.day + 2] } : undefined;
  }),
  rule(
    /nua/,
    `(${smallNumber}) (ngay|hom|bua|tuan|thang) (?:nua|toi nua)`,
    (match, typed, today) => {
      // “2-3 ngày nữa”; “xin thêm 3 ngày nữa”; “ba bữa nửa tháng”
      if (isSecondNumber(typed, match.index)) return undefined;
      if (wordBefore(typed, match.index) === 'them') return undefined;
      if (/^(?:thang|ngay|nam)$/.test(wordAfter(typed, match.index + match[0].length)))
        return undefined;
      return counted(match, typed, today, 1);
    },
  ),
  rule(/nua thang/, 'nua thang nua', (_match, _typed, today) => ({ days: [today.day + 15] })),
  rule(/truoc/, `(${smallNumber}) (ngay|hom|bua|tuan|thang) truoc`, (match, typed, today) =>
    counted(match, typed, today, -1),
  ),
  rule(/cach day/, `cach day (${smallNumber}) (ngay|hom|bua|tuan|thang)`, (match, typed, today) =>
    counted(match, typed, today, -1),
  ),
  rule(/(?:dau|giua|cuoi) tuan/, `(dau|giua|cuoi) tuan(?: ${which})?`, (match, typed, today) => {
    const shift = shiftOf(typed, match, match[2]);
    if (shift === undefined || isOften(typed, match)) return undefined;
    const monday = today.day - today.weekday + 1 + 7 * shift;
    const [first, last] = match[1] === 'dau' ? [0, 1] : match[1] === 'giua' ? [2, 3] : [5, 6];
    // “cuối tuần rồi”: the last one, or it is already here.
    if (match[2] === 'roi') return { days: [monday + first, monday + 7 + first] };
    const hasPassed = match[2] === undefined && monday + last < today.day;
    return span(today, monday + first + (hasPassed ? 7 : 0), monday + last + (hasPassed ? 7 : 0));
  }),
  rule(/tuan/, `tuan ${which}( nua)?`, (match, typed, today) => {
    const shift = shiftOf(typed, match, match[1]);
    if (shift === undefined || isOften(typed, match)) return undefined;
    const by = shift + (match[2] !== undefined ? 1 : 0);
    const monday = today.day - today.weekday + 1 + 7 * by;
    return { days: [today.day + 7 * by], from: monday, to: monday + 6 };
  }),
  rule(
    /thang/,
    `(?:(dau|giua|cuoi) )?thang ?(?:${which}|(${smallNumber})(?: nam (\\d{4})|[/.-](\\d{4}))?)`,
    (match, typed, today) => readMonth(match, typed, today),
  ),
  rule(/(?:dau|giua|cuoi) thang/, '(dau|giua|cuoi) thang', (match, typed, today) =>
    isOften(typed, match) || !spelled(typed, match.index + match[0].length - 5, 5, ['tháng'])
      ? undefined
      : partOfMonth(today, match[1] ?? '', undefined),
  ),
  rule(/cuoi nam/, 'cuoi nam(?: nay)?', (match, typed, today) => {
    if (!spelled(typed, match.index + 5, 3, ['năm'])) return undefined;
    return span(today, dayNumber(today.year, 12, 1), dayNumber(today.year, 12, 31), 'last');
  }),
];

const counting = /^(?:\d+|may|vai|mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi|chuc|nhung|cac)$/;
const partsOfDay: Readonly<Record<string, readonly string[]>> = {
  sang: ['sáng'],
  trua: ['trưa'],
  chieu: ['chiều'],
  toi: ['tối'],
  dem: ['đêm'],
};

function isSecondNumber(typed: Typed, at: number): boolean {
  return counting.test(wordBefore(typed, at)) || /\d ?[-–] ?$/.test(typed.plain.slice(0, at));
}

/** “chị Mai”, “Mai Hoa”, “bà mai”, “mai mốt”, “hoa mai” are no tomorrow. */
const beforeMai =
  /^(?:|sang|trua|chieu|toi|dem|den|tu|de|hen|qua|vao|thi|luc|gio|h|\d{1,2}h\d{0,2}|\d{1,2}|a|da|vang|ok|va|hoac|hay|bao|noi|nay|ngay|khong|vay|roi|nhe|nha|chac|ranh|ruoi)$/;
const afterMai =
  /^(?:moi|mot|moi|kia|vang|anh|chi|thi|hoa|lan|huong|phuong|linh|thao|trang|van|duc|xuan|tuyet|dep|no)$/;

function isTomorrow(typed: Typed, at: number): boolean {
  if (typed.lower.slice(at, at + 3) !== 'mai') return false;
  const after = wordAfter(typed, at + 3);
  const before = wordBefore(typed, at);
  const isCapital = typed.text.charAt(at) === 'M' && typed.text.charAt(at + 1) !== 'A';
  if (isCapital && (before !== '' || /^.{3}\s+\p{Lu}\p{Ll}/su.test(typed.text.slice(at))))
    return false;
  if (!beforeMai.test(before)) return false;
  // “mai anh chị có làm không”: tomorrow, and whom is asked.
  if ((after === 'anh' || after === 'chi') && before === '')
    return !isCapital && /^mai (?:anh|chi) \p{L}/u.test(typed.plain.slice(at));
  return !afterMai.test(after);
}

function counted(
  match: RegExpExecArray,
  typed: Typed,
  today: Today,
  sign: 1 | -1,
): DateReading | undefined {
  const [whole, written = '', unit = ''] = match;
  const count = readNumberAt(typed, match.index + whole.indexOf(written), written.length);
  if (count === undefined || count === 0) return undefined;
  if (unit === 'thang') return { days: [sameDayOn(today, sign * count)] };
  return { days: [today.day + sign * count * (unit === 'tuan' ? 7 : 1)] };
}

const shifts: Readonly<Record<string, { readonly by: number; readonly as: readonly string[] }>> = {
  nay: { by: 0, as: ['này', 'nầy', 'nay'] },
  sau: { by: 1, as: ['sau'] },
  toi: { by: 1, as: ['tới'] },
  'ke tiep': { by: 1, as: ['kế tiếp'] },
  truoc: { by: -1, as: ['trước'] },
  qua: { by: -1, as: ['qua'] },
  roi: { by: -1, as: ['rồi'] },
  'vua roi': { by: -1, as: ['vừa rồi'] },
};

/** 0 without such a word; undefined where the marks say another (“tuần tôi bận”). */
function shiftOf(
  typed: Typed,
  match: RegExpExecArray,
  word: string | undefined,
): number | undefined {
  if (word === undefined) return 0;
  const at = match.index + match[0].lastIndexOf(word);
  const found = shifts[word];
  return found && spelled(typed, at, word.length, found.as) ? found.by : undefined;
}

/** “mỗi tuần”, “2 tuần sau”, “hàng tháng”, “mấy tháng nay”: a length or a habit. */
function isOften(typed: Typed, match: RegExpExecArray): boolean {
  return (
    /^(?:moi|hang|may|vai|cac|nhung|nhieu|theo|suot|bao|\d+|mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi|nua|qua|ca|trong|luong|thu|phi|tien)$/.test(
      wordBefore(typed, match.index),
    ) && !/^trong$/.test(wordBefore(typed, match.index))
  );
}

function readMonth(match: RegExpExecArray, typed: Typed, today: Today): DateReading | undefined {
  const [whole, part, word, number, yearInWords, yearAfterSign] = match;
  const at = match.index + whole.indexOf('thang');
  if (!spelled(typed, at, 5, ['tháng']) || isOften(typed, match)) return undefined;
  const after = wordAfter(typed, match.index + whole.length);
  const isJune = word === 'sau' && typed.lower.slice(0, match.index + whole.length).endsWith('sáu');
  if (word !== undefined && !isJune) {
    const shift = shiftOf(typed, match, word);
    if (shift === undefined) return undefined;
    const to = monthsOn(today.year, today.month, shift);
    if (part !== undefined) return partOfMonth(today, part, to);
    const first = dayNumber(to.year, to.month, 1);
    return {
      days: [sameDayOn(today, shift)],
      from: first,
      to: first + lengthOf(to.year, to.month) - 1,
    };
  }
  const spoken = number ?? word ?? '';
  const month = readNumberAt(typed, typed.plain.indexOf(spoken, at + 5), spoken.length);
  if (month === undefined || month < 1 || month > 12) return undefined;
  const written = yearInWords ?? yearAfterSign;
  if (written === undefined && countedThings.test(after)) return undefined;
  const year = written === undefined ? today.year + (month < today.month ? 1 : 0) : Number(written);
  if (year < 1900 || year > 2100) return undefined;
  // “mỗi tháng một tin”; January is “tháng giêng” or “tháng 1”.
  if (spoken === 'mot' && after !== '') return undefined;
  // “hồi tháng chín” looks back.
  if (written === undefined && wordBefore(typed, match.index) === 'hoi') {
    if (isBare(typed, match.index - 4, match.index)) return undefined;
    return partOfMonth(today, part ?? 'whole', {
      year: today.year - (month > today.month ? 1 : 0),
      month,
    });
  }
  const read = partOfMonth(today, part ?? 'whole', { year, month });
  if (written !== undefined || wordBefore(typed, match.index) !== 'tu') return read;
  // “từ tháng chín” may look back as well.
  const before = partOfMonth(today, part ?? 'whole', { year: year - 1, month });
  return { days: [...read.days, ...before.days] };
}

function partOfMonth(
  today: Today,
  part: string,
  given: { readonly year: number; readonly month: number } | undefined,
): DateReading {
  const { year, month } = given ?? today;
  const first = dayNumber(year, month, 1);
  const last = first + lengthOf(year, month) - 1;
  if (part === 'whole') return span(today, first, last);
  if (part === 'cuoi') return span(today, first + 20, last, 'last');
  if (part === 'giua') {
    if (given !== undefined || today.day <= first + 19)
      return { days: [first + 14], from: first + 10, to: first + 19 };
    return partOfMonth(today, part, monthsOn(year, month, 1));
  }
  if (given !== undefined) return { days: [first], from: first, to: first + 9 };
  const next = monthsOn(year, month, 1);
  const inNext = dayNumber(next.year, next.month, 1);
  // In its first days “đầu tháng” is still this month, and already the next.
  return today.dayOfMonth <= 10 ? { days: [today.day, inNext] } : partOfMonth(today, part, next);
}

/** A span; its day is the first that is not over, or its last where people mean the end. */
function span(today: Today, from: number, to: number, at: 'first' | 'last' = 'first'): DateReading {
  const first = from < today.day && today.day <= to ? today.day : from;
  return { days: [at === 'last' ? to : first], from, to };
}
