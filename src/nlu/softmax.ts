/* eslint-disable @typescript-eslint/no-non-null-assertion --
   A numeric kernel: every index is within its array by construction. */
import { accented, groupCount } from './features.ts';
import { seeded } from './random.ts';
import type { Random } from './random.ts';
import type { Linear } from './ridge.ts';
import { labelCount } from './rows.ts';
import type { Documents, Labels, Row } from './rows.ts';
import type { Progress } from './train.ts';

const epochs = 15;
const writtenShare = 0.35;
const dropAccented = 0.25;
const decay = 0.001;
const negligible = 0.001;

/**
 * Multinomial logistic regression by AdaGrad. Each epoch takes every row once, in shuffled order, as written or
 * as one of its noise copies; now and then without its accented words, so that the plain ones learn to stand alone.
 */
export function fitSoftmax(
  documents: Documents,
  rows: readonly Row[],
  labels: Labels,
  progress: Progress,
): Linear {
  const columns = labelCount(labels);
  const features = documents.hashes.length;
  const state: State = {
    columns,
    weights: new Float32Array(features * columns),
    gathered: new Float32Array(features * columns).fill(1e-6),
    bias: new Float32Array(columns),
    gatheredBias: new Float32Array(columns).fill(1e-6),
  };
  const idf = idfOf(documents);
  const values = scaledValues(documents, idf);
  const variants = variantsByRow(documents, rows.length);
  const order = Int32Array.from(rows, (_row, i) => i);
  const random = seeded(20_261_123);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = 0.5 * (1 - epoch / epochs) + 0.02;
    random.shuffle(order);
    for (const row of order) {
      const document = pickVariant(variants[row]!, random);
      const entry = entryOf(documents, values, document, random.chance(dropAccented));
      step(state, entry, rows[row]!.label, rate);
    }
    progress((epoch + 1) / epochs);
  }
  const { weights, bias } = state;
  return { hashes: documents.hashes, groups: documents.groups, columns, weights, bias, idf };
}

interface State {
  readonly columns: number;
  readonly weights: Float32Array;
  readonly gathered: Float32Array;
  readonly bias: Float32Array;
  readonly gatheredBias: Float32Array;
}

interface Entry {
  readonly indexes: Int32Array;
  readonly values: Float32Array;
}

function idfOf({ spread, rows }: Documents): Float32Array {
  return Float32Array.from(spread, (documents) => Math.log(1 + rows.length / documents));
}

/** (1 + ln c) · idf, then every group of a document scaled to length 1. */
function scaledValues({ matrix, groups }: Documents, idf: Float32Array): Float32Array {
  const values = matrix.values.map((count, i) => (1 + Math.log(count)) * idf[matrix.indexes[i]!]!);
  const squares = new Float64Array(groupCount);
  for (let document = 0; document + 1 < matrix.starts.length; document++) {
    squares.fill(0);
    const to = matrix.starts[document + 1]!;
    for (let i = matrix.starts[document]!; i < to; i++) {
      squares[groups[matrix.indexes[i]!]!]! += values[i]! * values[i]!;
    }
    for (let i = matrix.starts[document]!; i < to; i++) {
      values[i]! /= Math.sqrt(squares[groups[matrix.indexes[i]!]!]!);
    }
  }
  return values;
}

function variantsByRow(documents: Documents, rowCount: number): number[][] {
  const variants: number[][] = Array.from({ length: rowCount }, () => []);
  documents.rows.forEach((row, document) => variants[row]!.push(document));
  return variants;
}

/** The first variant is the row as written. */
function pickVariant(variants: readonly number[], random: Random): number {
  if (variants.length === 1 || random.chance(writtenShare)) return variants[0]!;
  return variants[1 + random.below(variants.length - 1)]!;
}

function entryOf(
  { matrix, groups }: Documents,
  values: Float32Array,
  document: number,
  withoutAccented: boolean,
): Entry {
  const from = matrix.starts[document]!;
  const to = matrix.starts[document + 1]!;
  const indexes = matrix.indexes.subarray(from, to);
  const own = values.subarray(from, to);
  if (!withoutAccented) return { indexes, values: own };
  const isKept = (_: number, i: number): boolean => groups[indexes[i]!] !== accented;
  return { indexes: indexes.filter(isKept), values: own.filter(isKept) };
}

function step(state: State, { indexes, values }: Entry, label: number, rate: number): void {
  const { columns, weights, gathered, bias, gatheredBias } = state;
  const errors = probabilities(state, indexes, values);
  errors[label]! -= 1;
  const active: number[] = [];
  errors.forEach((error, c) => {
    if (Math.abs(error) >= negligible) active.push(c);
  });
  for (let i = 0; i < indexes.length; i++) {
    const at = indexes[i]! * columns;
    const value = values[i]!;
    for (const c of active) {
      const weight = weights[at + c]!;
      const gradient = errors[c]! * value + decay * weight;
      const total = gathered[at + c]! + gradient * gradient;
      gathered[at + c] = total;
      weights[at + c] = weight - (rate * gradient) / Math.sqrt(total);
    }
  }
  for (const c of active) {
    const gradient = errors[c]!;
    gatheredBias[c]! += gradient * gradient;
    bias[c]! -= (0.3 * rate * gradient) / Math.sqrt(gatheredBias[c]!);
  }
}

function probabilities(state: State, indexes: Int32Array, values: Float32Array): Float64Array {
  const { columns, weights, bias } = state;
  const scores = Float64Array.from(bias);
  for (let i = 0; i < indexes.length; i++) {
    const at = indexes[i]! * columns;
    const value = values[i]!;
    for (let c = 0; c < columns; c++) scores[c]! += value * weights[at + c]!;
  }
  return softmaxOf(scores);
}

/** In place: probabilities of the scores. */
export function softmaxOf(scores: Float64Array): Float64Array {
  let highest = -Infinity;
  for (const score of scores) if (score > highest) highest = score;
  let total = 0;
  for (let c = 0; c < scores.length; c++) {
    scores[c] = Math.exp(scores[c]! - highest);
    total += scores[c]!;
  }
  for (let c = 0; c < scores.length; c++) scores[c]! /= total;
  return scores;
}
