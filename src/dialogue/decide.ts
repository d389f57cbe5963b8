import { hours, minutes } from '../clock.ts';
import type { Instant } from '../clock.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { FlowState, Offered } from '../conversation/memory.ts';
import type { Choice } from '../conversation/reply.ts';
import { readPhone } from '../nlu/entities/phone.ts';
import type { Understanding } from '../nlu/types.ts';
import type { Command, Flow, Input, Payload } from './flow.ts';
import { flowNamed, flows } from './flows/index.ts';
import { needsPerson } from './needs-person.ts';
import { parsePayload, payload } from './payload.ts';
import { isNone } from './replies.ts';
import { isQuestion, plain, readCommand, readNumber, readYesNo, takesBack } from './words.ts';

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

/** A number typed a day later means something else; a button says what it means itself. */
const offerHolds = hours(24);
const formHolds = hours(24);
const wrongHolds = minutes(30);

/**
 * Which flow gets this input: a pressed button, plain words of command, the form under way, a choice named in
 * words, then what the sentence means. Reads nothing but the conversation, so that `needsOf` can ask it first.
 */
export function decide(conversation: Conversation, heard: Input, now: Instant): Decision {
  const input = readInput(conversation, heard, now);
  if (!speaks(input)) return { input };
  const stored = conversation.memory.flow;
  if (stored === undefined) return { input, ...decideAfresh(conversation, input) };
  const flow = flowNamed(stored.flow);
  const state = flow?.read?.(stored);
  if (!flow?.resume || state === undefined) {
    return { input, unreadable: true, ...decideAfresh(conversation, input) };
  }
  if (isOver(state, now)) return { input, ...decideAfresh(conversation, input) };
  return { input, ...decideUnderWay(conversation, input, flow, state) };
}

/** Fills in what was pressed or named, and which plain words were said. */
export function readInput(conversation: Conversation, heard: Input, now: Instant): Input {
  const { event, understood } = heard;
  const base: Input = understood === undefined ? { event } : { event, understood };
  if (event.type === 'choice') {
    return { ...base, pressed: parsePayload(event.payload) ?? unknownPayload };
  }
  if (event.type !== 'text') return base;
  const pressed = readNamed(conversation.memory.offered, event.text, now);
  if (pressed) return { ...base, pressed };
  const command = readCommand(event.text);
  return command !== undefined && holds(command, conversation, now) ? { ...base, command } : base;
}

const unknownPayload: Payload = { act: 'unknown', subject: '' };

function readNamed(offered: Offered | undefined, said: string, now: Instant): Payload | undefined {
  if (!offered || now - offered.at > offerHolds) return undefined;
  const named = chosen(offered, said) ?? answered(offered, said);
  return named === undefined ? undefined : parsePayload(named);
}

function chosen({ choices }: Offered, said: string): string | undefined {
  const words = plain(said);
  const byTitle = choices.find(({ title }) => plain(title) === words) ?? byCode(choices, words);
  if (byTitle) return byTitle.payload;
  const number = readNumber(said);
  if (number === undefined) return undefined;
  if (number === 0) return choices.find(isNone)?.payload;
  return choices.at(number === 'last' ? -1 : number - 1)?.payload;
}

/** “k12” for the button “Ghi tên K12”. */
function byCode(choices: readonly Choice[], words: string): Choice | undefined {
  if (!/^[a-z]+\d+$/.test(words)) return undefined;
  return choices.find(({ title }) => plain(title).split(' ').includes(words));
}

function answered({ yes, no }: Offered, said: string): string | undefined {
  if (yes === undefined && no === undefined) return undefined;
  // Asked for a number to be called on, people just send it.
  if (yes === payload('callMe') && readPhone(said)) return yes;
  const answer = readYesNo(said);
  return answer === undefined ? undefined : answer === 'yes' ? yes : no;
}

