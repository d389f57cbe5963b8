import path from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { none, parseCorpus } from '../../src/nlu/corpus.ts';
import type { Sentence } from '../../src/nlu/corpus.ts';
import { foldsOf } from '../../src/nlu/folds.ts';
import { readSources } from '../../src/training.ts';

const sentence = (text: string, more: Partial<Sentence> = {}): Sentence => ({
  text,
  label: 'tea_shop',
  style: 'clean',
  writer: 'w1',
  file: 'intents/tea_shop.yaml',
  line: 1,
  ...more,
});

/** Sentences without a word in common. */
const strangers = (count: number, more: Partial<Sentence> = {}): Sentence[] =>
  Array.from({ length: count }, (_, i) =>
    sentence(
      `${more.topic ?? more.label ?? 'tea'}${i} ${more.style ?? 'x'}${i} ${more.topic ?? more.label ?? 'a'}n${i} ${more.topic ?? 'b'}m${i}`,
      more,
    ),
  );

const sizes = (folds: Int32Array, count: number): number[] =>
  Array.from({ length: count }, (_, fold) => folds.filter((one) => one === fold).length);

describe('folds', () => {
  test('are even by intent and way of writing', () => {
    const kinds = [
      strangers(10, { style: 'clean' }),
      strangers(10, { style: 'typo' }),
      strangers(10, { label: 'cake', style: 'clean' }),
    ];
    const folds = foldsOf(kinds.flat(), 5);
    kinds.forEach((_kind, i) => {
      expect(sizes(folds.slice(i * 10, i * 10 + 10), 5)).toEqual([2, 2, 2, 2, 2]);
    });
  });

  test('keep near-duplicates together, with accents or without', () => {
    const pairs = Array.from({ length: 12 }, (_, i) => [
      sentence(`mở quán trà số ${i} ở phường nào của tỉnh mình vậy anh chị${i}`),
      sentence(`mo quan tra so ${i} o phuong nao cua tinh minh vay anh chi${i}`),
    ]);
    const folds = foldsOf([...pairs.flat(), ...strangers(30)], 5);
    for (let i = 0; i < pairs.length; i++) expect(folds[i * 2]).toBe(folds[i * 2 + 1]);
  });

  test('keep a topic of “none” together, and put topics into different folds', () => {
    const topics = ['weather', 'football', 'lottery', 'jobs', 'love'];
    const sentences = topics.flatMap((topic) =>
      strangers(4, { label: none, topic, style: 'long' }),
    );
    const folds = foldsOf(sentences, 5);
    const ofTopics = topics.map((_topic, i) => new Set(folds.slice(i * 4, i * 4 + 4)));
    expect(ofTopics.map(({ size }) => size)).toEqual([1, 1, 1, 1, 1]);
    expect(new Set(folds).size).toBe(5);
  });

  test('may part what two writers say on a topic of “none”, unless it is the same', () => {
    const topic = { label: none, topic: 'weather', style: 'long' } as const;
    const one = strangers(5, { ...topic, writer: 'w1' });
    const other = [sentence('ngày mai ở đây trời có mưa không vậy', { ...topic, writer: 'w2' })];
    const [first, last] = [0, 5].map((i) => foldsOf([...one, ...other], 2)[i]);
    expect(first).not.toBe(last);
    const same = sentence('ngay mai o day troi co mua khong vay', { ...topic, writer: 'w1' });
    const joined = foldsOf([...one, ...other, same], 2);
    expect(new Set(joined).size).toBe(1);
  });

  test('by writer hold whole writers', () => {
    const writers = ['w1', 'w2', 'w3', 'w4'].flatMap((writer) => strangers(6, { writer }));
    const folds = foldsOf(writers, 2, 'writer');
    for (let i = 0; i < 4; i++) expect(new Set(folds.slice(i * 6, i * 6 + 6)).size).toBe(1);
    expect(sizes(folds, 2)).toEqual([12, 12]);
  });

  test('are the same every time', () => {
    const sentences = [...strangers(40), ...strangers(20, { style: 'typo' })];
    expect(foldsOf(sentences, 5)).toEqual(foldsOf(sentences, 5));
  });
});

describe('of the real sentences', () => {
  let sentences: readonly Sentence[];
  beforeAll(async () => {
    const intents = path.join(import.meta.dirname, '..', '..', 'intents');
    sentences = parseCorpus((await readSources(intents)).files).sentences;
  });

  test('what a writer says on a topic of “none” is in one fold, and no fold is small', () => {
    const folds = foldsOf(sentences, 5);
    const byTopic = new Map<string, Set<number>>();
    sentences.forEach(({ topic, writer }, i) => {
      if (topic === undefined) return;
      const key = `${topic} ${writer}`;
      byTopic.set(key, (byTopic.get(key) ?? new Set()).add(folds[i] ?? -1));
    });
    expect(byTopic.size).toBeGreaterThan(60);
    expect([...byTopic].filter(([, held]) => held.size > 1)).toEqual([]);
    expect(Math.min(...sizes(folds, 5))).toBeGreaterThan(sentences.length / 6);
  });
});
