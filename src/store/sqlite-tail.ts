import type { Database } from 'libsql';
import type { ChangeSet } from './collections.ts';
import type { Change } from './store.ts';

/** What other processes have committed since the last look. */
export type Tail = () => readonly Change[];

/** Follows the `changes` of a file; as long as nobody else has written, a look costs one cheap pragma. */
export function tail(db: Database, processId: string): Tail {
  const dataVersion = db.prepare('PRAGMA data_version').raw();
  const since = db.prepare('SELECT _n, _doc FROM changes WHERE _n > ? ORDER BY _n').raw();
  const last = db.prepare('SELECT ifnull(max(_n), 0) FROM changes').raw();
  const readVersion = (): number => (dataVersion.get() as [number])[0];
  let seen = (last.get() as [number])[0];
  let version = readVersion();
  return () => {
    const now = readVersion();
    if (now === version) return [];
    version = now;
    const rows = since.all(seen) as [number, string][];
    seen = rows.at(-1)?.[0] ?? seen;
    // Written by the store alone, in this form.
    const sets = rows.map(([, doc]) => JSON.parse(doc) as ChangeSet);
    return sets.filter(({ by }) => by !== processId).flatMap(({ changes }) => changes);
  };
}
