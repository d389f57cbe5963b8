import type { Instant } from '../clock.ts';
import type { ChannelName, ContactId, JobId, TraceId } from '../ids.ts';

/** A stored document. `version` is unique over the life of an id, even across removal and insertion anew. */
export interface Doc<K extends string = string> {
  readonly id: K;
  readonly version: number;
}

/** A document as it is written: the store draws the version. */
export type Draft<T extends Doc> = Omit<T, 'version' | 'seq'>;

/** The only way data changes: plain records, all of them or none. Use `insert`, `replace`, `remove`, `check` to make them. */
export type Write =
  /** The key must be free. `sequence`: the doc's `seq` is the next number of that sequence, drawn in the commit. */
  | {
      readonly op: 'insert';
      readonly in: string;
      readonly doc: Doc;
      readonly sequence?: string;
      readonly claim?: true;
    }
  /** `doc.version` is the one that was read; the commit fails when it is no longer current. */
  | { readonly op: 'replace'; readonly in: string; readonly doc: Doc }
  | { readonly op: 'remove'; readonly in: string; readonly doc: Pick<Doc, 'id' | 'version'> }
  /** Read and relied on without being written: still so. `version` 0 = still absent. */
  | { readonly op: 'check'; readonly in: string; readonly doc: Pick<Doc, 'id' | 'version'> };

export type Comparable = string | number;
export type Condition<V> =
  | V
  | { readonly gte?: V; readonly gt?: V; readonly lte?: V; readonly lt?: V }
  | { readonly in: readonly V[] };
export type Where<T extends Doc, Q extends keyof T & string> = {
  readonly [K in Q]?: Condition<Extract<T[K], Comparable>>;
};

export interface Find<T extends Doc, Q extends keyof T & string> {
  readonly where: Where<T, Q>;
  /** A queryable field; ties are broken by `id` in the same direction. Without it: by `id`. */
  readonly sort?: { readonly by: Q; readonly order: 'asc' | 'desc' };
  /** Keyset: the last row of the page before (its sort value and id). */
  readonly after?: { readonly value: Comparable; readonly id: string };
  readonly limit: number;
}

export interface Collection<T extends Doc, Q extends keyof T & string> {
  get(id: T['id']): Promise<T | undefined>;
  getMany(ids: readonly T['id'][]): Promise<T[]>;
  find(query: Find<T, Q>): Promise<T[]>;
  /** Counts up to a bound, so that a number on a badge never scans. */
  count(where: Where<T, Q>, upTo: number): Promise<number>;
}

/** What the store knows of one collection; `store/collections.ts` holds one line per collection. */
export interface CollectionDef<T extends Doc, Q extends keyof T & string> {
  readonly name: string;
  /** The schema number of this release; a document of an older one is upcast when it is read. */
  readonly schema: number;
  /** Turns what an older release wrote into today's form. @throws when it cannot be read. */
  readonly upcast?: (stored: unknown, schema: number) => T;
  /** The fields that `find` may use. Each has an index of its own, unless a compound one holds it. */
  readonly fields: readonly Q[];
  /** Indexes over several of the fields, in order. `find` refuses what no index begins to serve. */
  readonly compound?: readonly (readonly Q[])[];
  /**
   * Holds personal data, and erasure goes by `contactId`. `true`: every document carries one; `sometimes`: only
   * those that concern a person; `kept`: carries one, but outlives the person's data as proof (consents, register).
   */
  readonly personal?: true | 'sometimes' | 'kept';
  /** Live views are told when a document of this collection changes. `seq` is not drawn yet when this is called. */
  topic?(doc: T): Change;
  /** Text to be found by search, and tokens that narrow it (organisation, channel, conversation). */
  search?(doc: T): SearchEntry | undefined;
}

/** A collection of whatever documents, as the adapters see it. */
export interface AnyCollection {
  readonly name: string;
  readonly schema: number;
  readonly upcast?: (stored: unknown, schema: number) => Doc;
  readonly fields: readonly string[];
  readonly compound?: readonly (readonly string[])[];
  readonly personal?: true | 'sometimes' | 'kept';
  topic?(doc: Doc): Change;
  search?(doc: Doc): SearchEntry | undefined;
}

export interface SearchEntry {
  readonly text: string;
  readonly at: Instant;
  readonly tokens: readonly string[];
}

export interface SearchQuery {
  readonly in: string;
  /** Folded before matching; every syllable must occur, `"…"` must be adjacent. */
  readonly text: string;
  /** All of these tokens must be on the entry. */
  readonly tokens?: readonly string[];
  readonly limit: number;
  /** The last hit of the page before. */
  readonly before?: { readonly at: Instant; readonly id: string };
}

/** Newest first. */
export interface SearchHit {
  readonly id: string;
  readonly at: Instant;
}

