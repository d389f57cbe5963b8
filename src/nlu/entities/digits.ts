/** Digits people wrote as one number: with spaces, dots, dashes or brackets between them. */
export interface DigitRun {
  readonly digits: string;
  readonly start: number;
  readonly end: number;
}

/** Characters people put between the digits of one number. */
const between = ' \u00a0.\\-–()';

/** Runs of digits, a `+` before them included in the span. Offsets are UTF-16 units. */
export function digitRuns(text: string): DigitRun[] {
  const pattern = new RegExp(`\\d(?:[${between}]{0,3}\\d)*`, 'g');
  return [...text.matchAll(pattern)].map((match) => ({
    digits: match[0].replace(/\D/g, ''),
    start: match.index,
    end: match.index + match[0].length,
  }));
}
