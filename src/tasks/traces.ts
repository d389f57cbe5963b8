import type { AuditRecord } from '../conversation/audit.ts';
import type { Case } from '../conversation/case.ts';
import type { Consent } from '../conversation/contact.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { ContactId, ConversationId } from '../ids.ts';
import * as collections from '../store/collections.ts';
import { laneId } from '../store/lane.ts';
import { remove, replace } from '../store/store.ts';
import type { Store, Write } from '../store/store.ts';

/**
 * Takes the name of a conversation out of what outlives it: its id holds the platform's number of the person. The
 * audit log and the register go on under the case's code or the contact's own random id, which then leads nowhere.
 * What is held stays as it is. At most `limit` writes; until there are none the conversation must stay, or nobody knows what to look for.
 */
export async function unnamed(
  store: Store,
  { id, contactId }: Pick<Conversation, 'id' | 'contactId'>,
  limit: number,
): Promise<Write[]> {
  const query = { where: { contactId }, limit: most };
  const cases = await store.collection(collections.cases).find(query);
  const consents = await store.collection(collections.consents).find(query);
  const records = await store
    .collection(collections.audit)
    .find({ where: { objectId: id }, limit });
  // Asked for by somebody else, and typed here.
  const offers = await store
    .collection(collections.linkOffers)
    .find({ where: { byContactId: contactId }, limit });
  const token = tokenOf(cases, contactId);
  const writes = [
    ...offers.map((offer) => remove(collections.linkOffers, offer)),
    ...cases.filter((one) => one.conversationId === id && !one.hold).map(withoutTalk),
    // A call back is agreed to for one conversation; a course is nobody's name.
    ...consents.filter(({ subject, hold }) => subject === id && !hold).map(withoutSubject),
    ...records.map((record) => renamed(record, token)),
  ];
  return writes.slice(0, limit);
}

/** More than anybody has asked for or agreed to. */
const most = 1_000;

/** What the audit log calls a person who is erased. */
export async function erasedName(store: Store, contactId: ContactId): Promise<string> {
  const query = { where: { contactId }, limit: most };
  return tokenOf(await store.collection(collections.cases).find(query), contactId);
}

function tokenOf(cases: readonly Case[], contactId: ContactId): string {
  return `erased/${cases.at(-1)?.code ?? contactId}`;
}

function withoutTalk(one: Case): Write {
  return replace<Case>(collections.cases, one, { conversationId: '' as ConversationId });
}

function withoutSubject(one: Consent): Write {
  return replace<Consent>(collections.consents, one, { subject: '' });
}

function renamed(record: AuditRecord, token: string): Write {
  const object = { ...record.object, id: token };
  return replace<AuditRecord>(collections.audit, record, { object, objectId: token });
}

/** What goes in the same commit as a conversation: the number of its last line, and its two lanes. */
export async function besideTalks(
  store: Store,
  talks: readonly Pick<Conversation, 'id' | 'channel'>[],
): Promise<Write[]> {
  const lanes = talks.flatMap(({ id, channel }) =>
    (['inbox', 'outbox'] as const).map((queue) => laneId({ queue, channel, lane: id })),
  );
  const sequences = await store
    .collection(collections.sequences)
    .getMany(talks.map(({ id }) => id));
  const locks = await store.collection(collections.locks).getMany(lanes);
  return [
    ...sequences.map((doc) => remove(collections.sequences, doc)),
    ...locks.map((doc) => remove(collections.locks, doc)),
  ];
}
