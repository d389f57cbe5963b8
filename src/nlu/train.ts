import type { Calibration } from './calibration.ts';
import { parseCorpus } from './corpus.ts';
import type { Corpus, TextFile } from './corpus.ts';
import { languageOf, vocabularyOf } from './language.ts';
import type { Language } from './language.ts';
import { parseLexicon } from './lexicon.ts';
import type { Lexicon } from './lexicon.ts';
import { packModel } from './model.ts';
import { fitRidge } from './ridge.ts';
import type { Linear } from './ridge.ts';
import { documentsOf, labelsOf, rowsOf } from './rows.ts';
import { fitSoftmax } from './softmax.ts';

/** Called with the share done, 0 to 1. */
export type Progress = (share: number) => void;

export const members = ['ridge', 'softmax'] as const;
export type Member = (typeof members)[number];

/** Everything training reads, parsed. */
export interface Lessons {
  readonly corpus: Corpus;
  readonly lexicon: Lexicon;
}

/** Sentences and lexicon out of the files of `intents/`. @throws {ContentError} at the first that is broken. */
export function parseLessons(files: readonly TextFile[]): Lessons {
  return { corpus: parseCorpus(files), lexicon: parseLexicon(files) };
}

/**
 * Learns a model. The same lessons give the same bytes. Takes half a minute for the whole corpus: the server
 * fits both members side by side in workers instead (`src/training.ts`).
 */
export function trainModel(
  corpus: Corpus,
  lexicon: Lexicon,
  calibration: Calibration,
  onProgress: Progress = () => undefined,
): Uint8Array {
  const lessons = { corpus, lexicon };
  const ridge = fitMember('ridge', lessons, (share) => {
    onProgress(share / 2);
  });
  const softmax = fitMember('softmax', lessons, (share) => {
    onProgress(0.5 + share / 2);
  });
  return packModel(lessons, calibration, ridge, softmax);
}

/** Fits one of the two linear members; they know nothing of each other. */
export function fitMember(
  member: Member,
  { corpus, lexicon }: Lessons,
  progress: Progress,
  language: Language = languageOf(lexicon, vocabularyOf(corpus)),
): Linear {
  const labels = labelsOf(corpus);
  const rows = rowsOf(corpus, labels);
  const isRidge = member === 'ridge';
  const documents = documentsOf(rows, language, lexicon, {
    copies: isRidge ? () => 1 : (ofLabel) => (ofLabel > 100 ? 2 : 4),
    seed: isRidge ? 1 : 2,
    trustWritten: isRidge,
  });
  progress(0.2);
  const fit = isRidge ? fitRidge : fitSoftmax;
  return fit(documents, rows, labels, (share) => {
    progress(0.2 + 0.8 * share);
  });
}
