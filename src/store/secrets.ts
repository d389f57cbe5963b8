import { ConflictError } from '../errors.ts';
import type { Cipher } from './cipher.ts';
import { secrets } from './collections.ts';
import { insert, replace } from './store.ts';
import type { Store } from './store.ts';

/** A secret as it was read; its version is what the next write of it rests on. */
export interface Kept {
  readonly text: string;
  readonly version: number;
}

/** What platforms rotate and only we may know: sealed under DATA_KEY, each write against the version it read. */
export interface Secrets {
  /** Undefined = there is none yet. @throws {AppError} `data_key_wrong`. */
  read(name: string): Promise<Kept | undefined>;
  /**
   * Durable when it returns, as it then stands. `read` is what stood there, undefined = nothing.
   * @throws {ConflictError} when somebody else has written since. @throws {AppError} the store is away.
   */
  write(name: string, text: string, read: Kept | undefined): Promise<Kept>;
}

/** Secrets of channels, sealed under the data key before they reach the database. */
export function sealedSecrets(store: Store, cipher: Cipher): Secrets {
  const read = async (name: string): Promise<Kept | undefined> => {
    const found = await store.collection(secrets).get(name);
    return found && { text: cipher.open({ sealed: found.value }), version: found.version };
  };
  return {
    read,
    async write(name, text, before) {
      const doc = { id: name, schema: 1 as const, value: cipher.seal(text).sealed };
      const write = before
        ? replace(secrets, { ...doc, version: before.version }, {})
        : insert(secrets, doc);
      await store.commit([write]);
      // The store draws the version; it is ours only if what stands there is.
      const now = await read(name);
      if (now?.text !== text) throw new ConflictError([`${secrets.name}/${name}`]);
      return now;
    },
  };
}
