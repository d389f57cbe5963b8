import { hours, minutes } from '../clock.ts';
import type { Instant } from '../clock.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { FlowState, Memory } from '../conversation/memory.ts';
import { alarmOf } from './alarm.ts';
import type { Flow, Input } from './flow.ts';
import { flowNamed } from './flows/index.ts';
import { readInput } from './hear.ts';
import {
  clearlyMeant,
  flowCommanded,
  flowPressed,
  flowUnderstood,
  isSure,
  named,
} from './meant.ts';
import { isEmoji, readYesNo } from './words.ts';

/** Who is to answer an input, before any document is read. */
export interface Decision {
  readonly input: Input;
  /** None: nobody answers. */
  readonly flow?: Flow;
  /** The flow under way goes on from here; else `flow` starts. */
  readonly state?: FlowState;
  /** Answers when the flow under way cannot read the input. */
  readonly aside?: Flow;
  /** The aside may not wait for the form to look at the input: it speaks, then the form asks again. */
  readonly interrupts?: true;
  /** A form that ends because something else is wanted. */
  readonly dropped?: Flow;
  /** The stored state is of a release this one cannot read any more. */
  readonly unreadable?: true;
}

const formHolds = hours(24);

/**
 * Which flow gets this input: a pressed button, plain words of command, the form under way, a choice named in
 * words, then what the sentence means. Reads nothing but the conversation, so that `needsOf` can ask it first.
 */
export function decide(conversation: Conversation, heard: Input, now: Instant): Decision {
  const input = readInput(conversation, heard, now);
  if (!speaks(input)) return { input };
  const decision = decideAlone(conversation, input, now);
  return isForPrivate(decision) ? { input, flow: named('privately') } : decision;
}

/** In a group nobody is asked for a name or a number, and nobody's matters are told; there is nothing to stop either. */
function isForPrivate({ input, flow }: Decision): boolean {
  return input.event.shared === true && flow?.personal === true && input.command !== 'cancel';
}

function decideAlone(conversation: Conversation, input: Input, now: Instant): Decision {
  const stored = conversation.memory.flow;
  const alarmed = decideAlarm(conversation, input, now);
  if (alarmed) return { input, ...alarmed };
  if (stored === undefined) return { input, ...decideAfresh(conversation, input, now) };
  const flow = flowNamed(stored.flow);
  const state = flow?.read?.(stored);
  if (!flow?.resume || state === undefined) {
    return { input, unreadable: true, ...decideAfresh(conversation, input, now) };
  }
  if (isOver(state, now)) return { input, ...decideAfresh(conversation, input, now) };
  return { input, ...decideUnderWay(conversation, input, { flow, state, now }) };
}

/**
 * What may not wait. Danger ends a form without a word about it; beside anything else the form goes on afterwards, or the
 * number to be called on would be lost.
 */
function decideAlarm(
  { memory, waiting }: Conversation,
  { event, understood, pressed, command }: Input,
  now: Instant,
): Way | undefined {
  const alarm = event.type === 'text' ? alarmOf(understood) : undefined;
  if (alarm === 'danger') return { flow: named('alarm') };
  if (alarm === undefined || pressed || command) return undefined;
  const form = memory.flow && flowNamed(memory.flow.flow);
  const state = memory.flow && form?.read?.(memory.flow);
  const isForm = form?.ask !== undefined && state !== undefined && !isOver(state, now);
  if (waiting) {
    const isNews = alarm !== 'urgent' || !['urgent', 'scam_suspected'].includes(waiting.reason);
    if (!isNews && isTold(memory, now)) return isForm ? undefined : {};
    return isForm
      ? { flow: form, state, aside: named('alarm'), interrupts: true }
      : { flow: named('alarm') };
  }
  if (alarm !== 'money') return undefined;
  return isForm
    ? { flow: form, state, aside: named('faq'), interrupts: true }
    : { flow: named('faq') };
}

const tellsAgainAfter = minutes(5);

/** Told a moment ago that the wish stands: the same again would only be noise. */
function isTold({ waitingToldAt }: Memory, now: Instant): boolean {
  return waitingToldAt !== undefined && now - waitingToldAt < tellsAgainAfter;
}

function speaks({ event }: Input): boolean {
  if (event.standby) return false;
  switch (event.type) {
    case 'text':
    case 'choice':
    case 'opened':
    case 'attachment':
    case 'unsupported':
      return true;
    case 'edited':
    case 'removed':
    case 'pageReply':
    case 'sent':
    case 'delivered':
    case 'left':
    case 'joined':
    case 'touched':
    case 'enforced':
    case 'routed':
    case 'comment':
      return false;
  }
}

/** A form left alone for a day is over: nobody wants to be asked for a phone number out of the blue. */
function isOver(state: FlowState, now: Instant): boolean {
  return typeof state['at'] === 'number' && now - state['at'] > formHolds;
}

type Way = Omit<Decision, 'input' | 'unreadable'>;

function decideUnderWay(
  conversation: Conversation,
  input: Input,
  { flow, state, now }: { readonly flow: Flow; readonly state: FlowState; readonly now: Instant },
): Way {
  const { event, pressed, command } = input;
  if (pressed?.act === flow.name || (command === 'cancel' && flow.ask)) return { flow, state };
  if (pressed !== undefined || command !== undefined || event.type === 'opened') {
    const other = decideAfresh(conversation, input, now).flow;
    return leave(flow, state, other, conversation.waiting !== undefined);
  }
  const isForm = flow.ask !== undefined && event.type === 'text';
  const aside = isForm ? clearlyMeant(input) : decideAfresh(conversation, input, now).flow;
  return aside && aside !== flow ? { flow, state, aside } : { flow, state };
}

/** A button or a command of another flow: beside the form under way, or out of it. */
function leave(flow: Flow, state: FlowState, other: Flow | undefined, isWaiting: boolean): Way {
  if (!other) return { flow, state };
  // Asked again for a person by somebody who already waits: the number to be called on is not thrown away for it.
  if (flow.name === 'callback' && other.name === 'handoff' && isWaiting) {
    return { flow, state, aside: other, interrupts: true };
  }
  if (other.aside && flow.ask) return { flow, state, aside: other };
  return flow.ask && other !== flow ? { flow: other, dropped: flow } : { flow: other };
}

function decideAfresh(
  { waiting, memory }: Conversation,
  { event, understood, pressed, command }: Input,
  now: Instant,
): Way {
  if (pressed) return { flow: flowPressed(pressed) };
  if (command) return { flow: flowCommanded(command) };
  if (event.type === 'opened') return { flow: named('greeting') };
  const flow = event.type === 'text' ? flowUnderstood(understood, memory, now) : named('fallback');
  if (!waiting || isSure(flow, understood)) return { flow };
  // That a number is covered is said already.
  const isCovered = event.masked !== undefined;
  const isNod =
    event.type === 'text' && (readYesNo(event.text) !== undefined || isEmoji(event.text));
  return isCovered || isNod || isTold(memory, now) ? {} : { flow: named('waiting') };
}
