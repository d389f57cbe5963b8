import { systemClock } from '../clock.ts';
import { checkContent } from '../content/check.ts';
import type { Content, Day } from '../content/content.ts';
import { inOrder } from '../content/problem.ts';
import type { Problem } from '../content/problem.ts';
import { isDay } from '../content/schema.ts';
import { checkSentences } from '../content/sentences.ts';
import { summarise } from '../content/todo.ts';
import type { Todo, TodoKind } from '../content/todo.ts';
import { isoDay } from '../conversation/calendar.ts';
import { readTree } from '../files.ts';
import { readHeldOut } from './held-out.ts';

const usage = `Dùng: npm run check [-- --todo] [-- --today 2026-12-31]
  --todo    in đủ từng việc cần hỏi, không gộp
  --today   soát như thể hôm nay là ngày ấy`;

interface Options {
  readonly root: string;
  readonly today: Day;
  readonly full: boolean;
  readonly print: (line: string) => void;
}

/** `npm run check`: judges `content/` and `intents/`. Exit code 0 good, 1 something is wrong, 2 wrong use. */
export async function check(args: readonly string[], root: string, print: Options['print']) {
  const options = readOptions(args, root, print);
  if (!options) {
    print(usage);
    return 2;
  }
  const files = await readTree(root);
  if (files.size === 0) {
    print(`Không thấy content/ và intents/ trong ${root}. Chạy lệnh này ở thư mục gốc của dự án.`);
    return 2;
  }
  const { today } = options;
  const content = checkContent(files, today);
  const heldOut = await readHeldOut(root);
  const sentences = checkSentences(files, heldOut.sentences);
  const errors = inOrder([
    ...content.errors,
    ...unsaid(sentences.errors, content.errors),
    ...heldOut.problems,
  ]);
  const warnings = inOrder([...content.warnings, ...sentences.warnings]);
  printProblems(options, 'Phải sửa', errors);
  printProblems(options, 'Nên sửa', warnings);
  printTodo(options, content.todo);
  print(closing(errors, warnings, content.content, today));
  return errors.length > 0 ? 1 : 0;
}

function readOptions(
  args: readonly string[],
  root: string,
  print: Options['print'],
): Options | undefined {
  const rest = args.filter((arg) => arg !== '--todo');
  const [flag, day, ...more] = rest;
  const full = rest.length < args.length;
  if (flag === undefined) return { root, today: isoDay(systemClock.now()), full, print };
  if (flag !== '--today' || day === undefined || !isDay(day) || more.length > 0) return undefined;
  return { root, today: day, full, print };
}

/** The head of an intents file is read twice; what content says of a line, the corpus need not say again. */
function unsaid(problems: readonly Problem[], said: readonly Problem[]): Problem[] {
  const lines = new Set(said.map(({ file, line }) => `${file}:${line}`));
  return problems.filter(({ file, line }) => !lines.has(`${file}:${line}`));
}

function printProblems({ print }: Options, title: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  print(`${title} (${problems.length})`);
  for (const { file, line, code, message } of problems) {
    print(`${file}:${line}: ${message} [${code}]`);
  }
  print('');
}

const titles: Readonly<Record<TodoKind, string>> = {
  expiring: 'Sắp hoặc đã hết hạn: đối chiếu lại nguồn',
  unverified: 'Chưa xác minh: cần hỏi cơ quan',
  contact: 'Chưa có liên hệ đã xác nhận',
  calendar: 'Ngày nghỉ chờ thông báo',
  official: 'Chưa được xác nhận',
};

function printTodo({ print, full }: Options, todo: readonly Todo[]): void {
  if (todo.length === 0) return;
  print(
    `Việc cho người vận hành (${todo.length})${full ? '' : '; in đủ: npm run check -- --todo'}`,
  );
  for (const [kind, title] of Object.entries(titles)) {
    const items = todo.filter((one) => one.kind === kind);
    if (items.length === 0) continue;
    print(`  ${title} (${items.length})`);
    for (const line of full ? items.map(inFull) : inShort(items)) print(`    ${line}`);
  }
  print('');
}

const inFull = ({ file, message, ask }: Todo): string =>
  `${file}: ${message}${ask ? ` – hỏi ${ask}` : ''}`;

/** What is asked of one office is counted in one line; the rest stands as it is. */
function inShort(items: readonly Todo[]): string[] {
  const counts = new Map<string, number>();
  for (const { ask } of items) if (ask) counts.set(ask, (counts.get(ask) ?? 0) + 1);
  const asked = [...counts].sort(([, a], [, b]) => b - a);
  return [
    ...asked.map(([office, count]) => `${office}: ${count} điều`),
    ...items.filter(({ ask }) => !ask).map(inFull),
  ];
}

function closing(
  errors: readonly Problem[],
  warnings: readonly Problem[],
  content: Content | undefined,
  today: Day,
): string {
  const verdict = errors.length > 0 ? `Chưa đạt: ${errors.length} lỗi` : 'Đạt: không có lỗi';
  const counts = content && summarise(content, today);
  return [
    `${verdict}, ${warnings.length} điều nên sửa`,
    ...(counts
      ? [
          `${counts.answers} mục`,
          `${counts.expired} hết hạn`,
          `${counts.unverified} mục còn phần chưa xác minh`,
          `${counts.withoutContact} cơ quan chưa có liên hệ`,
        ]
      : []),
  ].join(' · ');
}

// `node run.js cli/check` sets the script's name to this file; a test imports it.
if (process.argv[1] === import.meta.filename) {
  process.exitCode = await check(process.argv.slice(2), process.cwd(), (line) => {
    console.log(line);
  });
}
