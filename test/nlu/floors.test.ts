import { describe, expect, test } from '@jest/globals';
import { linesOf } from '../../src/cli/evaluation-table.ts';
import { measure } from '../../src/nlu/evaluate.ts';
import type { Judged } from '../../src/nlu/evaluate.ts';
import { belowFloors, floorsOf, parseFloors } from '../../src/nlu/floors.ts';

/** A sentence of `label` that was taken for `takenFor`, in each of two styles. */
const judged = (
  label: string,
  takenFor: string,
  decision: 'answer' | 'human' = 'answer',
): Judged[] =>
  (['clean', 'typo'] as const).map((style) => ({
    sentence: { text: `${label} ${style}`, label, style, writer: style === 'clean' ? 'w1' : 'w2' },
    verdict: {
      intents: [
        { name: takenFor, probability: 0.9 },
        ...['tea', 'cake', 'bread', 'soup']
          .filter((name) => name !== takenFor)
          .map((name) => ({ name, probability: 0.02 })),
      ],
      scope: decision === 'answer' ? 5 : -5,
      decision,
    },
    noneProbability: 0.04,
  }));

const many = (count: number, one: () => Judged[]): Judged[] =>
  Array.from({ length: count }, one).flat();

const accepted = measure([
  ...many(18, () => judged('tea', 'tea')),
  ...many(2, () => judged('tea', 'cake')),
  ...many(20, () => judged('cake', 'cake')),
  ...many(20, () => judged('none', 'tea', 'human')),
]);
const floors = floorsOf(accepted, 3);

describe('floors', () => {
  test('stand two points under what was accepted, ten under for an intent', () => {
    expect(floors).toMatchObject({ folds: 3, first: 0.93, amongThree: 0.98, noneAnswered: 0.02 });
    expect(floors.byStyle).toEqual({ clean: 0.93, typo: 0.93 });
    expect(floors.byIntent['tea']).toBeCloseTo(0.847, 3);
  });

  test('hold for the run they were taken from', () => {
    expect(belowFloors(floors, accepted)).toEqual([]);
  });

  test('name everything that fell below, with both figures', () => {
    const worse = measure([
      ...many(14, () => judged('tea', 'tea')),
      ...many(6, () => judged('tea', 'cake')),
      ...many(20, () => judged('cake', 'cake')),
      ...many(18, () => judged('none', 'tea', 'human')),
      ...many(2, () => judged('none', 'tea')),
    ]);
    const below = belowFloors(floors, worse);
    expect(below).toContain('đúng ngay 85,0 %, mức sàn 93,0 %');
    expect(below).toContain('kiểu gõ typo 85,0 %, mức sàn 93,0 %');
    expect(below).toContain('mục tea 82,4 %, mức sàn 84,7 %');
    expect(below).toContain('câu ngoài phạm vi bị trả lời 10,0 %, mức sàn 2,0 %');
    expect(below.some((line) => line.startsWith('mục cake'))).toBe(false);
  });

  test('name a topic and a way of writing that are gone', () => {
    const gone = measure(many(20, () => judged('cake', 'cake')).filter((_one, i) => i % 2 === 0));
    const below = belowFloors(floors, gone);
    expect(below).toContain('mục tea 0,0 %, mức sàn 84,7 %');
    expect(below).toContain('kiểu gõ typo 0,0 %, mức sàn 93,0 %');
  });

  test('are read back as they were written', () => {
    expect(parseFloors(JSON.stringify(floors))).toEqual(floors);
  });

  test.each(['{', '{}', JSON.stringify({ ...floors, first: 'high' })])(
    'in another form (%s) say how to make them anew',
    (text) => {
      expect(() => parseFloors(text)).toThrow(
        expect.objectContaining({ file: 'intents/floors.json', code: 'floors.shape' }),
      );
    },
  );
});

describe('measures', () => {
  test('count what is first, among three, answered and offered', () => {
    expect(accepted.all).toMatchObject({ sentences: 80, first: 0.95, amongThree: 1, answered: 1 });
    expect(accepted.none).toMatchObject({ sentences: 40, answered: 0 });
    expect(accepted.none.interval[1]).toBeCloseTo(0.0876, 3);
  });

  test('stand by writer and, for what belongs to nobody, by way of writing with an interval', () => {
    expect(accepted.byWriter).toMatchObject({ w1: { sentences: 40, first: 0.95 } });
    const half = measure([...judged('none', 'tea'), ...judged('none', 'tea', 'human')]);
    expect(half.none.byStyle['typo']).toMatchObject({ sentences: 2, answered: 0.5 });
    expect(half.none.byStyle['typo']?.interval[0]).toBeCloseTo(0.0945, 3);
  });

  test('make a table that names every figure', () => {
    const lines = linesOf('Thử', accepted);
    expect(lines).toContain(
      '  tất cả               80     95,0    100,0    100,0     95,0      0,0      0,0      0,0',
    );
    expect(lines).toContain('Ngoài phạm vi: 40 câu, trả lời nhầm 0,0 (0,0–8,8)');
    expect(lines).toContain('  đúng chính tả 0,0 (0,0–16,1) · gõ sai 0,0 (0,0–16,1)');
    expect(lines).toContain('Theo người viết: đúng/3 mục: w1 95,0/100,0 · w2 95,0/100,0');
    expect(lines).toContain('    4  tea → cake: tea clean');
    expect(linesOf('Thử', accepted, { sentences: false })).toContain('    4  tea → cake');
  });

  test('list what is taken for what, with a sentence', () => {
    expect(accepted.confusions).toEqual([
      expect.objectContaining({ intent: 'tea', takenFor: 'cake', count: 4 }),
    ]);
    expect(accepted.confusions[0]?.examples[0]).toBe('tea clean');
  });

  test('tell ours from the rest: 1 when every scope of ours is higher', () => {
    expect(accepted.auroc).toBe(1);
    const mixed = measure([
      ...judged('tea', 'tea'),
      ...judged('none', 'tea'),
      ...judged('tea', 'tea', 'human'),
      ...judged('none', 'tea', 'human'),
    ]);
    expect(mixed.auroc).toBe(0.5);
  });

  test('measure how far probabilities are from what comes true', () => {
    expect(measure(many(10, () => judged('tea', 'tea'))).ece).toBeCloseTo(0.1, 10);
    expect(measure(many(10, () => judged('tea', 'cake'))).ece).toBeCloseTo(0.9, 10);
  });
});
