import { statSync } from 'node:fs';
import type { Database } from 'libsql';
import { hours } from '../clock.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { isBusy } from './sqlite-errors.ts';

/** Work of the file itself, apart from commits. */
export interface Upkeep {
  /** A group was written. */
  wrote(): void;
  /** Called about once a second. */
  tend(): void;
  /** Moves everything from the log into the file. */
  checkpoint(): void;
}

const mega = 1_024 * 1_024;
/** Above this the log is moved into the file even while commits keep coming. */
const largeLog = 64 * mega;
/** Pruning looks at the oldest hints once a minute. */
const pruneEvery = 60_000;
const hintsKept = hours(1);

/**
 * Checkpoints off the commit path: when commits pause, or when the log has grown large. What was erased is gone from
 * the log, too, once it has been moved (`secure_delete` sees to the file).
 */
export function upkeep(db: Database, file: string, clock: Clock, log: Log | undefined): Upkeep {
  const truncate = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').raw();
  // The newest stays, so that row numbers never start again under a tail that has seen higher ones.
  const prune = db.prepare(
    'DELETE FROM changes WHERE at < ? AND _n < (SELECT max(_n) FROM changes)',
  );
  let unsaved = 0;
  let busyTicks = 0;
  let prunedAt: number | undefined;

  const checkpoint = (): void => {
    try {
      truncate.get();
      unsaved = 0;
    } catch (error) {
      // Somebody reads or writes just now; the next round does it.
      if (!isBusy(error)) log?.warn({ err: error }, 'checkpoint failed');
    }
  };
  return {
    checkpoint,
    wrote: () => {
      unsaved++;
      busyTicks = 0;
    },
    tend: () => {
      if (prunedAt === undefined || clock.elapsed() - prunedAt >= pruneEvery) {
        prunedAt = clock.elapsed();
        prune.run(clock.now() - hintsKept);
      }
      if (unsaved === 0) return;
      busyTicks++;
      if (busyTicks > 1 || sizeOf(`${file}-wal`) > largeLog) checkpoint();
    },
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
