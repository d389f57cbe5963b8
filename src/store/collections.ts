import type { ChannelCheck, Trouble } from '../channels/channel.ts';
import type { Instant } from '../clock.ts';
import type { AuditRecord } from '../conversation/audit.ts';
import type { Case } from '../conversation/case.ts';
import type { Callback, Consent, Contact } from '../conversation/contact.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { Course, Key, Registration, Seats } from '../conversation/course.ts';
import type { Feedback, Gap } from '../conversation/feedback.ts';
import type { LinkOffer } from '../conversation/link.ts';
import type { Message } from '../conversation/message.ts';
import type { Notice } from '../conversation/notice.ts';
import type { TurnRecord } from '../conversation/turn.ts';
import type { ChannelName, ContactId, ConversationId, EventId } from '../ids.ts';
import type { AnyCollection, Change, CollectionDef, Doc, Job, Lock, SearchEntry } from './store.ts';

/** The hashed id of an erased event, so that a late redelivery does not bring it back. */
export interface Forgotten extends Doc {
  readonly schema: 1;
  readonly until: Instant;
}

/** A browser that chats: the token is known to it alone, here stands its hash. */
export interface WebSession extends Doc {
  readonly schema: 1;
  readonly conversationId: ConversationId;
  /** '' until the first message makes a contact. */
  readonly contactId: ContactId;
  readonly expiresAt: Instant;
}

/** Up to when a platform says it has delivered. */
export interface Receipt extends Doc<ConversationId> {
  readonly schema: 1;
  readonly contactId: ContactId;
  readonly upTo: Instant;
}

/** What a platform sent and we could not read: redacted, kept for seven days. `contactId` '' = nobody we know. */
export interface Unread extends Doc<EventId> {
  readonly schema: 1;
  readonly contactId: ContactId;
  readonly channel: ChannelName;
  readonly what: string;
  readonly raw: string;
  readonly at: Instant;
}

/** A token that a platform rotates; `value` is sealed. */
export interface Secret extends Doc {
  readonly schema: 1;
  readonly value: string;
  readonly expiresAt?: Instant;
}

/** What a channel has learnt of its own account and must know before the platform can be asked again. */
export interface ChannelAccount extends Doc {
  readonly schema: 1;
  /** The name people call it by. */
  readonly name: string;
}

/** How a channel stands, one document each; by `pipeline/pulse.ts` and the task `channels`. Its id is its name. */
export interface ChannelHealth extends Doc {
  readonly schema: 1;
  readonly lastEventAt?: Instant;
  readonly lastSentAt?: Instant;
  /** Since when somebody has been here to hear; silence counts from then on. 0 = nobody has looked yet. */
  readonly listeningSince: Instant | 0;
  /** When it was last looked at, and what the platform said. 0 = never. */
  readonly checkedAt: Instant | 0;
  readonly check?: ChannelCheck;
  /** What is wrong, ours and the platform's. */
  readonly troubles: readonly Trouble[];
}

/** How much of a channel's rate is used up, by all processes; its id is the channel's name. By `pipeline/rates.ts`. */
export interface Rate extends Doc {
  readonly schema: 1;
  /** Calls were taken up to this moment, at the channel's rate; a fraction of a millisecond counts. 0 = none yet. */
  readonly spentUntil: number;
  /** The platform asked for no calls until then. 0 = it did not. */
  readonly pausedUntil: Instant;
}

/** The last slot of a scheduled task that was queued. */
export interface TaskState extends Doc {
  readonly schema: 1;
  readonly lastSlot: Instant;
}

/** The hints of one group of commits; written by the store alone. */
export interface ChangeSet extends Doc {
  readonly schema: 1;
  readonly at: Instant;
  /** The process that committed. */
  readonly by: string;
  readonly changes: readonly Change[];
}

/** The last number drawn of a sequence; written by the store alone, removed with what it numbers. */
export interface Sequence extends Doc {
  readonly schema: 1;
  readonly last: number;
}

const conversationTopic = (doc: { readonly conversationId: ConversationId }): Change => ({
  topic: 'conversation',
  id: doc.conversationId,
});

/** What people and moderators wrote can be found; the bot's own answers would only drown it. */
function wordsOf({ from, text, at, channel, conversationId }: Message): SearchEntry | undefined {
  if (from === 'bot' || from === 'system' || text === '') return undefined;
  return { text, at, tokens: [`channel:${channel}`, `conversation:${conversationId}`] };
}

/** Written in two steps because the document type is given and the fields are inferred. */
const of =
  <T extends Doc>() =>
  <const Q extends keyof T & string>(def: CollectionDef<T, Q>): CollectionDef<T, Q> =>
    def;

