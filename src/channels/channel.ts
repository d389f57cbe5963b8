import type { Clock, Instant, Millis } from '../clock.ts';
import type { Content } from '../content/content.ts';
import type { Reach } from '../conversation/conversation.ts';
import type { InboundEvent } from '../conversation/event.ts';
import type { Purpose, Reply } from '../conversation/reply.ts';
import type { Log } from '../log.ts';
import type { Meter } from '../meter.ts';
import type { Secrets } from '../store/secrets.ts';
import type { Store } from '../store/store.ts';

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What arrived, as it arrived: a signature is over bytes, not over what a parser made of them. */
export interface WebhookRequest {
  readonly method: 'GET' | 'POST';
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  readonly receivedAt: Instant;
}

/** Why a message may not go now; a code of console.md 2.9, shown to staff in words. */
export type WhyNot =
  | 'window_closed'
  | 'quota_used'
  | 'quiet_hours'
  | 'blocked_by_person'
  | 'held_elsewhere'
  | 'no_template'
  | 'no_consent'
  | 'token_dead'
  | 'channel_paused'
  | 'platform_refused'
  | 'outcome_unknown';

export interface Allowed {
  readonly allowed: true;
  /** As part of the conversation, or under the platform's rule for a human's later answer. */
  readonly via: 'normal' | 'human' | 'template';
  readonly until?: Instant;
}
export interface Refused {
  readonly allowed: false;
  readonly why: WhyNot;
  readonly nextAt?: Instant;
}
export type Permission = Allowed | Refused;

/** What a platform can show and take at once. */
export interface Limits {
  /** Characters (NFC) of one message. */
  readonly textLength: number;
  /** Buttons under one message; 0 = numbers are written out. */
  readonly choices: number;
  readonly choiceTitle: number;
  readonly perSecond: number;
}

/** At most so many calls to one chat in this time. */
export interface Pace {
  readonly most: number;
  readonly within: Millis;
}

/** What a channel gets to look after its account while the process runs. */
export interface AttendPorts {
  readonly store: Store;
  /** Tokens that the platform rotates, sealed. */
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
  readonly content: () => Content;
  /** False in a process that only works: it fetches nothing and arranges nothing. */
  readonly takesIn: boolean;
  /** Takes events in as a webhook does. When it returns, nothing of them can be lost. @throws when they could not be stored. */
  accept(events: readonly InboundEvent[]): Promise<void>;
}

/** What can be wrong with a channel for people to mend; a code, in words in `pipeline/channel-health.ts`. */
export const troubles = [
  'token_dead',
  'token_expiring',
  'webhook_missing',
  'webhook_elsewhere',
  'webhook_incomplete',
  'webhook_failing',
  'webhook_set',
  'nobody_polls',
  'quota_used',
  'unreachable',
  'silent',
] as const;
export type Trouble = (typeof troubles)[number];

/** How the platform says our account stands. */
export interface ChannelCheck {
  readonly troubles: readonly Trouble[];
  /** When our token ends for good, where one does that renews itself or not at all. */
  readonly tokenUntil?: Instant;
  /** Kinds of events that we need and the platform does not bring. */
  readonly missing?: readonly string[];
  /** Events that wait at the platform. */
  readonly pending?: number;
  /** What may still be sent, by the platform's own kinds, as it last said. */
  readonly quota?: Readonly<Record<string, number>>;
}

export interface Attendant {
  /** Ends what is under way; the account stays as it is. */
  stop(): Promise<void>;
}

export interface Sent {
  readonly platformId: string;
  /** So long the account had better make no calls: the platform says that its share is nearly used up. */
  readonly restFor?: Millis;
}

export interface Channel<Call extends Json = Json> {
  readonly name: string;
  /** `pull` (web): what is committed is delivered, there is no outbox. */
  readonly delivery: 'push' | 'pull';
  readonly limits: Limits;
  /** How fast one chat may be written to, where the platform says so. Pure. */
  paces?(to: string): readonly Pace[];
  /** The platform echoes what we send, with our mark: a send of unknown outcome can be settled by waiting. */
  readonly echoes?: true;
  /** The body to answer to the platform's verification request. @throws {SignatureError} on a wrong token. */
  handshake?(request: WebhookRequest): string | undefined;
  /** @throws {SignatureError} when the platform did not sign this request. */
  verify(request: WebhookRequest): void;
  /** Total for everything that is JSON: what is not known becomes `unsupported`. @throws {AppError} `bad_json` (400). */
  parse(request: WebhookRequest): InboundEvent[];
  /**
   * Whose data the platform asks us to delete: its own id of the person, which may be of no conversation.
   * @throws {SignatureError} when the platform did not sign this request. @throws {AppError} `bad_request` (400).
   */
  deletion?(request: WebhookRequest): string;
  /**
   * What may be sent now, by the dated rules: freely, under another rule, or not – and why, and when next. Pure.
   * `template`: the notice it may go as where only approved templates may.
   */
  allows(purpose: Purpose, reach: Reach, now: Instant, template?: string): Permission;
  /**
   * Pure. One reply may need several calls, in order; outside a window the call differs.
   * Call number i carries `<mark>/<i>` where the platform echoes it: that settles an unknown outcome.
   */
  render(reply: Reply, to: string, permission: Allowed, mark?: string): Call[];
  /** A call beside a message's words (handing the thread over): what comes of it says nothing of the words. Pure. */
  isBeside?(call: Call): boolean;
  /** One API call. @throws {ChannelError} with `retryable` and `retryAfter`. */
  send(call: Call): Promise<Sent>;
  /** Tells the platform that these events have arrived (a pressed button stops spinning). Lost without harm. */
  acknowledge?(events: readonly InboundEvent[]): Promise<void>;
  /**
   * Looks after the account until it is stopped: its name and commands, and events that have to be fetched. Comes
   * back once what the store knows is read; the platform's trouble is reported, never thrown.
   */
  attend?(ports: AttendPorts): Promise<Attendant>;
  /**
   * Asks how the account stands: token, where events go, quota. Changes nothing. A dead token is an answer.
   * @throws {ChannelError} when the platform could not be asked.
   */
  check?(now: Instant): Promise<ChannelCheck>;
}
