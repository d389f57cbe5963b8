import { hours } from '../clock.ts';
import type { Instant } from '../clock.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { FlowState } from '../conversation/memory.ts';
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

/** Who is to answer an input, before any document is read. */
export interface Decision {
  readonly input: Input;
  /** None: nobody answers. */
  readonly flow?: Flow;
  /** The flow under way goes on from here; else `flow` starts. */
  readonly state?: FlowState;
  /** Answers when the flow under way cannot read the input. */
  readonly aside?: Flow;
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
  if (stored === undefined) return { input, ...decideAfresh(conversation, input, now) };
  const flow = flowNamed(stored.flow);
  const state = flow?.read?.(stored);
  if (!flow?.resume || state === undefined) {
    return { input, unreadable: true, ...decideAfresh(conversation, input, now) };
  }
  if (isOver(state, now)) return { input, ...decideAfresh(conversation, input, now) };
  return { input, ...decideUnderWay(conversation, input, { flow, state, now }) };
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
    return leave(flow, state, decideAfresh(conversation, input, now).flow);
  }
  const isForm = flow.ask !== undefined && event.type === 'text';
  const aside = isForm ? clearlyMeant(input) : decideAfresh(conversation, input, now).flow;
  return aside && aside !== flow ? { flow, state, aside } : { flow, state };
}

/** A button or a command of another flow: beside the form under way, or out of it. */
function leave(flow: Flow, state: FlowState, other: Flow | undefined): Way {
  if (!other) return { flow, state };
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
  return waiting && !isSure(flow, understood) ? {} : { flow };
}
