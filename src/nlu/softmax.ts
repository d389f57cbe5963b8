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
const writtenShare = 0.5;
const dropAccented = 0.25;
/** Share of a sentence's features left out each time it is learnt: no single word may carry a topic. */
const dropFeature = 0.7;
const decay = 0.001;
const negligible = 0.001;
/** Of each group; characters repeat what words say and weigh less. */
const groupWeight: readonly number[] = [1, 1, 0.7, 1];
/** Runs whose weights are averaged: what they agree on generalises, and a linear model costs no more for it. */
const seeds = [20_261_123, 20_261_124];

/**
 * Multinomial logistic regression by AdaGrad. Each epoch takes every row once, in shuffled order, as written or
 * as one of its noise copies, with most features left out at random; now and then without any accented word, so
 * that the plain ones learn to stand alone.
 */
export function fitSoftmax(
  documents: Documents,
  rows: readonly Row[],
  labels: Labels,
  progress: Progress,
): Linear {
  const columns = labelCount(labels);
  const idf = idfOf(documents);
  const values = scaledValues(documents, idf);
  const variants = variantsByRow(documents, rows.length);
  const weights = new Float32Array(documents.hashes.length * columns);
  const bias = new Float32Array(columns);
  seeds.forEach((seed, run) => {
    const state = emptyState(documents.hashes.length, columns);
    const random = seeded(seed);
    const order = Int32Array.from(rows, (_row, i) => i);
    for (let epoch = 0; epoch < epochs; epoch++) {
      const rate = 0.5 * (1 - epoch / epochs) + 0.02;
      random.shuffle(order);
      for (const row of order) {
        const document = pickVariant(variants[row]!, random);
        readEntry(documents, values, document, random, state.entry);
        step(state, rows[row]!.label, rate);
      }
      progress((run * epochs + epoch + 1) / (epochs * seeds.length));
    }
    state.weights.forEach((weight, i) => (weights[i]! += weight / seeds.length));
    state.bias.forEach((weight, c) => (bias[c]! += weight / seeds.length));
  });
  const { hashes, groups } = documents;
  return { hashes, groups, columns, weights, bias, idf };
}

/** Value of a feature seen c times: (1 + ln c) · idf, then every group of a sentence scaled to its weight. */
export function softmaxLength(squares: number, group: number): number {
  return Math.sqrt(squares) / groupWeight[group]!;
}

function emptyState(features: number, columns: number): State {
  return {
    columns,
    weights: new Float32Array(features * columns),
    gathered: new Float32Array(features * columns).fill(1e-6),
    bias: new Float32Array(columns),
    gatheredBias: new Float32Array(columns).fill(1e-6),
    entry: { indexes: new Int32Array(16_384), values: new Float32Array(16_384), size: 0 },
    active: new Int32Array(columns),
  };
}

interface State {
  readonly columns: number;
  readonly weights: Float32Array;
  readonly gathered: Float32Array;
  readonly bias: Float32Array;
  readonly gatheredBias: Float32Array;
  readonly entry: Entry;
  /** Columns whose error is worth a step. */
  readonly active: Int32Array;
}

/** What is left of one sentence this time. */
interface Entry {
  readonly indexes: Int32Array;
  readonly values: Float32Array;
  size: number;
}

function idfOf({ spread, rows }: Documents): Float32Array {
  return Float32Array.from(spread, (documents) => Math.log(1 + rows.length / documents));
}

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
      const group = groups[matrix.indexes[i]!]!;
      values[i]! /= softmaxLength(squares[group]!, group);
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

function readEntry(
  { matrix, groups }: Documents,
  values: Float32Array,
  document: number,
  random: Random,
  entry: Entry,
): void {
  const withoutAccented = random.chance(dropAccented);
  entry.size = 0;
  const to = Math.min(matrix.starts[document + 1]!, matrix.starts[document]! + entry.values.length);
  for (let i = matrix.starts[document]!; i < to; i++) {
    const index = matrix.indexes[i]!;
    if (random.next() < dropFeature || (withoutAccented && groups[index] === accented)) continue;
    entry.indexes[entry.size] = index;
    entry.values[entry.size++] = values[i]! / (1 - dropFeature);
  }
}

function step(state: State, label: number, rate: number): void {
  const { columns, weights, gathered, bias, gatheredBias, entry, active } = state;
  const errors = probabilities(state);
  errors[label]! -= 1;
  const count = findActive(errors, active);
  for (let i = 0; i < entry.size; i++) {
    const at = entry.indexes[i]! * columns;
    const value = entry.values[i]!;
    for (let a = 0; a < count; a++) {
      const c = active[a]!;
      const weight = weights[at + c]!;
      const gradient = errors[c]! * value + decay * weight;
      const total = gathered[at + c]! + gradient * gradient;
      gathered[at + c] = total;
      weights[at + c] = weight - (rate * gradient) / Math.sqrt(total);
    }
  }
  for (const c of active.subarray(0, count)) {
    const gradient = errors[c]!;
    gatheredBias[c]! += gradient * gradient;
    bias[c]! -= (0.3 * rate * gradient) / Math.sqrt(gatheredBias[c]!);
  }
}

function findActive(errors: Float64Array, active: Int32Array): number {
  let count = 0;
  for (let c = 0; c < errors.length; c++) {
    if (Math.abs(errors[c]!) >= negligible) active[count++] = c;
  }
  return count;
}

function probabilities({ columns, weights, bias, entry }: State): Float64Array {
  const scores = Float64Array.from(bias);
  for (let i = 0; i < entry.size; i++) {
    const at = entry.indexes[i]! * columns;
    const value = entry.values[i]!;
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
