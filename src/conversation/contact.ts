import type { Instant } from '../clock.ts';
import type { ChannelName, ContactId, ConversationId } from '../ids.ts';
import type { Doc } from '../store/store.ts';

/** A value at rest: encrypted under DATA_KEY, with a keyed hash by which an equal value is found. */
export interface Sealed {
  readonly sealed: string;
  readonly hash: string;
}

/** A person. Exists from the first message; several conversations may point to one contact. */
export interface Contact extends Doc<ContactId> {
  readonly schema: 1;
  readonly contactId: ContactId;
  readonly name?: string;
  readonly phone?: Sealed;
  readonly phoneHash: string;
  readonly createdAt: Instant;
}

/** What a person agreed to: the proof, kept apart from the talk. */
export interface Consent extends Doc {
  readonly schema: 1;
  readonly contactId: ContactId;
  readonly purpose: 'course' | 'callback';
  /** The phrase that was shown, with its version: `consent.course.v1`. */
  readonly wording: string;
  /** What it was given for: a course, or the conversation to be called back about ('' once that is gone). */
  readonly subject: string;
  readonly channel: ChannelName;
  readonly at: Instant;
  readonly withdrawnAt?: Instant;
  /** Set aside (a complaint, an inspection): stays although its days are over. */
  readonly hold?: true;
}

/** A number left to be called back on, for one question; kept for days, not with the person. */
export interface Callback extends Doc {
  readonly schema: 1;
  readonly contactId: ContactId;
  readonly conversationId: ConversationId;
  readonly phone: Sealed;
  readonly phoneHash: string;
  readonly at: Instant;
}
