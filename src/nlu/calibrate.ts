import type { Calibration } from './calibration.ts';
import { combine } from './model.ts';
import type { Outputs } from './model.ts';
import { scopeOf } from './zones.ts';

/** What the members said of a sentence they had not learnt, and its true label (`none` last). */
export interface Prediction {
  readonly label: number;
  readonly outputs: Outputs;
}

/** Shares of `none` that may be answered, and offered three topics. A point of margin to the promised 3 %. */
const noneAnswered = 0.02;
const noneOffered = 0.25;
const leastAnswered = 0.87;
const alphas = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14];
const betas = [0.15, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** The weights of both members with the least log-loss, and the thresholds that keep the promises. */
export function calibrate(
  predictions: readonly Prediction[],
  kept: Pick<Calibration, 'followUp' | 'corpus'>,
): Calibration {
  const { alpha, beta } = bestWeights(predictions);
  const scored = predictions.map(({ label, outputs }) => {
    const z = combine(outputs, { alpha, beta });
    return { label, none: z.length - 1, scope: scopeOf(z), ratio: ratioOf(z) };
  });
  const ofNone = scored.filter(({ label, none }) => label === none).map(({ scope }) => scope);
  const answerFrom = thresholdFor(ofNone, noneAnswered);
  const chooseFrom = Math.min(answerFrom, thresholdFor(ofNone, noneOffered));
  const inScope = scored.filter(({ label, none }) => label !== none);
  const lead = bestLead(inScope, answerFrom);
  return { alpha, beta, answerFrom, chooseFrom, lead, ...kept };
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

/** The smallest value with at most `share` of the scopes at or above it, to two decimals. */
function thresholdFor(scopes: readonly number[], share: number): number {
  const falling = [...scopes].sort((a, b) => b - a);
  const at = falling[Math.floor(falling.length * share)] ?? 0;
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
