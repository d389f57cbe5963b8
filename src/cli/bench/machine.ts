import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { quantile } from './load.ts';

/** What the figures were measured on. */
export interface Machine {
  readonly node: string;
  readonly cores: number;
  readonly processor: string;
  readonly disk: string;
  /** One page written and forced to the disk, ms. */
  readonly fsync: { readonly median: number; readonly p99: number };
}

/** What the figures were measured on; `dir` lies on the disk that is timed. */
export function describeMachine(dir: string): Machine {
  return {
    node: process.version,
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? '?',
    disk: diskOf(dir),
    fsync: timeFsync(path.join(dir, 'fsync')),
  };
}

function timeFsync(file: string): Machine['fsync'] {
  const page = new Uint8Array(4_096).fill(1);
  const handle = openSync(file, 'w');
  const times = Array.from({ length: 200 }, () => {
    const from = performance.now();
    writeSync(handle, page);
    fsyncSync(handle);
    return performance.now() - from;
  }).sort((a, b) => a - b);
  closeSync(handle);
  rmSync(file);
  return { median: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

/** Device and file system of the mount that holds a folder; '?' where the system does not say. */
function diskOf(dir: string): string {
  const mounts = fileOf('/proc/mounts')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, at = '']) => `${dir}/`.startsWith(at.endsWith('/') ? at : `${at}/`))
    .sort(([, a = ''], [, b = '']) => b.length - a.length);
  const [device = '?', , system = ''] = mounts[0] ?? [];
  return `${device} ${system}`.trim();
}

/** The most memory a process has had, MB; undefined where the system does not say. */
export function peakMemory(pid: number): number | undefined {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(fileOf(`/proc/${pid}/status`))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1_024;
}

/** Processor time a process has used, seconds; undefined where the system does not say. */
export function processorTime(pid: number): number | undefined {
  // After the name in brackets, which may hold spaces: state is field 3, utime 14, stime 15, in hundredths.
  const fields = fileOf(`/proc/${pid}/stat`).split(') ')[1]?.split(' ');
  return fields && (Number(fields[11]) + Number(fields[12])) / 100;
}

function fileOf(name: string): string {
  try {
    return readFileSync(name, 'utf8');
  } catch {
    return '';
  }
}
