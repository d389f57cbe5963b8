import type { Database, Statement } from 'libsql';

/** A value as SQLite takes it. */
export type Value = string | number | null;
export type Values = readonly Value[];

/** Statements of 64, 16, 4 and one row: a call costs more than the row it writes. */
const sizes = [64, 16, 4, 1] as const;

/** Writes any number of rows with few calls: `<head> VALUES (?, …), (?, …) … <tail>`. */
export function manyRows(
  db: Database,
  head: string,
  width: number,
  tail = '',
): (rows: readonly Values[]) => void {
  const row = `(${Array<string>(width).fill('?').join(', ')})`;
  const prepared = new Map<number, Statement>();
  const statement = (size: number): Statement => {
    const known = prepared.get(size);
    if (known) return known;
    const made = db.prepare(`${head} VALUES ${Array<string>(size).fill(row).join(', ')} ${tail}`);
    prepared.set(size, made);
    return made;
  };
  return (rows) => {
    let from = 0;
    for (const size of sizes) {
      while (rows.length - from >= size) {
        statement(size).run(...rows.slice(from, from + size).flat());
        from += size;
      }
    }
  };
}

/**
 * Looks rows up by id, many with one call, and has them come back as one JSON text: a value that crosses from SQLite
 * alone costs more than it does to find. Each row begins with the place of its id in the list.
 */
export function rowsById<R extends readonly [number, ...unknown[]]>(
  db: Database,
  table: string,
  columns: string,
): (ids: readonly string[]) => R[] {
  // CROSS JOIN: for each id its row, never the other way round.
  const find = db
    .prepare(
      `SELECT json_group_array(json_array(wanted.key, ${columns}))
        FROM json_each(?) AS wanted CROSS JOIN "${table}" AS t ON t.id = wanted.value`,
    )
    .raw();
  return (ids) => {
    if (ids.length === 0) return [];
    const [text] = find.get(JSON.stringify(ids)) as [string];
    // Its form is that of `columns`.
    return JSON.parse(text) as R[];
  };
}
