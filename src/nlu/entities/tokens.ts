import type { Typed } from './typed.ts';

/** A word of a message and where it stands. */
export interface Token {
  readonly plain: string;
  readonly start: number;
  readonly end: number;
}

/** Latin words in order; apostrophes belong to them (H'Leo). */
export function tokensOf({ plain }: Typed): Token[] {
  return [...plain.matchAll(/[a-z\d'’ʼ]+/g)].map(({ 0: word, index }) => ({
    plain: word,
    start: index,
    end: index + word.length,
  }));
}
