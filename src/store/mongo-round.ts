import type { AnyCollection, Doc } from './store.ts';

type Read = (def: AnyCollection, ids: readonly string[]) => Promise<Doc[]>;

interface Round {
  readonly ids: Set<string>;
  readonly found: Promise<ReadonlyMap<string, Doc>>;
}

/**
 * Documents that are asked for by id in one round of input and output are read together: a journey to the database
 * costs far more than what it brings.
 */
export function inRounds(read: Read): Read {
  const next = new Map<AnyCollection, Round>();
  const start = (def: AnyCollection): Round => {
    const ids = new Set<string>();
    const found = new Promise((resolve) => setImmediate(resolve)).then(async () => {
      next.delete(def);
      return new Map((await read(def, [...ids])).map((doc) => [doc.id, doc]));
    });
    const round = { ids, found };
    next.set(def, round);
    return round;
  };
  return async (def, ids) => {
    const round = next.get(def) ?? start(def);
    for (const id of ids) round.ids.add(id);
    const found = await round.found;
    return ids.flatMap((id) => found.get(id) ?? []);
  };
}
