import { findPhrases } from './phrases.ts';
import type { Language } from './language.ts';
import type { Word } from './normalize.ts';

/** Raised whenever the features of a sentence change: an older model is then trained anew. */
export const featureVersion = 1;

/** Groups of features; each weighs differently in the ridge member and has length 1 in the other. */
export const accented = 0;
export const plain = 1;
export const characters = 2;
export const concepts = 3;
export const groupCount = 4;
export const ridgeWeight: readonly number[] = [1, 1, 0.3, 1.5];

/** A growing list of (feature, group); a feature seen twice is in it twice. */
export interface FeatureList {
  features: Int32Array;
  groups: Uint8Array;
  size: number;
}

export function featureList(): FeatureList {
  return { features: new Int32Array(4_096), groups: new Uint8Array(4_096), size: 0 };
}

/** Numbers features by their hash: all of them while learning, only those that were learnt later. */
export interface FeatureIndex {
  /** −1 = unknown. */
  number(hash: number): number;
  /** Words looked up before; only a memory, never changes an outcome. */
  readonly words: Map<string, WordFeatures>;
}

/** More words than this say nothing new about a topic; the first and the last halves are read. */
const mostWords = 160;

/** Replaces the content of `out` by the known features of a sentence. */
export function extract(
  all: readonly Word[],
  language: Language,
  index: FeatureIndex,
  out: FeatureList,
): void {
  const half = mostWords / 2;
  const words = all.length <= mostWords ? all : [...all.slice(0, half), ...all.slice(-half)];
  out.size = 0;
  let before: WordFeatures | undefined;
  for (const word of words) {
    const now = featuresOf(word, index);
    push(out, now.accented, accented);
    push(out, now.plain, plain);
    if (before) {
      push(out, index.number(pair(before.accentedHash, now.accentedHash)), accented);
      push(out, index.number(pair(before.plainHash, now.plainHash)), plain);
    } else push(out, index.number(mix(now.plainHash, 11)), plain);
    for (const gram of now.grams) push(out, gram, characters);
    before = now;
  }
  if (before) push(out, index.number(mix(before.plainHash, 13)), plain);
  const found = new Set<number>();
  for (const { value } of findPhrases(language.concepts, words)) found.add(value.hash);
  for (const hash of found) push(out, index.number(hash), concepts);
}

/** Features of one word, looked up once. */
export interface WordFeatures {
  readonly accentedHash: number;
  readonly plainHash: number;
  readonly accented: number;
  readonly plain: number;
  readonly grams: Int32Array;
}

const memoSize = 30_000;

function featuresOf({ t, d }: Word, index: FeatureIndex): WordFeatures {
  const remembered = index.words.get(t);
  if (remembered) return remembered;
  const accentedHash = hashOf(t, 1);
  const plainHash = hashOf(d, 2);
  const features = {
    accentedHash,
    plainHash,
    accented: index.number(accentedHash),
    plain: index.number(plainHash),
    grams: gramsOf(d, index),
  };
  if (index.words.size >= memoSize) index.words.clear();
  index.words.set(t, features);
  return features;
}

/** 2- to 4-grams of the word with one space on either side. */
function gramsOf(word: string, index: FeatureIndex): Int32Array {
  const padded = ` ${word.slice(0, 40)} `;
  const grams: number[] = [];
  for (let n = 2; n <= 4; n++) {
    for (let i = 0; i + n <= padded.length; i++) {
      const gram = index.number(hashOf(padded.slice(i, i + n), 77 + n));
      if (gram >= 0) grams.push(gram);
    }
  }
  return Int32Array.from(grams);
}

/** FNV-1a over UTF-16 units; never 0, which marks an empty slot of the dictionary. */
export function hashOf(text: string, seed: number): number {
  let hash = Math.imul(2_166_136_261 ^ seed, 16_777_619);
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16_777_619);
  return hash === 0 ? 1 : hash;
}

function pair(a: number, b: number): number {
  return mix(Math.imul(a, 31) ^ mix(b, 7), 5);
}

/** Spreads the bits (the finaliser of MurmurHash3), so that pairs of similar hashes do not meet. */
function mix(value: number, salt: number): number {
  let hash = value ^ Math.imul(salt, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash === 0 ? 1 : hash;
}

function push(out: FeatureList, feature: number, group: number): void {
  if (feature < 0) return;
  if (out.size === out.features.length) {
    const features = new Int32Array(out.size * 2);
    features.set(out.features);
    out.features = features;
    const groups = new Uint8Array(out.size * 2);
    groups.set(out.groups);
    out.groups = groups;
  }
  out.features[out.size] = feature;
  out.groups[out.size] = group;
  out.size++;
}
