import type { Machine } from './machine.ts';
import { evenPerSecond } from './measure.ts';
import type { Acknowledging, BareFigures, ProgramFigures, UnderstandFigures } from './measure.ts';
import { connections } from './load.ts';

/** Everything one run has measured; undefined = not measured. */
export interface Figures {
  readonly machine: Machine;
  readonly seconds: number;
  readonly bare: BareFigures | undefined;
  readonly sqlite: ProgramFigures | undefined;
  readonly mongo: ProgramFigures | undefined;
  readonly understanding: UnderstandFigures | undefined;
}

interface Row {
  readonly name: string;
  readonly value: number | undefined;
  readonly unit?: string;
  readonly digits?: number;
  readonly goal?: Goal;
}
interface Goal {
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly stretch?: number;
}

/** The figures beside their goals, for people to read. */
export function table(figures: Figures): string {
  const rows = sections(figures).flatMap(({ title, rows }) =>
    rows ? [[title], ...rows.map(cells)] : [[`${title}: không đo`]],
  );
  const widths = [0, 1, 2].map((i) =>
    Math.max(...rows.map((row) => (row.length > 1 ? (row[i] ?? '').length : 0))),
  );
  const lines = rows.map(([name = '', value, goal, met]) =>
    value === undefined
      ? `\n${name}`
      : `  ${name.padEnd(widths[0] ?? 0)}  ${value.padStart(widths[1] ?? 0)}  ${(goal ?? '').padEnd(widths[2] ?? 0)}  ${met ?? ''}`.trimEnd(),
  );
  return [...heading(figures), ...lines].join('\n');
}

function heading({ machine, seconds }: Figures): string[] {
  const { node, cores, processor, disk, fsync } = machine;
  return [
    `Máy: ${cores} nhân ${processor}, Node ${node}.`,
    `Đĩa: ${disk}; ghi chắc một trang (fsync) ${inNumbers(fsync.median, 2)} ms, p99 ${inNumbers(fsync.p99, 2)} ms.`,
    `Mỗi lượt đo ${seconds} giây. Bộ phát tin và Graph API giả chạy trên cùng các nhân này và lấy đi một phần sức máy.`,
  ];
}

interface Section {
  readonly title: string;
  readonly rows: readonly Row[] | undefined;
}

function sections({ bare, sqlite, mongo, understanding }: Figures): Section[] {
  return [
    {
      title: 'Express trần: không kiểm chữ ký, không lưu gì',
      rows: bare && ackRows(bare.flatOut, bare.processor),
    },
    {
      title: 'Nhịp Cầu trên SQLite, một tiến trình',
      rows: sqlite && programRows(sqlite, bare, sqliteGoals),
    },
    {
      title: 'Nhịp Cầu trên MongoDB, một tiến trình',
      rows: mongo && programRows(mongo, bare, mongoGoals),
    },
    { title: 'Hiểu câu', rows: understanding && understandRows(understanding) },
  ];
}

function understandRows({ mean, p99 }: UnderstandFigures): Row[] {
  return [
    row('trung bình một tin', mean, 'ms', 3, { atMost: 0.15 }),
    row('p99', p99, 'ms', 3, { atMost: 2 }),
  ];
}

interface ProgramGoals {
  readonly answered: Goal;
  readonly ofBare?: Goal;
}
/** Source of all goals: docs/architecture.md, “Speed”. */
const sqliteGoals: ProgramGoals = {
  answered: { atLeast: 1_500, stretch: 2_500 },
  ofBare: { atLeast: 0.35, stretch: 0.5 },
};
const mongoGoals: ProgramGoals = { answered: { atLeast: 800 } };

function programRows(
  program: ProgramFigures,
  bare: BareFigures | undefined,
  { answered, ofBare }: ProgramGoals,
): Row[] {
  const { flatOut, evenly, answeredPerSecond, firstAnswer } = program;
  const ratio = bare && answeredPerSecond / bare.flatOut.perSecond;
  return [
    row('trả lời xong', answeredPerSecond, 'tin/giây', 0, answered),
    row('so với Express trần', ratio, 'lần', 2, ofBare),
    row('tin đã gửi trong lượt ấy', program.sent, 'tin', 0),
    row('trong đó bot không cần trả lời', program.silent, 'tin', 0),
    ...ackRows(flatOut, program.processor),
    row('p99 so với Express trần', bare && flatOut.p99 / bare.flatOut.p99, 'lần', 2, {
      atMost: 1.25,
    }),
    row(`p99 khi ${evenPerSecond} tin/giây đến đều`, evenly.p99, 'ms', 1, { atMost: 50 }),
    row('bộ nhớ lúc cao nhất', program.peakMemory, 'MB', 0, { atMost: 250 }),
    row('từ lúc chạy đến câu trả lời đầu', firstAnswer / 1_000, 'giây', 2, { atMost: 3 }),
  ];
}

function ackRows(
  { perSecond, p50, p95, p99 }: Acknowledging,
  processor: number | undefined,
): Row[] {
  const at = `, ${connections} kết nối dồn dập`;
  return [
    row('nhận tin', perSecond, 'tin/giây', 0),
    row(`p50${at}`, p50, 'ms', 1),
    row(`p95${at}`, p95, 'ms', 1),
    row(`p99${at}`, p99, 'ms', 1),
    row('thời gian bộ xử lý một tin', processor, 'ms', 2),
  ];
}

function row(
  name: string,
  value: number | undefined,
  unit: string,
  digits: number,
  goal?: Goal,
): Row {
  return { name, value, unit, digits, ...(goal ? { goal } : {}) };
}

function cells({ name, value, unit = '', digits = 0, goal }: Row): string[] {
  const shown = value === undefined ? 'không đo' : `${inNumbers(value, digits)} ${unit}`;
  return [
    name,
    shown,
    goal ? goalText(goal) : '',
    goal && value !== undefined ? met(value, goal) : '',
  ];
}

function goalText({ atLeast, atMost, stretch }: Goal): string {
  const bound = atLeast === undefined ? `≤ ${inNumbers(atMost ?? 0)}` : `≥ ${inNumbers(atLeast)}`;
  return stretch === undefined ? bound : `${bound}, tốt hơn nữa ${inNumbers(stretch)}`;
}

function met(value: number, { atLeast = -Infinity, atMost = Infinity, stretch }: Goal): string {
  if (value < atLeast || value > atMost) return 'chưa đạt';
  return stretch !== undefined && value >= stretch ? 'vượt' : 'đạt';
}

function inNumbers(value: number, digits?: number): string {
  return value.toLocaleString(
    'vi',
    digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits },
  );
}
