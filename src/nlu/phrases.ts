import type { Word } from './normalize.ts';

/** Many phrases, found in a sentence in one pass over its words. */
export interface Phrases<Value> {
  readonly root: Node<Value>;
}

export interface Found<Value> {
  readonly value: Value;
  /** First word, and the one after the last. */
  readonly start: number;
  readonly end: number;
}

interface Node<Value> {
  readonly next: Map<string, Node<Value>>;
  readonly ends: { readonly words: readonly Word[]; readonly value: Value }[];
}

/** A tree of phrases by words without marks, in which all of them are looked for at once. */
export function phrasesOf<Value>(
  entries: Iterable<{ readonly words: readonly Word[]; readonly value: Value }>,
): Phrases<Value> {
  const root: Node<Value> = { next: new Map(), ends: [] };
  for (const { words, value } of entries) {
    let node = root;
    for (const { d } of words) {
      let next = node.next.get(d);
      if (!next) node.next.set(d, (next = { next: new Map(), ends: [] }));
      node = next;
    }
    if (words.length > 0) node.ends.push({ words, value });
  }
  return { root };
}

/** All occurrences, overlaps too, by start and then by length. */
export function findPhrases<Value>(
  phrases: Phrases<Value>,
  words: readonly Word[],
): Found<Value>[] {
  const found: Found<Value>[] = [];
  for (let start = 0; start < words.length; start++) {
    let node: Node<Value> | undefined = phrases.root;
    for (let end = start; end < words.length;) {
      node = node.next.get(words[end]?.d ?? '');
      if (!node) break;
      end++;
      for (const { words: phrase, value } of node.ends) {
        if (soundsAlike(phrase, words, start)) found.push({ value, start, end });
      }
    }
  }
  return found;
}

/** A word typed with accents must carry the phrase's own: `mơ` is not `mở`, while `mo` may be. */
function soundsAlike(phrase: readonly Word[], words: readonly Word[], start: number): boolean {
  return phrase.every(({ t }, i) => {
    const word = words[start + i];
    return word !== undefined && (word.t === word.d || word.t === t);
  });
}
