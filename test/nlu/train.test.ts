import { beforeAll, describe, expect, test } from '@jest/globals';
import path from 'node:path';
import { parseCalibration } from '../../src/nlu/calibration.ts';
import { loadModel, whyRefused } from '../../src/nlu/model.ts';
import { parseLessons, trainModel } from '../../src/nlu/train.ts';
import { understand } from '../../src/nlu/understand.ts';
import { readSources } from '../../src/training.ts';
import type { Instant } from '../../src/clock.ts';

const intents = path.join(import.meta.dirname, '..', '..', 'intents');
const few = /(household_registration|loan_nhcsxh|greeting|none)\.yaml$|lexicon\//;
const now = 0 as Instant;

let train: () => Uint8Array;

beforeAll(async () => {
  const { files, calibration } = await readSources(intents);
  const { corpus, lexicon } = parseLessons(files.filter((file) => few.test(file.path)));
  train = () => trainModel(corpus, lexicon, parseCalibration(calibration));
});

describe('learning from a few topics', () => {
  test('gives the same bytes for the same sentences, and they are understood', () => {
    const bytes = train();
    expect(Buffer.compare(Buffer.from(bytes), Buffer.from(train()))).toBe(0);
    const model = loadModel(bytes);
    const topic = (text: string) => understand(model, text, { now }).intents[0]?.name;
    expect(topic('em muốn vay ngân hàng chính sách')).toBe('loan_nhcsxh');
    expect(topic('mo ho kinh doanh o dau')).toBe('household_registration');
    expect(topic('xin chào')).toBe('greeting');
  });

  test('a model with one byte changed is refused', () => {
    const bytes = train();
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    expect(whyRefused(bytes)).toBeDefined();
    expect(() => loadModel(bytes)).toThrow();
  });
});
