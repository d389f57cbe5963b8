import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Database from 'libsql';
import type { Opening } from './open.ts';
import { storeOver } from './port.ts';
import type { Engine } from './port.ts';
import type { Register } from './presence.ts';
import { noDisk, openDisk } from './sqlite-disk.ts';
import { asAppError, guarded, rollBack } from './sqlite-errors.ts';
import { groupWriter } from './sqlite-group.ts';
import type { SqliteParts, Tables, Versions } from './sqlite-group.ts';
import { openLanes } from './sqlite-lanes.ts';
import { jobsHints } from './plan.ts';
import { layOut } from './sqlite-layout.ts';
import { lockFile } from './sqlite-lock.ts';
import { countSql, findSql } from './sqlite-query.ts';
import type { Sql } from './sqlite-query.ts';
import { searcher } from './sqlite-search.ts';
import { openTable, parse } from './sqlite-tables.ts';
import type { Stored, Table } from './sqlite-tables.ts';
import { tail } from './sqlite-tail.ts';
import { upkeep } from './sqlite-upkeep.ts';
import type { AnyCollection, Change, Store } from './store.ts';

/** The embedded database: one file, one server process, commands beside it. */
export function openSqlite(file: string, options: Opening): Store {
  const alone = file === ':memory:' || options.role === 'command';
  if (!alone) mkdirSync(path.dirname(file), { recursive: true });
  const unlock = alone ? undefined : lockFile(file);
  try {
    const db = openDatabase(file, options);
    const parts = openParts(db, options);
    if (options.role === 'server') freeAll(parts);
    const end = (): void => {
      db.close();
      unlock?.();
    };
    return storeOver(engineOf(parts, file, options, end), options);
  } catch (error) {
    unlock?.();
    throw asAppError(error);
  }
}

function openDatabase(file: string, { collections }: Opening): Database.Database {
  // Its own default is to give up at once when somebody else writes.
  const db = new Database(file, { timeout: 200 });
  // NORMAL: commits reach the disk apart (`openDisk`), and so do checkpoints (`upkeep`).
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;
    PRAGMA wal_autocheckpoint = 0; PRAGMA busy_timeout = 200; PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY`);
  layOut(db, collections);
  return db;
}

function openParts(db: Database.Database, { collections, clock, processId }: Opening): SqliteParts {
  return {
    db,
    tables: tablesOf(db, collections),
    lanes: openLanes(db),
    versions: versionsOf(db),
    clock,
    processId,
  };
}

/** Statements are prepared when a collection is first used: a command uses few of them. */
function tablesOf(db: Database.Database, collections: readonly AnyCollection[]): Tables {
  const defs = new Map(collections.map((def) => [def.name, def]));
  const open = new Map<string, Table>();
  return {
    get: (name) => {
      const known = open.get(name);
      if (known) return known;
      const def = defs.get(name);
      if (!def) throw new Error(`There is no collection “${name}”.`);
      const table = openTable(db, def);
      open.set(name, table);
      return table;
    },
  };
}

/** Versions of a whole block; what is left of it when the process ends is never used. */
const block = 1_000_000;
const mostPerGroup = 20_000;

function versionsOf(db: Database.Database): Versions {
  const reserve = db
    .prepare(`UPDATE meta SET value = value + ${block} WHERE name = 'version' RETURNING value`)
    .raw();
  let next = 0;
  let end = 0;
  return {
    draw: () => ++next,
    stock: () => {
      if (end - next >= mostPerGroup) return;
      [end = 0] = reserve.get() as number[];
      next = end - block;
    },
  };
}

function engineOf(parts: SqliteParts, file: string, options: Opening, end: () => void): Engine {
  const { db } = parts;
  const disk = file === ':memory:' ? noDisk : openDisk(file);
  const keeping = upkeep(db, file, options.clock, options.log);
  const isServer = options.role === 'server' && file !== ':memory:';
  const writeGroup = groupWriter(parts);
  return {
    encode: JSON.stringify,
    groups: 2,
    shared: false,
    write: async (batch, written) => {
      try {
        const tell = writeGroup(batch);
        if (!tell) return;
        keeping.wrote();
        await disk.reached();
        tell(written);
      } catch (error) {
        rollBack(db);
        throw asAppError(error);
      }
    },
    register: registerOf(parts),
    ...readingOf(parts, options.collections),
    ping: () => {
      guarded(() => db.exec(`UPDATE meta SET value = value + 1 WHERE name = 'ping'`));
    },
    follow: (tell) => (file === ':memory:' ? () => undefined : follow(parts, tell)),
    tend: async () => {
      if (isServer) await keeping.tend();
    },
    close: async () => {
      if (isServer) await keeping.close();
      disk.close();
      end();
    },
  };
}

/** How often other processes' commits are looked for while somebody listens. */
const lookEvery = 250;

function follow(
  { db, processId }: SqliteParts,
  tell: (changes: readonly Change[]) => void,
): () => void {
  const look = tail(db, processId);
  const timer = setInterval(() => {
    try {
      tell(look());
    } catch {
      // Somebody writes just now; the next look finds it.
    }
  }, lookEvery).unref();
  return () => {
    clearInterval(timer);
  };
}

function registerOf({ db, lanes, processId, versions }: SqliteParts): Register {
  const holds = db.prepare("SELECT 1 FROM locks WHERE owner = ? AND owner <> '' LIMIT 1").raw();
  const beat = db.prepare(
    'INSERT INTO processes (id, beat) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET beat = beat + 1',
  );
  return {
    beat: () => {
      guarded(() => holds.get(processId) && beat.run(processId));
    },
    owners: () => guarded(lanes.owners),
    free: (owner) =>
      guarded(() => {
        versions.stock();
        return jobsHints(lanes.free(owner, versions.draw()));
      }),
  };
}

function readingOf(
  { db, tables }: SqliteParts,
  collections: readonly AnyCollection[],
): Pick<Engine, 'getMany' | 'find' | 'count' | 'search'> {
  const searchers = new Map(
    collections.filter(({ search }) => search).map((def) => [def.name, searcher(db, def)]),
  );
  const statement = statements(db);
  const all = ({ text, values }: Sql): unknown[] => guarded(() => statement(text).all(...values));
  return {
    getMany: (def, ids) => {
      const table = tables.get(def.name);
      const [id = ''] = ids;
      const one = ids.length === 1 ? guarded(() => table.one(id)) : undefined;
      const rows = ids.length === 1 ? (one ? [one] : []) : guarded(() => table.many(ids));
      return rows.map((row) => parse(table, row));
    },
    find: (def, query) => {
      const table = tables.get(def.name);
      return (all(findSql(def, query)) as Stored[]).map((row) => parse(table, row));
    },
    count: (def, where, upTo) => (all(countSql(def, where, upTo)) as [number][])[0]?.[0] ?? 0,
    search: (query) => {
      const find = searchers.get(query.in);
      if (!find) throw new Error(`${query.in} cannot be searched.`);
      return guarded(() => find(query));
    },
  };
}

/** Statements by their text. There are as many as queries in the program; the bound is against a mistake. */
function statements(db: Database.Database): (text: string) => Database.Statement {
  const known = new Map<string, Database.Statement>();
  return (text) => {
    const found = known.get(text);
    if (found) return found;
    if (known.size >= 1_000) known.clear();
    const made = db.prepare(text).raw();
    known.set(text, made);
    return made;
  };
}

/** The lock says that there is no other server: whatever holds a lane is gone. */
function freeAll({ lanes, versions }: SqliteParts): void {
  versions.stock();
  for (const { owner } of lanes.owners()) lanes.free(owner, versions.draw());
}
