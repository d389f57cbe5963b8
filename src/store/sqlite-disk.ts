import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../errors.ts';

/** Where commits become durable. */
export interface Disk {
  /** Resolves when everything that was committed before the call outlives a power cut. @throws {AppError} `commit_unknown` */
  reached(): Promise<void>;
  close(): void;
}

const flush = promisify(fdatasync);

/**
 * SQLite itself would wait for the disk on the only thread (`synchronous = FULL`). With `NORMAL` it writes the log and
 * goes on; the log is flushed here, beside the thread, and nobody is told of a commit before. Its checkpoints flush
 * the log before they move it, so the order on the disk stays the same.
 */
export function openDisk(file: string): Disk {
  const log = openSync(`${file}-wal`, 'r+');
  keepName(path.dirname(file));
  let now: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const start = (): Promise<void> => {
    next = undefined;
    now = flushed(log);
    return now;
  };
  return {
    // A flush under way may have missed the newest commits: they share the one after it.
    reached: () => (next ??= now.then(start, start)),
    close: () => {
      closeSync(log);
    },
  };
}

async function flushed(log: number): Promise<void> {
  try {
    await flush(log);
  } catch (cause) {
    throw new AppError(
      'commit_unknown',
      503,
      'Kho dữ liệu không dùng được: đĩa báo lỗi khi ghi [commit_unknown]',
      { cause },
    );
  }
}

/** A new file is only found again when its folder has been flushed, too. Windows knows no such thing. */
function keepName(folder: string): void {
  if (process.platform === 'win32') return;
  const opened = openSync(folder, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** A database in memory is never durable. */
export const noDisk: Disk = { reached: async () => undefined, close: () => undefined };
