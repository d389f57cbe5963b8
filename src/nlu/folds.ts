import { none } from './corpus.ts';
import type { Sentence } from './corpus.ts';
import { split } from './normalize.ts';
import { seeded } from './random.ts';
import { removeMarks } from './syllable.ts';

const seed = 20_261_124;
/** Share of words in common from which two sentences are the same one. */
const nearlyEqual = 0.8;

/** `style`: even by intent and way of writing. `writer`: whole writers, so that every judged one is unknown. */
export type SplitBy = 'style' | 'writer';

/**
 * The fold of each sentence, 0 to `count` − 1. Near-duplicates share a fold, and so does what one writer wrote on one
 * topic of `none`: strangers ask about things the bot has heard of in other words, and about things it has not.
 */
export function foldsOf(
  sentences: readonly Sentence[],
  count: number,
  by: SplitBy = 'style',
): Int32Array {
  const folds = new Int32Array(sentences.length).fill(-1);
  const twins = twinsOf(sentences);
  spreadTopics(sentences, twins, folds, count);
  if (by === 'writer') spreadWriters(sentences, folds, count);
  else spreadStyles(sentences, twins, folds, count);
  return folds;
}

type Twins = readonly (readonly number[])[];

function spreadStyles(
  sentences: readonly Sentence[],
  twins: Twins,
  folds: Int32Array,
  count: number,
): void {
  const order = Int32Array.from(sentences, (_sentence, i) => i);
  seeded(seed).shuffle(order);
  const next = new Map<string, number>();
  for (const i of order) {
    const sentence = sentences[i];
    if (!sentence || (folds[i] ?? -1) >= 0) continue;
    const stratum = `${sentence.label} ${sentence.style}`;
    const fold = next.get(stratum) ?? hashOfName(stratum) % count;
    next.set(stratum, (fold + 1) % count);
    for (const twin of twins[i] ?? [i]) if (sentences[twin]?.label !== none) folds[twin] = fold;
  }
}

function spreadWriters(sentences: readonly Sentence[], folds: Int32Array, count: number): void {
  const writers = [...new Set(sentences.map(({ writer }) => writer))].sort();
  sentences.forEach(({ writer, label }, i) => {
    if (label !== none) folds[i] = writers.indexOf(writer) % count;
  });
}

/** Largest topics first, each into the fold that has least of them. */
function spreadTopics(
  sentences: readonly Sentence[],
  twins: Twins,
  folds: Int32Array,
  count: number,
): void {
  const filled = new Array<number>(count).fill(0);
  for (const block of blocksOf(sentences, twins).sort((a, b) => b.length - a.length)) {
    const fold = filled.indexOf(Math.min(...filled));
    filled[fold] = (filled[fold] ?? 0) + block.length;
    for (const i of block) folds[i] = fold;
  }
}

/** Sentences of `none` by topic and writer, joined where they hold near-duplicates of each other. */
function blocksOf(sentences: readonly Sentence[], twins: Twins): (readonly number[])[] {
  const blocks = new Map<string, number[]>();
  sentences.forEach(({ topic, writer }, i) => {
    if (topic === undefined) return;
    const key = `${topic} ${writer}`;
    blocks.set(key, [...(blocks.get(key) ?? []), i]);
  });
  const groups = sentences.map((_sentence, i) => [i]);
  const joinAll = (members: readonly number[]): void => {
    const others = members.filter((i) => sentences[i]?.topic !== undefined);
    for (const other of others.slice(1)) join(groups, others[0] ?? other, other);
  };
  for (const block of blocks.values()) joinAll(block);
  for (const twin of new Set(twins)) joinAll(twin);
  return [...new Set(groups)].filter(([first = -1]) => sentences[first]?.topic !== undefined);
}

/** Of each sentence the group of near-duplicates it belongs to. */
function twinsOf(sentences: readonly Sentence[]): Twins {
  const bags = sentences.map(({ text }) => [...new Set(split(text).map(removeMarks))]);
  const spread = new Map<string, number>();
  for (const bag of bags) for (const word of bag) spread.set(word, (spread.get(word) ?? 0) + 1);
  const groups = sentences.map((_sentence, i) => [i]);
  const byRareWord = new Map<string, number[]>();
  bags.forEach((bag, i) => {
    // Two bags that share 80 % share one of the rarest 20 % (and one more) of either.
    const rarest = bag
      .sort((a, b) => (spread.get(a) ?? 0) - (spread.get(b) ?? 0) || (a < b ? -1 : 1))
      .slice(0, Math.floor(bag.length * (1 - nearlyEqual)) + 1);
    for (const word of rarest) {
      for (const other of byRareWord.get(word) ?? []) {
        if (overlap(bag, bags[other] ?? []) >= nearlyEqual) join(groups, i, other);
      }
      byRareWord.set(word, [...(byRareWord.get(word) ?? []), i]);
    }
  });
  return groups;
}

function overlap(a: readonly string[], b: readonly string[]): number {
  const words = new Set(b);
  return a.filter((word) => words.has(word)).length / Math.max(a.length, b.length, 1);
}

function join(groups: number[][], a: number, b: number): void {
  const [ours, theirs] = [groups[a] ?? [], groups[b] ?? []];
  if (ours === theirs) return;
  const all = [...theirs, ...ours];
  for (const member of all) groups[member] = all;
}

function hashOfName(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (hash * 31 + name.charCodeAt(i)) % 1_000_003;
  return hash;
}
