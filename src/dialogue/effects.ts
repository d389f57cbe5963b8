import type { CaseKind } from '../conversation/case.ts';
import type { Instant } from '../clock.ts';
import type { WaitingReason } from '../conversation/conversation.ts';
import type { ConversationId, CourseId, MessageId, OrganisationId } from '../ids.ts';
import type { TextReply } from './replies.ts';

/**
 * What a turn wants changed beyond the conversation's memory and its replies. Plain data; `pipeline/effects.ts`
 * turns each into writes, over documents the flow named in `needs`.
 */
export type Effect =
  /** Who waits already keeps the place (`since`); the reason is replaced. */
  | {
      readonly type: 'wait';
      readonly reason: WaitingReason;
      readonly organisationId?: OrganisationId;
    }
  | { readonly type: 'stopWaiting' }
  | {
      readonly type: 'register';
      readonly courseId: CourseId;
      readonly fullName: string;
      readonly phone: string;
      /** The consent phrase that was agreed to. */
      readonly wording: string;
    }
  | { readonly type: 'askCallBack'; readonly phone: string; readonly wording: string }
  | { readonly type: 'openCase'; readonly kind: CaseKind; readonly code: string }
  | {
      readonly type: 'feedback';
      readonly helpful: boolean;
      readonly of?: MessageId;
      readonly intent?: string;
      readonly text?: string;
    }
  /** A question the bot could not answer, kept for the editors, without who asked. */
  | { readonly type: 'unanswered'; readonly text: string; readonly nearest?: string }
  /** A code was given out; the one before it ends. */
  | {
      readonly type: 'offerLink';
      readonly offer: string;
      readonly until: Instant;
      readonly replaces?: string;
    }
  /** Typed here; said yes here; both have said yes; one said no. */
  | { readonly type: 'askLink' | 'agreeLink' | 'link' | 'dropLink'; readonly offer: string }
  | { readonly type: 'unlink' }
  /** Said in another conversation, which `needs` has named. */
  | {
      readonly type: 'tell';
      readonly conversationId: ConversationId;
      readonly reply: TextReply;
      readonly yesNo?: { readonly yes: string; readonly no: string };
    }
  /** All can read under this post that its author was answered in private. */
  | { readonly type: 'tellUnder'; readonly postId: string }
  /** Somebody's phone rings: code and channel, never text or name. */
  | { readonly type: 'notify'; readonly code: NotifyCode };

export type NotifyCode =
  'waiting' | 'urgent' | 'privacy_request' | 'platform_notice' | 'channel_down';
export type EffectOf<Type extends Effect['type']> = Extract<Effect, { type: Type }>;
