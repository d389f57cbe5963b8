import { ConflictError } from '../errors.ts';
import type { Store, Write } from './store.ts';

/**
 * Commits, unless somebody else was first: then nothing is written, and that is no failure. Whether it was written.
 * @throws {AppError} the store is away.
 */
export async function commitIfFirst(store: Store, writes: readonly Write[]): Promise<boolean> {
  try {
    await store.commit(writes);
    return true;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return false;
  }
}

/**
 * Work that reads, decides and commits, done anew as often as somebody else's commit comes in between.
 * @throws {ConflictError} when that happens more than `most` times; whatever else `work` throws, at once.
 */
export async function againWhenLost<T>(most: number, work: () => Promise<T>): Promise<T> {
  for (let lost = 0; ; lost++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ConflictError) || lost >= most) throw error;
    }
  }
}
