import type { SplitBy } from '../nlu/folds.ts';

export const usage = `Dùng: npm run evaluate [-- tuỳ chọn]
  --folds N      chia N phần, mỗi phần được đoán bởi mô hình chưa học nó (2–20; mặc định 5)
  --by writer    chia theo người viết: mỗi phần là của những người máy chưa gặp
  --calibrate    chọn lại trọng số và ngưỡng, ghi intents/calibration.json
  --floors       ghi kết quả này làm mức sàn, intents/floors.json
  --check        so với mức sàn, chia như khi ghi mức sàn; thấp hơn thì mã thoát là 1
  --json TỆP     ghi mọi con số vào TỆP`;

export interface Options {
  /** As given, else of the floors (`check`), else 5. */
  readonly folds: number | undefined;
  readonly by: SplitBy;
  readonly calibrate: boolean;
  readonly floors: boolean;
  readonly check: boolean;
  readonly json: string | undefined;
}

const flags = ['calibrate', 'floors', 'check'] as const;

/** Undefined when they are not as `usage` says. */
export function readOptions(args: readonly string[]): Options | undefined {
  const given = new Map<string, string | true>();
  for (let i = 0; i < args.length; i++) {
    const name = args[i]?.replace(/^--/, '') ?? '';
    if (args[i] === name || given.has(name)) return undefined;
    if (flags.some((flag) => flag === name)) given.set(name, true);
    else if (['folds', 'by', 'json'].includes(name)) given.set(name, args[++i] ?? '');
    else return undefined;
  }
  const text = (name: string): string | undefined => {
    const value = given.get(name);
    return value === true ? undefined : value;
  };
  const [folds, by = 'style', json] = [text('folds'), text('by'), text('json')];
  const isSplit = by === 'style' || by === 'writer';
  if (!isSplit || json === '' || (folds !== undefined && !isFoldCount(folds))) return undefined;
  // Floors stand for the even split, which is the one that is repeated.
  if (by === 'writer' && (given.has('floors') || given.has('check'))) return undefined;
  return {
    folds: folds === undefined ? undefined : Number(folds),
    by,
    calibrate: given.has('calibrate'),
    floors: given.has('floors'),
    check: given.has('check'),
    json,
  };
}

const isFoldCount = (text: string): boolean =>
  /^\d{1,2}$/.test(text) && Number(text) >= 2 && Number(text) <= 20;
