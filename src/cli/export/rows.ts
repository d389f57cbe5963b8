import type { Sealed } from '../../conversation/contact.ts';
import type { ContactId, ConversationId } from '../../ids.ts';
import type { Understanding } from '../../nlu/types.ts';
import type { Cipher } from '../../store/cipher.ts';
import * as collections from '../../store/collections.ts';
import type { AnyCollection, Doc } from '../../store/store.ts';

/** Fields of a document that tell nothing of anybody; `all` where the collection holds no person at all. */
type Plain = readonly string[] | 'all';

/**
 * What goes out, in this order, and what of it without `--personal`: only fields named here, so that one that a later
 * release adds stays inside until somebody has thought about it.
 */
export const exported: readonly (readonly [AnyCollection, Plain])[] = [
  [collections.courses, 'all'],
  [collections.seats, 'all'],
  [
    collections.conversations,
    ['channel', 'organisationId', 'handledBy', 'createdAt', 'updatedAt', 'waitingSince'],
  ],
  [collections.contacts, ['createdAt']],
  [collections.messages, ['seq', 'channel', 'at', 'from', 'kind', 'about', 'masked']],
  [
    collections.turns,
    ['channel', 'organisationId', 'at', 'flow', 'replies', 'effects', 'model', 'content'],
  ],
  [collections.feedbacks, ['channel', 'helpful', 'intent', 'at']],
  [collections.gaps, 'all'],
  [collections.registrations, ['courseId', 'organisationId', 'channel', 'state', 'createdAt']],
  [collections.callbacks, ['at']],
  [collections.consents, ['purpose', 'wording', 'channel', 'at', 'withdrawnAt', 'hold']],
  [
    collections.cases,
    [
      'code',
      'kind',
      'state',
      'channel',
      'organisationId',
      'receivedAt',
      'answerBy',
      'actBy',
      'answeredAt',
      'closedAt',
      'result',
      'hold',
    ],
  ],
  [collections.audit, ['at', 'action']],
  [collections.notices, 'all'],
  [collections.unread, ['channel', 'what', 'at']],
];

/** Keys, tokens and the store's own bookkeeping: nothing of these is ever exported. */
export const inside: readonly AnyCollection[] = [
  collections.secrets,
  collections.channelAccounts,
  collections.channelHealth,
  collections.rates,
  collections.webSessions,
  collections.keys,
  collections.linkOffers,
  collections.receipts,
  collections.forgotten,
  collections.taskStates,
  collections.jobs,
  collections.locks,
  collections.sequences,
  collections.changes,
];

/** Names persons and conversations within one export only. */
export type Pseudonym = (id: string) => string;

interface Linked extends Doc {
  readonly contactId?: ContactId;
  readonly conversationId?: ConversationId;
  readonly understood?: Understanding;
}
type Row = Record<string, unknown>;

/** A document as anybody may see it. */
export function plainRow(
  [def, plain]: (typeof exported)[number],
  doc: Linked,
  pseudonym: Pseudonym,
  personOf: (contactId: string) => string,
): Row {
  if (plain === 'all') return { collection: def.name, ...withoutVersion(doc) };
  const conversation = def.name === collections.conversations.name ? doc.id : doc.conversationId;
  // Only fields of this document; those it lacks are not made up.
  const fields = Object.entries(doc).filter(([name]) => plain.includes(name));
  return {
    collection: def.name,
    ...(doc.contactId ? { person: pseudonym(personOf(doc.contactId)) } : {}),
    ...(conversation ? { conversation: pseudonym(conversation) } : {}),
    ...Object.fromEntries(fields),
    ...(doc.understood ? { understood: meaning(doc.understood) } : {}),
  };
}

/** Without the sentence, and without what was found in it. */
function meaning({ intents, decision, aspect, outside, signals }: Understanding): Row {
  return { intents, decision, aspect, outside, signals };
}

/** A document with everything in it; sealed numbers readable under their key, and left out without it. */
export function personalRow(
  [def]: (typeof exported)[number],
  doc: Doc,
  cipher: Cipher | undefined,
): Row {
  const fields = Object.entries(withoutVersion(doc))
    .filter(([name]) => name !== 'phoneHash')
    .map(([name, value]) => [name, isSealed(value) ? cipher?.open(value) : value]);
  return { collection: def.name, ...(Object.fromEntries(fields) as Row) };
}

function isSealed(value: unknown): value is Sealed {
  return typeof value === 'object' && value !== null && 'sealed' in value && 'hash' in value;
}

function withoutVersion({ version: _, ...doc }: Doc): Row {
  return { ...doc };
}
