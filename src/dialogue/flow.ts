import type { Limits } from '../channels/channel.ts';
import type { Instant } from '../clock.ts';
import type { Content, Hours } from '../content/content.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { Course, Key } from '../conversation/course.ts';
import type { InboundEvent } from '../conversation/event.ts';
import type { FlowState, Memory } from '../conversation/memory.ts';
import type { Reply } from '../conversation/reply.ts';
import type { LinkOffer } from '../conversation/link.ts';
import type { CourseId, EventId } from '../ids.ts';
import type { IntentName, Understanding } from '../nlu/types.ts';
import type { Doc } from '../store/store.ts';
import type { Effect } from './effects.ts';

/**
 * A document named by key, the short list of courses that are open, or the key that a phone number has on a
 * course: its id holds a keyed hash, which only the pipeline can compute.
 */
export type Need =
  | { readonly in: string; readonly id: string }
  | { readonly in: 'keys'; readonly phoneOf: CourseId; readonly phone: string }
  | { readonly list: 'openCourses' }
  /** A code nobody has yet; the same for the same event. */
  | { readonly link: 'fresh'; readonly of: EventId }
  /** What is offered under a code, or under an id, with every conversation that it concerns. */
  | { readonly link: 'code'; readonly code: string }
  | { readonly link: 'offer'; readonly id: string };

/** What was loaded for a turn. Asking for what was not named in `needs` is a defect and throws. */
export interface Loaded {
  get<T extends Doc>(def: { readonly name: string }, id: T['id']): T | undefined;
  /** For `{ list: 'openCourses' }`; no order is promised. */
  list(name: 'openCourses'): readonly Course[];
  /** What was loaded for `{ in: 'keys', phoneOf, phone }`. */
  phoneKey(courseId: CourseId, phone: string): Key | undefined;
  /** For `{ link: 'fresh' }`. */
  freshLink(): { readonly code: string; readonly id: string };
  /** For `{ link: 'code' }` and `{ link: 'offer' }`. */
  link(): OfferedLink | undefined;
}

/** An offer and the conversations of both persons, as they were read. */
export interface OfferedLink {
  readonly offer: LinkOffer;
  readonly members: readonly Conversation[];
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

/** What a few plain words do at any time, whatever is under way. */
export type Command =
  | 'cancel'
  | 'menu'
  | 'person'
  | 'erase'
  | 'withdraw'
  | 'access'
  | 'wrong'
  | 'lost'
  | 'link'
  | 'unlink';

/** What the person did, with what it means. The pipeline gives `event` and `understood`; `decide` fills in the rest. */
export interface Input {
  readonly event: InboundEvent;
  /** Set for text. */
  readonly understood?: Understanding;
  /** Set for a button, and for text that names one of the choices last shown. */
  readonly pressed?: Payload;
  readonly command?: Command;
}

/** When a flow begins: a button's act, an intent, an intent together with an act ("đăng ký"), or plain words. */
export type Start =
  | { readonly on: 'pressed'; readonly act: string }
  | { readonly on: 'intent'; readonly intent: IntentName }
  | { readonly on: 'act'; readonly intent: IntentName; readonly act: string }
  | { readonly on: 'command'; readonly command: Command };

/** Changes of the memory; a key set to undefined is forgotten. */
export type MemoryChange = { readonly [K in keyof Memory]?: Memory[K] | undefined };

export interface Step<State extends FlowState = FlowState> {
  /** The flow's next state; undefined = the flow is over. */
  readonly state?: State | undefined;
  readonly replies: readonly Reply[];
  readonly effects: readonly Effect[];
  /** What this step changes in what the dialogue remembers, apart from what every turn does. */
  readonly memory?: MemoryChange;
  /** Payloads that “có” and “không” stand for, when the last reply asks such a question. */
  readonly yesNo?: { readonly yes: string; readonly no: string };
  /** What was asked in words, kept with the choices that are offered instead of an answer. */
  readonly question?: string;
  /** The input was no answer to what this flow asked: somebody else may answer it first. */
  readonly unread?: true;
}

export interface Flow<State extends FlowState = FlowState> {
  readonly name: State['flow'];
  readonly startsOn: readonly Start[];
  /** What it says leaves a form under way where it is; the form then asks again. */
  readonly aside?: true;
  /** Asks for, or tells, what concerns one person: in a group it is moved to a private chat. */
  readonly personal?: true;
  /** The state as this release writes it; undefined when it cannot be read any more. Absent: the flow keeps none. */
  read?(state: FlowState): State | undefined;
  /** Documents this step reads or writes, by key. */
  needs(state: State | undefined, input: Input, conversation: Conversation): readonly Need[];
  start(scene: Scene, input: Input): Step<State>;
  resume?(state: State, scene: Scene, input: Input): Step<State>;
  /** Only forms: the question under way once more. */
  ask?(state: State, scene: Scene): Step<State>;
}

/** What a turn comes to. Computed twice from the same values it is the same. */
export interface Turn {
  /** Who answered, for the turn log; undefined = nobody. */
  readonly flow?: string;
  readonly memory: Memory;
  readonly replies: readonly Reply[];
  readonly effects: readonly Effect[];
}
