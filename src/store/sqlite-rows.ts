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
