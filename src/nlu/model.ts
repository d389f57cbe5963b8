/* eslint-disable @typescript-eslint/no-non-null-assertion --
   A numeric kernel: every index is within its array by construction. */
import type { Calibration } from './calibration.ts';
import { dictionaryOf, lookUp, numbering } from './dictionary.ts';
import { featureList, featureVersion } from './features.ts';
import type { FeatureIndex, FeatureList } from './features.ts';
import { languageOf, vocabularyOf } from './language.ts';
import type { Language } from './language.ts';
import type { Lexicon } from './lexicon.ts';
import { ridgeStep } from './ridge.ts';
import type { Linear } from './ridge.ts';
import { labelsOf } from './rows.ts';
import type { Labels } from './rows.ts';
import { sha256, sha256OfText } from './sha256.ts';
import type { Lessons } from './train.ts';

/** Both linear members in eight bits: of each feature its columns of ridge, then those of softmax. */
interface Weights {
  readonly ridgeColumns: number;
  readonly softmaxColumns: number;
  readonly small: Int8Array;
  /**
   * Four numbers a feature, side by side because memory is what costs: what a weight of ridge is multiplied by, what one
   * of softmax is (before its group is scaled), idf, and the group. 0 = unknown to that member.
   */
  readonly factors: Float32Array;
  readonly bias: Float32Array;
}

export interface Model {
  /** Of everything it was learnt from; recorded with every turn. */
  readonly hash: string;
  readonly labels: Labels;
  readonly eager: ReadonlySet<string>;
  readonly calibration: Calibration;
  readonly language: Language;
  readonly index: FeatureIndex;
  readonly weights: Weights;
  /** Reused between sentences; holds nothing from one to the next. */
  readonly scratch: Scratch;
}

interface Scratch {
  readonly features: FeatureList;
  readonly counts: Uint16Array;
  readonly touched: Int32Array;
  /** Of each touched feature: what a weight of either member is multiplied by. */
  readonly forRidge: Float64Array;
  readonly forSoftmax: Float64Array;
}

const magic = 'NCNLU';
const format = 2;

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
  readonly ridgeColumns: number;
  readonly softmaxColumns: number;
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
    ridgeColumns: ridge.columns,
    softmaxColumns: softmax.columns,
  };
  const stride = ridge.columns + softmax.columns;
  const small = new Int8Array(hashes.length * stride);
  const ridgeScales = quantize(ridge, ridgeAt, small, stride, 0, hashes.length);
  const softmaxScales = quantize(softmax, softmaxAt, small, stride, ridge.columns, hashes.length);
  return join(header, [hashes, idf, ridgeScales, softmaxScales, softmax.bias, small, groups]);
}

type Packed = Int32Array | Float32Array | Int8Array | Uint8Array;

/** Writes a member's rows into `small`, from `offset` of each feature's stride; returns the scales. */
function quantize(
  { columns, weights }: Linear,
  at: Int32Array,
  small: Int8Array,
  stride: number,
  offset: number,
  features: number,
): Float32Array {
  const scales = new Float32Array(features);
  at.forEach((feature, row) => {
    const own = weights.subarray(row * columns, (row + 1) * columns);
    const highest = own.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
    scales[feature] = highest / 127;
    if (highest === 0) return;
    own.forEach((weight, c) => {
      small[feature * stride + offset + c] = Math.round((weight / highest) * 127);
    });
  });
  return scales;
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
  const { ridgeColumns, softmaxColumns } = header;
  const dictionary = dictionaryOf(cut.int32(features));
  const [idf, ridgeScales, softmaxScales] = [0, 1, 2].map(() => cut.float32(features));
  const bias = cut.float32(softmaxColumns);
  const small = cut.int8(features * (ridgeColumns + softmaxColumns));
  const groups = cut.uint8(features);
  const factors = new Float32Array(features * 4);
  for (let feature = 0; feature < features; feature++) {
    const group = groups[feature]!;
    factors[feature * 4] = ridgeStep(group) * ridgeScales![feature]!;
    factors[feature * 4 + 1] = idf![feature]! * softmaxScales![feature]!;
    factors[feature * 4 + 2] = idf![feature]!;
    factors[feature * 4 + 3] = group;
  }
  return {
    hash: header.hash,
    labels: header.labels,
    eager: new Set(header.eager),
    calibration: header.calibration,
    language: languageOf(header.lexicon, header.vocabulary),
    index: { number: (hash) => lookUp(dictionary, hash), words: new Map() },
    weights: { ridgeColumns, softmaxColumns, small, factors, bias },
    scratch: {
      features: featureList(),
      counts: new Uint16Array(features),
      touched: new Int32Array(features),
      forRidge: new Float64Array(features),
      forSoftmax: new Float64Array(features),
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
    int8: (length) => new Int8Array(take(length)),
    uint8: (length) => new Uint8Array(take(length)),
  };
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
