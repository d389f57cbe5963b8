import { minutes } from '../clock.ts';
import type { Instant } from '../clock.ts';
import type { Memory } from '../conversation/memory.ts';
import type { Understanding } from '../nlu/types.ts';
import { isDetailAlone } from './detail.ts';
import type { Command, Flow, Input, Payload } from './flow.ts';
import { flowNamed, flows } from './flows/index.ts';
import { isLikely, needsPerson } from './needs-person.ts';
import {
  changesEntry,
  isCourseCode,
  isEmoji,
  isQuestion,
  isStory,
  isWordless,
  leavesCourse,
  plain,
  readYesNo,
  speaksOfCourse,
} from './words.ts';

/** In the middle of something else only a clear wish counts, and a courtesy is none. */
export function clearlyMeant({ understood }: Input): Flow | undefined {
  if (!understood || understood.courtesy || !isClear(understood)) return undefined;
  // A word that answers the question is no wish, whatever else it looks like: “dung” is “đúng”.
  if (readYesNo(understood.text) !== undefined) return undefined;
  const flow = flowMeant(understood);
  return courtesies.includes(flow.name) ? undefined : flow;
}

/** A question that is one by its words needs less: its answer takes nothing away, the form asks again. */
function isClear({ decision, intents, text }: Understanding): boolean {
  const best = intents[0]?.probability ?? 0;
  if (decision === 'answer') return best >= 0.5;
  return decision === 'choose' && best >= 0.6 && isQuestion(text);
}

const courtesies: readonly string[] = ['greeting', 'thanks'];

/** Who waits for a person is answered only what the bot is sure of: no guess, no “I do not understand”, no “hello”. */
export function isSure(flow: Flow, understood: Understanding | undefined): boolean {
  return (
    understood?.decision === 'answer' &&
    isLikely(understood) &&
    !understood.courtesy &&
    flow.name !== 'greeting'
  );
}

/** Whose a sentence is, when nothing is under way. */
export function flowUnderstood(
  understood: Understanding | undefined,
  memory: Memory,
  now: Instant,
): Flow {
  if (!understood) return named('fallback');
  const { text, signals, decision } = understood;
  // A heart after an answer is thanks; a dot or “???” is no question that failed.
  if (isEmoji(text)) return named(isFresh(memory, now) ? 'thanks' : 'greeting');
  if (understood.courtesy || isNod(understood) || isWordless(text)) return named('greeting');
  if (leavesCourse(text)) return named('training');
  if (changesEntry(text) && memory.lastAnswer?.intent === 'training' && isFresh(memory, now)) {
    return named('training');
  }
  if (decision !== 'answer' && isCourseCode(text)) return named('registration');
  if (isStory(text) || (signals.includes('price') && decision !== 'answer')) {
    return named('fallback');
  }
  if (goesOn(understood, memory)) return flowMeant(understood);
  const begun = flowBegun(understood, memory, now);
  if (begun) return begun;
  switch (understood.decision) {
    case 'answer':
      return flowMeant(understood);
    case 'choose':
      return named(needsPerson(understood) ? 'fallback' : 'clarify');
    case 'human': {
      const isAlone = isDetailAlone(understood, memory, now) && !needsPerson(understood);
      return named(isAlone ? 'clarify' : 'fallback');
    }
  }
}

/** “ok”, “dạ không” when nothing was asked: a nod, not a question that failed. */
function isNod({ decision, text }: Understanding): boolean {
  return decision !== 'answer' && readYesNo(text) !== undefined;
}

const actHolds = minutes(10);

function isFresh({ lastAnswer }: Memory, now: Instant): boolean {
  return lastAnswer !== undefined && now - lastAnswer.at <= actHolds;
}

const shortAct = 4;

/**
 * A form asks before it does anything, so a fair guess may begin it: an act with its topic likely, or a bare
 * “đăng ký” right after that topic was shown.
 */
function flowBegun(
  { signals, decision, intents, text }: Understanding,
  memory: Memory,
  now: Instant,
): Flow | undefined {
  const { lastAnswer } = memory;
  if (!signals.includes('act') || decision === 'answer' || isQuestion(text)) return undefined;
  const [best] = intents;
  if (best && best.probability >= 0.6) return flowOfAct(best.name);
  if (speaksOfCourse(text) && intents.slice(0, 3).some(({ name }) => name === 'training')) {
    return flowOfAct('training');
  }
  const isBare = plain(text).split(' ').length <= shortAct;
  return isBare && lastAnswer && isFresh(memory, now) ? flowOfAct(lastAnswer.intent) : undefined;
}

function flowOfAct(intent: string): Flow | undefined {
  return flows.find((flow) => flow.startsOn.some((s) => s.on === 'act' && s.intent === intent));
}

/** “còn phí thì sao”: with the topic just answered behind it, a fair guess is enough. */
function goesOn(
  { signals, decision, intents, aspect, text }: Understanding,
  { lastAnswer }: Memory,
): boolean {
  const [best] = intents;
  if (!signals.includes('followUp') || best?.name !== lastAnswer?.intent) return false;
  // “còn phí”, “phí sao”: nothing but the detail, so nothing else can be meant.
  const isPure = aspect !== undefined && plain(text).split(' ').length <= pureDetail;
  return isPure || (decision === 'choose' && (best?.probability ?? 0) >= 0.6);
}

const pureDetail = 4;

/** An act (“em muốn đăng ký”) begins a form; asking about it, or taking it back, does not. */
function flowMeant({ intents, signals, aspect, text }: Understanding): Flow {
  const intent = intents[0]?.name ?? '';
  const isAsking = aspect !== undefined && isQuestion(text);
  const byAct = signals.includes('act') && !isAsking ? flowOfAct(intent) : undefined;
  return byAct ?? flowOf(intent);
}

function flowOf(intent: string): Flow {
  const own = flows.find((flow) =>
    flow.startsOn.some((start) => start.on === 'intent' && start.intent === intent),
  );
  return own ?? named('faq');
}

/** `ask:<intent>` goes to whoever has that intent; every other act has one flow. */
export function flowPressed({ act, subject }: Payload): Flow {
  if (act === 'ask') return flowOf(subject);
  const own = flows.find((flow) =>
    flow.startsOn.some((start) => start.on === 'pressed' && start.act === act),
  );
  return own ?? named('fallback');
}

/** The flow that a command begins; `fallback` for one that no flow waits for. */
export function flowCommanded(command: Command): Flow {
  const own = flows.find((flow) =>
    flow.startsOn.some((start) => start.on === 'command' && start.command === command),
  );
  return own ?? named('fallback');
}

/** A flow that is always there. @throws when the registry lost it: a defect. */
export function named(name: string): Flow {
  const flow = flowNamed(name);
  if (!flow) throw new Error(`dialogue/flows/index.ts has no flow “${name}”.`);
  return flow;
}
