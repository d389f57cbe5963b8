import type { Instant } from '../clock.ts';
import type { ChannelName, ContactId, ConversationId, MessageId } from '../ids.ts';
import type { Doc } from '../store/store.ts';

/** Whether an answer helped, in the person's own judgement. */
export interface Feedback extends Doc {
  readonly schema: 1;
  readonly contactId: ContactId;
  readonly conversationId: ConversationId;
  readonly channel: ChannelName;
  readonly helpful: boolean;
  /** The line that is judged, and the intent it answered. */
  readonly of?: MessageId;
  readonly intent: string;
  /** What was wrong, in the person's words. */
  readonly text?: string;
  readonly at: Instant;
}

/** A question the bot could not answer, kept for the editors without who asked. */
export interface Gap extends Doc {
  readonly schema: 1;
  readonly channel: ChannelName;
  readonly text: string;
  /** The intent that came nearest. */
  readonly nearest?: string;
  readonly state: 'open' | 'labelled';
  readonly at: Instant;
}
