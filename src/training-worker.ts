import { parentPort, workerData } from 'node:worker_threads';
import { perform } from './training.ts';
import type { Task, WorkerMessage } from './training.ts';

/** A thread that does one task of learning; started by `runBeside` alone, which gives it a `Task`. */
const say = (message: WorkerMessage): void => {
  parentPort?.postMessage(message);
};

say({
  outcome: perform(workerData as Task, (part) => {
    say({ part });
  }),
});
