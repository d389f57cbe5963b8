import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Instant } from '../../src/clock.ts';
import { explanationOf } from '../../src/cli/explanation.ts';
import { explain } from '../../src/nlu/explain.ts';
import type { Model } from '../../src/nlu/model.ts';
import { understand } from '../../src/nlu/understand.ts';
import { realModel } from '../support/model.ts';

let model: Model;
beforeAll(async () => {
  model = await realModel();
});

const now = 0 as Instant;
const linesFor = (text: string): string[] => explanationOf(model, understand(model, text, { now }));

describe('why a sentence is understood as it is', () => {
  test.each([
    'vay von ngan hang chinh sach can giay to j',
    'còn vay vay vay ngân hàng ngân hàng',
    'giá cà phê hôm nay bao nhiêu',
  ])('“%s”: reasons and rest add up to the lead, which is that of the probabilities', (text) => {
    const explanation = explain(model, text);
    if (!explanation) throw new Error('Nothing is known of it.');
    const { best, against, lead, reasons, rest } = explanation;
    const sum = reasons.reduce((total, { weight }) => total + weight, rest);
    expect(sum).toBeCloseTo(lead, 9);
    const { intents } = understand(model, text, { now });
    const inScope = intents.reduce((total, { probability }) => total + probability, 0);
    const of = (name: string): number =>
      name === 'none' ? 1 - inScope : (intents.find((one) => one.name === name)?.probability ?? 0);
    expect(Math.log(of(best) / of(against))).toBeCloseTo(lead, 6);
  });

  test('rest is the same for the same topics, whatever the words: no word hides in it', () => {
    const one = explain(model, 'vay ngân hàng chính sách cần giấy gì');
    const other = explain(model, 'vay ngân hàng chính sách cần gì giấy');
    expect(one?.against).toBe(other?.against);
    // Only ln(known) may move it, and only against “none”.
    expect(Math.abs((one?.rest ?? 0) - (other?.rest ?? 9))).toBeLessThan(0.5);
  });

  test('heaviest first, with the words and the concept that say it', () => {
    const reasons = explain(model, 'em muốn vay ngân hàng chính sách')?.reasons ?? [];
    const sizes = reasons.map(({ weight }) => Math.abs(weight));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    const concept = reasons.find(({ kind }) => kind === 'concept');
    expect(concept).toMatchObject({ kind: 'concept' });
    expect(reasons).toContainEqual(
      expect.objectContaining({
        kind: 'concept',
        name: 'bank_policy',
        text: 'ngân hàng chính sách',
      }),
    );
    expect(reasons).toContainEqual(expect.objectContaining({ kind: 'pair', text: 'chính sách' }));
  });

  test('what belongs to no topic is set against “none”', () => {
    expect(explain(model, 'hôm nay trời mưa không')?.against).toBe('none');
  });

  test('nothing known, nothing explained', () => {
    expect(explain(model, '☃')).toBeUndefined();
    expect(linesFor('☃')).toEqual(['“☃”', '  Không có chữ nào máy từng học.', '']);
  });
});

test('an editor reads topic, decision, runner-up and the words that spoke for each', () => {
  const lines = linesFor('em muốn vay ngân hàng chính sách');
  expect(lines[0]).toBe('“em muốn vay ngân hàng chính sách”');
  expect(lines[1]).toMatch(/^ {2}loan_nhcsxh \d+,\d %: trả lời ngay$/);
  expect(lines[2]).toMatch(/^ {2}sau đó: .+ \d+,\d %, kém \d+,\d điểm$/);
  expect(lines[3]).toBe('  Nghiêng về loan_nhcsxh:');
  expect(lines.join('\n')).toMatch(/\n {4}\+\d+,\d {2}chữ “vay”\n/);
  expect(lines.join('\n')).toMatch(/\n {4}\+\d+,\d {2}cặp chữ “vay ngân”\n/);
  expect(linesFor('ocop').join('\n')).toMatch(/khái niệm ocop, ở đây là “ocop”\n/);
});

test('what is out of scope says so', () => {
  expect(linesFor('hôm nay trời mưa không').join('\n')).toMatch(/sau đó: ngoài phạm vi \d+,\d %/);
});
