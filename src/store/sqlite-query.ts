import type { AnyFind, AnyWhere } from './port.ts';
import type { AnyCollection, Comparable } from './store.ts';

export interface Sql {
  readonly text: string;
  readonly values: readonly Comparable[];
}

const compare = { gte: '>=', gt: '>', lte: '<=', lt: '<' } as const;

/** `SELECT version, _doc …` for a query over indexed fields. */
export function findSql(def: AnyCollection, { where, sort, after, limit }: AnyFind): Sql {
  const { clauses, values } = conditions(where);
  const down = sort?.order === 'desc';
  // A document without the field has no place in the order; MongoDB would put it elsewhere.
  if (sort) clauses.push(`"${sort.by}" IS NOT NULL`);
  if (after && sort) {
    clauses.push(`("${sort.by}", id) ${down ? '<' : '>'} (?, ?)`);
    values.push(after.value, after.id);
  } else if (after) {
    clauses.push('id > ?');
    values.push(after.id);
  }
  const order = sort ? `"${sort.by}" ${down ? 'DESC' : 'ASC'}, id ${down ? 'DESC' : 'ASC'}` : 'id';
  return {
    text: `SELECT version, _doc FROM "${def.name}"${whereOf(clauses)} ORDER BY ${order} LIMIT ?`,
    values: [...values, limit],
  };
}

/** Counts up to a bound. */
export function countSql(def: AnyCollection, where: AnyWhere, upTo: number): Sql {
  const { clauses, values } = conditions(where);
  return {
    text: `SELECT count(*) FROM (SELECT 1 FROM "${def.name}"${whereOf(clauses)} LIMIT ?)`,
    values: [...values, upTo],
  };
}

function whereOf(clauses: readonly string[]): string {
  return clauses.length > 0 ? ` WHERE ${clauses.join(' AND ')}` : '';
}

function conditions(where: AnyWhere): { clauses: string[]; values: Comparable[] } {
  const clauses: string[] = [];
  const values: Comparable[] = [];
  for (const [field, condition] of Object.entries(where)) {
    if (condition === undefined) continue;
    if (typeof condition !== 'object') {
      clauses.push(`"${field}" = ?`);
      values.push(condition);
    } else if ('in' in condition) {
      clauses.push(`"${field}" IN (SELECT value FROM json_each(?))`);
      values.push(JSON.stringify(condition.in));
    } else {
      for (const [name, operator] of Object.entries(compare)) {
        // The keys of `compare` are the keys of a range.
        const value = condition[name as keyof typeof compare];
        if (value === undefined) continue;
        clauses.push(`"${field}" ${operator} ?`);
        values.push(value);
      }
    }
  }
  return { clauses, values };
}
