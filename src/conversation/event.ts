import type { Instant } from '../clock.ts';
import type { ChannelName, ConversationId, EventId, JobId } from '../ids.ts';

export type Masked = 'idNumber' | 'bank' | 'otp';
export type AttachmentKind = 'image' | 'audio' | 'video' | 'file' | 'sticker' | 'location';

export interface EventBase {
  readonly id: EventId;
  readonly channel: ChannelName;
  /** The Page, OA or bot that was written to. */
  readonly account: string;
  /** Whom to answer: the platform's id of the person (or chat). */
  readonly address: string;
  readonly conversationId: ConversationId;
  /** When the person did it, by the platform's clock; the time of receipt where the platform says nothing. */
  readonly at: Instant;
  /** The platform's own order within one conversation, where it has one. */
  readonly order?: number;
  /** Another app or a person holds the thread on the platform: recorded, never answered. */
  readonly standby?: true;
  /** Others read this conversation, too (a group): nothing personal is asked or answered here. */
  readonly shared?: true;
  /** What `redact` covered in this event before anything was stored. */
  readonly masked?: readonly Masked[];
}

/** What a person (or the platform) did, in words of no platform. */
export type InboundEvent = EventBase &
  (
    | { readonly type: 'text'; readonly text: string }
    | { readonly type: 'choice'; readonly payload: string; readonly title: string }
    | { readonly type: 'attachment'; readonly kind: AttachmentKind; readonly url?: string }
    /** Get Started, /start, follow, a link with a reference; `ref` may be the payload of a button (dialogue/hear.ts). */
    | { readonly type: 'opened'; readonly ref?: string }
    | { readonly type: 'edited'; readonly of: EventId; readonly text: string }
    | { readonly type: 'removed'; readonly of: EventId }
    /** A colleague answered in the platform's own inbox. */
    | { readonly type: 'pageReply'; readonly text: string }
    /** Our own echo: settles a send whose outcome was not known. */
    | { readonly type: 'sent'; readonly jobId: JobId; readonly platformId: string }
    | { readonly type: 'delivered'; readonly upTo: Instant }
    /** The person blocked or unfollowed us. */
    | { readonly type: 'left' }
    /** The person let us back in, or a group took us in; says nothing and asks for no answer. */
    | { readonly type: 'joined' }
    /** Something done that is no message but opens the platform's window (a reaction, say). */
    | { readonly type: 'touched'; readonly what: string }
    /** The platform itself acts on the Page, by its policies: nobody's words, and for whoever runs the channel. */
    | { readonly type: 'enforced'; readonly action: string; readonly reason: string }
    /**
     * Who answers on the platform from now on: we, a colleague in its own inbox, or another app. `asked`: would like to,
     * and waits for us to let it.
     */
    | {
        readonly type: 'routed';
        readonly to: 'us' | 'inbox' | 'other';
        readonly asked?: true;
      }
    /** Under a post, for all to read; `inReply`: said to another comment. */
    | {
        readonly type: 'comment';
        readonly commentId: string;
        readonly postId: string;
        readonly text: string;
        readonly inReply?: true;
      }
    /** `raw`: what the platform sent for this event alone, kept for some days so that it can be learnt. */
    | { readonly type: 'unsupported'; readonly what: string; readonly raw?: string }
  );

/** What changes what is recorded and asks for no answer; of nobody known it changes nothing. */
export function isQuiet({ type }: InboundEvent): boolean {
  return ['edited', 'removed', 'left', 'touched'].includes(type);
}

export type EventOf<Type extends InboundEvent['type']> = Extract<InboundEvent, { type: Type }>;