/** “Sai rồi” is about an answer: without a fresh one, or in a form, it is an ordinary sentence. */
function holds(command: Command, { memory }: Conversation, now: Instant): boolean {
  if (command !== 'wrong') return true;
  return (
    memory.flow === undefined &&
    memory.lastAnswer !== undefined &&
    now - memory.lastAnswer.at <= wrongHolds
  );
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
    case 'touched':
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
  flow: Flow,
  state: FlowState,
): Way {
  const { event, pressed, command } = input;
  if (pressed?.act === flow.name || (command === 'cancel' && flow.ask)) return { flow, state };
  if (pressed !== undefined || command !== undefined || event.type === 'opened') {
    return leave(flow, state, decideAfresh(conversation, input).flow);
  }
  const isForm = flow.ask !== undefined && event.type === 'text';
  const aside = isForm ? clearlyMeant(input) : decideAfresh(conversation, input).flow;
  return aside && aside !== flow ? { flow, state, aside } : { flow, state };
}

/** A button or a command of another flow: beside the form under way, or out of it. */
function leave(flow: Flow, state: FlowState, other: Flow | undefined): Way {
  if (!other) return { flow, state };
  if (other.aside && flow.ask) return { flow, state, aside: other };
  return flow.ask && other !== flow ? { flow: other, dropped: flow } : { flow: other };
}

/** In the middle of something else only a clear wish counts, and a courtesy is none. */
function clearlyMeant({ understood }: Input): Flow | undefined {
  if (understood?.decision !== 'answer' || understood.courtesy) return undefined;
  const flow = flowMeant(understood);
  return courtesies.includes(flow.name) ? undefined : flow;
}

const courtesies: readonly string[] = ['greeting', 'thanks'];

function decideAfresh(
  { waiting }: Conversation,
  { event, understood, pressed, command }: Input,
): Way {
  if (pressed) return { flow: flowPressed(pressed) };
  if (command) return { flow: flowCommanded(command) };
  if (event.type === 'opened') return { flow: named('greeting') };
  const flow = event.type === 'text' ? flowUnderstood(understood) : named('fallback');
  return waiting && !isSure(flow, understood) ? {} : { flow };
}

/** Who waits for a person is answered only what the bot is sure of: no guess, no “I do not understand”, no “hello”. */
function isSure(flow: Flow, understood: Understanding | undefined): boolean {
  return understood?.decision === 'answer' && !understood.courtesy && flow.name !== 'greeting';
}

function flowUnderstood(understood: Understanding | undefined): Flow {
  if (!understood) return named('fallback');
  if (understood.courtesy) return named('greeting');
  switch (understood.decision) {
    case 'answer':
      return flowMeant(understood);
    case 'choose':
      return named(needsPerson(understood) ? 'fallback' : 'clarify');
    case 'human':
      return named('fallback');
  }
}

/** An act (“em muốn đăng ký”) begins a form; asking about it, or taking it back, does not. */
function flowMeant({ intents, signals, aspect, text }: Understanding): Flow {
  const intent = intents[0]?.name ?? '';
  const isAsking = aspect !== undefined && isQuestion(text);
  const byAct =
    signals.includes('act') && !isAsking && !takesBack(text)
      ? flows.find((flow) => flow.startsOn.some((s) => s.on === 'act' && s.intent === intent))
      : undefined;
  return byAct ?? flowOf(intent);
}

function flowOf(intent: string): Flow {
  const own = flows.find((flow) =>
    flow.startsOn.some((start) => start.on === 'intent' && start.intent === intent),
  );
  return own ?? named('faq');
}

/** `ask:<intent>` goes to whoever has that intent; every other act has one flow. */
function flowPressed({ act, subject }: Payload): Flow {
  if (act === 'ask') return flowOf(subject);
  const own = flows.find((flow) =>
    flow.startsOn.some((start) => start.on === 'pressed' && start.act === act),
  );
  return own ?? named('fallback');
}

function flowCommanded(command: Command): Flow {
  const own = flows.find((flow) =>
    flow.startsOn.some((start) => start.on === 'command' && start.command === command),
  );
  return own ?? named('fallback');
}

/** A flow that is always there. @throws when the registry lost it: a defect. */
function named(name: string): Flow {
  const flow = flowNamed(name);
  if (!flow) throw new Error(`dialogue/flows/index.ts has no flow “${name}”.`);
  return flow;
}
