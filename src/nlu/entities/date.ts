import type { Instant } from '../../clock.ts';
import type { Entity } from '../types.ts';
import { lunarRules } from './date-lunar.ts';
import { numericRules } from './date-numeric.ts';
import { relativeRules } from './date-relative.ts';
import type { DateReading, DateRule } from './date-rule.ts';
import { weekdayRules } from './date-weekday.ts';
import { isoDate, todayAt } from './days.ts';
import { spelled, typed } from './typed.ts';
import type { Typed } from './typed.ts';

/** Earlier rules win: a longer form stands before the shorter one it contains. */
const rules: readonly DateRule[] = [
  ...lunarRules,
  ...weekdayRules,
  ...numericRules,
  ...relativeRules,
];

export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Days named in a message, as `YYYY-MM-DD`, by the calendar of Việt Nam at `now`. A vague word (tuần sau, cuối
 * tháng) and a range carry `from` and `to`; what may be two days has `candidates` and no value. By position.
 */
export function findDates(message: Typed, now: Instant, taken: readonly Span[] = []): Entity[] {
  if (!mayHoldDate.test(message.plain)) return [];
  const today = todayAt(now);
  const found: (Span & { readonly reading: DateReading })[] = [];
  for (const { needs, shape, read } of rules) {
    if (!needs.test(message.plain)) continue;
    shape.lastIndex = 0;
    for (let match = shape.exec(message.plain); match; match = shape.exec(message.plain)) {
      const [start, end] = [match.index, match.index + match[0].length];
      if (isTaken(found, start, end) || isTaken(taken, start, end)) continue;
      const reading = read(match, message, today);
      if (!reading) continue;
      found.push({ reading, start: reading.start ?? start, end: reading.end ?? end });
    }
  }
  return found
    .sort((a, b) => a.start - b.start)
    .map(({ start, end, reading }) =>
      entityOf(message, partBefore(message, start, [...found, ...taken]), end, reading),
    );
}

/** The day of an answer to “ngày nào”; what is vague, a range or several days is asked about. */
export function readDate(text: string, now: Instant): DateAnswer | undefined {
  const found = findDates(typed(text.normalize('NFC')), now);
  const days = [...new Set(found.flatMap(daysOf))];
  const [only] = days;
  if (only === undefined) return undefined;
  const isSure = days.length === 1 && found.every(({ candidates, from }) => !candidates && !from);
  return isSure ? { value: only } : { candidates: days };
}

/** Of a range both ends. */
function daysOf({ value, candidates = [], from, to }: Entity): string[] {
  const ends = value === from ? [value, to] : [value];
  const days = value === undefined ? candidates : ends;
  return days.filter((one) => typeof one === 'string');
}

export type DateAnswer = { readonly value: string } | { readonly candidates: readonly string[] };

const mayHoldDate =
  /\d|thu|chu nhat|cn|mai|mot|hom|hum|bua|ngay|tuan|thang|nam|tet|ram|gieng|chap|mung|mong|nay|qua|giao thua/;

const isTaken = (spans: readonly Span[], start: number, end: number): boolean =>
  spans.some((one) => one.start < end && start < one.end);

const partsOfDay: readonly (readonly [string, string])[] = [
  ['sang', 'sáng'],
  ['trua', 'trưa'],
  ['chieu', 'chiều'],
  ['toi', 'tối'],
  ['dem', 'đêm'],
];

/** “sáng thứ 7”: the part of the day belongs to the words of the date. */
function partBefore(message: Typed, start: number, others: readonly Span[]): number {
  for (const [part, as] of partsOfDay) {
    const at = start - part.length - 1;
    if (at < 0 || !message.plain.startsWith(`${part} `, at)) continue;
    if (at > 0 && /[\p{L}\d]/u.test(message.plain.charAt(at - 1))) continue;
    if (!spelled(message, at, part.length, [as]) || isTaken(others, at, start - 1)) continue;
    return at;
  }
  return start;
}

function entityOf({ text }: Typed, start: number, end: number, reading: DateReading): Entity {
  const { days, unsure, from, to } = reading;
  const [first, ...others] = days.map(isoDate);
  const isOne = first !== undefined && others.length === 0 && unsure === undefined;
  return {
    type: 'date',
    text: text.slice(start, end),
    start,
    end,
    ...(isOne ? { value: first } : { candidates: days.map(isoDate) }),
    ...(from !== undefined && isOne && { from: isoDate(from) }),
    ...(to !== undefined && isOne && { to: isoDate(to) }),
  };
}