export type QueueName = 'inbox' | 'outbox' | 'tasks' | 'dead';

export interface Job<Body = unknown> extends Doc<JobId> {
  readonly schema: number;
  readonly queue: QueueName;
  readonly channel: ChannelName;
  /** One lane is worked in order, one job at a time. */
  readonly lane: string;
  readonly order: number;
  /** 0 = now. The head of a lane keeps the whole lane waiting. */
  readonly dueAt: Instant;
  readonly attempts: number;
  /** How often it failed for a reason nobody foresaw, or its process died over it; absent = never. */
  readonly faults?: number;
  readonly createdAt: Instant;
  readonly cause: TraceId;
  readonly contactId?: ContactId;
  readonly body: Body;
}

/** A lane held by this process: its head job, and the lock whose version fences every commit made under it. */
export interface Claim<Body = unknown> {
  readonly job: Job<Body>;
  readonly lock: Lock;
  /** The lane was taken from a process that fell silent: its work may have been done half way. */
  readonly takenOver: boolean;
}

/** One per lane, made by its first job and kept: empty is not removed. Its version moves when its owner does. */
export interface Lock extends Doc {
  readonly schema: 1;
  readonly queue: QueueName;
  readonly channel: ChannelName;
  readonly lane: string;
  /** The process that holds the lane, '' when free. */
  readonly owner: string;
}

export interface Committed {
  /** Numbers drawn by `sequence`, by document id. */
  readonly seq: ReadonlyMap<string, number>;
  /** Lanes taken through `claim: true`: the job was the head of a free lane and is now this process's. */
  readonly claims: readonly Claim[];
}

/** A hint, never content. `topic` `jobs` says that work is due (`id` = `<queue>/<channel>`). */
export interface Change {
  readonly topic: string;
  readonly id: string;
}

export interface Store {
  /** Several processes may work on it at once: what must hold for all of them has to stand in it. */
  readonly shared: boolean;
  collection<T extends Doc, Q extends keyof T & string>(def: CollectionDef<T, Q>): Collection<T, Q>;
  /**
   * All of the writes or none; at most 500. Each document is written at most once; every expectation is about the
   * state before the commit.
   * @throws {ConflictError} when a document moved on since it was read.
   * @throws {AppError} `store_unavailable` (503): nothing was written; `commit_unknown` (503): nobody knows, read again.
   */
  commit(writes: readonly Write[]): Promise<Committed>;
  /** Heads of free lanes that are due, of one channel, taken for this process. */
  claim(queue: QueueName, channel: ChannelName, n: number): Promise<Claim[]>;
  /**
   * Runs `work` (read, compute, commit). Where one of the documents (`<collection>/<id>`) was lost to another commit
   * lately, it waits until earlier work on that document has ended: a crowd at one document then makes one attempt
   * each instead of n². Give the keys of a `ConflictError`, or those that are about to be written. Do not nest.
   */
  inTurn<T>(keys: readonly string[], work: () => Promise<T>): Promise<T>;
  search(query: SearchQuery): Promise<SearchHit[]>;
  /**
   * Called after commits of this and of every other process. Returns the way to stop. Topic `reset`: hints may have
   * been lost (the tail was cut off), read everything anew.
   */
  watch(listener: (changes: readonly Change[]) => void): () => void;
  /** A write and a read that reach the disk. @throws {AppError} `store_unavailable`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** `doc` without version (and `seq`): the store draws them. */
export function insert<T extends Doc>(
  def: CollectionDefOf<T>,
  doc: Draft<T>,
  options: { readonly sequence?: string; readonly claim?: true } = {},
): Write {
  return { op: 'insert', in: def.name, doc: { ...doc, version: 0 } as unknown as Doc, ...options };
}

/** Changes what was read, if it has not moved on: its version is checked by the commit. */
export function replace<T extends Doc>(
  def: CollectionDefOf<T>,
  read: T,
  change: Partial<Omit<T, 'id' | 'version'>>,
): Write {
  return { op: 'replace', in: def.name, doc: { ...read, ...change } };
}

/** Removes what was read, if it has not moved on. */
export function remove(def: { readonly name: string }, read: Pick<Doc, 'id' | 'version'>): Write {
  return { op: 'remove', in: def.name, doc: { id: read.id, version: read.version } };
}

/** Changes nothing, but the commit is lost when this has moved on; version 0: when it exists. */
export function check(def: { readonly name: string }, read: Pick<Doc, 'id' | 'version'>): Write {
  return { op: 'check', in: def.name, doc: { id: read.id, version: read.version } };
}

/** Something that names a collection of T; the queryable fields do not matter here. */
export interface CollectionDefOf<T extends Doc> {
  readonly name: string;
  search?(doc: T): SearchEntry | undefined;
}
