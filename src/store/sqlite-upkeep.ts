import { statSync } from 'node:fs';
import type { Database } from 'libsql';
import { hours } from '../clock.ts';
import type { Clock } from '../clock.ts';
import { briefly } from '../errors.ts';
import type { Log } from '../log.ts';
import { checkpointer } from './sqlite-checkpointer.ts';
import { isBusy } from './sqlite-errors.ts';

/** Work of the file itself, apart from commits. */
export interface Upkeep {
  /** A group was written. */
  wrote(): void;
  /** Called about once a second. */
  tend(): Promise<void>;
  /** Moves everything from the log into the file, for the last time. */
  close(): Promise<void>;
}

const mega = 1_024 * 1_024;
/** A log up to this size is moved in some milliseconds, once commits pause. */
const smallLog = 32 * mega;
/** A larger one is moved by the other thread, and only what came during its last pass (frames of 4 KB) by this one. */
const smallRest = 100;
const mostPasses = 8;
/** Pruning looks at the oldest hints once a minute. */
const pruneEvery = 60_000;
const hintsKept = hours(1);

/**
 * Checkpoints off the commit path. What was erased is gone from the log, too, once it has been moved: `secure_delete`
 * sees to the file, truncating to the log.
 */
export function upkeep(db: Database, file: string, clock: Clock, log: Log | undefined): Upkeep {
  const truncate = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').raw();
  // The newest stays, so that row numbers never start again under a tail that has seen higher ones.
  const prune = db.prepare(
    'DELETE FROM changes WHERE at < ? AND _n < (SELECT max(_n) FROM changes)',
  );
  const beside = checkpointer(file);
  let unsaved = false;
  let quietTicks = 0;
  let prunedAt: number | undefined;
  let moving = false;
  let closed = false;

  const empty = (): void => {
    try {
      truncate.get();
      unsaved = false;
    } catch (error) {
      // Somebody reads or writes just now; the next round does it.
      if (!isBusy(error)) log?.warn(briefly(error), 'checkpoint failed');
    }
  };
  const move = async (): Promise<void> => {
    if (moving) return;
    moving = true;
    try {
      // Each pass moves what came during the one before it.
      for (let passes = 0, moved = 0; passes < mostPasses && !closed; passes++) {
        const frames = await beside.pass();
        if (frames - moved < smallRest) break;
        moved = frames;
      }
      if (!closed) empty();
    } finally {
      moving = false;
    }
  };
  return {
    wrote: () => {
      unsaved = true;
      quietTicks = 0;
    },
    tend: async () => {
      if (prunedAt === undefined || clock.elapsed() - prunedAt >= pruneEvery) {
        prunedAt = clock.elapsed();
        prune.run(clock.now() - hintsKept);
      }
      if (!unsaved) return;
      quietTicks++;
      if (sizeOf(`${file}-wal`) > smallLog) await move();
      else if (quietTicks > 1) empty();
    },
    close: async () => {
      closed = true;
      await beside.close();
      empty();
    },
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
