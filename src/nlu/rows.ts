import { none } from './corpus.ts';
import type { Corpus } from './corpus.ts';
import { numbering } from './dictionary.ts';
import { extract, featureList } from './features.ts';
import type { FeatureList } from './features.ts';
import type { Language } from './language.ts';
import { noiseOf } from './noise.ts';
import type { Noise } from './noise.ts';
import type { Lexicon } from './lexicon.ts';
import { normalize } from './normalize.ts';
import { seeded } from './random.ts';

/** What is learnt: intents in file order, `none` last, then the topics of none that say why not. */
export interface Labels {
  readonly intents: readonly string[];
  readonly outside: readonly string[];
}

export interface Row {
  readonly text: string;
  /** Index into intents; `intents.length` = none. */
  readonly label: number;
  /** Index into outside, −1 without. */
  readonly outside: number;
}

/** Texts as sparse vectors: text i has the entries from `starts[i]` to `starts[i + 1]`. */
export interface Matrix {
  readonly starts: Int32Array;
  readonly indexes: Int32Array;
  readonly values: Float32Array;
}

export interface Documents {
  /** Of each document: its row, and whether it is the row as written. */
  readonly rows: Int32Array;
  readonly written: Uint8Array;
  /** Entries hold how often each feature is in the document. */
  readonly matrix: Matrix;
  /** By feature. */
  readonly hashes: Int32Array;
  readonly groups: Uint8Array;
  /** Documents that have the feature. */
  readonly spread: Int32Array;
}

/** What a model of this corpus learns, in the order of its outputs. */
export function labelsOf(corpus: Corpus): Labels {
  const outside = corpus.topics.filter(({ say }) => say !== undefined);
  return {
    intents: corpus.intents.map(({ name }) => name),
    outside: outside.map(({ topic }) => topic),
  };
}

/** Written sentences, titles and descriptions. */
export function rowsOf(corpus: Corpus, labels: Labels): Row[] {
  const index = new Map(labels.intents.map((name, i) => [name, i]));
  const rows: Row[] = [];
  for (const { name, title, describes } of corpus.intents) {
    const label = index.get(name) ?? 0;
    for (const text of [title, ...describes]) rows.push({ text, label, outside: -1 });
  }
  for (const { text, label, topic } of corpus.sentences) {
    const at = label === none ? labels.intents.length : index.get(label);
    const outside = topic === undefined ? -1 : labels.outside.indexOf(topic);
    if (at !== undefined) rows.push({ text, label: at, outside });
  }
  return rows;
}

/** Which noise copies a row gets: `copies(label)` of them, each drawn by its own seed. */
export interface Copying {
  readonly copies: (rowsOfLabel: number) => number;
  readonly seed: number;
  /** A copy's feature counts only if it is in so many documents (or in a written one, when `trustWritten`). */
  readonly trustWritten: boolean;
}

/**
 * Rows and their noise copies as feature counts. Features in fewer than two documents are left out, except
 * those of written rows where `trustWritten`.
 */
export function documentsOf(
  rows: readonly Row[],
  language: Language,
  lexicon: Lexicon,
  copying: Copying,
): Documents {
  const collecting = collector(language);
  const noise = noiseOf(lexicon);
  const perLabel = new Map<number, number>();
  for (const { label } of rows) perLabel.set(label, (perLabel.get(label) ?? 0) + 1);
  rows.forEach((row, i) => {
    collecting.add(row.text, i, true);
    const copies = copying.copies(perLabel.get(row.label) ?? 0);
    for (const text of copiesOf(row, i, copies, noise, copying.seed))
      collecting.add(text, i, false);
  });
  return collecting.finish(copying.trustWritten);
}

function copiesOf(row: Row, at: number, copies: number, noise: Noise, seed: number): string[] {
  const random = seeded(seed + at * 7_919);
  return Array.from({ length: copies }, () => noise(row.text, random));
}

interface Collector {
  add(text: string, row: number, written: boolean): void;
  finish(trustWritten: boolean): Documents;
}

