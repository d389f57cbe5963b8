import { days, minutes } from '../clock.ts';
import type { Instant } from '../clock.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { Masked } from '../conversation/event.ts';
import { emptyMemory } from '../conversation/memory.ts';
import type { Memory, Offered } from '../conversation/memory.ts';
import type { Choice, Reply } from '../conversation/reply.ts';
import { aspects } from '../nlu/types.ts';
import type { Previous } from '../nlu/types.ts';
import { decide } from './decide.ts';
import type { Decision } from './decide.ts';
import type { Flow, Input, MemoryChange, Need, Scene, Step, Turn } from './flow.ts';
import { flowPressed } from './meant.ts';
import { linkedPayload } from './payload.ts';
import { choicesLast, choicesOf, fitChoices, opened, text } from './replies.ts';

const disclosureHolds = days(30);
const followUpWithin = minutes(10);

/** The ground of a follow-up (“còn phí thì sao?”), for `understand`: what was answered within ten minutes. */
export function previousOf({ memory }: Conversation, now: Instant): Previous | undefined {
  const last = memory.lastAnswer;
  if (!last || now - last.at > followUpWithin) return undefined;
  const aspect = aspects.find((known) => known === last.aspect);
  return { intent: last.intent, ...(aspect ? { aspect } : {}) };
}

/** The documents a turn needs, before it is taken: `process` loads exactly these. */
export function needsOf(conversation: Conversation, input: Input, now: Instant): readonly Need[] {
  if (conversation.handledBy === 'moderator') return [];
  const decision = decide(conversation, input, now);
  return [
    ...(decision.flow?.needs(decision.state, decision.input, conversation) ?? []),
    ...(decision.aside?.needs(undefined, decision.input, conversation) ?? []),
  ];
}

/**
 * One turn: what the bot says to one input, what it remembers, what is to be changed. Pure: if its commit
 * loses a race it is thrown away and computed again. While a person holds the conversation nothing is said.
 */
export function takeTurn(
  conversation: Conversation,
  heard: Input,
  around: Omit<Scene, 'conversation'>,
): Turn {
  const scene: Scene = { ...around, conversation };
  const { memory } = conversation;
  if (conversation.handledBy === 'moderator') return { memory, replies: [], effects: [] };
  const decision = decide(conversation, heard, scene.now);
  const played = play(decision, scene);
  const said = [
    ...notices(decision, played, scene),
    ...maskedNotice(decision, scene),
    ...played.step.replies,
  ];
  if (said.length === 0 && !played.flow) return { memory, replies: [], effects: [] };
  const replies = disclosed(choicesLast(said), played.step, scene);
  return {
    ...(played.flow ? { flow: played.flow.name } : {}),
    memory: remember(memory, played, replies, scene.now),
    replies: fitChoices(
      decision.input.event.shared ? personalApart(replies) : replies,
      scene.channel.limits,
      scene.content,
    ),
    effects: played.step.effects,
  };
}

/** Under an answer in a group, buttons of what concerns one person lead into a private chat at once. */
function personalApart(replies: readonly Reply[]): Reply[] {
  return replies.map((reply) =>
    reply.type === 'text' && reply.choices
      ? { ...reply, choices: reply.choices.map(apartIfPersonal) }
      : reply,
  );
}

function apartIfPersonal(choice: Choice): Choice {
  const pressed = linkedPayload(choice.payload);
  return pressed && flowPressed(pressed).personal ? { ...choice, privately: true } : choice;
}

/**
 * What is remembered when a person gives the conversation back: a half-filled form and old choices are void,
 * and the next line of the bot says again who speaks.
 */
export function memoryAfterHold({ openedAt, feedbackAskedAt, lastCase }: Memory): Memory {
  return forget({ ...emptyMemory, openedAt, feedbackAskedAt, lastCase });
}

