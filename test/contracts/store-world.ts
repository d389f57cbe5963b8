import type { Instant } from '../../src/clock.ts';
import type { AppError } from '../../src/errors.ts';
import { ConflictError } from '../../src/errors.ts';
import type { ContactId, JobId, TraceId } from '../../src/ids.ts';
import { all, jobs, locks } from '../../src/store/collections.ts';
import { openStore } from '../../src/store/open.ts';
import type { OpenOptions } from '../../src/store/open.ts';
import { check, insert, remove, replace } from '../../src/store/store.ts';
import type { Claim, CollectionDef, Doc, Job, Store, Write } from '../../src/store/store.ts';
import { manualClock } from '../support/clock.ts';
import type { ManualClock } from '../support/clock.ts';
import { someProcess } from '../support/stores.ts';
import type { Place, StoreKind } from '../support/stores.ts';

/** A document of no meaning, with every kind of field. */
export interface Thing extends Doc {
  readonly schema: 1;
  readonly contactId: ContactId;
  readonly group: string;
  readonly rank: number;
  readonly seq?: number;
  readonly text?: string;
  readonly inside?: unknown;
}
export const things: CollectionDef<Thing, 'contactId' | 'group' | 'rank'> = {
  name: 'things',
  schema: 1,
  fields: ['contactId', 'group', 'rank'],
  compound: [['group', 'rank'], ['rank']],
  personal: true,
  topic: ({ group }) => ({ topic: 'group', id: group }),
  search: ({ text, rank, group }) =>
    text === undefined ? undefined : { text, at: rank as Instant, tokens: [`group:${group}`] },
};

/** One test's database, with the processes that have it open. */
export interface World {
  readonly kind: StoreKind;
  readonly place: Place;
  readonly clock: ManualClock;
  readonly store: Store;
  /** Opens the database once more, as another process with a clock of its own. */
  open(options?: Partial<OpenOptions>): Promise<Store>;
  end(): Promise<void>;
}

export async function startWorld(kind: StoreKind): Promise<World> {
  const place = await kind.place();
  const clock = manualClock();
  const opened: Store[] = [];
  const open: World['open'] = async (options = {}) => {
    const store = await openStore(place.url, {
      processId: someProcess(),
      clock,
      collections: [...all, things],
      ...options,
    });
    opened.push(store);
    return store;
  };
  const store = await open();
  return {
    kind,
    place,
    clock,
    store,
    open,
    end: async () => {
      for (const one of opened) await one.close();
      await place.remove();
    },
  };
}

export function thing(id: string, fields: Partial<Thing> = {}): Omit<Thing, 'version' | 'seq'> {
  return { id, schema: 1, contactId: 'c1' as ContactId, group: 'a', rank: 1, ...fields };
}

export async function put(
  store: Store,
  ...docs: Omit<Thing, 'version' | 'seq'>[]
): Promise<Thing[]> {
  await store.commit(docs.map((doc) => insert(things, doc)));
  return Promise.all(docs.map(({ id }) => read(store, id)));
}

/** The document as it stands. */
export async function read(store: Store, id: string): Promise<Thing> {
  const found = await store.collection(things).get(id);
  if (!found) throw new Error(`things/${id} is not there.`);
  return found;
}

/** The keys of the conflict that a commit ends in. */
export async function lost(commit: Promise<unknown>): Promise<readonly string[]> {
  try {
    await commit;
  } catch (error) {
    if (error instanceof ConflictError) return error.keys;
    throw error;
  }
  throw new Error('The commit went through.');
}

export function job(id: string, fields: Partial<Job> = {}): Omit<Job, 'version'> {
  return {
    id: id as JobId,
    schema: 1,
    queue: 'inbox',
    channel: 'web',
    lane: 'lane',
    order: 0,
    dueAt: 0 as Instant,
    attempts: 0,
    createdAt: 1_000 as Instant,
    cause: 'trace' as TraceId,
    body: { n: id },
    ...fields,
  };
}

export function add(id: string, fields: Partial<Job> = {}): Write {
  return insert(jobs, job(id, fields));
}

export function release({ lock }: Claim): Write {
  return replace(locks, lock, { owner: '' });
}

export function finish(claim: Claim): Write[] {
  return [remove(jobs, claim.job), release(claim)];
}

export function ids(claims: readonly Claim[]): string[] {
  return claims.map((claim) => claim.job.id);
}

/** What a promise fails with. */
export async function failure(promise: Promise<unknown>): Promise<AppError> {
  try {
    await promise;
  } catch (error) {
    return error as AppError;
  }
  throw new Error('It did not fail.');
}

/** Waits for something that another process brings about. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 500) throw new Error('It did not come about.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export { check, insert, remove, replace };
