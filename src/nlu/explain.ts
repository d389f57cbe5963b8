/* eslint-disable @typescript-eslint/no-non-null-assertion --
   A numeric kernel: every index is within its array by construction. */
import { none } from './corpus.ts';
import { extract, groupCount, sourcesOf } from './features.ts';
import type { Source } from './features.ts';
import { combine, scoreWords } from './score.ts';
import type { Model } from './model.ts';
import { normalize } from './normalize.ts';
import type { Word } from './normalize.ts';
import { withoutOpening } from './opening.ts';
import { softmaxLength } from './softmax.ts';
import type { IntentName } from './types.ts';

/** What one word, pair or concept adds to the lead; below 0 it speaks for the other. */
export type Reason = Source & { readonly weight: number };

/** Why `best` and not `against` (an intent, or `none`): everything is a sum. */
export interface Explanation {
  readonly best: IntentName;
  readonly against: string;
  /** z_best − z_against: the sum of all reasons and of `rest`. */
  readonly lead: number;
  /** Heaviest first. */
  readonly reasons: readonly Reason[];
  /** What no word is the reason of: how common the topics are, and how much of the sentence is known. */
  readonly rest: number;
}

/** Of a message by itself, without what was said before. Undefined where nothing of it is known. */
export function explain(model: Model, text: string): Explanation | undefined {
  const said = normalize(text.normalize('NFC'), model.language.spelling);
  const words = withoutOpening(said, model.language);
  const outputs = scoreWords(model, words);
  if (outputs.known === 0) return undefined;
  const z = combine(outputs, model.calibration);
  const [best, against] = leaders(z);
  const weights = weightsBySource(model, words, best, against);
  const reasons = sourcesOf(words, model.language)
    .map((source, i) => ({ ...source, weight: weights.get(i) ?? 0 }))
    .filter(({ weight }) => weight !== 0)
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  const lead = z[best]! - z[against]!;
  return {
    best: model.labels.intents[best] ?? none,
    against: model.labels.intents[against] ?? none,
    lead,
    reasons,
    rest: lead - reasons.reduce((sum, { weight }) => sum + weight, 0),
  };
}

/** The best in scope, and the best of all others. */
function leaders(z: Float64Array): [number, number] {
  const inScope = z.subarray(0, -1);
  const best = inScope.indexOf(Math.max(...inScope));
  const others = z.map((score, c) => (c === best ? -Infinity : score));
  return [best, others.indexOf(Math.max(...others))];
}

/** By source: what its features give `best` more than `against`; a repeated feature is shared out. */
function weightsBySource(
  model: Model,
  words: readonly Word[],
  best: number,
  against: number,
): Map<number, number> {
  const list = model.scratch.features;
  extract(words, model.language, model.index, list);
  const found = Array.from(list.features.subarray(0, list.size));
  const counts = new Map<number, number>();
  for (const feature of found) counts.set(feature, (counts.get(feature) ?? 0) + 1);
  const lengths = lengthsOf(model, counts);
  const sums = new Map<number, number>();
  found.forEach((feature, i) => {
    const count = counts.get(feature)!;
    const share = (1 + Math.log(count)) / count;
    const weight = share * leadOf(model, feature, lengths, best, against);
    const source = list.sources[i]!;
    sums.set(source, (sums.get(source) ?? 0) + weight);
  });
  return sums;
}

function lengthsOf({ weights: { factors } }: Model, counts: ReadonlyMap<number, number>): number[] {
  const squares = new Array<number>(groupCount).fill(0);
  for (const [feature, count] of counts) {
    squares[factors[feature * 4 + 3]!]! += ((1 + Math.log(count)) * factors[feature * 4 + 2]!) ** 2;
  }
  return squares.map((square, group) => softmaxLength(square, group) || 1);
}

/** What one feature, seen once, gives `best` more than `against`. */
function leadOf(
  { weights, calibration }: Model,
  feature: number,
  lengths: readonly number[],
  best: number,
  against: number,
): number {
  const { small, ridgeColumns, softmaxColumns, factors } = weights;
  const at = feature * (ridgeColumns + softmaxColumns);
  const middle = at + ridgeColumns;
  const [ofRidge = 0, ofSoftmax = 0, , group = 0] = factors.subarray(feature * 4, feature * 4 + 4);
  const ridge = ofRidge * (small[at + best]! - small[at + against]!);
  const softmax =
    (ofSoftmax / lengths[group]!) * (small[middle + best]! - small[middle + against]!);
  return calibration.alpha * ridge + calibration.beta * softmax;
}