/** What is remembered where another conversation's turn asked something: its choices are there to be named. */
export function memoryAfterAsked(
  memory: Memory,
  choices: readonly Choice[],
  yesNo: Step['yesNo'],
  at: Instant,
): Memory {
  return choices.length === 0 ? memory : { ...memory, offered: { choices, at, ...yesNo } };
}

interface Played {
  readonly flow?: Flow;
  readonly step: Step;
  readonly dropped?: Flow;
}

const nothing: Step = { replies: [], effects: [] };

function play(decision: Decision, scene: Scene): Played {
  const { flow, state, aside, input, dropped, interrupts } = decision;
  if (!flow) return { step: nothing };
  if (interrupts && aside && flow.ask && state !== undefined) {
    return { flow: aside, step: thenAsk(aside.start(scene, input), flow.ask(state, scene)) };
  }
  if (state === undefined || !flow.resume) {
    return { flow, step: flow.start(scene, input), ...(dropped ? { dropped } : {}) };
  }
  const step = flow.resume(state, scene, input);
  if (!step.unread || !aside) return { flow, step };
  const other = aside.start(scene, input);
  if (!flow.ask) return { flow: aside, step: other };
  if (!aside.aside) return { flow: aside, step: other, dropped: flow };
  return { flow: aside, step: thenAsk(other, flow.ask(state, scene)) };
}

/** The side question is answered, then the form asks again. */
function thenAsk(answer: Step, again: Step): Step {
  const { effects, memory } = answer;
  return {
    ...again,
    replies: [...answer.replies, ...again.replies],
    effects,
    ...(memory ? { memory } : {}),
  };
}

function notices({ unreadable }: Decision, { dropped }: Played, { content }: Scene): Reply[] {
  return [
    ...(unreadable ? [text(content.phrase('apology'))] : []),
    ...(dropped ? [text(content.phrase(`${dropped.name}.dropped`))] : []),
  ];
}

function maskedNotice({ input }: Decision, { content }: Scene): Reply[] {
  const kinds: readonly Masked[] = input.event.masked ?? [];
  if (kinds.length === 0) return [];
  const onlyCode = kinds.every((kind) => kind === 'otp');
  return [text(content.phrase(onlyCode ? 'masked.otp' : 'masked'))];
}

function disclosed(replies: readonly Reply[], step: Step, { now, content, conversation }: Scene) {
  const last = conversation.memory.disclosedAt;
  const isDue = last === undefined || now - last > disclosureHolds;
  if (replies.length === 0 || !isDue || step.memory?.disclosedAt === now) return [...replies];
  return opened(content.phrase('disclosure.line'), replies);
}

function remember(memory: Memory, played: Played, replies: readonly Reply[], now: Instant): Memory {
  const { step, flow } = played;
  const spoke: MemoryChange =
    replies.length > 0
      ? { offered: offeredBy(memory.offered, step, replies, now), ...disclosedNow(memory, now) }
      : {};
  const went: MemoryChange = flow ? { flow: step.state, misunderstood: 0 } : {};
  return forget({ ...memory, ...spoke, ...went, ...step.memory });
}

function disclosedNow({ disclosedAt }: Memory, now: Instant): MemoryChange {
  const isDue = disclosedAt === undefined || now - disclosedAt > disclosureHolds;
  return isDue ? { disclosedAt: now } : {};
}

/** Buttons stay on the screen until new ones come, but a form asks for words and digits of its own. */
function offeredBy(
  before: Offered | undefined,
  { state, yesNo, question }: Step,
  replies: readonly Reply[],
  now: Instant,
): Offered | undefined {
  const choices = choicesOf(replies);
  if (choices.length > 0) {
    return { choices, at: now, ...yesNo, ...(question === undefined ? {} : { question }) };
  }
  if (state !== undefined || !before) return undefined;
  return { choices: before.choices, at: before.at };
}

function forget(memory: MemoryChange): Memory {
  const kept = Object.entries(memory).filter(([, value]) => value !== undefined);
  // Only absent keys went; `misunderstood` is always set by the callers.
  return Object.fromEntries(kept) as unknown as Memory;
}
