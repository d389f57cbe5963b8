import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { ContentError } from './errors.ts';
import { calibrate } from './nlu/calibrate.ts';
import type { Prediction } from './nlu/calibrate.ts';
import { parseCalibration } from './nlu/calibration.ts';
import type { Calibration } from './nlu/calibration.ts';
import { none, styles } from './nlu/corpus.ts';
import type { Corpus, Sentence } from './nlu/corpus.ts';
import { judgeOutputs } from './nlu/evaluate.ts';
import type { Judged } from './nlu/evaluate.ts';
import { foldsOf } from './nlu/folds.ts';
import type { SplitBy } from './nlu/folds.ts';
import { sentencesHash } from './nlu/model.ts';
import { scoreWords } from './nlu/score.ts';
import type { Model } from './nlu/model.ts';
import { normalize } from './nlu/normalize.ts';
import { parseLessons } from './nlu/train.ts';
import type { Run, Sources } from './training.ts';

export interface CrossValidation {
  /** Of every sentence of the corpus, by a model that had not learnt it. */
  readonly predictions: readonly Prediction[];
  readonly folds: Int32Array;
  readonly corpus: Corpus;
}

/** Learns `count` models, two at a time, each without one fold, and lets each score the fold it has not seen. */
export async function crossValidate(
  sources: Sources,
  { count, by }: { readonly count: number; readonly by: SplitBy },
  run: Run,
  onProgress: (part: number) => void,
): Promise<CrossValidation> {
  const { corpus } = parseLessons(sources.files);
  const folds = foldsOf(corpus.sentences, count, by);
  const predictions = new Array<Prediction>(corpus.sentences.length);
  const parts = new Array<number>(count).fill(0);
  const waiting = parts.map((_part, fold) => fold);
  const work = async (): Promise<void> => {
    for (let fold = waiting.shift(); fold !== undefined; fold = waiting.shift()) {
      const current = fold;
      const outcome = await run({ do: 'predict', sources, folds, fold }, (part) => {
        parts[current] = part;
        onProgress(parts.reduce((sum, one) => sum + one, 0) / count);
      });
      if (!('predicted' in outcome)) throw new Error('A worker answered another question.');
      outcome.predicted.sentences.forEach((sentence, i) => {
        const outputs = outcome.predicted.outputs[i];
        if (outputs) predictions[sentence] = { label: labelOf(corpus, sentence), outputs };
      });
    }
  };
  await Promise.all([work(), work()]);
  return { predictions, folds, corpus };
}

function labelOf({ intents, sentences }: Corpus, sentence: number): number {
  const label = sentences[sentence]?.label ?? none;
  return label === none ? intents.length : intents.findIndex(({ name }) => name === label);
}

/**
 * Judges every sentence with weights and thresholds chosen on the predictions of the other folds, never on those
 * of the fold it is in.
 */
export function judgeCrossValidation({ predictions, folds, corpus }: CrossValidation): Judged[] {
  const count = Math.max(...folds) + 1;
  const zones = { labels: labelsFor(corpus), eager: eagerOf(corpus) };
  const calibrations = Array.from({ length: count }, (_none, fold) =>
    calibrate(
      predictions.filter((_prediction, i) => folds[i] !== fold),
      isEagerIn(corpus),
      { followUp: 1, corpus: '' },
    ),
  );
  return corpus.sentences.flatMap((sentence, i) => {
    const calibration = calibrations[folds[i] ?? 0];
    const prediction = predictions[i];
    return calibration && prediction
      ? [judgeOutputs({ ...zones, calibration }, sentence, prediction.outputs)]
      : [];
  });
}

/** The calibration of the whole corpus, to be kept in `intents/calibration.json`. */
export function chooseCalibration(sources: Sources, { predictions }: CrossValidation): Calibration {
  const lessons = parseLessons(sources.files);
  const kept = { followUp: followUpOf(sources), corpus: sentencesHash(lessons) };
  return calibrate(predictions, isEagerIn(lessons.corpus), kept);
}

/** Chosen by hand on pairs of messages (`test/nlu/understand.test.ts`), in the scale of z. */
const usualFollowUp = 9;

/** As in the file, also where that is not in its form any more: it is about to be written anew. */
function followUpOf({ calibration }: Sources): number {
  try {
    return parseCalibration(calibration).followUp;
  } catch (error) {
    if (error instanceof ContentError) return usualFollowUp;
    throw error;
  }
}

const isEagerIn =
  ({ intents }: Corpus) =>
  (label: number): boolean =>
    intents[label]?.eager === true;
const labelsFor = ({ intents }: Corpus) => ({ intents: intents.map(({ name }) => name) });
const eagerOf = ({ intents }: Corpus): Set<string> =>
  new Set(intents.filter(({ eager }) => eager).map(({ name }) => name));

export type HeldOutSentence = Pick<Sentence, 'text' | 'label' | 'style' | 'writer'>;

/** `test/held-out/*.tsv`: intent, style, text, writer. Empty where the folder is not there. */
export async function readHeldOutSentences(root: string): Promise<HeldOutSentence[]> {
  const folder = path.join(root, 'test/held-out');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.tsv'));
  const texts = await Promise.all(
    names.sort().map((name) => readFile(path.join(folder, name), 'utf8')),
  );
  return texts.flatMap((text) => text.split('\n').flatMap(heldOutSentence));
}

function heldOutSentence(row: string): HeldOutSentence[] {
  const [label = '', name, text, writer = ''] = row.split('\t');
  const style = styles.find((known) => known === name);
  return style && text ? [{ label, style, text: text.trim(), writer }] : [];
}

/** Judges each sentence alone, as the model does before a conversation bends it; in the same order. */
export function judgeSentences(model: Model, sentences: readonly HeldOutSentence[]): Judged[] {
  return sentences.map((sentence) =>
    judgeOutputs(
      model,
      sentence,
      scoreWords(model, normalize(sentence.text, model.language.spelling)),
    ),
  );
}
