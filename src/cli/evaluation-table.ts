import type { Measures, NoneMeasure, StyleMeasure } from '../nlu/evaluate.ts';

export interface Times {
  /** ms */
  readonly learn: number;
  readonly load: number;
  readonly mean: number;
  readonly p99: number;
  readonly bytes: number;
}

const names: Readonly<Record<string, string>> = {
  clean: 'đúng chính tả',
  nodiacritics: 'không dấu',
  mixed: 'lẫn tiếng Anh',
  teencode: 'chữ tắt',
  typo: 'gõ sai',
  long: 'dài',
};

/** One set of figures as a table; shares in percent. */
export function printMeasures(title: string, measures: Measures, shown?: Shown): void {
  for (const line of linesOf(title, measures, shown)) console.log(line);
}

/** Sentences kept apart are not shown: whoever reads them will write for them. */
interface Shown {
  readonly sentences: boolean;
}

/** The lines of `printMeasures`. */
export function linesOf(
  title: string,
  measures: Measures,
  { sentences }: Shown = { sentences: true },
): string[] {
  const { none, byStyle, byWriter, byIntent, auroc, ece, macroF1 } = measures;
  const weakest = Object.entries(byIntent).sort((a, b) => a[1].f1 - b[1].f1);
  const noneByStyle = Object.entries(none.byStyle).map(
    ([style, of]) => `${names[style] ?? style} ${answered(of)}`,
  );
  return [
    `\n${title}`,
    row(['', 'câu', 'đúng', '3 mục', 'trả lời', 'trúng', 'hỏi lại', 'có', 'người']),
    ...Object.entries(byStyle).map(([style, of]) => line(names[style] ?? style, of)),
    line('tất cả', measures.all),
    `Ngoài phạm vi: ${none.sentences} câu, trả lời nhầm ${answered(none)}`,
    ...(noneByStyle.length > 0 ? [`  ${noneByStyle.join(' · ')}`] : []),
    `AUROC ${percent(auroc)} · ECE ${percent(ece)} · F1 trung bình ${percent(macroF1)}`,
    ...packed('Theo người viết: đúng/3 mục', byWriter, (of) => [of.first, of.amongThree]),
    ...packed('Mục yếu nhất: F1', Object.fromEntries(weakest.slice(0, 8)), ({ f1 }) => [f1]),
    'Hay lẫn nhất:',
    ...measures.confusions.map(
      ({ intent, takenFor, count, examples: [example = ''] }) =>
        `  ${String(count).padStart(3)}  ${intent} → ${takenFor}${sentences ? `: ${example}` : ''}`,
    ),
  ];
}

/** “2,2 (1,4–3,5)”: the share that was answered, with its 95 % interval. */
const answered = ({ answered: share, interval: [low, high] }: NoneMeasure): string =>
  `${percent(share)} (${percent(low)}–${percent(high)})`;

function packed<Value>(
  title: string,
  values: Readonly<Record<string, Value>>,
  sharesOf: (value: Value) => readonly number[],
): string[] {
  const cells = Object.entries(values).map(
    ([name, value]) => `${name} ${sharesOf(value).map(percent).join('/')}`,
  );
  return cells.length > 0 ? [`${title}: ${cells.join(' · ')}`] : [];
}

/** Times are in ms, the size in bytes. */
export function printTimes({ learn, load, mean, p99, bytes }: Times): void {
  console.log(
    `\nHọc ${(learn / 1000).toFixed(1)} giây · nạp ${Math.round(load)} ms · mô hình ${(bytes / 1e6).toFixed(1)} MB · ` +
      `một tin ${mean.toFixed(3)} ms, p99 ${p99.toFixed(2)} ms`,
  );
}

function line(name: string, of: StyleMeasure): string {
  const shares = [
    of.first,
    of.amongThree,
    of.answered,
    of.right,
    of.offered,
    of.offeredRight,
    of.human,
  ];
  return row([name, String(of.sentences), ...shares.map(percent)]);
}

const row = ([name = '', ...cells]: readonly string[]): string =>
  `  ${name.padEnd(14)}${cells.map((cell) => cell.padStart(9)).join('')}`;

const percent = (share: number): string => (share * 100).toFixed(1).replace('.', ',');
