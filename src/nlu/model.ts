/* eslint-disable @typescript-eslint/no-non-null-assertion --
   A numeric kernel: every index is within its array by construction. */
import type { Calibration } from './calibration.ts';
import { dictionaryOf, lookUp, numbering } from './dictionary.ts';
import type { Dictionary } from './dictionary.ts';
import { extract, featureList, featureVersion, groupCount } from './features.ts';
import type { FeatureList } from './features.ts';
import { languageOf, vocabularyOf } from './language.ts';
import type { Language } from './language.ts';
import type { Lexicon } from './lexicon.ts';
import type { Word } from './normalize.ts';
import { ridgeValue } from './ridge.ts';
import type { Linear } from './ridge.ts';
import { labelsOf } from './rows.ts';
import type { Labels } from './rows.ts';
import { sha256, sha256OfText } from './sha256.ts';
import type { Lessons } from './train.ts';

/** A linear member in eight bits: `weights[row × columns + column] × scales[row]`. */
interface Member {
  readonly columns: number;
  /** By feature of the model's dictionary; −1 = unknown to this member. */
  readonly rows: Int32Array;
  readonly scales: Float32Array;
  readonly weights: Int8Array;
  readonly bias: Float32Array;
}

export interface Model {
  /** Of everything it was learnt from; recorded with every turn. */
  readonly hash: string;
  readonly labels: Labels;
  readonly eager: ReadonlySet<string>;
  readonly calibration: Calibration;
  readonly language: Language;
  readonly dictionary: Dictionary;
  readonly groups: Uint8Array;
  readonly idf: Float32Array;
  readonly ridge: Member;
  readonly softmax: Member;
  /** Reused between sentences; holds nothing from one to the next. */
  readonly scratch: Scratch;
}

interface Scratch {
  readonly features: FeatureList;
  readonly counts: Uint16Array;
  readonly touched: Int32Array;
}

/** What the two members say of one sentence; ridge has further columns for outside topics. */
export interface Outputs {
  readonly ridge: Float64Array;
  readonly softmax: Float64Array;
  /** Features of the sentence that training had seen. */
  readonly known: number;
}

/** Outputs of both members for one sentence. */
export function scoreWords(model: Model, words: readonly Word[]): Outputs {
  const { features, counts, touched } = model.scratch;
  const { groups, idf, ridge, softmax } = model;
  extract(words, model.language, features);
  let size = 0;
  for (let i = 0; i < features.size; i++) {
    const index = lookUp(model.dictionary, features.hashes[i]!);
    if (index < 0) continue;
    if (counts[index]! === 0) touched[size++] = index;
    counts[index]! += 1;
  }
  const outputs = {
    ridge: Float64Array.from(ridge.bias),
    softmax: Float64Array.from(softmax.bias),
    known: size,
  };
  const lengths = groupLengths(model, size);
  for (let i = 0; i < size; i++) {
    const index = touched[i]!;
    const count = counts[index]!;
    const group = groups[index]!;
    counts[index] = 0;
    addRow(ridge, index, ridgeValue(count, group), outputs.ridge);
    const value = ((1 + Math.log(count)) * idf[index]!) / lengths[group]!;
    addRow(softmax, index, value, outputs.softmax);
  }
  return outputs;
}

/** z of every label, `none` last. */
export function combine(outputs: Outputs, { alpha, beta }: Calibration): Float64Array {
  return outputs.softmax.map((logit, c) => alpha * outputs.ridge[c]! + beta * logit);
}

function groupLengths({ scratch, groups, idf, softmax }: Model, size: number): Float64Array {
  const squares = new Float64Array(groupCount);
  for (let i = 0; i < size; i++) {
    const index = scratch.touched[i]!;
    if (softmax.rows[index]! < 0) continue;
    const value = (1 + Math.log(scratch.counts[index]!)) * idf[index]!;
    squares[groups[index]!]! += value * value;
  }
  return squares.map((square) => Math.sqrt(square) || 1);
}

function addRow(member: Member, index: number, value: number, into: Float64Array): void {
  const row = member.rows[index]!;
  if (row < 0) return;
  const { columns, weights } = member;
  const scaled = value * member.scales[row]!;
  const at = row * columns;
  for (let c = 0; c < columns; c++) into[c]! += scaled * weights[at + c]!;
}

