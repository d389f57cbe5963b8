import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { readTree } from './files.ts';
import { parseCalibration } from './nlu/calibration.ts';
import type { TextFile } from './nlu/corpus.ts';
import { predictFold } from './nlu/cross-validation.ts';
import type { FoldPrediction } from './nlu/cross-validation.ts';
import { corpusHash, loadModel, packModel, whyRefused } from './nlu/model.ts';
import type { Model } from './nlu/model.ts';
import type { Linear } from './nlu/ridge.ts';
import { fitMember, members, parseLessons } from './nlu/train.ts';
import type { Member } from './nlu/train.ts';

export interface Places {
  /** The folder `intents/`. */
  readonly intentsDir: string;
  /** Where the model is kept between starts. */
  readonly dataDir: string;
}

/** How far learning is: `part` of 1, of so many sentences. */
export interface TrainingProgress {
  readonly sentences: number;
  readonly part: number;
}

/** Everything a model depends on, as text. */
export interface Sources {
  readonly files: readonly TextFile[];
  readonly calibration: string;
}

/**
 * The model of what now stands in `intents/`: loaded when it is fresh, else learnt (half a minute on two cores,
 * in worker threads) and kept. The last good model stays in place until the new one is whole.
 * @throws {ContentError} when a file in `intents/` is not in its form; the file kept is then untouched.
 */
export async function ensureModel(
  places: Places & {
    readonly onProgress?: (progress: TrainingProgress) => void;
    /** The model kept last, of other sentences than now: it can answer while the new one is learnt. */
    readonly meanwhile?: (last: Model) => void;
    /** Where the work is done; tests do it in place. */
    readonly run?: Run;
  },
): Promise<Model> {
  const sources = await readSources(places.intentsDir);
  const kept = await keptModel(places);
  if (kept && (await isFresh(places, sources, kept))) return loadModel(kept);
  if (kept) places.meanwhile?.(loadModel(kept));
  const bytes = await learn(
    sources,
    places.onProgress ?? (() => undefined),
    places.run ?? runBeside,
  );
  await keepModel(places, sources, bytes);
  return loadModel(bytes);
}

/**
 * What a model is learnt from: all files of `intents/` but the entities', and the calibration. @throws when one is
 * missing.
 */
export async function readSources(intentsDir: string): Promise<Sources> {
  const tree = await readTree(path.dirname(intentsDir), [path.basename(intentsDir)]);
  const files = [...tree]
    .filter(([name]) => name.endsWith('.yaml') && !name.includes('/entities/'))
    .map(([name, text]) => ({ path: name, text }));
  return { files, calibration: await readFile(path.join(intentsDir, 'calibration.json'), 'utf8') };
}

const modelFile = (dataDir: string): string => path.join(dataDir, 'model.bin');
/** Digest of the files the kept model was learnt from: comparing texts is a hundred times faster than parsing them. */
const sourcesFile = (dataDir: string): string => path.join(dataDir, 'model.sources');

function digestOf({ files, calibration }: Sources): string {
  const digest = createHash('sha256');
  for (const { path: name, text } of files) digest.update(`${name}\0${text}\0`);
  return digest.update(calibration).digest('hex');
}

/** Whether the kept model is of what now stands in `intents/`, so that there is nothing to learn. */
export async function isLearnt(places: Places, sources: Sources): Promise<boolean> {
  const kept = await keptModel(places);
  return kept !== undefined && isFresh(places, sources, kept);
}

/** The bytes kept last, whatever they were learnt from; undefined when there are none that can be used. */
async function keptModel({ dataDir }: Pick<Places, 'dataDir'>): Promise<Uint8Array | undefined> {
  const bytes = await readFile(modelFile(dataDir)).catch(() => undefined);
  return bytes && whyRefused(bytes) === undefined ? bytes : undefined;
}

