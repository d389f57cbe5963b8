import type { Database } from 'libsql';
import { unreadable } from './document.ts';
import type { Entry } from './document.ts';
import { tokenWord } from './search-terms.ts';
import { searchTable } from './sqlite-layout.ts';
import { manyRows, rowsById } from './sqlite-rows.ts';
import type { Values } from './sqlite-rows.ts';
import type { AnyCollection, Doc } from './store.ts';

/** A document as far as a group needs to know it before it writes. */
export interface Row {
  readonly id: string;
  readonly version: number;
  /** The number of its row; a higher one arrived later. */
  readonly n: number;
  /** It has a search entry. */
  readonly found: boolean;
}

/** A document as it is to be stored. */
export interface Line {
  readonly id: string;
  readonly version: number;
  readonly doc: string;
  readonly entry: Entry | undefined;
  /** The row that it takes the place of. */
  readonly row: Row | undefined;
}

/** The statements of one collection, prepared once. */
export interface Table {
  readonly def: AnyCollection;
  rows(ids: readonly string[]): Row[];
  one(id: string): Stored | undefined;
  many(ids: readonly string[]): Stored[];
  write(lines: readonly Line[]): void;
  remove(rows: readonly Row[]): void;
}
/** `[version, document as JSON]` */
export type Stored = readonly [number, string];

const among = 'IN (SELECT value FROM json_each(?))';

/** Prepares the statements of one collection once. */
export function openTable(db: Database, def: AnyCollection): Table {
  const name = `"${def.name}"`;
  const rows = rowsById<[number, number, number, number]>(
    db,
    def.name,
    `t.version, t._n, ${def.search ? 't._found' : '0'}`,
  );
  const one = db.prepare(`SELECT version, _doc FROM ${name} WHERE id = ?`).raw();
  const many = db.prepare(`SELECT version, _doc FROM ${name} WHERE id ${among}`).raw();
  const remove = db.prepare(`DELETE FROM ${name} WHERE _n ${among}`);
  const words = def.search ? openWords(db, def) : undefined;
  const write = openWriting(db, def, words);
  return {
    def,
    rows: (ids) =>
      rows(ids).map(([at, version, n, found]) => ({
        id: ids[at] ?? '',
        version,
        n,
        found: found === 1,
      })),
    one: (id) => one.get(id) as Stored | undefined,
    many: (ids) => many.all(JSON.stringify(ids)) as Stored[],
    write,
    remove: (gone) => {
      if (gone.length === 0) return;
      remove.run(JSON.stringify(gone.map(({ n }) => n)));
      words?.drop(gone);
    },
  };
}

/** Row numbers are drawn here, so that documents and their words can be written many at a time. */
function openWriting(db: Database, def: AnyCollection, words: Words | undefined): Table['write'] {
  // Locks and sequences lie in columns of their own; see sqlite-lanes.ts and sqlite-group.ts.
  if (def.name === 'locks' || def.name === 'sequences') {
    return () => {
      throw new Error(`Documents of ${def.name} are not written as JSON.`);
    };
  }
  const name = `"${def.name}"`;
  const last = db.prepare(`SELECT ifnull(max(_n), 0) FROM ${name}`).raw();
  const put = manyRows(
    db,
    `INSERT INTO ${name} (_n, id, version, _doc, _found)`,
    5,
    `ON CONFLICT (_n) DO UPDATE SET version = excluded.version, _doc = excluded._doc, _found = excluded._found`,
  );
  return (lines) => {
    let next = lines.some(({ row }) => !row) ? (last.get() as [number])[0] : 0;
    const numbered = lines.map((line) => ({ line, n: line.row?.n ?? ++next }));
    put(
      numbered.map(({ line: { id, version, doc, entry }, n }) => [
        n,
        id,
        version,
        doc,
        entry ? 1 : 0,
      ]),
    );
    if (!words) return;
    words.drop(lines.flatMap(({ row }) => (row ? [row] : [])));
    words.add(numbered.flatMap(({ line: { entry }, n }) => (entry ? [wordsRow(n, entry)] : [])));
  };
}

interface Words {
  add(rows: readonly Values[]): void;
  drop(rows: readonly Row[]): void;
}

function openWords(db: Database, def: AnyCollection): Words {
  const table = `"${searchTable(def.name)}"`;
  const drop = db.prepare(`DELETE FROM ${table} WHERE rowid = ?`);
  return {
    add: manyRows(db, `INSERT INTO ${table} (rowid, text, tokens, at)`, 4),
    drop: (rows) => {
      for (const { n, found } of rows) if (found) drop.run(n);
    },
  };
}

function wordsRow(n: number, { text, tokens, at }: Entry): Values {
  return [n, text, tokens.map(tokenWord).join(' '), at];
}

/** @throws {AppError} `document_unreadable` when the file holds no JSON there. */
export function parse({ def }: Table, [version, text]: Stored): Doc {
  let doc: Doc & { version: number };
  try {
    // Written by `encode` of the engine.
    doc = JSON.parse(text) as Doc & { version: number };
  } catch (cause) {
    throw unreadable(def, `(phiên bản ${version})`, 'không phải JSON', cause);
  }
  doc.version = version;
  return doc;
}
