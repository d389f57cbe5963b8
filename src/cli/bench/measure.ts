import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '../../clock.ts';
import type { Model } from '../../nlu/model.ts';
import { understand } from '../../nlu/understand.ts';
import { crowd } from './crowd.ts';
import type { Delivery } from './crowd.ts';
import { openGraph } from './graph.ts';
import type { FakeGraph } from './graph.ts';
import { openLoad, quantile } from './load.ts';
import type { Acks, Load } from './load.ts';
import { peakMemory, processorTime } from './machine.ts';
import { startBare, startProgram } from './program.ts';
import type { Running } from './program.ts';

/** What a measurement works with. */
export interface Bench {
  readonly sentences: readonly string[];
  readonly model: Model;
  /** Where the trained model lies. */
  readonly dataDir: string;
  /** A folder of its own, on the disk that is measured; removed at the end. */
  readonly dir: string;
  /** How long each load lasts. */
  readonly ms: number;
}

/** How quickly a server says that it has a message. Times in ms. */
export interface Acknowledging {
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface BareFigures {
  readonly flatOut: Acknowledging;
  /** Processor time of the server for one message, ms; undefined where the system does not say. */
  readonly processor: number | undefined;
}

export interface ProgramFigures extends BareFigures {
  readonly evenly: Acknowledging;
  /** Whole answers a second, from the first message sent to the last call received. */
  readonly answeredPerSecond: number;
  readonly sent: number;
  /** Messages to which the bot said nothing. */
  readonly silent: number;
  /** From the start of the process to the first answer, ms. */
  readonly firstAnswer: number;
  /** MB */
  readonly peakMemory: number | undefined;
}

export interface UnderstandFigures {
  readonly mean: number;
  readonly p99: number;
}

const page = { id: '100000000000001', appSecret: 'bench-app-secret' };
const webhookPath = '/webhooks/messenger';
const warmUpMs = 2_000;
export const evenPerSecond = 500;
/** Nothing has come for so long: nothing more will. */
const silenceMs = 5_000;

/** What Express alone takes on this machine, for `ms` milliseconds: the yardstick of the other figures. */
export async function measureBare({ sentences, ms }: Bench): Promise<BareFigures> {
  const bare = await startBare();
  const load = openLoad(bare.port, webhookPath);
  const next = crowd(sentences, page);
  try {
    await load.flatOut(next, warmUpMs);
    const before = processorTime(bare.pid);
    const acks = await load.flatOut(next, ms);
    return { flatOut: acknowledging(acks), processor: perMessage(bare, before, acks.count) };
  } finally {
    await load.close();
    await bare.stop();
  }
}

/** The whole program over one store: `storeUrl` is made in, or beside, the given folder. */
export async function measureProgram(
  bench: Bench,
  name: string,
  storeUrl: string,
): Promise<ProgramFigures> {
  const dir = path.join(bench.dir, name);
  mkdirSync(dir, { recursive: true });
  const graph = await openGraph();
  const { apiBase } = graph;
  const from = performance.now();
  const program = await startProgram({ page, apiBase, storeUrl, dir, dataDir: bench.dataDir });
  const load = openLoad(program.port, webhookPath);
  try {
    return await underLoad(bench, { program, graph, load, from });
  } finally {
    await load.close();
    await program.stop();
    await graph.close();
  }
}

interface Started {
  readonly program: Running;
  readonly graph: FakeGraph;
  readonly load: Load;
  readonly from: number;
}

async function underLoad(
  { sentences, ms }: Bench,
  { program, graph, load, from }: Started,
): Promise<ProgramFigures> {
  const next = crowd(sentences, page);
  await firstPost(load, next());
  await untilAnswered(graph, 1);
  const firstAnswer = graph.lastAt() - from;
  const warm = await load.flatOut(next, warmUpMs);
  await untilAnswered(graph, 1 + warm.count);
  const even = await load.evenly(next, evenPerSecond, ms);
  await untilAnswered(graph, 1 + warm.count + even.count);

  const answeredBefore = graph.answered();
  const processorBefore = processorTime(program.pid);
  const began = performance.now();
  const flat = await load.flatOut(next, ms);
  await untilAnswered(graph, answeredBefore + flat.count);
  const answered = graph.answered() - answeredBefore;
  return {
    firstAnswer,
    evenly: acknowledging(even),
    flatOut: acknowledging(flat),
    answeredPerSecond: (answered * 1_000) / (graph.lastAt() - began),
    sent: flat.count,
    silent: flat.count - answered,
    processor: perMessage(program, processorBefore, flat.count),
    peakMemory: peakMemory(program.pid),
  };
}

/** The port opens when it opens. */
async function firstPost(load: Load, delivery: Delivery): Promise<void> {
  const until = performance.now() + 60_000;
  for (;;) {
    const status = await load.post(delivery).catch(() => undefined);
    if (status === 200) return;
    if (performance.now() > until)
      throw new Error(`The program took no message: ${String(status)}.`);
    await sleep(5);
  }
}

/** Returns when so many messages have an answer, or nothing has come for a while. */
async function untilAnswered(graph: FakeGraph, count: number): Promise<void> {
  let moved = performance.now();
  while (graph.answered() < count) {
    await sleep(5);
    moved = Math.max(moved, graph.lastAt());
    if (performance.now() - moved > silenceMs) return;
  }
}

function acknowledging({ count, took, latencies, refused }: Acks): Acknowledging {
  if (refused > 0) throw new Error(`${refused} of ${count} messages were not taken.`);
  return {
    perSecond: (count * 1_000) / took,
    p50: quantile(latencies, 0.5),
    p95: quantile(latencies, 0.95),
    p99: quantile(latencies, 0.99),
  };
}

function perMessage({ pid }: Running, before: number | undefined, count: number) {
  const after = processorTime(pid);
  return before === undefined || after === undefined
    ? undefined
    : ((after - before) * 1_000) / count;
}

/** Understanding alone, in this process, over every sentence. Times in ms. */
export function measureUnderstanding({ sentences, model }: Bench): UnderstandFigures {
  const now = Date.now() as Instant;
  const timed = (text: string): number => {
    const from = performance.now();
    understand(model, text, { now });
    return performance.now() - from;
  };
  // Once through without counting: a server has long been warm.
  sentences.forEach(timed);
  const times = sentences.map(timed).sort((a, b) => a - b);
  return {
    mean: times.reduce((sum, time) => sum + time, 0) / times.length,
    p99: quantile(times, 0.99),
  };
}
