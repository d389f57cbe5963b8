import type { Database } from 'libsql';
import type { Instant } from '../clock.ts';
import { termsOf, tokenWord } from './search-terms.ts';
import { searchTable } from './sqlite-layout.ts';
import type { AnyCollection, SearchHit, SearchQuery } from './store.ts';

/** Full-text search of one collection; newest first, which is the order of arrival. */
export function searcher(db: Database, def: AnyCollection): (query: SearchQuery) => SearchHit[] {
  const words = searchTable(def.name);
  // The hidden column that carries a table's name stands for all of its columns.
  const hits = `SELECT d.id, w.at FROM "${words}" w JOIN "${def.name}" d ON d._n = w.rowid WHERE w."${words}" MATCH ?`;
  const newest = 'ORDER BY w.rowid DESC LIMIT ?';
  const first = db.prepare(`${hits} ${newest}`).raw();
  const next = db.prepare(`${hits} AND w.rowid < ? ${newest}`).raw();
  const earlier = db.prepare(`${hits} AND w.at < ? ${newest}`).raw();
  const place = db.prepare(`SELECT _n FROM "${def.name}" WHERE id = ?`).raw();
  const page = (match: string, { before, limit }: SearchQuery): unknown[] => {
    if (!before) return first.all(match, limit);
    const row = place.get(before.id) as [number] | undefined;
    // The last hit of the page before was erased meanwhile: its time says where the page ended.
    return row ? next.all(match, row[0], limit) : earlier.all(match, before.at, limit);
  };
  return (query) => {
    const match = matchOf(query.text, query.tokens ?? []);
    if (match === undefined) return [];
    return (page(match, query) as [string, Instant][]).map(([id, at]) => ({ id, at }));
  };
}

function matchOf(text: string, tokens: readonly string[]): string | undefined {
  const { words, phrases } = termsOf(text);
  if (words.length + phrases.length === 0) return undefined;
  const quoted = [...words, ...phrases.map((run) => run.join(' '))].map(
    (words) => `text : "${words}"`,
  );
  return [...quoted, ...tokens.map((token) => `tokens : ${tokenWord(token)}`)].join(' AND ');
}
