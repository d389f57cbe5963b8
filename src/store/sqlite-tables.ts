import type { Database, Statement } from 'libsql';
import { unreadable } from './document.ts';
import type { Entry } from './document.ts';
import { tokenWord } from './search-terms.ts';
import { searchTable } from './sqlite-layout.ts';
import type { AnyCollection, Doc } from './store.ts';

/** A document as far as a group needs to know it before it writes. */
export interface Row {
  readonly id: string;
  readonly version: number;
  readonly n: number;
  /** It has a search entry. */
  readonly found: boolean;
}

/** The statements of one collection, prepared once. */
export interface Table {
  readonly def: AnyCollection;
  rows(ids: readonly string[]): Row[];
  one(id: string): Stored | undefined;
  many(ids: readonly string[]): Stored[];
  insert(id: string, version: number, doc: string, entry: Entry | undefined): void;
  update(row: Row, version: number, doc: string, entry: Entry | undefined): void;
  remove(row: Row): void;
}
/** `[version, document as JSON]` */
export type Stored = readonly [number, string];

export function openTable(db: Database, def: AnyCollection): Table {
  const name = `"${def.name}"`;
  const found = def.search ? '_found' : '0';
  const rowOne = db.prepare(`SELECT id, version, _n, ${found} FROM ${name} WHERE id = ?`).raw();
  const rowMany = db
    .prepare(
      `SELECT id, version, _n, ${found} FROM ${name} WHERE id IN (SELECT value FROM json_each(?))`,
    )
    .raw();
  const one = db.prepare(`SELECT version, _doc FROM ${name} WHERE id = ?`).raw();
  const many = db
    .prepare(`SELECT version, _doc FROM ${name} WHERE id IN (SELECT value FROM json_each(?))`)
    .raw();
  const remove = db.prepare(`DELETE FROM ${name} WHERE _n = ?`);
  return {
    def,
    rows: (ids) => {
      const [first] = ids;
      if (first === undefined) return [];
      const rows = ids.length === 1 ? present(rowOne.get(first)) : rowMany.all(JSON.stringify(ids));
      return (rows as [string, number, number, number][]).map(([id, version, n, is]) => ({
        id,
        version,
        n,
        found: is === 1,
      }));
    },
    one: (id) => one.get(id) as Stored | undefined,
    many: (ids) => many.all(JSON.stringify(ids)) as Stored[],
    ...writing(db, def, remove),
  };
}

function present(row: unknown): unknown[] {
  return row === undefined ? [] : [row];
}

function writing(
  db: Database,
  def: AnyCollection,
  remove: Statement,
): Pick<Table, 'insert' | 'update' | 'remove'> {
  // Locks and sequences lie in columns of their own; see sqlite-group.ts.
  if (def.name === 'locks' || def.name === 'sequences') {
    const never = (): never => {
      throw new Error(`Documents of ${def.name} are not written as JSON.`);
    };
    return { insert: never, update: never, remove: ({ n }) => void remove.run(n) };
  }
  const name = `"${def.name}"`;
  if (def.search) return writingWords(db, def, remove);
  const insert = db.prepare(`INSERT INTO ${name} (id, version, _doc) VALUES (?, ?, ?)`);
  const update = db.prepare(`UPDATE ${name} SET version = ?, _doc = ? WHERE _n = ?`);
  return {
    insert: (id, version, doc) => void insert.run(id, version, doc),
    update: ({ n }, version, doc) => void update.run(version, doc, n),
    remove: ({ n }) => void remove.run(n),
  };
}

/** The same for a collection that can be searched: the words move with the document. */
function writingWords(
  db: Database,
  def: AnyCollection,
  remove: Statement,
): Pick<Table, 'insert' | 'update' | 'remove'> {
  const name = `"${def.name}"`;
  const words = `"${searchTable(def.name)}"`;
  const insert = db.prepare(`INSERT INTO ${name} (id, version, _doc, _found) VALUES (?, ?, ?, ?)`);
  const update = db.prepare(`UPDATE ${name} SET version = ?, _doc = ?, _found = ? WHERE _n = ?`);
  const add = db.prepare(`INSERT INTO ${words} (rowid, text, tokens, at) VALUES (?, ?, ?, ?)`);
  const drop = db.prepare(`DELETE FROM ${words} WHERE rowid = ?`);
  const addWords = (n: number, { text, tokens, at }: Entry): void => {
    add.run(n, text, tokens.map(tokenWord).join(' '), at);
  };
  return {
    insert: (id, version, doc, entry) => {
      const { lastInsertRowid } = insert.run(id, version, doc, entry ? 1 : 0);
      if (entry) addWords(Number(lastInsertRowid), entry);
    },
    update: ({ n, found }, version, doc, entry) => {
      update.run(version, doc, entry ? 1 : 0, n);
      if (found) drop.run(n);
      if (entry) addWords(n, entry);
    },
    remove: ({ n, found }) => {
      remove.run(n);
      if (found) drop.run(n);
    },
  };
}

/** @throws {AppError} `document_unreadable` when the file holds no JSON there. */
export function parse({ def }: Table, [version, text]: Stored): Doc {
  let doc: Doc & { version: number };
  try {
    // Written by `encode` below.
    doc = JSON.parse(text) as Doc & { version: number };
  } catch (cause) {
    throw unreadable(def, `(phiên bản ${version})`, 'không phải JSON', cause);
  }
  doc.version = version;
  return doc;
}