const magic = 'NCNLU';
const format = 1;

/** Hash of everything a model is learnt from, in the form it is learnt in: comments and boundaries do not count. */
export function corpusHash({ corpus, lexicon }: Lessons, calibration: Calibration): string {
  return sha256OfText(
    JSON.stringify([sentencesHash({ corpus, lexicon }), featureVersion, format, calibration]),
  );
}

/** The same without the calibration, which names it. */
export function sentencesHash({ corpus, lexicon }: Lessons): string {
  const intents = corpus.intents.map(({ name, title, describes, eager }) => [
    name,
    title,
    describes,
    eager,
  ]);
  const sentences = corpus.sentences.map(({ label, style, topic, text }) => [
    label,
    style,
    topic,
    text,
  ]);
  return sha256OfText(JSON.stringify([intents, corpus.topics, sentences, lexicon]));
}

interface Header {
  readonly hash: string;
  readonly featureVersion: number;
  readonly labels: Labels;
  readonly eager: readonly string[];
  readonly calibration: Calibration;
  readonly lexicon: Lexicon;
  readonly vocabulary: readonly string[];
  readonly features: number;
  readonly ridge: { readonly columns: number; readonly rows: number };
  readonly softmax: { readonly columns: number; readonly rows: number };
}

/** Both members in one file: magic, header, arrays, SHA-256 of all before it. No date inside. */
export function packModel(
  lessons: Lessons,
  calibration: Calibration,
  ridge: Linear,
  softmax: Linear,
): Uint8Array {
  const numbers = numbering();
  const ridgeAt = Int32Array.from(ridge.hashes, (hash) => numbers.number(hash));
  const softmaxAt = Int32Array.from(softmax.hashes, (hash) => numbers.number(hash));
  const hashes = numbers.hashes();
  const groups = new Uint8Array(hashes.length);
  const idf = new Float32Array(hashes.length);
  ridgeAt.forEach((at, i) => (groups[at] = ridge.groups[i]!));
  softmaxAt.forEach((at, i) => {
    groups[at] = softmax.groups[i]!;
    idf[at] = softmax.idf[i]!;
  });
  const labels = labelsOf(lessons.corpus);
  const header: Header = {
    hash: corpusHash(lessons, calibration),
    featureVersion,
    labels,
    eager: lessons.corpus.intents.filter(({ eager }) => eager).map(({ name }) => name),
    calibration,
    lexicon: lessons.lexicon,
    vocabulary: vocabularyOf(lessons.corpus),
    features: hashes.length,
    ridge: { columns: ridge.columns, rows: ridge.hashes.length },
    softmax: { columns: softmax.columns, rows: softmax.hashes.length },
  };
  return join(header, [
    hashes,
    idf,
    ...packMember(ridge, ridgeAt, hashes.length),
    ...packMember(softmax, softmaxAt, hashes.length),
    groups,
  ]);
}

type Packed = Int32Array | Float32Array | Int8Array | Uint8Array;

/** Rows, scales, bias, then the weights (in whole words, so that the next array is aligned). */
function packMember(linear: Linear, at: Int32Array, features: number): Packed[] {
  const rows = new Int32Array(features).fill(-1);
  at.forEach((feature, row) => (rows[feature] = row));
  const { scales, weights } = quantize(linear);
  return [rows, scales, linear.bias, weights];
}

function quantize({ columns, weights }: Linear): { scales: Float32Array; weights: Int8Array } {
  const rows = weights.length / columns;
  const scales = new Float32Array(rows);
  const small = new Int8Array(Math.ceil(weights.length / 4) * 4);
  for (let row = 0; row < rows; row++) {
    let highest = 0;
    for (let c = 0; c < columns; c++) {
      highest = Math.max(highest, Math.abs(weights[row * columns + c]!));
    }
    scales[row] = highest / 127;
    if (highest === 0) continue;
    for (let c = 0; c < columns; c++) {
      small[row * columns + c] = Math.round((weights[row * columns + c]! / highest) * 127);
    }
  }
  return { scales, weights: small };
}

