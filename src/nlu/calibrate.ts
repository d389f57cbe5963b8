import type { Calibration } from './calibration.ts';
import { combine } from './model.ts';
import type { Outputs } from './model.ts';
import { scopeOf } from './zones.ts';

/** What the members said of a sentence they had not learnt, and its true label (`none` last). */
export interface Prediction {
  readonly label: number;
  readonly outputs: Outputs;
}

/**
 * Shares of `none` that may be answered, by an eager intent or by another, and offered three topics. Together a
 * point of margin to the promised 3 %. (τ_c for eager intents let 3.5 % of `none` through by themselves.)
 */
const noneAnswered = 0.014;
const noneAnsweredEagerly = 0.006;
const noneOffered = 0.25;
const leastAnswered = 0.87;
const alphas = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14];
const betas = [0.15, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** The weights of both members with the least log-loss, and the thresholds that keep the promises. */
export function calibrate(
  predictions: readonly Prediction[],
  isEager: (label: number) => boolean,
  kept: Pick<Calibration, 'followUp' | 'corpus'>,
): Calibration {
  const { alpha, beta } = bestWeights(predictions);
  const scored = predictions.map(({ label, outputs }) => {
    const z = combine(outputs, { alpha, beta });
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
  return { alpha, beta, answerFrom, eagerFrom, chooseFrom, lead, ...kept };
}

export function logLoss(
  predictions: readonly Prediction[],
  weights: Pick<Calibration, 'alpha' | 'beta'>,
): number {
  let loss = 0;
  for (const { label, outputs } of predictions) {
    const z = combine(outputs, weights);
    const highest = Math.max(...z);
    const total = z.reduce((sum, score) => sum + Math.exp(score - highest), 0);
    loss += Math.log(total) + highest - (z[label] ?? 0);
  }
  return loss / Math.max(1, predictions.length);
}

function bestWeights(predictions: readonly Prediction[]): { alpha: number; beta: number } {
  let best = { alpha: 5, beta: 0.6, loss: Infinity };
  for (const alpha of alphas) {
    for (const beta of betas) {
      const loss = logLoss(predictions, { alpha, beta });
      if (loss < best.loss) best = { alpha, beta, loss };
    }
  }
  return best;
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