export const conversations = of<Conversation>()({
  name: 'conversations',
  schema: 1,
  fields: [
    'channel',
    'organisationId',
    'handledBy',
    'waitingSince',
    'holdUntil',
    'contactId',
    'updatedAt',
  ],
  compound: [
    ['updatedAt'],
    ['channel', 'updatedAt'],
    ['organisationId', 'updatedAt'],
    ['handledBy', 'updatedAt'],
  ],
  personal: true,
  topic: ({ id }) => ({ topic: 'conversation', id }),
});
export const contacts = of<Contact>()({
  name: 'contacts',
  schema: 1,
  fields: ['contactId', 'phoneHash'],
  personal: true,
});
export const messages = of<Message>()({
  name: 'messages',
  schema: 1,
  fields: ['conversationId', 'seq', 'contactId', 'at'],
  compound: [['conversationId', 'seq']],
  personal: true,
  topic: conversationTopic,
  search: wordsOf,
});
export const turns = of<TurnRecord>()({
  name: 'turns',
  schema: 1,
  fields: ['conversationId', 'at', 'contactId'],
  compound: [['conversationId', 'at'], ['at']],
  personal: true,
});
export const receipts = of<Receipt>()({
  name: 'receipts',
  schema: 1,
  fields: ['contactId'],
  personal: true,
  topic: ({ id }) => ({ topic: 'conversation', id }),
});
export const webSessions = of<WebSession>()({
  name: 'webSessions',
  schema: 1,
  fields: ['contactId', 'conversationId', 'expiresAt'],
  personal: 'sometimes',
});
export const callbacks = of<Callback>()({
  name: 'callbacks',
  schema: 1,
  fields: ['contactId', 'conversationId', 'at'],
  personal: true,
});
/** The proof of what was agreed to outlives the rest. */
export const consents = of<Consent>()({
  name: 'consents',
  schema: 1,
  fields: ['contactId', 'subject', 'at'],
  personal: 'kept',
});
export const courses = of<Course>()({
  name: 'courses',
  schema: 1,
  fields: ['code', 'state', 'closesAt'],
  compound: [['state', 'closesAt']],
  topic: ({ id }) => ({ topic: 'course', id }),
});
export const seats = of<Seats>()({
  name: 'seats',
  schema: 1,
  fields: [],
  topic: ({ id }) => ({ topic: 'course', id }),
});
export const registrations = of<Registration>()({
  name: 'registrations',
  schema: 1,
  fields: ['courseId', 'createdAt', 'contactId', 'phoneHash'],
  compound: [['courseId', 'createdAt']],
  personal: true,
  topic: ({ courseId }) => ({ topic: 'course', id: courseId }),
});
export const keys = of<Key>()({
  name: 'keys',
  schema: 1,
  fields: ['contactId', 'registrationId'],
  personal: true,
});
export const cases = of<Case>()({
  name: 'cases',
  schema: 1,
  fields: ['state', 'answerBy', 'actBy', 'contactId', 'code', 'receivedAt'],
  compound: [
    ['state', 'answerBy'],
    ['state', 'actBy'],
  ],
  personal: 'kept',
  topic: ({ id }) => ({ topic: 'case', id }),
});
export const linkOffers = of<LinkOffer>()({
  name: 'linkOffers',
  schema: 1,
  fields: ['contactId', 'byContactId', 'until'],
  personal: true,
});
export const feedbacks = of<Feedback>()({
  name: 'feedbacks',
  schema: 1,
  fields: ['intent', 'at', 'contactId'],
  compound: [['intent', 'at'], ['at']],
  personal: true,
});
export const gaps = of<Gap>()({
  name: 'gaps',
  schema: 1,
  fields: ['state', 'at'],
  compound: [['state', 'at']],
});
export const audit = of<AuditRecord>()({
  name: 'audit',
  schema: 1,
  fields: ['at', 'actorId', 'objectId'],
  compound: [['at'], ['actorId', 'at'], ['objectId', 'at']],
});
export const notices = of<Notice>()({
  name: 'notices',
  schema: 1,
  fields: ['state', 'at'],
  compound: [['state', 'at'], ['at']],
  topic: ({ id }) => ({ topic: 'notice', id }),
});
export const unread = of<Unread>()({
  name: 'unread',
  schema: 1,
  fields: ['contactId', 'at'],
  personal: 'sometimes',
});
export const forgotten = of<Forgotten>()({ name: 'forgotten', schema: 1, fields: ['until'] });
export const secrets = of<Secret>()({ name: 'secrets', schema: 1, fields: [] });
export const channelAccounts = of<ChannelAccount>()({
  name: 'channelAccounts',
  schema: 1,
  fields: [],
});
export const channelHealth = of<ChannelHealth>()({ name: 'channelHealth', schema: 1, fields: [] });
export const rates = of<Rate>()({
  name: 'rates',
  schema: 1,
  fields: [],
  // Nothing is used up during a pause, so whoever writes one leaves it ahead. Shares interest nobody else.
  topic: ({ id, spentUntil, pausedUntil }) => ({
    topic: pausedUntil > spentUntil ? 'pause' : 'share',
    id,
  }),
});
export const taskStates = of<TaskState>()({ name: 'taskStates', schema: 1, fields: [] });
export const jobs = of<Job>()({
  name: 'jobs',
  schema: 1,
  fields: ['queue', 'lane', 'order', 'contactId'],
  compound: [['queue', 'lane', 'order']],
  personal: 'sometimes',
});
export const locks = of<Lock>()({ name: 'locks', schema: 1, fields: [] });
export const sequences = of<Sequence>()({ name: 'sequences', schema: 1, fields: [] });
export const changes = of<ChangeSet>()({ name: 'changes', schema: 1, fields: ['at'] });

/** Every collection there is; a new one is one definition above and one name here. */
export const all: readonly AnyCollection[] = [
  conversations,
  contacts,
  messages,
  turns,
  receipts,
  webSessions,
  callbacks,
  consents,
  courses,
  seats,
  registrations,
  keys,
  cases,
  linkOffers,
  feedbacks,
  gaps,
  audit,
  notices,
  unread,
  forgotten,
  secrets,
  channelAccounts,
  channelHealth,
  rates,
  taskStates,
  jobs,
  locks,
  sequences,
  changes,
];
