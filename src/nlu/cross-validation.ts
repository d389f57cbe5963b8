import type { Calibration } from './calibration.ts';
import { loadModel, packModel } from './model.ts';
import { scoreWords } from './score.ts';
import type { Outputs } from './score.ts';
import { normalize } from './normalize.ts';
import { fitMember } from './train.ts';
import type { Lessons, Progress } from './train.ts';

/** Outputs for the sentences of one fold, by a model that learnt the others. Plain arrays: it crosses threads. */
export interface FoldPrediction {
  /** Positions in the corpus. */
  readonly sentences: Int32Array;
  readonly outputs: readonly Outputs[];
}

/** Thresholds play no part in outputs. */
const anyCalibration: Calibration = {
  alpha: 1,
  beta: 1,
  evidence: 0,
  answerFrom: 0,
  eagerFrom: 0,
  chooseFrom: 0,
  lead: 1,
  followUp: 1,
  corpus: '',
};

/** Learns everything outside `fold` and scores what is in it. Vocabulary and dictionary come from outside too. */
export function predictFold(
  { corpus, lexicon }: Lessons,
  folds: Int32Array,
  fold: number,
  progress: Progress,
): FoldPrediction {
  const outside = corpus.sentences.filter((_sentence, i) => folds[i] !== fold);
  const lessons = { corpus: { ...corpus, sentences: outside }, lexicon };
  const ridge = fitMember('ridge', lessons, (share) => {
    progress(share / 2);
  });
  const softmax = fitMember('softmax', lessons, (share) => {
    progress(0.5 + share / 2);
  });
  const model = loadModel(packModel(lessons, anyCalibration, ridge, softmax));
  const inside = Int32Array.from(folds.keys()).filter((i) => folds[i] === fold);
  const outputs = Array.from(inside, (i) =>
    scoreWords(model, normalize(corpus.sentences[i]?.text ?? '', model.language.spelling)),
  );
  return { sentences: inside, outputs };
}
