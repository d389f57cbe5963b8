import { days } from '../clock.ts';
import type { Instant } from '../clock.ts';
import type { Retention } from '../content/content.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { Course, Registration } from '../conversation/course.ts';
import { agedLetters } from '../pipeline/dead.ts';
import * as collections from '../store/collections.ts';
import { remove } from '../store/store.ts';
import type { CollectionDef, Comparable, Doc, Store, Write } from '../store/store.ts';
import type { Task } from './task.ts';
import { besideTalks, unnamed } from './traces.ts';

/** Raw bodies that nobody could read. Source: design of the store. */
const unreadFor = 7;
const perStep = 300;

/** What has been kept as long as content/retention.yaml says goes, some a step, once a day. */
export const retention: Task = {
  name: 'retention',
  every: days(1),
  missed: 'once',
  async run({ store, content }, _input, now) {
    let isDone = true;
    // One after the other: a dead letter may be of a talk that goes today.
    for (const find of finders(store, content().retention, now)) {
      const { writes, isAll } = await find();
      if (writes.length > 0) await store.commit(writes);
      isDone &&= isAll;
    }
    return isDone ? undefined : 'more';
  },
};

interface Old {
  readonly writes: readonly Write[];
  /** Nothing is left beyond these. */
  readonly isAll: boolean;
}
type Finder = () => Promise<Old>;

function finders(store: Store, keep: Retention, now: Instant): Finder[] {
  const before = (n: number): Instant => (now - days(n)) as Instant;
  return [
    aged(store, collections.messages, 'at', before(keep.messages)),
    aged(store, collections.feedbacks, 'at', before(keep.messages)),
    aged(store, collections.turns, 'at', before(keep.turns)),
    aged(store, collections.callbacks, 'at', before(keep.callbacks)),
    aged(store, collections.consents, 'at', before(keep.consents)),
    aged(store, collections.cases, 'receivedAt', before(keep.cases)),
    aged(store, collections.audit, 'at', before(keep.audit)),
    aged(store, collections.notices, 'at', before(keep.audit)),
    aged(store, collections.unread, 'at', before(unreadFor)),
    aged(store, collections.forgotten, 'until', now),
    aged(store, collections.linkOffers, 'until', now),
    aged(store, collections.webSessions, 'expiresAt', now),
    () => oldLetters(store, now),
    () => silentConversations(store, before(keep.messages)),
    () => pastRegistrations(store, before(keep.registrations)),
  ];
}

async function oldLetters(store: Store, now: Instant): Promise<Old> {
  const writes = await agedLetters(store, now, perStep);
  return { writes, isAll: writes.length < perStep };
}

/** The oldest of a collection, passing over what is held. */
function aged<T extends Doc, Q extends keyof T & string>(
  store: Store,
  def: CollectionDef<T, Q>,
  field: Q,
  until: Instant,
): Finder {
  return async () => {
    const old: T[] = [];
    let after: { readonly value: Comparable; readonly id: string } | undefined;
    for (;;) {
      // `field` is one of the instants of T; the compiler cannot see that for an open type.
      const where = { [field]: { lt: until } } as never;
      const page = await store.collection(def).find({
        where,
        sort: { by: field, order: 'asc' },
        limit: perStep,
        ...(after ? { after } : {}),
      });
      old.push(...page.filter((doc) => !isHeld(doc)));
      const last = page.at(-1);
      const isAll = last === undefined || page.length < perStep;
      if (isAll || old.length >= perStep) {
        const writes = old.slice(0, perStep).map((doc) => remove(def, doc));
        return { writes, isAll: isAll && old.length <= perStep };
      }
      after = { value: last[field] as Comparable, id: last.id };
    }
  };
}

/** Consents and cases can be set aside; see `pipeline/proof.ts`. */
function isHeld(doc: Doc & { readonly hold?: unknown }): boolean {
  return doc.hold === true;
}

/** Each with a receipt, a number, two lanes and a contact: below the 500 writes of a commit. */
const conversationsPerStep = 80;

/**
 * A conversation holds its last line and what was asked: it goes when the last of its messages does, and with it what
 * tells whose the proof was that is kept longer. Its contact goes when this was the last conversation.
 */
