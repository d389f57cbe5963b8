import { days } from '../clock.ts';
import type { Instant } from '../clock.ts';
import type { Retention } from '../content/content.ts';
import * as collections from '../store/collections.ts';
import { remove } from '../store/store.ts';
import type { CollectionDef, Doc, Store, Write } from '../store/store.ts';
import type { Task } from './task.ts';

/** Raw bodies that nobody could read. Source: design of the store. */
const unreadFor = 7;
const perStep = 300;

/** What has been kept as long as content/retention.yaml says goes, some a step, once a day. */
export const retention: Task = {
  name: 'retention',
  every: days(1),
  missed: 'once',
  async run({ store, content }, _input, now) {
    const rest = await Promise.all(
      old(store, content().retention, now).map(async (find) => {
        const writes = await find();
        if (writes.length > 0) await store.commit(writes);
        return writes.length;
      }),
    );
    return rest.some((n) => n >= perStep) ? 'more' : undefined;
  },
};

type Finder = () => Promise<Write[]>;

function old(store: Store, keep: Retention, now: Instant): Finder[] {
  const before = (n: number): Instant => (now - days(n)) as Instant;
  return [
    aged(store, collections.messages, 'at', before(keep.messages)),
    aged(store, collections.turns, 'at', before(keep.turns)),
    aged(store, collections.callbacks, 'at', before(keep.callbacks)),
    aged(store, collections.unread, 'at', before(unreadFor)),
    aged(store, collections.forgotten, 'until', now),
    aged(store, collections.webSessions, 'expiresAt', now),
    () => pastRegistrations(store, before(keep.registrations)),
  ];
}

function aged<T extends Doc, Q extends keyof T & string>(
  store: Store,
  def: CollectionDef<T, Q>,
  field: Q,
  until: Instant,
): Finder {
  return async () => {
    // `field` is one of the instants of T; the compiler cannot see that for an open type.
    const where = { [field]: { lt: until } } as never;
    const found = await store
      .collection(def)
      .find({ where, sort: { by: field, order: 'asc' }, limit: perStep });
    return found.map((doc) => remove(def, doc));
  };
}

/** Registrations go so many days after the last session of their course, with the keys that held their place. */
async function pastRegistrations(store: Store, until: Instant): Promise<Write[]> {
  const writes: Write[] = [];
  for (const state of ['open', 'closed', 'cancelled'] as const) {
    const past = await store.collection(collections.courses).find({
      where: { state, closesAt: { lt: until } },
      sort: { by: 'closesAt', order: 'desc' },
      limit: 50,
    });
    for (const { id, sessions } of past) {
      if (sessions.some(({ endsAt }) => endsAt >= until)) continue;
      if (writes.length >= perStep) return writes;
      writes.push(...(await registrationsOf(store, id)));
    }
  }
  return writes;
}

async function registrationsOf(store: Store, courseId: string): Promise<Write[]> {
  const found = await store
    .collection(collections.registrations)
    .find({ where: { courseId: courseId as never }, limit: 50 });
  const keys = await Promise.all(
    found.map(({ id }) =>
      store.collection(collections.keys).find({ where: { registrationId: id }, limit: 10 }),
    ),
  );
  return [
    ...found.map((doc) => remove(collections.registrations, doc)),
    ...keys.flat().map((doc) => remove(collections.keys, doc)),
  ];
}
