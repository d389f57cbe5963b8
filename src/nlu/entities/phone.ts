import { removeMarks } from '../syllable.ts';
import type { Entity } from '../types.ts';

/** `value` when there is one reading, `candidates` when there are several; the form asks. */
export interface PhoneReading {
  readonly value?: string;
  readonly candidates?: readonly string[];
}

/** The number in a message, as `0…` without spaces; undefined when there is none. */
export function readPhone(text: string): PhoneReading | undefined {
  const found = findPhones(text.normalize('NFC'));
  const values = [
    ...new Set(
      found.flatMap(({ value, candidates }) => [
        ...(typeof value === 'string' ? [value] : []),
        ...(candidates ?? []).map(String),
      ]),
    ),
  ];
  const [only] = values;
  if (only === undefined) return undefined;
  return values.length === 1 && found.every(({ candidates }) => !candidates)
    ? { value: only }
    : { candidates: values };
}

/** Phone numbers of people: mobile and land lines of Việt Nam, old eleven-digit numbers in their new form. */
export function findPhones(text: string): Entity[] {
  if (!/\d/.test(text)) return [];
  const found: Entity[] = [];
  for (const match of text.matchAll(shape)) {
    const start = match.index;
    const before = removeMarks(text.slice(Math.max(0, start - 30), start).toLowerCase());
    if (/[\d/.,-]$/.test(before) && !/\d{9}\s*[/-]$/.test(before)) continue;
    if (otherNumber.test(before)) continue;
    // “0905123456 500 triệu”: the last group is an amount.
    const isAmount = isMoney(text.slice(start + match[0].length));
    const run = isAmount ? match[0].replace(/[ \u00a0]?[^ \u00a0]*$/, '') : match[0];
    found.push(...readRun(run, start));
  }
  return found;
}

/** A tax code, an account, a card, a code follows: no phone. */
const otherNumber =
  /(?:\bmst|ma so thue|\bstk|so tai khoan|tai khoan|so the|\botp|ma xac nhan|ma xac thuc|cccd|cmnd|can cuoc|chung minh)\D{0,14}$/;

const isMoney = (after: string): boolean =>
  /^\s*(?:đ|đồng|dong|vnđ|vnd|triệu|trieu|nghìn|nghin|ngàn|tỷ)(?![\p{L}])/iu.test(after);

/** A first digit (or o for 0), then digits with what people put between them. */
const shape =
  /(?:\(?\+ ?\(?|(?<![\p{L}\p{N}]))[(]?[0-9oO](?:[ \u00a0.()–-]{0,3}[0-9]){7,}(?![\p{L}]*\d)/gu;

/** A run may hold several numbers and others beside them: `0905123456 0912 345 678`, `0905 123 456 17h`. */
function readRun(raw: string, start: number): Entity[] {
  const single = read(compact(raw));
  if (single) return [entity(raw, start, single)];
  const pieces = [...raw.matchAll(/[^ \u00a0]+/g)];
  const found: Entity[] = [];
  for (let from = 0; from < pieces.length; from++) {
    for (let to = pieces.length; to > from; to--) {
      const [first, last] = [pieces[from], pieces[to - 1]];
      if (!first || !last) break;
      const part = raw.slice(first.index, last.index + last[0].length);
      const reading = read(compact(part));
      if (reading?.value === undefined) continue;
      found.push(entity(part, start + first.index, reading));
      from = to - 1;
      break;
    }
  }
  return found;
}

function entity(text: string, start: number, reading: PhoneReading): Entity {
  return { type: 'phone', text, start, end: start + text.length, ...reading };
}

function compact(raw: string): string {
  const digits = raw.replace(/[oO]/g, '0').replace(/\D/g, '');
  if (/^00840?/.test(digits)) return digits.replace(/^00840?/, '0');
  if (/^\D*\+/.test(raw)) return digits.replace(/^840?/, '0');
  // Without a plus, 84… is the country only where the whole is a number then.
  if (/^840?\d{9}$/.test(digits) || /^841\d{9}$/.test(digits)) return digits.replace(/^840?/, '0');
  return digits;
}

function read(digits: string): PhoneReading | undefined {
  if (/^0[35789]\d{8}$/.test(digits)) return { value: digits };
  if (/^02\d{9}$/.test(digits)) return { value: digits };
  const moved = migrate(digits);
  if (moved !== undefined) return { value: moved };
  // The leading zero is easily lost where a list of numbers was copied from a table.
  if (/^[35789]\d{8}$/.test(digits)) return { candidates: [`0${digits}`] };
  return undefined;
}

/**
 * Eleven digits became ten from 15/9/2018 to 30/6/2019, the last seven kept.
 * Source: domain.md 4.1 (gsm.vn; tienphong.vn 1278266).
 */
function migrate(digits: string): string | undefined {
  if (!/^01\d{9}$/.test(digits)) return undefined;
  const prefix = newPrefix[digits.slice(0, 4)];
  return prefix === undefined ? undefined : prefix + digits.slice(4);
}

const newPrefix: Readonly<Record<string, string>> = {
  '0120': '070',
  '0121': '079',
  '0122': '077',
  '0123': '083',
  '0124': '084',
  '0125': '085',
  '0126': '076',
  '0127': '081',
  '0128': '078',
  '0129': '082',
  '0162': '032',
  '0163': '033',
  '0164': '034',
  '0165': '035',
  '0166': '036',
  '0167': '037',
  '0168': '038',
  '0169': '039',
  '0186': '056',
  '0188': '058',
  '0199': '059',
};
