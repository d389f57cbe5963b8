import { z } from 'zod';
import { ContentError } from '../errors.ts';
import type { Measures } from './evaluate.ts';

const shape = z.strictObject({
  /** Folds of the run they were taken from; fewer folds measure a little lower. */
  folds: z.number(),
  first: z.number(),
  amongThree: z.number(),
  byStyle: z.record(z.string(), z.number()),
  byIntent: z.record(z.string(), z.number()),
  /** Not floors but ceilings. */
  noneAnswered: z.number(),
  ece: z.number(),
});

/** What a change of content must not fall below: shares, 0 to 1. */
export type Floors = z.output<typeof shape>;

const margin = 0.02;
const intentMargin = 0.1;

/** Two points under (for an intent ten under) what was measured. */
export function floorsOf(measures: Measures, folds: number): Floors {
  const under = (share: number, by: number): number => round(Math.max(0, share - by));
  return {
    folds,
    first: under(measures.all.first, margin),
    amongThree: under(measures.all.amongThree, margin),
    byStyle: mapValues(measures.byStyle, ({ first }) => under(first, margin)),
    byIntent: mapValues(measures.byIntent, ({ f1 }) => under(f1, intentMargin)),
    noneAnswered: round(measures.none.answered + margin),
    ece: round(measures.ece + margin),
  };
}

/** A line for every figure that fell below; in Vietnamese, for the editor. */
export function belowFloors(floors: Floors, measures: Measures): string[] {
  const { all, byStyle, byIntent, none, ece } = measures;
  const atLeast = [
    { name: 'đúng ngay', is: all.first, floor: floors.first },
    { name: 'đúng trong ba mục', is: all.amongThree, floor: floors.amongThree },
    ...Object.entries(floors.byStyle).map(([style, floor]) => ({
      name: `kiểu gõ ${style}`,
      is: byStyle[style]?.first ?? 0,
      floor,
    })),
    ...Object.entries(floors.byIntent).map(([intent, floor]) => ({
      name: `mục ${intent}`,
      is: byIntent[intent]?.f1 ?? 0,
      floor,
    })),
  ].filter(({ is, floor }) => is < floor);
  const atMost = [
    { name: 'câu ngoài phạm vi bị trả lời', is: none.answered, floor: floors.noneAnswered },
    { name: 'sai số xác suất', is: ece, floor: floors.ece },
  ].filter(({ is, floor }) => is > floor);
  return [...atLeast, ...atMost].map(
    ({ name, is, floor }) => `${name} ${percent(is)}, mức sàn ${percent(floor)}`,
  );
}

/** @throws {ContentError} when `intents/floors.json` is not as `--floors` writes it. */
export function parseFloors(text: string): Floors {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const result = shape.safeParse(json);
  if (result.success) return result.data;
  throw new ContentError(
    'intents/floors.json',
    1,
    'floors.shape',
    'không đúng dạng – tạo lại bằng: npm run evaluate -- --floors',
  );
}

function mapValues<Value, Result>(
  record: Readonly<Record<string, Value>>,
  of: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, of(value)]));
}

const round = (share: number): number => Math.round(share * 1_000) / 1_000;
const percent = (share: number): string => `${(share * 100).toFixed(1).replace('.', ',')} %`;