function collector(language: Language): Collector {
  const index = numbering();
  const seen = { number: index.number, words: new Map() };
  const features = featureList();
  const tally = emptyTally();
  return {
    add: (text, row, isWritten) => {
      extract(normalize(text, language.spelling), language, seen, features);
      const from = tally.entries.size;
      countInto(tally, features);
      for (let i = from; i < tally.entries.size; i++) {
        const feature = tally.entries.at(i);
        tally.spread.set(feature, tally.spread.at(feature) + 1);
        if (isWritten) tally.inWritten.set(feature, 1);
      }
      tally.rows.push(row);
      tally.written.push(isWritten ? 1 : 0);
      tally.starts.push(tally.entries.size);
    },
    finish: (trustWritten) => documentsIn(tally, index.hashes(), trustWritten),
  };
}

/** What has been counted so far. */
interface Tally {
  /** By document. */
  readonly rows: number[];
  readonly written: number[];
  /** Where each document's entries begin, and where the last one's end. */
  readonly starts: number[];
  /** Features of the documents one after another, and beside them how often each is there. */
  readonly entries: Growing;
  readonly counts: Growing;
  /** By feature: its group, in how many documents it is, and whether one of them is a written one. */
  readonly groups: Growing;
  readonly spread: Growing;
  readonly inWritten: Growing;
  /** By feature: 1 + the entry that counts it; one before a document's begin is of an earlier document. */
  readonly place: Growing;
}

function emptyTally(): Tally {
  return {
    rows: [],
    written: [],
    starts: [0],
    entries: growing(),
    counts: growing(),
    groups: growing(),
    spread: growing(),
    inWritten: growing(),
    place: growing(),
  };
}

/** One more document's features, each as one entry. */
function countInto({ entries, counts, groups, place }: Tally, list: FeatureList): void {
  const from = entries.size;
  for (let i = 0; i < list.size; i++) {
    const feature = list.features[i] ?? 0;
    const at = place.at(feature) - 1;
    if (at >= from) {
      counts.set(at, counts.at(at) + 1);
      continue;
    }
    groups.set(feature, list.groups[i] ?? 0);
    place.set(feature, entries.size + 1);
    counts.set(entries.size, 1);
    entries.set(entries.size, feature);
  }
}

function documentsIn(tally: Tally, hashes: Int32Array, trustWritten: boolean): Documents {
  const { rows, written, starts, entries, counts, groups, spread, inWritten } = tally;
  const kept = new Int32Array(hashes.length).fill(-1);
  let size = 0;
  for (let feature = 0; feature < hashes.length; feature++) {
    if (spread.at(feature) >= 2 || (trustWritten && inWritten.at(feature) === 1)) {
      kept[feature] = size++;
    }
  }
  const keep = (valueOf: (feature: number) => number): Int32Array => {
    const result = new Int32Array(size);
    kept.forEach((to, feature) => {
      if (to >= 0) result[to] = valueOf(feature);
    });
    return result;
  };
  return {
    rows: Int32Array.from(rows),
    written: Uint8Array.from(written),
    matrix: compact(starts, entries, counts, kept),
    hashes: keep((feature) => hashes[feature] ?? 0),
    groups: Uint8Array.from(keep(groups.at)),
    spread: keep(spread.at),
  };
}

function compact(
  starts: readonly number[],
  entries: Growing,
  counts: Growing,
  kept: Int32Array,
): Matrix {
  const indexes = new Int32Array(entries.size);
  const values = new Float32Array(entries.size);
  const ends = new Int32Array(starts.length);
  let size = 0;
  for (let row = 0; row + 1 < starts.length; row++) {
    for (let i = starts[row] ?? 0; i < (starts[row + 1] ?? 0); i++) {
      const to = kept[entries.at(i)] ?? -1;
      if (to < 0) continue;
      indexes[size] = to;
      values[size++] = counts.at(i);
    }
    ends[row + 1] = size;
  }
  return { starts: ends, indexes: indexes.slice(0, size), values: values.slice(0, size) };
}

/** An Int32Array that grows; what was never set is 0. */
interface Growing {
  readonly size: number;
  at(i: number): number;
  set(i: number, value: number): void;
}

function growing(): Growing {
  let items = new Int32Array(1 << 16);
  let size = 0;
  return {
    get size() {
      return size;
    },
    at: (i) => items[i] ?? 0,
    set(i, value) {
      while (i >= items.length) {
        const larger = new Int32Array(items.length * 2);
        larger.set(items);
        items = larger;
      }
      items[i] = value;
      if (i >= size) size = i + 1;
    },
  };
}

/** Intents and `none`. */
export function labelCount(labels: Labels): number {
  return labels.intents.length + 1;
}
