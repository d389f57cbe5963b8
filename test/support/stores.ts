import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Where a store lies for one test. */
export interface Place {
  readonly url: string;
  remove(): Promise<void>;
}

/** A kind of store that the contract is run against. */
export interface StoreKind {
  readonly name: string;
  /** Several processes can have it open at once. */
  readonly shared: boolean;
  /** How many of the jobs of a crowded queue are put into it, at most 1: large numbers once are enough. */
  readonly crowd: number;
  /** An empty database. */
  place(): Promise<Place>;
}

export const sqliteInMemory: StoreKind = {
  name: 'memory, by SQLite',
  shared: false,
  crowd: 1,
  place: async () => ({ url: 'sqlite::memory:', remove: async () => undefined }),
};

export const sqliteFile: StoreKind = {
  name: 'a SQLite file',
  shared: true,
  crowd: 0.1,
  place: async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'nhipcau-store-'));
    return {
      url: `sqlite:${path.join(folder, 'nhipcau.db')}`,
      remove: async () => {
        rmSync(folder, { recursive: true });
      },
    };
  },
};

/** A new name for a process instance, as each start of the program has one. */
export function someProcess(): string {
  return `process-${randomUUID()}`;
}
