import type { Database } from 'libsql';
import { AppError } from '../errors.ts';
import { indexesOf } from './document.ts';
import type { AnyCollection } from './store.ts';

/** The form of the tables; a file of a higher number was written by a later release. */
const layout = 1;

/**
 * Makes the tables, columns and indexes that the collections need, and drops indexes that none needs any more.
 * `_doc` is the document as JSON; a queryable field is a column computed from it, so that the two cannot disagree.
 * @throws {AppError} `store_newer` when the file is of a later release.
 */
export function layOut(db: Database, collections: readonly AnyCollection[]): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    db.exec(`CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
      INSERT OR IGNORE INTO meta VALUES ('layout', ${layout}), ('version', 0), ('ping', 0);
      CREATE TABLE IF NOT EXISTS processes (id TEXT PRIMARY KEY, beat INTEGER NOT NULL) WITHOUT ROWID;`);
    refuseNewer(db);
    for (const def of collections) layOutOne(db, def);
    db.exec('COMMIT');
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function refuseNewer(db: Database): void {
  const [found = 0] = db
    .prepare(`SELECT value FROM meta WHERE name = 'layout'`)
    .raw()
    .get() as number[];
  if (found <= layout) return;
  throw new AppError(
    'store_newer',
    500,
    `Tệp dữ liệu do một bản phần mềm mới hơn ghi (dạng ${found}, bản này đọc đến dạng ${layout}). Hãy chạy bản mới hơn [store_newer]`,
  );
}

function layOutOne(db: Database, def: AnyCollection): void {
  const own = tablesOfTheStore[def.name];
  const there = new Set(namesIn(db, `SELECT name FROM pragma_table_xinfo('${def.name}')`));
  const fields = [...fieldsOf(def)].filter((field) => !there.has(field));
  if (own !== undefined) db.exec(own);
  else if (there.size === 0) {
    const fixed = `_n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, _doc TEXT NOT NULL,
      _found INTEGER NOT NULL DEFAULT 0`;
    const columns = fields.map((field) => columnOf(field, 'STORED'));
    db.exec(`CREATE TABLE "${def.name}" (${[fixed, ...columns].join(', ')})`);
  } else {
    // A stored column cannot be added to a table that exists; a virtual one is computed when it is needed.
    for (const field of fields)
      db.exec(`ALTER TABLE "${def.name}" ADD COLUMN ${columnOf(field, 'VIRTUAL')}`);
  }
  setIndexes(db, def);
  if (def.search) layOutSearch(db, def);
}

/** What the queue reads of a job beside its queryable fields. */
const placeFields = ['queue', 'channel', 'lane', 'order', 'dueAt', 'createdAt'];

function fieldsOf({ name, fields }: AnyCollection): Set<string> {
  return new Set([...fields, ...(name === 'jobs' ? placeFields : [])]);
}

function columnOf(field: string, how: 'STORED' | 'VIRTUAL'): string {
  return `"${field}" GENERATED ALWAYS AS (json_extract(_doc, '$.${field}')) ${how}`;
}

function setIndexes(db: Database, def: AnyCollection): void {
  const prefix = `ix_${def.name}_`;
  const wanted = new Map(
    indexesOf(def).map((fields) => [
      prefix + fields.join('_'),
      fields.map((field) => `"${field}"`).join(', '),
    ]),
  );
  const there = namesIn(
    db,
    `SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = '${def.name}' AND substr(name, 1, ${prefix.length}) = '${prefix}'`,
  );
  for (const name of there) if (!wanted.has(name)) db.exec(`DROP INDEX "${name}"`);
  for (const [name, columns] of wanted) {
    db.exec(`CREATE INDEX IF NOT EXISTS "${name}" ON "${def.name}" (${columns})`);
  }
}

/**
 * Words of a collection, by the row number of the document: a higher number arrived later. The table keeps the text
 * so that deleting takes the words out of the index at once (`secure-delete`), not at some later merge.
 */
function layOutSearch(db: Database, { name }: AnyCollection): void {
  const table = searchTable(name);
  if (namesIn(db, `SELECT name FROM sqlite_schema WHERE name = '${table}'`).length > 0) return;
  db.exec(`CREATE VIRTUAL TABLE "${table}" USING fts5(text, tokens, at UNINDEXED, tokenize = 'ascii');
    INSERT INTO "${table}"("${table}", rank) VALUES ('secure-delete', 1);`);
}

/** The full-text table that stands beside a collection. */
export function searchTable(collection: string): string {
  return `${collection}_words`;
}

function namesIn(db: Database, sql: string): string[] {
  return (db.prepare(sql).raw().all() as [string][]).map(([name]) => name);
}

/** Collections whose documents the store makes itself lie in columns, for speed; their `_doc` is computed. */
const tablesOfTheStore: Readonly<Record<string, string>> = {
  locks: `CREATE TABLE IF NOT EXISTS locks (
      _n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL,
      queue TEXT NOT NULL, channel TEXT NOT NULL, lane TEXT NOT NULL, owner TEXT NOT NULL, orphan INTEGER NOT NULL,
      size INTEGER NOT NULL, headId TEXT, headOrder REAL, headDueAt INTEGER, headSince INTEGER, arrivals INTEGER NOT NULL,
      _doc TEXT GENERATED ALWAYS AS (json_object('id', id, 'schema', 1, 'queue', queue, 'channel', channel,
        'lane', lane, 'owner', owner)) VIRTUAL);
    CREATE INDEX IF NOT EXISTS locks_free ON locks (queue, channel, headDueAt, headSince)
      WHERE owner = '' AND headDueAt IS NOT NULL;
    CREATE INDEX IF NOT EXISTS locks_held ON locks (owner) WHERE owner <> '';`,
  sequences: `CREATE TABLE IF NOT EXISTS sequences (
      _n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, last INTEGER NOT NULL,
      _doc TEXT GENERATED ALWAYS AS (json_object('id', id, 'schema', 1, 'last', last)) VIRTUAL)`,
};
