import type { Entity } from '../types.ts';
import { digitRuns } from './digits.ts';
import type { DigitRun } from './digits.ts';
import { findPhones } from './phone.ts';
import { fold } from './typed.ts';

export interface Sensitive {
  readonly kind: 'idNumber' | 'bank' | 'otp';
  readonly start: number;
  readonly end: number;
}

/**
 * Numbers that must be covered before anything is stored: identity numbers, account and card numbers, one-time
 * codes. In order, without overlap; offsets are UTF-16 units of `text`, which is to be NFC. A phone number and a
 * ten-digit tax code are never among them; where a reading is in doubt it is covered.
 */
export function findSensitive(text: string): Sensitive[] {
  if (!/\d/.test(text)) return [];
  const folded = fold(text);
  const phones = findPhones(text);
  const found: Sensitive[] = [];
  for (const run of digitRuns(text)) {
    const spans = spansOf(run, text);
    for (const span of spans) {
      const kind = kindOf(span, folded);
      const isPhone = phones.some(({ start, end }) => start < span.end && span.start < end);
      const isCued = cueBefore(folded, span.start) === kind;
      if (kind !== undefined && (isCued || !isPhone)) {
        found.push({ kind, start: span.start, end: span.end });
      }
    }
  }
  return found;
}

/** The same as entities: type and span, never a value. Ten digits after “mã số thuế” are a tax code. */
export function findIdNumbers(text: string): Entity[] {
  if (!/\d/.test(text)) return [];
  const entities: Entity[] = findSensitive(text).map(({ kind, start, end }) => ({
    type: kind,
    text: '•••',
    start,
    end,
  }));
  const folded = fold(text);
  for (const { digits, start, end } of digitRuns(text)) {
    if (!/^\d{10}(?:\d{3})?$/.test(digits) || cueBefore(folded, start) !== 'tax') continue;
    entities.push({ type: 'taxCode', text: text.slice(start, end), start, end, value: digits });
  }
  return entities.sort((a, b) => a.start - b.start);
}

type Cue = Sensitive['kind'] | 'tax';

function kindOf({ digits, start, end }: DigitRun, folded: string): Sensitive['kind'] | undefined {
  const cue = cueBefore(folded, start);
  const length = digits.length;
  if (cue === 'otp' && length >= 4 && length <= 8) return 'otp';
  if (cue === 'bank' && length >= 6 && length <= 19 && !isMoney(folded, end)) return 'bank';
  if (cue === 'idNumber' && length >= 8 && length <= 12) return 'idNumber';
  if (cue === 'tax' && (length === 10 || length === 13)) return undefined;
  // `H15-261123-0001` is a dossier's code.
  if (/[a-z]$/.test(folded.slice(0, start))) return undefined;
  if (length === 12) return 'idNumber';
  return length >= 13 && length <= 19 && !isMoney(folded, end) ? 'bank' : undefined;
}

const isMoney = (folded: string, end: number): boolean =>
  /^\s*(?:d|dong|vnd|trieu|nghin|ngan|ty|k)\b/.test(folded.slice(end));

const cues: readonly (readonly [Cue, RegExp])[] = [
  [
    'otp',
    /\botp|ma xac (?:nhan|thuc|minh)|ma (?:bao mat|kich hoat|dang nhap|pin)|\bmat khau|\bpassword/g,
  ],
  [
    'bank',
    /\bstk\b|\bsotk\b|(?:so )?tai khoan|\btk (?:so|ngan hang)|so tk\b|so the\b|\bthe (?:atm|visa|ngan hang|tin dung|master)|\b(?:vietcombank|vcb|agribank|bidv|vietinbank|techcombank|mbbank|sacombank|acb|vpbank|tpbank)\b/g,
  ],
  [
    'idNumber',
    /\bcmnd\b|\bcmt\b|\bcccd\b|\bcmtnd\b|can cuoc|chung minh|so dinh danh|ma dinh danh|\bcan cc\b|ho chieu/g,
  ],
  ['tax', /\bmst\b|ma so thue/g],
];

/** The nearest cue in the few words before a number, with no other long number between. */
function cueBefore(folded: string, start: number): Cue | undefined {
  const before = folded.slice(Math.max(0, start - 45), start);
  let nearest: { cue: Cue; at: number } | undefined;
  for (const [cue, pattern] of cues) {
    for (const { index } of before.matchAll(pattern)) {
      if (nearest === undefined || index > nearest.at) nearest = { cue, at: index };
    }
  }
  if (!nearest || /\d(?:\D{0,2}\d){5,}/.test(before.slice(nearest.at))) return undefined;
  return nearest.cue;
}

/**
 * A run with spaces may be several numbers (`012345678901 0905123456`): where the whole has no length of its own,
 * its pieces are judged each for itself.
 */
function spansOf(run: DigitRun, text: string): DigitRun[] {
  if (run.digits.length <= 12) return [run];
  const pieces = [...text.slice(run.start, run.end).matchAll(/\d+(?:[.\-–()]{1,2}\d+)*/g)].map(
    (match) => ({
      digits: match[0].replace(/\D/g, ''),
      start: run.start + match.index,
      end: run.start + match.index + match[0].length,
    }),
  );
  return pieces.some(({ digits }) => digits.length >= 9) ? pieces : [run];
}
