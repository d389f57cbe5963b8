import type { Limits } from '../channels/channel.ts';
import type { Instant } from '../clock.ts';
import type { Content, Hours } from '../content/content.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { InboundEvent } from '../conversation/event.ts';
import type { FlowState, Memory } from '../conversation/memory.ts';
import type { Reply } from '../conversation/reply.ts';
import type { IntentName, Understanding } from '../nlu/types.ts';
import type { Doc } from '../store/store.ts';
import type { Effect } from './effects.ts';

/** A document named by key, or the short list of courses that are open. */
export type Need = { readonly in: string; readonly id: string } | { readonly list: 'openCourses' };

/** What was loaded for a turn. Asking for what was not named in `needs` is a defect and throws. */
export interface Loaded {
  get<T extends Doc>(def: { readonly name: string }, id: T['id']): T | undefined;
  list<T extends Doc>(name: 'openCourses'): readonly T[];
}

/** Everything a turn may look at. */
export interface Scene {
  readonly now: Instant;
  readonly content: Content;
  readonly hours: Hours;
  /** Somebody has announced that people answer on this channel (a moderator worked here, or a Page inbox exists). */
  readonly staffed: boolean;
  readonly conversation: Conversation;
  readonly channel: {
    readonly name: string;
    readonly limits: Limits;
    readonly delivery: 'push' | 'pull';
  };
  readonly docs: Loaded;
  /** Where "Chi tiết" of the privacy notice is read. */
  readonly privacyUrl: string;
}

/** A button's payload taken apart: `<act>:<subject>[/<detail>[/<step>]]`. */
export interface Payload {
  readonly act: string;
  readonly subject: string;
  readonly detail?: string;
  readonly step?: string;
}

/** What the person did, with what it means. */
export interface Input {
  readonly event: InboundEvent;
  /** Set for text. */
  readonly understood?: Understanding;
  /** Set for a button, and for text that names one of the choices last shown. */
  readonly pressed?: Payload;
}

/** When a flow begins: a button's act, an intent, or an intent together with an act ("đăng ký"). */
export type Start =
  | { readonly on: 'pressed'; readonly act: string }
  | { readonly on: 'intent'; readonly intent: IntentName }
  | { readonly on: 'act'; readonly intent: IntentName; readonly act: string };

export interface Step<State> {
  /** The flow's next state; undefined = the flow is over. */
  readonly state?: State;
  readonly replies: readonly Reply[];
  readonly effects: readonly Effect[];
  /** What this step changes in what the dialogue remembers. */
  readonly memory?: Partial<Memory>;
}

export interface Flow<State extends FlowState = FlowState> {
  readonly name: State['flow'];
  readonly startsOn: readonly Start[];
  /** Documents this step reads or writes, by key. */
  needs(state: State | undefined, input: Input): readonly Need[];
  start(scene: Scene, input: Input): Step<State>;
  resume(state: State, scene: Scene, input: Input): Step<State>;
}
