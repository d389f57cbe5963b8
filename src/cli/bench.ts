import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';
import { parseCorpus } from '../nlu/corpus.ts';
import { ensureModel, readSources } from '../training.ts';
import { describeMachine } from './bench/machine.ts';
import { measureBare, measureProgram, measureUnderstanding } from './bench/measure.ts';
import type { Bench, ProgramFigures } from './bench/measure.ts';
import { startReplica } from './bench/mongo.ts';
import { table } from './bench/table.ts';
import type { Figures } from './bench/table.ts';
import { runCommand } from './command.ts';
import { progressLine } from './progress.ts';

const root = path.join(import.meta.dirname, '..', '..');
const parts = ['bare', 'sqlite', 'mongo', 'understand'] as const;
type Part = (typeof parts)[number];

const usage = `Dùng: npm run bench [-- --seconds 10] [-- --only bare|sqlite|mongo|understand] [-- --json TỆP]
  --seconds   mỗi lượt phát tin kéo dài bao lâu (mặc định 10)
  --only      chỉ đo một phần; lặp lại được
  --json      ghi thêm các con số vào một tệp
  Đo MongoDB khi MONGOMS_SYSTEM_BINARY chỉ tới chương trình mongod.`;

/** `npm run bench`: the program beside a bare server, on this machine, in one run. What is missed is said, not punished. */
await runCommand(async (args) => {
  const { seconds, only, json } = optionsOf(args);
  mkdirSync(path.join(root, 'data'), { recursive: true });
  const dir = mkdtempSync(path.join(root, 'data', 'bench-'));
  process.once('exit', () => {
    rmSync(dir, { recursive: true, force: true });
  });
  // Ends the servers, too: each sees to it when this process exits.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const figures = await measure(await prepare(dir, seconds), only);
  console.log(table(figures));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(figures, undefined, 2)}\n`);
  return true;
});

function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '10' },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
    },
  });
  const seconds = Number(values.seconds);
  const only = values.only.filter((name): name is Part => parts.some((part) => part === name));
  if (!(seconds > 0) || only.length < values.only.length) throw new AppError('usage', 2, usage);
  return { seconds, only: new Set(only.length > 0 ? only : parts), json: values.json };
}

async function prepare(dir: string, seconds: number): Promise<Bench> {
  const places = { intentsDir: path.join(root, 'intents'), dataDir: path.join(root, 'data') };
  const model = await ensureModel({ ...places, onProgress: progressLine().show });
  const { sentences } = parseCorpus((await readSources(places.intentsDir)).files);
  const texts = [...new Set(sentences.map(({ text }) => text))];
  return { sentences: texts, model, dataDir: places.dataDir, dir, ms: seconds * 1_000 };
}

async function measure(bench: Bench, only: ReadonlySet<Part>): Promise<Figures> {
  const run = async <T>(part: Part, work: () => T | Promise<T>): Promise<T | undefined> => {
    if (!only.has(part)) return undefined;
    console.error(`Đang đo: ${part} …`);
    return work();
  };
  return {
    machine: describeMachine(bench.dir),
    seconds: bench.ms / 1_000,
    understanding: await run('understand', () => measureUnderstanding(bench)),
    bare: await run('bare', () => measureBare(bench)),
    sqlite: await run('sqlite', () => measureProgram(bench, 'sqlite', 'sqlite:data/nhipcau.db')),
    mongo: await run('mongo', () => measureOnMongo(bench)),
  };
}

async function measureOnMongo(bench: Bench): Promise<ProgramFigures | undefined> {
  if (!process.env['MONGOMS_SYSTEM_BINARY']) return undefined;
  const dir = path.join(bench.dir, 'mongod');
  mkdirSync(dir);
  const replica = await startReplica(dir);
  try {
    return await measureProgram(bench, 'mongo', replica.url);
  } finally {
    await replica.stop();
  }
}