function join(header: Header, arrays: readonly Packed[]): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = Math.ceil((16 + json.length) / 4) * 4;
  const size = arrays.reduce((sum, { byteLength }) => sum + byteLength, start);
  const bytes = new Uint8Array(size + 32);
  bytes.set(new TextEncoder().encode(magic));
  const view = new DataView(bytes.buffer);
  view.setUint32(8, format, true);
  view.setUint32(12, json.length, true);
  bytes.set(json, 16);
  let at = start;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  bytes.set(fromHex(sha256(bytes.subarray(0, size))), size);
  return bytes;
}

/** Why a file cannot be used as the model of these lessons; undefined when it can. */
export function whyRefused(bytes: Uint8Array, expectedHash?: string): string | undefined {
  if (bytes.length < 48 || new TextDecoder().decode(bytes.subarray(0, 5)) !== magic) {
    return 'not a model';
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(8, true) !== format) return 'a model of another format';
  if (16 + view.getUint32(12, true) > bytes.length) return 'a damaged model';
  const body = bytes.subarray(0, bytes.length - 32);
  if (sha256(body) !== toHex(bytes.subarray(bytes.length - 32))) return 'a damaged model';
  const header = readHeader(bytes);
  if (header.featureVersion !== featureVersion) return 'a model of other features';
  if (expectedHash !== undefined && header.hash !== expectedHash)
    return 'learnt from other lessons';
  return undefined;
}

/**
 * Reads what `trainModel` wrote; without `expectedHash` any sound model is taken.
 * @throws {Error} when the file is damaged, of another version, or learnt from other lessons.
 */
export function loadModel(bytes: Uint8Array, expectedHash?: string): Model {
  const refused = whyRefused(bytes, expectedHash);
  if (refused !== undefined) throw new Error(`Reading the model of understanding: ${refused}.`);
  const header = readHeader(bytes);
  const { features } = header;
  const cut = cutter(bytes, Math.ceil((16 + jsonLength(bytes)) / 4) * 4);
  const hashes = cut.int32(features);
  const idf = cut.float32(features);
  const ridge = readMember(cut, header.ridge, features);
  const softmax = readMember(cut, header.softmax, features);
  return {
    hash: header.hash,
    labels: header.labels,
    eager: new Set(header.eager),
    calibration: header.calibration,
    language: languageOf(header.lexicon, header.vocabulary),
    dictionary: dictionaryOf(hashes),
    groups: cut.uint8(features),
    idf,
    ridge,
    softmax,
    scratch: {
      features: featureList(),
      counts: new Uint16Array(features),
      touched: new Int32Array(features),
    },
  };
}

function readHeader(bytes: Uint8Array): Header {
  const json = new TextDecoder().decode(bytes.subarray(16, 16 + jsonLength(bytes)));
  // Written by `packModel` of the same format, and the digest has been checked.
  return JSON.parse(json) as Header;
}

function jsonLength(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(12, true);
}

interface Cutter {
  int32(length: number): Int32Array;
  float32(length: number): Float32Array;
  int8(length: number): Int8Array;
  uint8(length: number): Uint8Array;
}

/** Copies arrays out of the file one after another; copies are aligned wherever the file's buffer begins. */
function cutter(bytes: Uint8Array, start: number): Cutter {
  let at = start;
  const take = (length: number): ArrayBuffer => {
    const part = new Uint8Array(length);
    part.set(bytes.subarray(at, at + length));
    at += length;
    return part.buffer;
  };
  return {
    int32: (length) => new Int32Array(take(length * 4)),
    float32: (length) => new Float32Array(take(length * 4)),
    int8: (length) => new Int8Array(take(Math.ceil(length / 4) * 4)),
    uint8: (length) => new Uint8Array(take(length)),
  };
}

function readMember(
  cut: Cutter,
  { columns, rows }: { readonly columns: number; readonly rows: number },
  features: number,
): Member {
  const rowOf = cut.int32(features);
  const scales = cut.float32(rows);
  const bias = cut.float32(columns);
  return { columns, rows: rowOf, scales, bias, weights: cut.int8(rows * columns) };
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
