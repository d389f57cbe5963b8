import { findPhrases } from './phrases.ts';
import type { Found } from './phrases.ts';
import type { Concept, Language } from './language.ts';
import type { Word } from './normalize.ts';

/** Raised whenever the features of a sentence change: an older model is then trained anew. */
export const featureVersion = 3;

/** Groups of features; each weighs differently in the ridge member and has length 1 in the other. */
export const accented = 0;
export const plain = 1;
export const characters = 2;
export const concepts = 3;
export const groupCount = 4;
export const ridgeWeight: readonly number[] = [1, 1, 0.3, 1.5];

/** A growing list of (feature, group, source); a feature seen twice is in it twice. */
export interface FeatureList {
  features: Int32Array;
  groups: Uint8Array;
  /** What in the sentence a feature comes from: a position in `sourcesOf`. */
  sources: Int32Array;
  size: number;
}

/** An empty list, to be used again for text after text; it grows where one has more features than it holds. */
export function featureList(): FeatureList {
  const capacity = 4_096;
  return {
    features: new Int32Array(capacity),
    groups: new Uint8Array(capacity),
    sources: new Int32Array(capacity),
    size: 0,
  };
}

/** Sources of a sentence of n words: each word, then the pair that ends in each word, then each concept found. */
export type Source =
  | { readonly kind: 'word' | 'pair'; readonly text: string }
  | { readonly kind: 'concept'; readonly text: string; readonly name: string };

/** What the features of a text are made of, for explanations: words, pairs of words, concepts. */
export function sourcesOf(all: readonly Word[], language: Language): Source[] {
  const words = wordsRead(all);
  const texts = words.map(({ t }) => t);
  return [
    ...texts.map((text) => ({ kind: 'word', text }) as const),
    ...texts.map((text, i) => ({ kind: 'pair', text: `${texts[i - 1] ?? ''} ${text}` }) as const),
    ...conceptsIn(words, language).map(
      ({ value, start, end }) =>
        ({ kind: 'concept', text: texts.slice(start, end).join(' '), name: value.name }) as const,
    ),
  ];
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
  const words = wordsRead(all);
  const count = words.length;
  out.size = 0;
  let before: WordFeatures | undefined;
  words.forEach((word, i) => {
    const now = featuresOf(word, index);
    push(out, now.accented, accented, i);
    push(out, now.plain, plain, i);
    if (before) {
      push(out, index.number(pair(before.accentedHash, now.accentedHash)), accented, count + i);
      push(out, index.number(pair(before.plainHash, now.plainHash)), plain, count + i);
    } else push(out, index.number(mix(now.plainHash, 11)), plain, i);
    for (const gram of now.grams) push(out, gram, characters, i);
    before = now;
  });
  if (before) push(out, index.number(mix(before.plainHash, 13)), plain, count - 1);
  conceptsIn(words, language).forEach(({ value }, i) => {
    push(out, index.number(value.hash), concepts, 2 * count + i);
  });
}

function wordsRead(all: readonly Word[]): readonly Word[] {
  const half = mostWords / 2;
  return all.length <= mostWords ? all : [...all.slice(0, half), ...all.slice(-half)];
}

/** Each concept once, where it is said first. */
function conceptsIn(words: readonly Word[], language: Language): Found<Concept>[] {
  const found = new Map<number, Found<Concept>>();
  for (const one of findPhrases(language.concepts, words)) {
    if (!found.has(one.value.hash)) found.set(one.value.hash, one);
  }
  return [...found.values()];
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

function push(out: FeatureList, feature: number, group: number, source: number): void {
  if (feature < 0) return;
  if (out.size === out.features.length) grow(out);
  out.features[out.size] = feature;
  out.groups[out.size] = group;
  out.sources[out.size] = source;
  out.size++;
}

function grow(out: FeatureList): void {
  const { features, groups, sources, size } = out;
  out.features = new Int32Array(size * 2);
  out.features.set(features);
  out.groups = new Uint8Array(size * 2);
  out.groups.set(groups);
  out.sources = new Int32Array(size * 2);
  out.sources.set(sources);
}
