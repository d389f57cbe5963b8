import { describe, expect, test } from '@jest/globals';
import { calibrate, logLoss } from '../../src/nlu/calibrate.ts';
import type { Prediction } from '../../src/nlu/calibrate.ts';
import { parseCalibration } from '../../src/nlu/calibration.ts';
import { combine } from '../../src/nlu/score.ts';
import { judge } from '../../src/nlu/zones.ts';
import { seeded } from '../../src/nlu/random.ts';

const intents = ['tea', 'cake', 'person'];
const none = intents.length;
const isEager = (label: number): boolean => label === 2;
const kept = { followUp: 6, corpus: 'abc' };

/**
 * Predictions of a world whose truth is known: labels are drawn from the probabilities that `sure` times the logits
 * give, so that the right weight of the softmax member is `sure`; ridge is noise.
 */
function world(sure: number, count = 1_500): Prediction[] {
  const random = seeded(7);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return Array.from({ length: count }, () => {
    const softmax = Float64Array.from({ length: none + 1 }, () => 3 * normal());
    const ridge = Float64Array.from({ length: none + 1 }, () => 0.01 * normal());
    const odds = softmax.map((logit) => Math.exp(sure * logit));
    let draw = random.next() * odds.reduce((sum, one) => sum + one, 0);
    const label = odds.findIndex((one) => (draw -= one) < 0);
    return { label, outputs: { ridge, softmax, known: 1 } };
  });
}

const zonesWith = (calibration: ReturnType<typeof calibrate>) => ({
  labels: { intents },
  eager: new Set(['person']),
  calibration,
});

const known = world(0.5);
const chosen = calibrate(known, isEager, kept);

describe('calibration', () => {
  test.each([0.4, 0.8])('finds how much the second member is to be believed: %s', (sure) => {
    const { beta } = calibrate(world(sure), isEager, kept);
    expect(Math.abs(beta - sure)).toBeLessThan(0.11);
  });

  test('gives probabilities that come true', () => {
    const zones = zonesWith(chosen);
    const sure = known
      .map(({ label, outputs }) => ({
        label,
        best: judge(zones, combine(outputs, zones.calibration)).intents[0],
      }))
      .filter(({ best }) => best && best.probability >= 0.6 && best.probability < 0.8);
    const right = sure.filter(({ label, best }) => intents[label] === best?.name).length;
    expect(sure.length).toBeGreaterThan(100);
    expect(right / sure.length).toBeGreaterThan(0.6);
    expect(right / sure.length).toBeLessThan(0.8);
  });

  test('keeps the promise on what belongs to no topic: three in a hundred answered, one in four offered', () => {
    const zones = zonesWith(chosen);
    const others = known.filter(({ label }) => label === none);
    const decided = others.map(
      ({ outputs }) => judge(zones, combine(outputs, zones.calibration)).decision,
    );
    const answered = decided.filter((decision) => decision === 'answer').length / others.length;
    const offered = decided.filter((decision) => decision === 'choose').length / others.length;
    expect(answered).toBeLessThanOrEqual(0.03);
    expect(answered).toBeGreaterThan(0);
    expect(answered + offered).toBeLessThanOrEqual(0.25 + 1e-9);
    expect(answered + offered).toBeGreaterThan(0.2);
  });

  test('never answers below the threshold of asking back', () => {
    const { answerFrom, eagerFrom, chooseFrom } = chosen;
    expect(Math.min(answerFrom, eagerFrom)).toBeGreaterThanOrEqual(chooseFrom);
  });

  test('keeps what it does not choose', () => {
    expect(chosen).toMatchObject(kept);
  });
});

test('log-loss is the mean surprise: ln 2 where two are equally likely', () => {
  const outputs = { ridge: new Float64Array(2), softmax: new Float64Array(2), known: 1 };
  expect(logLoss([{ label: 0, outputs }], { alpha: 1, beta: 1, evidence: 0 })).toBeCloseTo(
    Math.LN2,
    10,
  );
});

describe('intents/calibration.json', () => {
  test('is read back as it was written', () => {
    expect(parseCalibration(JSON.stringify(chosen))).toEqual(chosen);
  });
  test.each([
    ['no JSON', '{'],
    ['a missing value', JSON.stringify({ ...chosen, alpha: undefined })],
    ['a lead below 1', JSON.stringify({ ...chosen, lead: 0.5 })],
    ['a key nobody reads', JSON.stringify({ ...chosen, gamma: 1 })],
  ])('with %s says how to make it anew', (_what, text) => {
    expect(() => parseCalibration(text)).toThrow(
      expect.objectContaining({ file: 'intents/calibration.json', code: 'calibration.shape' }),
    );
    expect(() => parseCalibration(text)).toThrow(/npm run evaluate -- --calibrate/);
  });
});
