import { composeAnswer } from '../../content/compose.ts';
import type { Answer } from '../../content/content.ts';
import type { Choice } from '../../conversation/reply.ts';
import { aspects } from '../../nlu/types.ts';
import type { Aspect, IntentName } from '../../nlu/types.ts';
import { alarmOf } from '../alarm.ts';
import type { Flow, Input, Scene, Step } from '../flow.ts';
import { misunderstood, staleButton } from './fallback.ts';
import { parsePayload, payload } from '../payload.ts';
import { asking, keptOfQuestion, text } from '../replies.ts';
import { namesFee } from '../words.ts';
import type { TextReply } from '../replies.ts';

/** Answers whatever has an answer and no flow of its own, with the section that was asked for. */
export const faq: Flow = {
  name: 'faq',
  aside: true,
  startsOn: [{ on: 'pressed', act: 'ask' }],
  needs: () => [],
  start(scene, input) {
    const asked = askedIn(input);
    const isAlarm = !input.pressed && alarmOf(input.understood) === 'money';
    // Whoever may be losing money reads first what to do now, whatever detail was asked.
    const step = asked && answerTo(scene, isAlarm ? { ...asked, aspect: undefined } : asked);
    if (!step) return input.pressed ? staleButton(scene) : misunderstood(scene, input.event);
    // In a form the next question stands last, and “có” would answer that one.
    return isAlarm && !scene.conversation.memory.flow ? withOffer(scene, step) : step;
  },
};

export interface Asked {
  readonly intent: IntentName;
  readonly aspect?: Aspect | undefined;
  readonly also?: IntentName | undefined;
  readonly question?: string | undefined;
}

/** What is asked, by a button or in words. */
export function askedIn({ event, pressed, understood }: Input): Asked | undefined {
  if (pressed) {
    return { intent: pressed.subject, aspect: aspects.find((one) => one === pressed.detail) };
  }
  const intent = understood?.intents[0]?.name;
  if (intent === undefined || event.type !== 'text') return undefined;
  return {
    intent,
    aspect: understood?.aspect,
    also: understood?.also,
    question: event.text.slice(0, keptOfQuestion),
  };
}

/** The composed answer, remembered as the ground of the next question; undefined when there is none. */
export function answerTo(scene: Scene, asked: Asked): Step | undefined {
  const { content, now, channel, conversation } = scene;
  const { intent, also } = asked;
  const answer = content.answer(intent);
  if (!answer) return undefined;
  const aspect = told(answer, asked);
  const composed = composeAnswer(content, answer, { aspect, also, now, limits: channel.limits });
  const choices = composed.choices.map((choice) => withReason(choice, intent));
  const question = asked.question ?? conversation.memory.offered?.question;
  return {
    replies: composed.texts.map((words, i) =>
      i < composed.texts.length - 1
        ? text(words)
        : {
            ...text(words, choices),
            ...(composed.says === 'nothing' ? {} : { feedback: true, about: intent }),
          },
    ),
    effects: [],
    memory: {
      lastAnswer: {
        intent,
        at: now,
        ...(aspect ? { aspect } : {}),
        ...(question === undefined ? {} : { question }),
      },
    },
  };
}

/**
 * “Làm thế nào” is what the main section says, where none is written for it; any other detail it does not stand for.
 * What a tax costs is the tax: only who says so means the fee beside it.
 */
function told({ intent, sections }: Answer, { aspect, question }: Asked): Aspect | undefined {
  const has = (wanted: Aspect): boolean => sections.some((one) => one.aspect === wanted);
  if (aspect === 'how' && !has('how')) return undefined;
  const isOfTax = aspect === 'fee' && taxes.includes(intent) && has('amount');
  return isOfTax && question !== undefined && !namesFee(question) ? 'amount' : aspect;
}

const taxes: readonly IntentName[] = ['household_tax', 'enterprise_tax'];

const reasons: ReadonlyMap<IntentName, string> = new Map([
  ['scam_check', 'scam'],
  ['complaint_feedback', 'complaint'],
]);

/** The person button says why the person wants one, where the topic tells. */
function withReason(choice: Choice, intent: IntentName): Choice {
  const reason = reasons.get(intent);
  return reason !== undefined && parsePayload(choice.payload)?.act === 'human'
    ? { ...choice, payload: payload('human', reason) }
    : choice;
}

/** Somebody may be losing money right now: the offer of a person is not left to one button among others. */
function withOffer({ content }: Scene, step: Step): Step {
  const yesNo = { yes: payload('human', 'scam'), no: payload('retry') };
  const offer: TextReply = asking(content, 'handoff.offer', [yesNo.yes, yesNo.no]);
  return { ...step, replies: [...step.replies, offer], yesNo };
}
