import { describe, expect, test } from '@jest/globals';
import { checkSentences } from '../../src/content/sentences.ts';
import type { HeldOut } from '../../src/content/sentences.ts';

const head = (title: string): string => `title: ${title}\nbutton: ${title}\ndescribes: Một câu.\n`;

/** An intents file with these sentences, the first one on line 7. */
const topic = (title: string, sentences: readonly string[]): string =>
  `${head(title)}examples:\n  - writer: w1\n    clean: |\n${sentences.map((text) => `      ${text}\n`).join('')}`;

const forty = Array.from({ length: 40 }, (_, i) => `mở quán trà kiểu thứ ${i} thì làm sao`);
const cakes = Array.from({ length: 40 }, (_, i) => `tiệm bánh loại ${i} cần giấy gì`);
const files = (changes: Record<string, string> = {}) =>
  new Map(
    Object.entries({
      'intents/tea_shop.yaml': topic('Quán trà', forty),
      'intents/cake_shop.yaml': topic('Tiệm bánh', cakes),
      ...changes,
    }),
  );

function judged(changes: Record<string, string> = {}, heldOut: readonly HeldOut[] = []) {
  const { errors, warnings } = checkSentences(files(changes), heldOut);
  const written = ({ file, line, code }: (typeof errors)[number]) => `${file}:${line} ${code}`;
  return { errors: errors.map(written), warnings: warnings.map(written) };
}

const heldOut = (text: string): HeldOut[] => [{ file: 'test/held-out/a.yaml', line: 3, text }];

test('two full topics with different sentences are good', () => {
  expect(judged()).toEqual({ errors: [], warnings: [] });
});

describe('sentences are pointed out', () => {
  test('when a topic has fewer than 40', () => {
    expect(judged({ 'intents/tea_shop.yaml': topic('Quán trà', forty.slice(1)) }).warnings).toEqual([
      'intents/tea_shop.yaml:1 intent.examples.thin',
    ]);
  });

  test('when two topics have the same one, however it is typed', () => {
    const twin = topic('Tiệm bánh', [...cakes, 'MO QUAN TRA kieu thu 7 thi lam sao?']);
    expect(judged({ 'intents/cake_shop.yaml': twin }).warnings).toEqual([
      'intents/tea_shop.yaml:14 intent.sentence.twice',
    ]);
  });

  test('not when one topic has it twice: that is no confusion', () => {
    const twice = topic('Quán trà', [...forty, forty[0] ?? '']);
    expect(judged({ 'intents/tea_shop.yaml': twice }).warnings).toEqual([]);
  });
});

describe('a held-out sentence is refused', () => {
  test('when it was learnt', () => {
    expect(judged({}, heldOut('Mở quán trà kiểu thứ 7 thì làm sao')).errors).toEqual([
      'test/held-out/a.yaml:3 heldOut.tooNear',
    ]);
  });

  test('when it nearly equals one that was learnt', () => {
    expect(judged({}, heldOut('ad ơi mo quan tra kieu thu 7 thi lam sao')).errors).toHaveLength(1);
  });

  test('but not when it says the same in other words', () => {
    expect(judged({}, heldOut('muốn bán trà thì bắt đầu từ đâu')).errors).toEqual([]);
  });
});

test('a broken file is named by line, and does not hide the next one', () => {
  const broken = {
    'intents/cake_shop.yaml': 'title: Tiệm bánh\nbutton: Tiệm bánh\ndescribes: Một.\nexamples: []\ncolour: red\n',
    'intents/tea_shop.yaml': topic('Quán trà', []),
  };
  const { errors, warnings } = judged(broken);
  expect(errors[0]).toMatch(/^intents\/cake_shop\.yaml:5 /);
  expect(`${errors.join()} ${warnings.join()}`).toContain('intents/tea_shop.yaml');
});
