import type { Instant } from '../clock.ts';
import type { ChannelName, ContactId, ConversationId, JobId, MessageId } from '../ids.ts';
import type { Doc } from '../store/store.ts';
import type { AttachmentKind, Masked } from './event.ts';
import type { Choice, Link } from './reply.ts';

export type DeliveryState = 'queued' | 'sent' | 'delivered' | 'failed' | 'unknown' | 'withdrawn';

export interface Delivery {
  readonly state: DeliveryState;
  /** Why it was not sent, or why nobody knows. */
  readonly reason?: string;
  /** The platform's id of each call that went out, by job: one message may need several calls. */
  readonly sent?: Readonly<Record<JobId, string>>;
  readonly at: Instant;
}

/** One line of the transcript. The person's lines are also what makes a redelivery recognisable. */
export interface Message extends Doc<MessageId> {
  readonly schema: 1;
  readonly conversationId: ConversationId;
  readonly contactId: ContactId;
  readonly channel: ChannelName;
  /** The order of the transcript; drawn in the commit, never by a clock. */
  readonly seq: number;
  readonly at: Instant;
  readonly from: 'person' | 'bot' | 'moderator' | 'system';
  /** The moderator's name and body, as the person reads them. */
  readonly by?: { readonly name: string; readonly organisation: string };
  /** `comment`: under a post of the Page, for all to read. */
  readonly kind: 'text' | 'comment' | 'choice' | 'attachment' | 'opened' | 'event' | 'note';
  readonly text: string;
  readonly attachment?: { readonly kind: AttachmentKind; readonly url?: string };
  readonly choices?: readonly Choice[];
  readonly links?: readonly Link[];
  readonly feedback?: boolean;
  /** The intent that is judged by it. */
  readonly about?: string;
  readonly masked?: readonly Masked[];
  readonly editedAt?: Instant;
  readonly removedAt?: Instant;
  readonly delivery?: Delivery;
}