async function isFresh(
  { dataDir }: Pick<Places, 'dataDir'>,
  sources: Sources,
  kept: Uint8Array,
): Promise<boolean> {
  const digest = await readFile(sourcesFile(dataDir), 'utf8').catch(() => '');
  if (digest === `${digestOf(sources)} ${sha(kept)}`) return true;
  // Only comments or boundaries may have changed: what is learnt is compared, not how it is written.
  const hash = corpusHash(parseLessons(sources.files), parseCalibration(sources.calibration));
  if (whyRefused(kept, hash) !== undefined) return false;
  await writeWhole(sourcesFile(dataDir), `${digestOf(sources)} ${sha(kept)}`);
  return true;
}

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Writes the model, then what it was learnt from; a crash between the two costs a comparison, nothing else. */
export async function keepModel(
  { dataDir }: Places,
  sources: Sources,
  bytes: Uint8Array,
): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await writeWhole(modelFile(dataDir), bytes);
  await writeWhole(sourcesFile(dataDir), `${digestOf(sources)} ${sha(bytes)}`);
}

async function writeWhole(file: string, content: Uint8Array | string): Promise<void> {
  const beside = `${file}.${process.pid}.new`;
  await writeFile(beside, content);
  await rename(beside, file);
}

/** What a worker thread is asked for. */
export type Task =
  | { readonly do: 'fit'; readonly member: Member; readonly sources: Sources }
  | {
      readonly do: 'pack';
      readonly sources: Sources;
      readonly ridge: Linear;
      readonly softmax: Linear;
    }
  | {
      readonly do: 'predict';
      readonly sources: Sources;
      readonly folds: Int32Array;
      readonly fold: number;
    };
export type Outcome =
  | { readonly fitted: Linear }
  | { readonly packed: Uint8Array }
  | { readonly predicted: FoldPrediction };
export type Run = (task: Task, onProgress: (part: number) => void) => Promise<Outcome>;

/** Learns both members side by side and packs them. */
export async function learn(
  sources: Sources,
  onProgress: (progress: TrainingProgress) => void,
  run: Run = runBeside,
): Promise<Uint8Array> {
  // Broken files are told here, with file and line, before any thread is started.
  const { corpus } = parseLessons(sources.files);
  parseCalibration(sources.calibration);
  const sentences = corpus.sentences.length;
  const parts = { ridge: 0, softmax: 0 };
  const fitting = members.map(async (member) => {
    const outcome = await run({ do: 'fit', member, sources }, (part) => {
      parts[member] = part;
      onProgress({ sentences, part: Math.min(parts.ridge, parts.softmax) });
    });
    if (!('fitted' in outcome)) throw new Error('A worker answered another question than asked.');
    return outcome.fitted;
  });
  const [ridge, softmax] = await Promise.all(fitting);
  if (!ridge || !softmax) throw new Error('A worker ended without its member of the model.');
  const outcome = await run({ do: 'pack', sources, ridge, softmax }, () => undefined);
  if (!('packed' in outcome)) throw new Error('A worker answered another question than asked.');
  return outcome.packed;
}

/** The work itself, wherever it runs. */
export function perform(task: Task, onProgress: (part: number) => void): Outcome {
  const lessons = parseLessons(task.sources.files);
  switch (task.do) {
    case 'fit':
      return { fitted: fitMember(task.member, lessons, onProgress) };
    case 'pack': {
      const calibration = parseCalibration(task.sources.calibration);
      return { packed: packModel(lessons, calibration, task.ridge, task.softmax) };
    }
    case 'predict':
      return { predicted: predictFold(lessons, task.folds, task.fold, onProgress) };
  }
}

/** In this thread; for tests and where no built program is at hand. */
export const runHere: Run = (task, onProgress) => Promise.resolve(perform(task, onProgress));

/** In a worker thread of its own. */
export const runBeside: Run = (task, onProgress) => {
  // Threads run the built program; a test reads the source, which they cannot.
  if (!import.meta.url.endsWith('.js')) return runHere(task, onProgress);
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./training-worker.js', import.meta.url), {
      workerData: task,
    });
    worker.on('message', (message: WorkerMessage) => {
      if ('part' in message) onProgress(message.part);
      else resolve(message.outcome);
    });
    worker.once('error', reject);
    worker.once('exit', (code) => {
      reject(new Error(`Learning the sentences: a worker thread ended with code ${code}.`));
    });
  });
};

export type WorkerMessage = { readonly part: number } | { readonly outcome: Outcome };
