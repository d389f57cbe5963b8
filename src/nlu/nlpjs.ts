import { normalize } from './normalize.ts';
import type { Spelling } from './normalize.ts';
import { removeMarks } from './syllable.ts';

/**
 * Vietnamese for the container of node-nlp, which has none: `container.register('normalizer-vi', normalizerVi(spelling),
 * true)`, and the same for `tokenizer-vi` and `stemmer-vi`.
 */
export const normalizerVi = (spelling: Spelling) => ({
  /** What people typed as they meant it: accents in one place, Telex and chat words read out. */
  normalize: (text: string): string =>
    normalize(text, spelling)
      .map(({ t }) => t)
      .join(' '),
});

/** Splits what `normalizerVi` wrote. Words only: pairs and pieces of words break the learning of node-nlp. */
export const tokenizerVi = () => ({
  tokenize: (text: string): string[] => text.split(' ').filter((word) => word !== ''),
});

/** Words without their accents, đ too, so that they meet those of people who type none. */
export const stemmerVi = () => ({
  stem: (tokens: readonly string[]): string[] => tokens.map(removeMarks),
});
