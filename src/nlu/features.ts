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

/** A growing list of (hash, group); a feature seen twice is in it twice. */
export interface FeatureList {
  hashes: Int32Array;
  groups: Uint8Array;
  size: number;
}

export function featureList(): FeatureList {
  return { hashes: new Int32Array(4_096), groups: new Uint8Array(4_096), size: 0 };
}

/** More words than this say nothing new about a topic; the first and the last halves are read. */
const mostWords = 160;

/** Replaces the content of `out` by the features of a sentence. */
export function extract(all: readonly Word[], language: Language, out: FeatureList): void {
  const half = mostWords / 2;
  const words = all.length <= mostWords ? all : [...all.slice(0, half), ...all.slice(-half)];
  out.size = 0;
  let before: WordFeatures | undefined;
  for (const word of words) {
    const now = featuresOf(word, language.wordFeatures);
    push(out, now.accented, accented);
    push(out, now.plain, plain);
    if (before) {
      push(out, pair(before.accented, now.accented), accented);
      push(out, pair(before.plain, now.plain), plain);
    } else push(out, mix(now.plain, 11), plain);
    for (const gram of now.grams) push(out, gram, characters);
    before = now;
  }
  if (before) push(out, mix(before.plain, 13), plain);
  extractConcepts(words, language, out);
}

function extractConcepts(words: readonly Word[], language: Language, out: FeatureList): void {
  const found = new Set<number>();
  for (const { value } of findPhrases(language.concepts, words)) found.add(value.hash);
  for (const hash of found) push(out, hash, concepts);
}

/** Hashes of one word, computed once. */
export interface WordFeatures {
  readonly accented: number;
  readonly plain: number;
  readonly grams: Int32Array;
}

const memoSize = 30_000;

function featuresOf({ t, d }: Word, memo: Map<string, WordFeatures>): WordFeatures {
  const remembered = memo.get(t);
  if (remembered) return remembered;
  const features = { accented: hashOf(t, 1), plain: hashOf(d, 2), grams: gramsOf(d) };
  if (memo.size >= memoSize) memo.clear();
  memo.set(t, features);
  return features;
}

/** 2- to 4-grams of the word with one space on either side. */
function gramsOf(word: string): Int32Array {
  const padded = ` ${word.slice(0, 40)} `;
  const grams: number[] = [];
  for (let n = 2; n <= 4; n++) {
    for (let i = 0; i + n <= padded.length; i++) grams.push(hashOf(padded.slice(i, i + n), 77 + n));
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

function push(out: FeatureList, hash: number, group: number): void {
  if (out.size === out.hashes.length) {
    const hashes = new Int32Array(out.size * 2);
    hashes.set(out.hashes);
    out.hashes = hashes;
    const groups = new Uint8Array(out.size * 2);
    groups.set(out.groups);
    out.groups = groups;
  }
  out.hashes[out.size] = hash;
  out.groups[out.size] = group;
  out.size++;
}
