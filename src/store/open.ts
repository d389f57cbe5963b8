import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { all } from './collections.ts';
import { openSqlite } from './sqlite.ts';
import type { AnyCollection, Store } from './store.ts';

export interface OpenOptions {
  /** Names this process instance in locks; new at every start. */
  readonly processId: string;
  readonly clock: Clock;
  readonly log?: Log | undefined;
  /** One server at a time may have a SQLite file; commands open it beside the server, for short transactions. */
  readonly role?: 'server' | 'command';
  /** Other collections than this release's; for tests of the store itself. */
  readonly collections?: readonly AnyCollection[];
}
export type Opening = OpenOptions & Required<Pick<OpenOptions, 'role' | 'collections'>>;

/**
 * Opens `sqlite:<path>`, `sqlite::memory:` or `mongodb://…`, making what is missing in it.
 * @throws {AppError} `store.locked`, `store_newer`, `store_unavailable`, `store_replica_set`, `store_url`.
 */
export async function openStore(url: string, options: OpenOptions): Promise<Store> {
  const opening: Opening = { role: 'server', collections: all, ...options };
  if (url.startsWith('sqlite:')) return openSqlite(url.slice('sqlite:'.length), opening);
  if (/^mongodb(\+srv)?:\/\//.test(url)) {
    // Its library is large, and only this database needs it.
    const { openMongo } = await import('./mongo.ts');
    return openMongo(url, opening);
  }
  throw new AppError(
    'store_url',
    500,
    'STORE_URL phải là sqlite:<đường dẫn> hoặc mongodb://… [store_url]',
  );
}
