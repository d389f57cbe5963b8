import { briefly } from '../errors.ts';
import { needIndex, prepare, readable } from './document.ts';
import type { Encode } from './document.ts';
import { gather, storeClosed } from './group.ts';
import type { Batch } from './group.ts';
import { listeners } from './listeners.ts';
import type { Listeners } from './listeners.ts';
import type { Opening } from './open.ts';
import { presence } from './presence.ts';
import type { Presence, Register } from './presence.ts';
import type { Plan } from './plan.ts';
import type {
  AnyCollection,
  Change,
  Collection,
  CollectionDef,
  Comparable,
  Doc,
  SearchHit,
  SearchQuery,
  Store,
} from './store.ts';
import { turnstile } from './turnstile.ts';

type Soon<T> = T | Promise<T>;

/** A query as it comes to an adapter, whatever the document's type. */
export interface AnyFind {
  readonly where: AnyWhere;
  readonly sort?: { readonly by: string; readonly order: 'asc' | 'desc' };
  readonly after?: { readonly value: Comparable; readonly id: string };
  readonly limit: number;
}
export type AnyWhere = Readonly<Record<string, AnyCondition | undefined>>;
export type AnyCondition = Comparable | Range | { readonly in: readonly Comparable[] };
export interface Range {
  readonly gte?: Comparable;
  readonly gt?: Comparable;
  readonly lte?: Comparable;
  readonly lt?: Comparable;
}

/** What a database has to be able to do; everything that both do alike is written once, below. */
export interface Engine {
  /** Several processes may serve from it at once. */
  readonly shared: boolean;
  readonly encode: Encode;
  /** How many groups may be under way at once: where only the disk is waited for, the next is written meanwhile. */
  readonly groups: number;
  /** Writes a group in one transaction, tells `written` what came of it, and answers its members. */
  write(batch: Batch, written: Written): Soon<void>;
  readonly register: Register;
  /** Documents as stored, with id and version. */
  getMany(def: AnyCollection, ids: readonly string[]): Soon<Doc[]>;
  find(def: AnyCollection, query: AnyFind): Soon<Doc[]>;
  count(def: AnyCollection, where: AnyWhere, upTo: number): Soon<number>;
  search(query: SearchQuery): Soon<SearchHit[]>;
  ping(): Soon<void>;
  /** Tells what other processes commit, until the returned function is called. */
  follow(tell: (changes: readonly Change[]) => void): () => void;
  /** Called about once a second. */
  tend(): Soon<void>;
  close(): Soon<void>;
}

/** Hears of a group once it is durable, before its members do. */
export type Written = (plan: Plan, changes: readonly Change[]) => void;

const tendEvery = 1_000;

/** A store over one database. Its upkeep runs by a timer until it is closed. */
export function storeOver(engine: Engine, options: Opening): Store {
  const { clock, log, processId } = options;
  const defs = new Map(options.collections.map((def) => [def.name, def]));
  const heard = listeners(log);
  const crowds = turnstile(clock);
  const present = presence(clock, processId, engine.register, heard.tell);
  const written: Written = ({ outcomes }, changes) => {
    for (const outcome of outcomes) if (!outcome.won) crowds.crowded(outcome.keys);
    heard.tell(changes);
  };
  const gathering = gather((batch) => engine.write(batch, written), engine.groups);
  const tail = tailOf(engine, heard);
  const { open, hold, end } = lifeOf(engine, present, options);
  return {
    shared: engine.shared,
    collection: collectionsOver(engine, open),
    commit: async (writes) => {
      const prepared = prepare(writes, defs, engine.encode);
      if (prepared.some(({ body }) => body?.claim === true)) hold();
      return gathering.commit(prepared);
    },
    claim: (queue, channel, n) =>
      open(async () => {
        hold();
        await look(present);
        return n > 0 ? gathering.claim(queue, channel, n) : [];
      }),
    inTurn: crowds.run,
    search: (query) => open(() => engine.search(query)),
    watch: tail.watch,
    ping: () => open(() => engine.ping()),
    close: () =>
      end(() => {
        tail.end();
        return gathering.close();
      }),
  };
}

/** Does the work unless the store is closed. @throws {AppError} `store_unavailable` when it is. */
type Open = <T>(work: () => Soon<T>) => Promise<T>;

interface Life {
  readonly open: Open;
  /** This process holds lanes from now on: it beats, and looks after others that hold some. */
  hold(): void;
  /** Closed from now on; `before` ends what is under way. The second call does nothing. */
  end(before: () => Promise<void>): Promise<void>;
}

/** From the opening of a store to its closing it is tended by a timer. */
function lifeOf(engine: Engine, present: Presence, { log, processId }: Opening): Life {
  let holds = false;
  let closed = false;
  const timer = setInterval(() => {
    Promise.all([engine.tend(), holds ? look(present) : undefined]).catch((error: unknown) => {
      log?.warn(briefly(error), 'upkeep of the store failed');
    });
  }, tendEvery).unref();
  return {
    open: async (work) => {
      if (closed) throw storeClosed();
      return await work();
    },
    hold: () => {
      holds = true;
    },
    end: async (before) => {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      await before();
      // What this process still holds is free at once; its heads may be half done.
      if (holds) await leave(engine, processId);
      await engine.close();
    },
  };
}

async function look(present: Presence): Promise<void> {
  if (present.due()) await present.look();
}

/** Other processes' commits are followed as long as somebody here listens. */
function tailOf(
  engine: Engine,
  heard: Listeners,
): { readonly watch: Store['watch']; readonly end: () => void } {
  let unfollow: (() => void) | undefined;
  const end = (): void => {
    unfollow?.();
    unfollow = undefined;
  };
  return {
    watch: (listener) => {
      const stop = heard.add(listener);
      unfollow ??= engine.follow(heard.tell);
      return () => {
        stop();
        if (heard.size === 0) end();
      };
    },
    end,
  };
}

async function leave({ register }: Engine, processId: string): Promise<void> {
  try {
    await register.free(processId);
  } catch {
    // The store is away; the others will notice that this process is.
  }
}

/** One object for each definition, so that what is asked for together is read together. */
function collectionsOver(engine: Engine, open: Open): Store['collection'] {
  const known = new Map<unknown, unknown>();
  return <T extends Doc, Q extends keyof T & string>(def: CollectionDef<T, Q>) => {
    // What lies under a definition was made for it.
    const found = known.get(def) as Collection<T, Q> | undefined;
    if (found) return found;
    const made = collectionOver(engine, def, open);
    known.set(def, made);
    return made;
  };
}

/** `T` and `Q` only exist for callers; what is stored under a definition is read by it. */
function collectionOver<T extends Doc, Q extends keyof T & string>(
  engine: Engine,
  def: CollectionDef<T, Q>,
  open: Open,
): Collection<T, Q> {
  // A definition is one of any collection; its functions are only given documents that it has read.
  const any = def as unknown as AnyCollection;
  const read = (doc: Doc): T => readable(any, doc) as T;
  const some = async (ids: readonly string[]): Promise<T[]> =>
    ids.length === 0 ? [] : (await engine.getMany(any, ids)).map(read);
  return {
    get: (id) => open(async () => (await some([id]))[0]),
    getMany: (ids) => open(() => some([...new Set(ids)])),
    find: (query) =>
      open(async () => {
        const asked = query as AnyFind;
        needIndex(any, asked.where, asked.sort?.by);
        return (await engine.find(any, asked)).map(read);
      }),
    count: (where, upTo) =>
      open(() => {
        const asked = where as AnyWhere;
        needIndex(any, asked, undefined);
        return engine.count(any, asked, upTo);
      }),
  };
}
