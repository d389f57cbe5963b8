import type { Instant } from '../clock.ts';
import type { ChannelName, ContactId, ConversationId, OrganisationId } from '../ids.ts';
import type { Doc } from '../store/store.ts';
import type { Memory } from './memory.ts';

/** Why somebody waits for a person; codes of the console. */
export type WaitingReason =
  | 'asked_human'
  | 'not_understood_twice'
  | 'complaint'
  | 'scam_suspected'
  | 'wrong_answer_reported'
  | 'urgent'
  | 'callback'
  | 'privacy_request'
  | 'hold_expired';

export interface Waiting {
  readonly since: Instant;
  readonly reason: WaitingReason;
  readonly organisationId: OrganisationId;
}

/** Who holds the conversation. `native` = answered in the platform's own inbox, where we do not learn the name. */
export interface Holder {
  /** The moderator's id; unknown for `native`. */
  readonly id?: string;
  readonly name: string;
  readonly organisation: string;
  readonly via: 'console' | 'terminal' | 'native';
  readonly since: Instant;
  /** When the hold ends by itself. Moves with every line the holder writes. */
  readonly until: Instant;
}

/** When each kind of act of the person last opened a window, and what else decides whether we may write. */
export interface Reach {
  readonly lastMessageAt?: Instant;
  readonly lastTouchAt?: Instant;
  readonly lastCommentAt?: Instant;
  readonly blockedAt?: Instant;
  /** Somebody else holds the thread on the platform: it would refuse whatever we send. */
  readonly standby?: true;
  /** When the platform last moved the thread, by its clock: what happened before says nothing of who holds it. */
  readonly routedAt?: Instant;
}

export interface LastLine {
  readonly from: 'person' | 'bot' | 'moderator' | 'system';
  readonly text: string;
  readonly at: Instant;
}

/** Another conversation of the same person, as both sides have said. */
export interface Linked {
  readonly conversationId: ConversationId;
  readonly contactId: ContactId;
  readonly channel: ChannelName;
}

/** One person (or chat) on one account of one channel. Created by its first event. */
export interface Conversation extends Doc<ConversationId> {
  readonly schema: 1;
  readonly channel: ChannelName;
  readonly account: string;
  readonly address: string;
  readonly contactId: ContactId;
  /** All other conversations of this person; each of them names this one, too. */
  readonly linked?: readonly Linked[];
  readonly organisationId: OrganisationId;
  readonly handledBy: 'bot' | 'moderator';
  /** Grows whenever somebody takes the conversation over or gives it back: what the bot wrote before is withdrawn. */
  readonly hold: number;
  readonly holder?: Holder;
  readonly waiting?: Waiting;
  readonly doneAt?: Instant;
  readonly reach: Reach;
  /** What the dialogue remembers between turns. */
  readonly memory: Memory;
  /** Posts under which this person was answered in private and all were to read so, once; the last hundred. */
  readonly toldUnder?: readonly string[];
  readonly lastLine?: LastLine;
  /** Calls put into the outbox so far; orders its lane without a clock. */
  readonly outboxOrder: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  /** Copies of nested facts, because a store looks documents up by flat fields. 0 = not so. */
  readonly waitingSince: Instant | 0;
  readonly holdUntil: Instant | 0;
}
