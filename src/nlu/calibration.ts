import { z } from 'zod';
import { ContentError } from '../errors.ts';

/** Chosen on out-of-fold predictions by `npm run evaluate -- --calibrate`; kept in `intents/calibration.json`. */
export interface Calibration {
  /** z = alpha · ridge + beta · softmax */
  readonly alpha: number;
  readonly beta: number;
  /** How much a sentence of which little is known leans towards `none`. */
  readonly evidence: number;
  /** Scope from which the best intent is answered; for an eager one; and from which three are offered. */
  readonly answerFrom: number;
  readonly eagerFrom: number;
  readonly chooseFrom: number;
  /** The best must be so many times as probable as the second. */
  readonly lead: number;
  /** Added to the z of what was answered last, when a message follows up. */
  readonly followUp: number;
  /** Hash of the sentences it was chosen on; `evaluate` says when they have changed since. */
  readonly corpus: string;
}

const shape = z.strictObject({
  alpha: z.number().positive(),
  beta: z.number().positive(),
  evidence: z.number().min(0),
  answerFrom: z.number(),
  eagerFrom: z.number(),
  chooseFrom: z.number(),
  lead: z.number().min(1),
  followUp: z.number().positive(),
  corpus: z.string(),
});

const file = 'intents/calibration.json';

/** @throws {ContentError} when the file is not as `--calibrate` writes it. */
export function parseCalibration(text: string): Calibration {
  const fail = (what: string): never => {
    const remedy = 'tạo lại bằng: npm run evaluate -- --calibrate';
    throw new ContentError(file, 1, 'calibration.shape', `${what} – ${remedy}`);
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fail('không phải JSON');
  }
  const result = shape.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  return fail(`“${issue?.path.join('.') ?? ''}” sai: ${issue?.message ?? ''}`);
}
