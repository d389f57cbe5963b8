import { statSync } from 'node:fs';
import type { Database, Statement } from 'libsql';
import { hours } from '../clock.ts';
import type { Clock } from '../clock.ts';
import { briefly } from '../errors.ts';
import type { Log } from '../log.ts';
import { checkpointer } from './sqlite-checkpointer.ts';
import type { Checkpointer } from './sqlite-checkpointer.ts';
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
  const moving = movingOf(db, file, log);
  const prune = pruning(db, clock);
  let quietTicks = 0;
  return {
    wrote: () => {
      moving.unsaved = true;
      quietTicks = 0;
    },
    tend: async () => {
      prune();
      if (!moving.unsaved) return;
      quietTicks++;
      if (sizeOf(`${file}-wal`) > smallLog) await move(moving);
      else if (quietTicks > 1) empty(moving);
    },
    close: async () => {
      moving.closed = true;
      await moving.beside.close();
      empty(moving);
    },
  };
}

/** How far the log has been moved into the file. */
interface Moving {
  readonly truncate: Statement;
  /** Moves on another thread. */
  readonly beside: Checkpointer;
  readonly log: Log | undefined;
  /** Something was written since the log was last emptied. */
  unsaved: boolean;
  underWay: boolean;
  closed: boolean;
}

function movingOf(db: Database, file: string, log: Log | undefined): Moving {
  return {
    truncate: db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').raw(),
    beside: checkpointer(file),
    log,
    unsaved: false,
    underWay: false,
    closed: false,
  };
}

/** Moves what is left, on this thread, and makes the log empty. */
function empty(moving: Moving): void {
  try {
    moving.truncate.get();
    moving.unsaved = false;
  } catch (error) {
    // Somebody reads or writes just now; the next round does it.
    if (!isBusy(error)) moving.log?.warn(briefly(error), 'checkpoint failed');
  }
}

async function move(moving: Moving): Promise<void> {
  if (moving.underWay) return;
  moving.underWay = true;
  try {
    // Each pass moves what came during the one before it.
    for (let passes = 0, moved = 0; passes < mostPasses && !moving.closed; passes++) {
      const frames = await moving.beside.pass();
      if (frames - moved < smallRest) break;
      moved = frames;
    }
    if (!moving.closed) empty(moving);
  } finally {
    moving.underWay = false;
  }
}

/** Throws away old hints, at most once a minute. */
function pruning(db: Database, clock: Clock): () => void {
  // The newest stays, so that row numbers never start again under a tail that has seen higher ones.
  const old = db.prepare('DELETE FROM changes WHERE at < ? AND _n < (SELECT max(_n) FROM changes)');
  let prunedAt: number | undefined;
  return () => {
    if (prunedAt !== undefined && clock.elapsed() - prunedAt < pruneEvery) return;
    prunedAt = clock.elapsed();
    old.run(clock.now() - hintsKept);
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
