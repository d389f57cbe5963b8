import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

/** A small disk that a program keeps its database on, and that can be filled from outside. */
export interface SmallDisk {
  /** Where it lies, as the program sees it. */
  readonly dir: string;
  /** What to put before a command so that it sees the disk. */
  readonly inside: readonly string[];
  /** No byte is left on it, until `free`. */
  fill(pid: number): void;
  free(pid: number): void;
}

/** Room for the log, which is moved into the database only when commits pause. */
const size = '64m';

/**
 * A file system in memory, in a mount namespace of its own: needs no rights and is gone with its last process. Where
 * that is not allowed, a bound on the size of every file, which SQLite meets as an error of the disk.
 */
export function smallDisk(home: string): SmallDisk {
  const dir = path.join(home, 'disk');
  mkdirSync(dir);
  return canMount(dir) ? mounted(dir) : bounded(dir);
}

function canMount(dir: string): boolean {
  return spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', dir]).status === 0;
}

function mounted(dir: string): SmallDisk {
  const script = `mount -t tmpfs -o size=${size} tmpfs "$0" && exec "$@"`;
  const fillerOf = (pid: number): string => path.join(`/proc/${pid}/root`, dir, 'filler');
  let filling: NodeJS.Timeout | undefined;
  return {
    dir,
    inside: ['unshare', '-rm', 'sh', '-c', script, dir],
    fill(pid) {
      fillUp(fillerOf(pid));
      // A checkpoint gives space back: it is taken again at once.
      filling = setInterval(() => {
        fillUp(fillerOf(pid));
      }, 10).unref();
    },
    free(pid) {
      clearInterval(filling);
      rmSync(fillerOf(pid));
    },
  };
}

/** Appends until the disk says that it is full. */
function fillUp(file: string): void {
  const bytes = Buffer.alloc(4_096);
  const fd = openSync(file, 'a');
  try {
    for (;;) writeSync(fd, bytes);
  } catch (error) {
    // Errors of the file system come from outside of the test's realm: `instanceof` does not know them.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(fd);
  }
}

function bounded(dir: string): SmallDisk {
  const bound = (pid: number, bytes: string): void => {
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}`]);
  };
  return {
    dir,
    inside: [],
    fill: (pid) => {
      bound(pid, '1:unlimited');
    },
    free: (pid) => {
      bound(pid, 'unlimited:unlimited');
    },
  };
}