async function silentConversations(store: Store, until: Instant): Promise<Old> {
  const silent = await store.collection(collections.conversations).find({
    where: { updatedAt: { lt: until } },
    sort: { by: 'updatedAt', order: 'asc' },
    limit: conversationsPerStep,
  });
  const traces = (await Promise.all(silent.map((talk) => tracesOf(store, talk)))).flat();
  // They must be gone first; what is left of them is found by the conversation.
  if (traces.length > 0) return { writes: traces.slice(0, perStep), isAll: false };
  const receipts = await store.collection(collections.receipts).getMany(silent.map(({ id }) => id));
  return {
    writes: [
      ...silent.map((doc) => remove(collections.conversations, doc)),
      ...receipts.map((doc) => remove(collections.receipts, doc)),
      ...(await besideTalks(store, silent)),
      ...(await leftContacts(store, silent)),
    ],
    isAll: silent.length < conversationsPerStep,
  };
}

/** Beside the log and the register, calls that nobody could send: they hold what was said, and to whom. */
async function tracesOf(store: Store, talk: Conversation): Promise<Write[]> {
  const jobs = await store
    .collection(collections.jobs)
    .find({ where: { contactId: talk.contactId }, limit: perStep });
  const dead = jobs.filter(({ queue, lane }) => queue === 'dead' && lane === talk.id);
  return [
    ...(await unnamed(store, talk, perStep)),
    ...dead.map((doc) => remove(collections.jobs, doc)),
  ];
}

/** Contacts that have no other conversation. */
async function leftContacts(store: Store, gone: readonly Conversation[]): Promise<Write[]> {
  const ids = new Set<string>(gone.map(({ id }) => id));
  const contactIds = [...new Set(gone.map(({ contactId }) => contactId))];
  const alone = await Promise.all(
    contactIds.map(async (contactId) => {
      const talks = await store
        .collection(collections.conversations)
        .find({ where: { contactId }, limit: ids.size + 1 });
      return talks.every(({ id }) => ids.has(id)) ? [contactId] : [];
    }),
  );
  const contacts = await store.collection(collections.contacts).getMany(alone.flat());
  return contacts.map((doc) => remove(collections.contacts, doc));
}

const registrationsPerStep = 100;

/** Registrations go so many days after the last session of their course, with the keys that held their place. */
async function pastRegistrations(store: Store, until: Instant): Promise<Old> {
  const past: Registration[] = [];
  for (const state of ['open', 'closed', 'cancelled'] as const) {
    for await (const courses of pastCourses(store, state, until)) {
      for (const { id: courseId } of courses) {
        const limit = registrationsPerStep - past.length;
        if (limit === 0) return { writes: await withKeys(store, past), isAll: false };
        past.push(
          ...(await store
            .collection(collections.registrations)
            .find({ where: { courseId }, sort: { by: 'createdAt', order: 'asc' }, limit })),
        );
      }
    }
  }
  return { writes: await withKeys(store, past), isAll: past.length < registrationsPerStep };
}

const coursesPerPage = 50;

/** Courses that have been over since before `until`, some at a time. */
async function* pastCourses(
  store: Store,
  state: Course['state'],
  until: Instant,
): AsyncGenerator<Course[]> {
  let after: { readonly value: Instant; readonly id: string } | undefined;
  for (;;) {
    const page = await store.collection(collections.courses).find({
      where: { state, closesAt: { lt: until } },
      sort: { by: 'closesAt', order: 'asc' },
      limit: coursesPerPage,
      ...(after ? { after } : {}),
    });
    yield page.filter(({ sessions }) => sessions.every(({ endsAt }) => endsAt < until));
    const last = page.at(-1);
    if (!last || page.length < coursesPerPage) return;
    after = { value: last.closesAt, id: last.id };
  }
}

async function withKeys(store: Store, past: readonly Registration[]): Promise<Write[]> {
  const keys = await Promise.all(
    past.map(({ id }) =>
      store.collection(collections.keys).find({ where: { registrationId: id }, limit: 2 }),
    ),
  );
  return [
    ...past.map((doc) => remove(collections.registrations, doc)),
    ...keys.flat().map((doc) => remove(collections.keys, doc)),
  ];
}
