import type { Measures, StyleMeasure } from '../nlu/evaluate.ts';

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
export function printMeasures(title: string, measures: Measures): void {
  const { none } = measures;
  console.log(`\n${title}`);
  console.log(row(['', 'câu', 'đúng', '3 mục', 'trả lời', 'trúng', 'hỏi lại', 'có', 'người']));
  for (const [style, of] of Object.entries(measures.byStyle))
    console.log(line(names[style] ?? style, of));
  console.log(line('tất cả', measures.all));
  const [low, high] = none.interval;
  console.log(
    `Ngoài phạm vi: ${none.sentences} câu, trả lời nhầm ${percent(none.answered)} (${percent(low)}–${percent(high)})`,
  );
  console.log(
    `AUROC ${percent(measures.auroc)} · ECE ${percent(measures.ece)} · F1 trung bình ${percent(measures.macroF1)}`,
  );
  const weakest = Object.entries(measures.byIntent).sort((a, b) => a[1].f1 - b[1].f1);
  console.log(
    `Mục yếu nhất: ${weakest
      .slice(0, 8)
      .map(([name, { f1 }]) => `${name} ${percent(f1)}`)
      .join(' · ')}`,
  );
  console.log('Hay lẫn nhất:');
  for (const { intent, takenFor, count, examples } of measures.confusions) {
    console.log(`  ${String(count).padStart(3)}  ${intent} → ${takenFor}: ${examples.join(' | ')}`);
  }
}

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
