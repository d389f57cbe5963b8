import type { NodeNlp } from '../node-nlp.ts';
import type { SplitBy } from '../nlu/folds.ts';

export const usage = `Dùng: npm run evaluate [-- tuỳ chọn]
  --folds N      chia N phần, mỗi phần được đoán bởi mô hình chưa học nó (2–20; mặc định 5)
  --by writer    chia theo người viết: mỗi phần là của những người máy chưa gặp
  --calibrate    chọn lại trọng số và ngưỡng, ghi intents/calibration.json
  --floors       ghi kết quả này làm mức sàn, intents/floors.json
  --check        so với mức sàn, chia như khi ghi mức sàn; thấp hơn thì mã thoát là 1
  --json TỆP     ghi mọi con số vào TỆP
  --engine TÊN   đo node-nlp trên cùng cách chia: node-nlp, hoặc node-nlp+vi (có phần tiếng Việt của ta)`;

export interface Options {
  /** As given, else of the floors (`check`), else 5. */
  readonly folds: number | undefined;
  readonly by: SplitBy;
  readonly calibrate: boolean;
  readonly floors: boolean;
  readonly check: boolean;
  readonly json: string | undefined;
  /** Another than our own. */
  readonly engine: NodeNlp | undefined;
}

const flags = ['calibrate', 'floors', 'check'] as const;
const engines = ['node-nlp', 'node-nlp+vi'] as const;

/** Undefined when they are not as `usage` says. */
export function readOptions(args: readonly string[]): Options | undefined {
  const given = new Map<string, string | true>();
  for (let i = 0; i < args.length; i++) {
    const name = args[i]?.replace(/^--/, '') ?? '';
    if (args[i] === name || given.has(name)) return undefined;
    if (flags.some((flag) => flag === name)) given.set(name, true);
    else if (['folds', 'by', 'json', 'engine'].includes(name)) given.set(name, args[++i] ?? '');
    else return undefined;
  }
  const text = (name: string): string | undefined => {
    const value = given.get(name);
    return value === true ? undefined : value;
  };
  const [folds, by = 'style', json] = [text('folds'), text('by'), text('json')];
  const engine = engines.find((name) => name === text('engine'));
  const isSplit = by === 'style' || by === 'writer';
  if (!isSplit || json === '' || (folds !== undefined && !isFoldCount(folds))) return undefined;
  if (given.has('engine') && !engine) return undefined;
  // Floors and calibration are of our own engine, floors of the even split, which is the one that is repeated.
  const isOther = engine !== undefined || by === 'writer';
  if (isOther && (given.has('floors') || given.has('check'))) return undefined;
  if (engine !== undefined && (given.has('calibrate') || by === 'writer')) return undefined;
  return {
    folds: folds === undefined ? undefined : Number(folds),
    by,
    calibrate: given.has('calibrate'),
    floors: given.has('floors'),
    check: given.has('check'),
    json,
    engine,
  };
}

const isFoldCount = (text: string): boolean =>
  /^\d{1,2}$/.test(text) && Number(text) >= 2 && Number(text) <= 20;
