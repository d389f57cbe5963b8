import path from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../clock.ts';
import type { Instant } from '../clock.ts';
import { loadContent } from '../content/load.ts';
import { ContentError } from '../errors.ts';
import { readTree } from '../files.ts';
import type { Understanding } from '../nlu/types.ts';
import { understand } from '../nlu/understand.ts';
import type { Circumstances } from '../nlu/understand.ts';
import { ensureModel } from '../training.ts';
import { explanationOf } from './explanation.ts';
import { progressLine } from './progress.ts';

const usage = `Dùng: npm run -s understand [-- --now 2026-03-04T10:00:00+07:00] [--explain] < tệp-câu
  Mỗi dòng vào một câu, mỗi dòng ra một JSON.
  --explain   thay vào đó, vì sao: chữ, cặp chữ, khái niệm nào nghiêng về mục nào`;

/**
 * `npm run understand`: sentences on stdin, one JSON line each on stdout, in order; with `--explain` lines for people.
 * Exit codes 0, 1, 2.
 */
async function run(args: readonly string[], root: string): Promise<number> {
  const now = nowOf(args.filter((arg) => arg !== '--explain'));
  if (now === undefined) {
    console.error(usage);
    return 2;
  }
  const progress = progressLine();
  const model = await ensureModel({
    intentsDir: path.join(root, 'intents'),
    dataDir: path.join(root, 'data'),
    onProgress: progress.show,
  });
  const { gazetteer } = loadContent(await readTree(root));
  const at: Circumstances = { now, gazetteer };
  const write = args.includes('--explain')
    ? (read: Understanding) => explanationOf(model, read).join('\n')
    : (read: Understanding) => JSON.stringify(lineOf(read));
  await answerLines((text) => write(understand(model, text, at)));
  return 0;
}

function nowOf(args: readonly string[]): Instant | undefined {
  const [flag, value, ...more] = args;
  if (flag === undefined) return systemClock.now();
  const at = Date.parse(value ?? '');
  // Date.parse gives milliseconds since the epoch.
  return flag === '--now' && more.length === 0 && !Number.isNaN(at) ? (at as Instant) : undefined;
}

async function answerLines(answer: (text: string) => string): Promise<void> {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    const written = process.stdout.write(`${answer(line)}\n`);
    if (!written) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}

/** The contract of docs/understanding.md; others script against it. */
function lineOf({
  text,
  intents,
  scope,
  decision,
  also,
  aspect,
  entities,
  signals,
  ...rest
}: Understanding) {
  const [best] = intents;
  const top3 = intents
    .slice(0, 3)
    .map(({ name, probability }) => ({ intent: name, probability: round(probability) }));
  return {
    text,
    intent: best?.name ?? 'none',
    probability: round(best?.probability ?? 0),
    decision,
    top3,
    entities,
    ...(aspect !== undefined && { aspect }),
    ...(also !== undefined && { also }),
    ...(rest.outside !== undefined && { outside: rest.outside }),
    ...(rest.courtesy === true && { courtesy: true }),
    ...(signals.length > 0 && { signals }),
    ...(Number.isFinite(scope) && { scope: round(scope) }),
  };
}

const round = (value: number): number => Math.round(value * 10_000) / 10_000;

try {
  process.exitCode = await run(process.argv.slice(2), process.cwd());
} catch (error) {
  if (!(error instanceof ContentError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
