import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { systemClock } from '../clock.ts';
import { AppError, ContentError } from '../errors.ts';
import {
  chooseCalibration,
  crossValidate,
  judgeCrossValidation,
  judgeSentences,
  readHeldOutSentences,
} from '../evaluation.ts';
import type { CrossValidation } from '../evaluation.ts';
import { belowFloors, floorsOf, parseFloors } from '../nlu/floors.ts';
import type { Floors } from '../nlu/floors.ts';
import { measure } from '../nlu/evaluate.ts';
import type { Measures } from '../nlu/evaluate.ts';
import { parseCalibration } from '../nlu/calibration.ts';
import { loadModel, sentencesHash } from '../nlu/model.ts';
import { parseLessons } from '../nlu/train.ts';
import type { Model } from '../nlu/model.ts';
import { understand } from '../nlu/understand.ts';
import { judgeByNodeNlp } from '../node-nlp.ts';
import type { NodeNlp } from '../node-nlp.ts';
import { learn, readSources, runBeside } from '../training.ts';
import type { Sources } from '../training.ts';
import { readOptions, usage } from './evaluation-options.ts';
import { progressLine } from './progress.ts';
import { printMeasures, printTimes } from './evaluation-table.ts';
import type { Times } from './evaluation-table.ts';

/** `npm run evaluate`: how well sentences are understood that were not learnt. Exit codes 0, 1 (below a floor), 2. */
async function evaluate(args: readonly string[], root: string): Promise<number> {
  const options = readOptions(args);
  if (!options) {
    console.error(usage);
    return 2;
  }
  const sources = await readSources(path.join(root, 'intents'));
  if (options.engine) return measureOther(sources, { ...options, engine: options.engine });
  const floors = options.check && !options.floors ? await readFloors(root) : undefined;
  const folds = options.folds ?? floors?.folds ?? 5;
  const progress = progressLine('Đang đo');
  const result = await crossValidate(
    sources,
    { by: options.by, count: folds },
    runBeside,
    (part) => {
      progress.show({ sentences: 0, part });
    },
  );
  progress.end('');
  const measures = measure(judgeCrossValidation(result));
  printMeasures(
    `Đoán chéo ${folds} phần, chia theo ${options.by === 'writer' ? 'người viết' : 'mục và kiểu gõ'}`,
    measures,
  );
  if (!options.calibrate && isStale(sources)) {
    console.log('Trọng số và ngưỡng được chọn trên những câu khác bây giờ – chọn lại: --calibrate');
  }
  const current = options.calibrate ? await keepCalibration(root, sources, result) : sources;
  const { model, times } = await timeWhole(current);
  const heldOut = await judgeHeldOut(root, model);
  printTimes(times);
  if (options.json !== undefined) {
    const { by } = options;
    await writeJson(options.json, { folds, by, crossValidation: measures, heldOut, times });
  }
  const kept = options.floors ? await keepFloors(root, floorsOf(measures, folds)) : floors;
  return options.check && kept ? judgeFloors(kept, measures) : 0;
}

interface Other {
  readonly engine: NodeNlp;
  readonly folds: number | undefined;
  readonly json: string | undefined;
}

/** The same split, learnt and judged by node-nlp. */
async function measureOther(sources: Sources, { engine, folds = 5, json }: Other): Promise<number> {
  const start = systemClock.elapsed();
  const progress = progressLine('Đang đo');
  const judged = await judgeByNodeNlp(sources, engine, folds, (part) => {
    progress.show({ sentences: 0, part });
  });
  progress.end('');
  const measures = measure(judged);
  printMeasures(`${engine}, đoán chéo ${folds} phần`, measures);
  const took = (systemClock.elapsed() - start) / 1000;
  console.log(`Học và đoán ${folds} phần: ${took.toFixed(0)} giây`);
  if (json !== undefined) await writeJson(json, { engine, folds, crossValidation: measures, took });
  return 0;
}

async function writeJson(file: string, figures: object): Promise<void> {
  await writeFile(file, `${JSON.stringify(figures, undefined, 2)}\n`);
}

/** Whether sentences or lexicons have changed since weights and thresholds were chosen. */
function isStale({ files, calibration }: Sources): boolean {
  return parseCalibration(calibration).corpus !== sentencesHash(parseLessons(files));
}

async function keepCalibration(
  root: string,
  sources: Sources,
  result: CrossValidation,
): Promise<Sources> {
  const calibration = `${JSON.stringify(chooseCalibration(sources, result), undefined, 2)}\n`;
  await writeFile(path.join(root, 'intents/calibration.json'), calibration);
  console.log(`Đã ghi intents/calibration.json\n${calibration}`);
  return { ...sources, calibration };
}

/** The model of all sentences: how long it takes to learn, to load, and to read one message. */
async function timeWhole(sources: Sources): Promise<{ model: Model; times: Times }> {
  const start = systemClock.elapsed();
  const progress = progressLine();
  const bytes = await learn(sources, progress.show);
  progress.end('');
  const learnt = systemClock.elapsed();
  const model = loadModel(bytes);
  const loaded = systemClock.elapsed();
  const { mean, p99 } = timeMessages(model, sources);
  return {
    model,
    times: { learn: learnt - start, load: loaded - learnt, mean, p99, bytes: bytes.length },
  };
}

function timeMessages(model: Model, { files }: Sources): { mean: number; p99: number } {
  const texts = files
    .filter(({ path: name }) => !name.includes('lexicon'))
    .flatMap(({ text }) => text.split('\n').filter((line) => /^ {6}/.test(line)))
    .filter((_line, i) => i % 3 === 0);
  const now = systemClock.now();
  for (const text of texts.slice(0, 500)) understand(model, text, { now });
  const took = texts.map((text) => {
    const before = systemClock.elapsed();
    understand(model, text, { now });
    return systemClock.elapsed() - before;
  });
  took.sort((a, b) => a - b);
  const mean = took.reduce((sum, ms) => sum + ms, 0) / Math.max(1, took.length);
  return { mean, p99: took[Math.floor(took.length * 0.99)] ?? 0 };
}

async function judgeHeldOut(root: string, model: Model): Promise<Measures | undefined> {
  const sentences = await readHeldOutSentences(root);
  if (sentences.length === 0) return undefined;
  const measures = measure(judgeSentences(model, sentences));
  printMeasures('Câu để riêng, không bao giờ học (test/held-out)', measures, { sentences: false });
  return measures;
}

const floorsFile = (root: string): string => path.join(root, 'intents/floors.json');

async function readFloors(root: string): Promise<Floors> {
  const text = await readFile(floorsFile(root), 'utf8').catch(() => '');
  return parseFloors(text);
}

async function keepFloors(root: string, floors: Floors): Promise<Floors> {
  await writeFile(floorsFile(root), `${JSON.stringify(floors, undefined, 2)}\n`);
  console.log('Đã ghi intents/floors.json');
  return floors;
}

function judgeFloors(floors: Floors, measures: Measures): number {
  const below = belowFloors(floors, measures);
  for (const line of below) console.log(`Dưới mức sàn: ${line}`);
  if (below.length === 0) console.log('Không có gì dưới mức sàn.');
  return below.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await evaluate(process.argv.slice(2), process.cwd());
} catch (error) {
  if (!(error instanceof ContentError || error instanceof AppError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
