import type { Instant } from '../clock.ts';
import type {
  ChannelName,
  ContactId,
  ConversationId,
  MessageId,
  OrganisationId,
  TraceId,
} from '../ids.ts';
import type { Understanding } from '../nlu/types.ts';
import type { Doc } from '../store/store.ts';

/** What the bot understood and did with one event: the ground of “Vì sao?” under a line of the transcript. */
export interface TurnRecord extends Doc {
  readonly schema: 1;
  readonly conversationId: ConversationId;
  readonly contactId: ContactId;
  readonly organisationId: OrganisationId;
  readonly channel: ChannelName;
  /** The line that was answered. */
  readonly messageId: MessageId;
  readonly at: Instant;
  readonly trace: TraceId;
  /** Set for text. */
  readonly understood?: Understanding;
  /** Who answered; undefined = nobody (a person holds the conversation, say). */
  readonly flow?: string;
  readonly replies: number;
  /** The types of what was changed beside the conversation. */
  readonly effects: readonly string[];
  /** Versions of the model and of the content that were used. */
  readonly model?: string;
  readonly content?: string;
}
