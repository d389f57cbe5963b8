import type { Calibration } from './calibration.ts';
import { combine } from './score.ts';
import type { Outputs } from './score.ts';
import { scopeOf } from './zones.ts';

/** What the members said of a sentence they had not learnt, and its true label (`none` last). */
export interface Prediction {
  readonly label: number;
  readonly outputs: Outputs;
}

/**
 * Shares of `none` that may be answered, by an eager intent or by another, and offered three topics. Together the
 * promised 3 %: folds are harder than life, so what strangers write stays below. (τ_c for eager intents let 3.5 % of
 * `none` through by themselves.)
 */
const noneAnswered = 0.022;
const noneAnsweredEagerly = 0.008;
const noneOffered = 0.25;
const leastAnswered = 0.87;
const alphas = [1, 2, 3, 4, 5, 6, 8, 10, 12];
const betas = [0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.5];
const evidences = [0, 0.5, 1, 1.5, 2, 2.5];

type Weights = Pick<Calibration, 'alpha' | 'beta' | 'evidence'>;

/** The weights of both members and of evidence with the least log-loss, and the thresholds that keep the promises. */
export function calibrate(
  predictions: readonly Prediction[],
  isEager: (label: number) => boolean,
  kept: Pick<Calibration, 'followUp' | 'corpus'>,
): Calibration {
  const weights = bestWeights(predictions);
  const scored = predictions.map(({ label, outputs }) => {
    const z = combine(outputs, weights);
    const eager = isEager(z.indexOf(Math.max(...z.subarray(0, -1))));
    return { label, none: z.length - 1, scope: scopeOf(z), ratio: ratioOf(z), eager };
  });
  const ofNone = scored.filter(({ label, none }) => label === none);
  const chooseFrom = thresholdFor(ofNone, noneOffered, ofNone.length);
  const answerFrom = Math.max(
    chooseFrom,
    thresholdFor(
      ofNone.filter(({ eager }) => !eager),
      noneAnswered,
      ofNone.length,
    ),
  );
  const eagerFrom = Math.max(
    chooseFrom,
    thresholdFor(
      ofNone.filter(({ eager }) => eager),
      noneAnsweredEagerly,
      ofNone.length,
    ),
  );
  const inScope = scored.filter(({ label, none }) => label !== none);
  const lead = bestLead(inScope, answerFrom);
  return { ...weights, answerFrom, eagerFrom, chooseFrom, lead, ...kept };
}

/** Mean negative log-likelihood of the true labels, in nats; the lower, the better. */
export function logLoss(predictions: readonly Prediction[], weights: Weights): number {
  let loss = 0;
  // Asked a hundred times of ten thousand sentences: one array serves all.
  let z = new Float64Array(0);
  for (const { label, outputs } of predictions) {
    if (z.length !== outputs.softmax.length) z = new Float64Array(outputs.softmax.length);
    combine(outputs, weights, z);
    let highest = -Infinity;
    for (const score of z) if (score > highest) highest = score;
    let total = 0;
    for (const score of z) total += Math.exp(score - highest);
    loss += Math.log(total) + highest - (z[label] ?? 0);
  }
  return loss / Math.max(1, predictions.length);
}

const rounds = 4;

/** One after the other, round by round: the loss is smooth, and has one lowest point. */
function bestWeights(predictions: readonly Prediction[]): Weights {
  let weights: Weights = { alpha: 3, beta: 1, evidence: 1 };
  let least = logLoss(predictions, weights);
  const keepBetter = (candidate: Weights): void => {
    const loss = logLoss(predictions, candidate);
    if (loss < least) [least, weights] = [loss, candidate];
  };
  for (let round = 0; round < rounds; round++) {
    for (const alpha of alphas) keepBetter({ ...weights, alpha });
    for (const beta of betas) keepBetter({ ...weights, beta });
    for (const evidence of evidences) keepBetter({ ...weights, evidence });
  }
  return weights;
}

/** The smallest value, to two decimals, with at most `share` of `total` scopes at or above it. */
function thresholdFor(
  scored: readonly { readonly scope: number }[],
  share: number,
  total: number,
): number {
  const falling = scored.map(({ scope }) => scope).sort((a, b) => b - a);
  const at = falling[Math.floor(total * share)] ?? -10;
  return Math.ceil((at + 1e-9) * 100) / 100;
}

/** The largest lead in [1, 2] that still answers enough of what is in scope. */
function bestLead(
  inScope: readonly { readonly scope: number; readonly ratio: number }[],
  answerFrom: number,
): number {
  for (let lead = 2; lead > 1; lead -= 0.05) {
    const answered = inScope.filter(({ scope, ratio }) => scope >= answerFrom && ratio >= lead);
    if (answered.length >= leastAnswered * inScope.length) return Math.round(lead * 100) / 100;
  }
  return 1;
}

/** How many times as probable the best intent is as the second. */
function ratioOf(z: Float64Array): number {
  const [best = 0, second = 0] = z.slice(0, -1).sort().reverse();
  return Math.exp(best - second);
}
