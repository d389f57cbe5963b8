import { removeMarks } from '../syllable.ts';

/** A message made ready for the rules. All three have the same length, so offsets hold in each. */
export interface Typed {
  /** NFC, as written. */
  readonly text: string;
  readonly lower: string;
  /** Lower case, without marks. */
  readonly plain: string;
}

/** @param text NFC */
export function typed(text: string): Typed {
  const lower = lowerUnits(text);
  return { text, lower, plain: withoutMarks(lower) };
}

/** Lower case without marks, unit by unit; a mark that stands alone becomes an apostrophe. */
export const fold = (text: string): string => withoutMarks(lowerUnits(text));

const withoutMarks = (lower: string): string => lower.replace(/[^ -~\n]/g, foldUnit);

/**
 * Whether a word of `plain` may be this one: typed without any mark, or with just these. “thứ” and “thu” are,
 * “thú” and “thư” are not. `accented` in lower case.
 */
export function spelled(
  { lower, plain }: Typed,
  start: number,
  length: number,
  accented: readonly string[],
): boolean {
  const as = lower.slice(start, start + length);
  return as === plain.slice(start, start + length) || accented.includes(as);
}

/** Typed without any mark, though the word has one. */
export function isBare({ lower, plain }: Typed, start: number, end: number): boolean {
  return lower.slice(start, end) === plain.slice(start, end);
}

const wordsBefore = /([\p{L}\p{N}']+)[^\p{L}\p{N}]{0,3}$/u;
const wordsAfter = /^[^\p{L}\p{N}]{0,3}([\p{L}\p{N}']+)/u;

/** The plain word before a place in the message; '' at the beginning of a sentence. */
export function wordBefore({ plain }: Typed, at: number): string {
  const before = plain.slice(Math.max(0, at - 24), at);
  return /[.?!;\n]\s*$/.test(before) ? '' : (wordsBefore.exec(before)?.[1] ?? '');
}

/** The plain word after; '' at the end of a sentence. */
export function wordAfter({ plain }: Typed, at: number): string {
  const after = plain.slice(at, at + 24);
  return /^\s*[.?!;\n]/.test(after) ? '' : (wordsAfter.exec(after)?.[1] ?? '');
}

const units = new Map<string, string>();

function foldUnit(unit: string): string {
  const known = units.get(unit);
  if (known !== undefined) return known;
  const plain = removeMarks(unit);
  const folded = plain.length === 1 ? plain : plain === '' ? "'" : ' ';
  if (units.size < 2_000) units.set(unit, folded);
  return folded;
}

/** `İ` has two units in lower case: such a letter stays as it is. */
function lowerUnits(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from({ length: text.length }, (_, i) => {
    const unit = text.charAt(i);
    const small = unit.toLowerCase();
    return small.length === 1 ? small : unit;
  }).join('');
}
