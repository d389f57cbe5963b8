import type { Calibration } from './calibration.ts';
import { softmaxOf } from './softmax.ts';
import type { Scored, Understanding } from './types.ts';

/** What decides between answering, offering three topics and offering a person. */
export interface Zones {
  readonly labels: { readonly intents: readonly string[] };
  readonly eager: ReadonlySet<string>;
  readonly calibration: Calibration;
}

/** What the scores of one sentence come to. */
export interface Verdict {
  /** In scope, best first. */
  readonly intents: readonly Scored[];
  /** z_best − z_none */
  readonly scope: number;
  readonly decision: Understanding['decision'];
}

/** `z`: of every intent, `none` last. */
export function judge({ labels, calibration, eager }: Zones, z: Float64Array): Verdict {
  const probabilities = softmaxOf(z.slice());
  const intents = labels.intents
    .map((name, i) => ({ name, probability: probabilities[i] ?? 0 }))
    .sort((a, b) => b.probability - a.probability);
  const [best, second] = intents;
  const scope = scopeOf(z);
  if (!best) return { intents, scope, decision: 'human' };
  const answerFrom = eager.has(best.name) ? calibration.eagerFrom : calibration.answerFrom;
  const leads = best.probability >= calibration.lead * (second?.probability ?? 0);
  if (scope >= answerFrom && leads) return { intents, scope, decision: 'answer' };
  return { intents, scope, decision: scope >= calibration.chooseFrom ? 'choose' : 'human' };
}

/** By how much the best intent's score exceeds that of `none`, which stands last; 0 is the border. */
export function scopeOf(z: Float64Array): number {
  return Math.max(...z.subarray(0, -1)) - (z.at(-1) ?? 0);
}
