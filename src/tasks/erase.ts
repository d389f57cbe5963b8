import { days, later } from '../clock.ts';
import type { Instant } from '../clock.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { Registration, Seats } from '../conversation/course.ts';
import type { ContactId, CourseId, EventId } from '../ids.ts';
import { audit } from '../pipeline/audit.ts';
import type { ModerationPorts, Moderator } from '../pipeline/moderation.ts';
import { forgottenKey } from '../pipeline/receive.ts';
import * as collections from '../store/collections.ts';
import { commitIfFirst } from '../store/race.ts';
import { insert, remove, replace } from '../store/store.ts';
import type { AnyCollection, CollectionDef, Doc, Store, Write } from '../store/store.ts';
import { besideTalks, erasedName, unnamed } from './traces.ts';

/**
 * Erases a person now, step by step, on an official's word; what is left of it is the record of who did it, under the
 * case's code. It is written first: an erasure that breaks off half way was begun by somebody, too. Returns the steps.
 */
export async function eraseContact(
  { store, clock }: Pick<ModerationPorts, 'store' | 'clock'>,
  { contactId, organisationId }: Pick<Conversation, 'contactId' | 'organisationId'>,
  by: Moderator,
): Promise<number> {
  const object = { type: 'contact', id: await erasedName(store, contactId), organisationId };
  await store.commit([audit({ action: 'contact.erase', object }, by, clock.now())]);
  let steps = 0;
  while (!(await erasePersonStep(store, contactId, clock.now()))) steps++;
  return steps;
}

/** Who linked conversations is one person: those linked go first, since this one's own tell which they are. */
async function erasePersonStep(store: Store, contactId: ContactId, now: Instant): Promise<boolean> {
  const talks = await store
    .collection(collections.conversations)
    .find({ where: { contactId }, limit: talksPerStep });
  const others = talks.flatMap(({ linked = [] }) => linked.map((one) => one.contactId));
  for (const one of new Set(others)) if (!(await eraseStep(store, one, now))) return false;
  return eraseStep(store, contactId, now);
}

/** At most two writes a document and some seats: below the 500 of a commit. */
const perStep = 150;
/** Each with its browsers and lanes. */
const talksPerStep = 15;
const browsersPerTalk = 20;
/** Longer than any platform sends a delivery again (channels.md A.6, 2026-11-23). */
const forgottenFor = days(2);

interface Owned extends Doc {
  readonly contactId: ContactId;
}
interface OwnedDoc {
  readonly def: AnyCollection;
  readonly doc: Owned;
}

/**
 * Removes up to some hundred documents of a contact in one commit; true when nothing is left. Consents and the
 * register of cases stay: they prove what was agreed to and what was done, without content and without whose it was.
 * The conversations go last, since they tell what else bears their name.
 * Source: Law 91/2025/QH15 and NĐ 356/2025/NĐ-CP, in force 2026-01-01.
 */
export async function eraseStep(
  store: Store,
  contactId: ContactId,
  now: Instant,
): Promise<boolean> {
  const writes = await nextWrites(store, contactId, now);
  if (writes.length === 0) return true;
  // The person may be writing, or a call be settled, just now: the next step reads it as it stands then.
  await commitIfFirst(store, writes);
  return false;
}

async function nextWrites(store: Store, contactId: ContactId, now: Instant): Promise<Write[]> {
  // First: an act of a colleague between here and its audit record moves the conversation, and the commit is lost.
  const talks = await store
    .collection(collections.conversations)
    .find({ where: { contactId }, limit: talksPerStep });
  const owned: OwnedDoc[] = [];
  for (const def of collections.all) {
    if (!isErased(def) || owned.length >= perStep) continue;
    const found = await ownedBy(store, def, contactId, perStep - owned.length);
    owned.push(...found.map((doc) => ({ def, doc })));
  }
  if (owned.length > 0) {
    const gone = owned.flatMap(({ def, doc }) => erased(def, doc, now));
    return [...gone, ...(await freedSeats(store, owned))];
  }
  for (const talk of talks) {
    const traces = await unnamed(store, talk, perStep);
    if (traces.length > 0) return traces;
  }
  return goneTalks(store, talks);
}

function isErased({ name, personal }: AnyCollection): boolean {
  const isPersonal = personal === true || personal === 'sometimes';
  return isPersonal && name !== collections.conversations.name;
}

function ownedBy(
  store: Store,
  def: AnyCollection,
  contactId: ContactId,
  limit: number,
): Promise<Owned[]> {
  // Every personal collection has documents with `contactId`, and an index on it: the registry's own rule.
  const collection = store.collection(def as unknown as CollectionDef<Owned, 'contactId'>);
  return collection.find({ where: { contactId }, limit });
}

/** The document goes; of a line its hashed id stays for two days, or a late redelivery would bring it back. */
function erased(def: AnyCollection, doc: Owned, now: Instant): Write[] {
  const gone = remove(def, doc);
  if (def.name !== collections.messages.name) return [gone];
  const mark = {
    id: forgottenKey(doc.id as EventId),
    schema: 1 as const,
    until: later(now, forgottenFor),
  };
  return [gone, insert(collections.forgotten, mark)];
}

/** With them the browsers, which are opened before anybody has written and so do not name the contact. */
async function goneTalks(store: Store, talks: readonly Conversation[]): Promise<Write[]> {
  const sessions = await Promise.all(
    talks.map(({ id }) =>
      store
        .collection(collections.webSessions)
        .find({ where: { conversationId: id }, limit: browsersPerTalk }),
    ),
  );
  return [
    ...talks.map((doc) => remove(collections.conversations, doc)),
    ...(await besideTalks(store, talks)),
    ...sessions.flat().map((doc) => remove(collections.webSessions, doc)),
  ];
}

/** The seats of registrations that go are free again. */
async function freedSeats(store: Store, owned: readonly OwnedDoc[]): Promise<Write[]> {
  const freed = new Map<CourseId, number>();
  for (const { def, doc } of owned) {
    if (def.name !== collections.registrations.name) continue;
    const { courseId, state } = doc as unknown as Registration;
    if (state === 'accepted') freed.set(courseId, (freed.get(courseId) ?? 0) + 1);
  }
  const seats = await store.collection(collections.seats).getMany([...freed.keys()]);
  return seats.map((seat) =>
    replace<Seats>(collections.seats, seat, { taken: seat.taken - (freed.get(seat.id) ?? 0) }),
  );
}
