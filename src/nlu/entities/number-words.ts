import { spelled } from './typed.ts';
import type { Typed } from './typed.ts';

/**
 * Numbers in words, 0–999: “năm trăm”, “hai mươi mốt”, “mười lăm”, “một trăm linh năm”. `numberWords` is the
 * source of a pattern over text without marks; whether the marks that were typed fit is asked of `readWords`.
 */
const digits: Readonly<Record<string, { readonly value: number; readonly as: readonly string[] }>> =
  {
    khong: { value: 0, as: ['không'] },
    mot: { value: 1, as: ['một', 'mốt'] },
    hai: { value: 2, as: ['hai'] },
    ba: { value: 3, as: ['ba'] },
    bon: { value: 4, as: ['bốn'] },
    tu: { value: 4, as: ['tư'] },
    nam: { value: 5, as: ['năm'] },
    lam: { value: 5, as: ['lăm'] },
    nham: { value: 5, as: ['nhăm'] },
    sau: { value: 6, as: ['sáu'] },
    bay: { value: 7, as: ['bảy', 'bẩy'] },
    tam: { value: 8, as: ['tám'] },
    chin: { value: 9, as: ['chín'] },
  };
const joints: Readonly<Record<string, readonly string[]>> = {
  muoi: ['mười', 'mươi'],
  chuc: ['chục'],
  tram: ['trăm'],
  linh: ['linh'],
  le: ['lẻ'],
};
const one = Object.keys(digits).join('|');

export const numberWords = `(?:(?:${one}) tram(?: (?:linh|le) (?:${one})|(?: (?:${one}))? muoi(?: (?:${one}))?)?|(?:(?:${one}) )?muoi(?: (?:${one}))?|(?:${one}) chuc|(?:${one}))`;

/** A number of at most two digits, or in words. */
export const smallNumber = `(?:\\d{1,2}|${numberWords})`;

/** The number that stands at `start`, in digits or words; undefined where the marks say another word. */
export function readNumberAt(typed: Typed, start: number, length: number): number | undefined {
  const written = typed.plain.slice(start, start + length);
  if (/^\d+$/.test(written)) return Number(written);
  // “lăm” and “nhăm” stand only behind “mười”.
  if (written === 'lam' || written === 'nham') return undefined;
  let hundreds = 0;
  let tens: number | undefined;
  let ones: number | undefined;
  let at = start;
  for (const word of written.split(' ')) {
    const as = digits[word]?.as ?? joints[word];
    if (!as || !spelled(typed, at, word.length, as)) return undefined;
    at += word.length + 1;
    if (word === 'tram') {
      hundreds = ones ?? 0;
      ones = undefined;
    } else if (word === 'muoi' || word === 'chuc') {
      tens = ones ?? 1;
      ones = undefined;
    } else ones = digits[word]?.value ?? ones;
  }
  return hundreds * 100 + (tens ?? 0) * 10 + (ones ?? 0);
}
