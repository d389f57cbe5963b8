import { createHash } from 'node:crypto';
import { syllables } from '../conversation/fold.ts';

/** What must occur: single syllables, and runs of syllables that stand side by side. */
export interface Terms {
  readonly words: readonly string[];
  readonly phrases: readonly (readonly string[])[];
}

/** Reads what somebody typed into a search box: every syllable must occur, `"…"` side by side. */
export function termsOf(text: string): Terms {
  const phrases: string[][] = [];
  const rest = text.replace(/["“”]([^"“”]*)["“”]/gu, (_, quoted: string) => {
    const run = syllables(quoted);
    if (run.length > 1) phrases.push(run);
    return run.length > 1 ? ' ' : ` ${quoted} `;
  });
  return { words: [...new Set(syllables(rest))], phrases };
}

/** A narrowing token as one word that no text can contain by chance, whatever characters it is made of. */
export function tokenWord(token: string): string {
  return `t${createHash('sha1').update(token).digest('hex').slice(0, 20)}`;
}
