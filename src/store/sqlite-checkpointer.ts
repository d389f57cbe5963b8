import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** Moves the log into the file beside the commits, from a thread of its own. */
export interface Checkpointer {
  /** One pass over what the log holds now; resolves to how many frames that was. */
  pass(): Promise<number>;
  close(): Promise<void>;
}

interface Told {
  readonly frames?: number;
  readonly error?: string;
}

/**
 * The thread's program is a text, so that it runs the same from TypeScript in tests and from dist/. PASSIVE waits for
 * nobody and keeps nobody waiting.
 */
const program = `
  const { parentPort, workerData } = require('node:worker_threads');
  const Database = require(workerData.libsql);
  const db = new Database(workerData.file, { timeout: 200 });
  db.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 0');
  const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)').raw();
  parentPort.on('message', (order) => {
    if (order === 'close') {
      db.close();
      parentPort.close();
      return;
    }
    try {
      const [, frames] = checkpoint.get();
      parentPort.postMessage({ frames });
    } catch (error) {
      parentPort.postMessage({ error: String(error) });
    }
  });
`;

/** The thread starts with the first pass: most processes never need it. */
export function checkpointer(file: string): Checkpointer {
  let worker: Worker | undefined;
  const start = (): Worker => {
    const libsql = createRequire(import.meta.url).resolve('libsql');
    const made = new Worker(program, { eval: true, workerData: { libsql, file } });
    made.unref();
    return made;
  };
  return {
    pass: () => {
      const thread = (worker ??= start());
      return new Promise((resolve, reject) => {
        const told = ({ frames, error }: Told): void => {
          thread.off('error', broke);
          if (frames === undefined) reject(new Error(error));
          else resolve(frames);
        };
        const broke = (error: Error): void => {
          thread.off('message', told);
          worker = undefined;
          reject(error);
        };
        thread.once('message', told);
        thread.once('error', broke);
        thread.postMessage('pass');
      });
    },
    close: async () => {
      if (!worker) return;
      const ended = new Promise((resolve) => worker?.once('exit', resolve));
      worker.postMessage('close');
      await ended;
    },
  };
}
