/* eslint-disable @typescript-eslint/no-non-null-assertion --
   A numeric kernel: every index is within its array by construction. */
import { ridgeWeight } from './features.ts';
import { labelCount } from './rows.ts';
import type { Documents, Labels, Matrix, Row } from './rows.ts';
import type { Progress } from './train.ts';

/** A linear member: `weights[feature × columns + column]`, and for each column a constant. */
export interface Linear {
  readonly hashes: Int32Array;
  readonly groups: Uint8Array;
  readonly columns: number;
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  /** By feature, what its count is multiplied by before the groups are scaled; 1 for ridge. */
  readonly idf: Float32Array;
}

const penalty = 0.3;
const copyWeight = 0.25;
const rounds = 4;

/**
 * Ridge regression on class indicators by preconditioned conjugate gradient from 0, all columns side by side:
 * (XᵀΩX + λI) W = XᵀΩY. Columns: labels, then the outside topics.
 */
export function fitRidge(
  documents: Documents,
  rows: readonly Row[],
  labels: Labels,
  progress: Progress,
): Linear {
  const matrix = ridgeMatrix(documents);
  const columns = labelCount(labels) + labels.outside.length;
  const size = documents.hashes.length * columns;
  const importance = Float32Array.from(documents.written, (written) => (written ? 1 : copyWeight));
  const weights = new Float32Array(size);
  const residual = targets(matrix, documents, rows, labels, columns, importance);
  const ease = preconditioner(matrix, documents.hashes.length, importance);
  const direction = new Float32Array(size);
  const image = new Float32Array(size);
  let norm = easedProducts(residual, residual, ease, columns);
  let turn = new Float64Array(columns);
  for (let round = 0; round < rounds; round++) {
    redirect(direction, residual, ease, turn);
    applyNormal(matrix, importance, direction, image, columns);
    const along = easedProducts(direction, image, undefined, columns);
    const step = along.map((product, c) => (product > 0 ? norm[c]! / product : 0));
    addTo(weights, direction, step);
    addTo(residual, image, opposite(step));
    const next = easedProducts(residual, residual, ease, columns);
    turn = next.map((product, c) => (norm[c]! > 0 ? product / norm[c]! : 0));
    norm = next;
    progress((round + 1) / rounds);
  }
  return {
    hashes: documents.hashes,
    groups: documents.groups,
    columns,
    weights,
    bias: new Float32Array(columns),
    idf: new Float32Array(documents.hashes.length).fill(1),
  };
}

/** The next direction: the eased residual and, by column, so much of the last direction. */
function redirect(
  direction: Float32Array,
  residual: Float32Array,
  ease: Float32Array,
  turn: Float64Array,
): void {
  const columns = turn.length;
  for (let i = 0, feature = 0; i < direction.length; feature++) {
    for (let c = 0; c < columns; c++, i++) {
      direction[i] = ease[feature]! * residual[i]! + turn[c]! * direction[i]!;
    }
  }
}

function opposite(step: Float64Array): Float64Array {
  return step.map((length) => -length);
}

/** sum += step · change, by column. */
function addTo(sum: Float32Array, change: Float32Array, step: Float64Array): void {
  const columns = step.length;
  for (let i = 0; i < sum.length;) {
    for (let c = 0; c < columns; c++, i++) sum[i]! += step[c]! * change[i]!;
  }
}

/** A feature seen c times has the value (1 + ln c) · 0.3 · weight of its group; this is the part of the group. */
export function ridgeStep(group: number): number {
  return 0.3 * ridgeWeight[group]!;
}

function ridgeMatrix({ matrix, groups }: Documents): Matrix {
  const values = matrix.values.map(
    (count, i) => (1 + Math.log(count)) * ridgeStep(groups[matrix.indexes[i]!]!),
  );
  return { ...matrix, values };
}

/** XᵀΩY. */
function targets(
  { starts, indexes, values }: Matrix,
  documents: Documents,
  rows: readonly Row[],
  labels: Labels,
  columns: number,
  importance: Float32Array,
): Float32Array {
  const result = new Float32Array(documents.hashes.length * columns);
  for (let document = 0; document + 1 < starts.length; document++) {
    const row = rows[documents.rows[document]!]!;
    const outside = row.outside < 0 ? -1 : labelCount(labels) + row.outside;
    for (let i = starts[document]!; i < starts[document + 1]!; i++) {
      const value = importance[document]! * values[i]!;
      result[indexes[i]! * columns + row.label]! += value;
      if (outside >= 0) result[indexes[i]! * columns + outside]! += value;
    }
  }
  return result;
}

/** image = λ·direction + XᵀΩX·direction. */
function applyNormal(
  { starts, indexes, values }: Matrix,
  importance: Float32Array,
  direction: Float32Array,
  image: Float32Array,
  columns: number,
): void {
  for (let i = 0; i < image.length; i++) image[i] = penalty * direction[i]!;
  const projected = new Float64Array(columns);
  for (let document = 0; document + 1 < starts.length; document++) {
    const from = starts[document]!;
    const to = starts[document + 1]!;
    projected.fill(0);
    for (let i = from; i < to; i++) {
      const value = values[i]!;
      const at = indexes[i]! * columns;
      for (let c = 0; c < columns; c++) projected[c]! += value * direction[at + c]!;
    }
    for (let c = 0; c < columns; c++) projected[c]! *= importance[document]!;
    for (let i = from; i < to; i++) {
      const value = values[i]!;
      const at = indexes[i]! * columns;
      for (let c = 0; c < columns; c++) image[at + c]! += value * projected[c]!;
    }
  }
}

/** The inverse of the diagonal of XᵀΩX + λI: common features then need no more rounds than rare ones. */
function preconditioner(
  { starts, indexes, values }: Matrix,
  features: number,
  importance: Float32Array,
): Float32Array {
  const diagonal = new Float32Array(features).fill(penalty);
  for (let document = 0; document + 1 < starts.length; document++) {
    for (let i = starts[document]!; i < starts[document + 1]!; i++) {
      diagonal[indexes[i]!]! += importance[document]! * values[i]! * values[i]!;
    }
  }
  return diagonal.map((value) => 1 / value);
}

/** By column, the sum over features of ease · a · b. */
function easedProducts(
  a: Float32Array,
  b: Float32Array,
  ease: Float32Array | undefined,
  columns: number,
): Float64Array {
  const products = new Float64Array(columns);
  for (let i = 0, feature = 0; i < a.length; feature++) {
    const factor = ease ? ease[feature]! : 1;
    for (let c = 0; c < columns; c++, i++) products[c]! += factor * a[i]! * b[i]!;
  }
  return products;
}
