import { minutes } from '../../clock.ts';
import { writtenTime } from '../../conversation/calendar.ts';
import type { WaitingReason } from '../../conversation/conversation.ts';
import type { Effect } from '../effects.ts';
import type { Flow, Input, Scene, Step } from '../flow.ts';
import { isLikely } from '../needs-person.ts';
import { payload } from '../payload.ts';
import { asking, text } from '../replies.ts';
import type { TextReply } from '../replies.ts';

/** Who asks for a person is passed on at once; the bot's own offers ask first and end here with “có”. */
export const handoff: Flow = {
  name: 'handoff',
  personal: true,
  startsOn: [
    { on: 'intent', intent: 'human_handoff' },
    { on: 'command', command: 'person' },
    { on: 'command', command: 'cancel' },
    { on: 'pressed', act: 'human' },
    { on: 'pressed', act: 'unwait' },
    { on: 'pressed', act: 'noCall' },
  ],
  needs: () => [],
  start(scene, input) {
    const { waiting } = scene.conversation;
    if (input.pressed?.act === 'noCall') return say(scene, 'handoff.noCall');
    if (input.command === 'cancel' || input.pressed?.act === 'unwait') return cancel(scene);
    if (isGuess(input)) return offer(scene);
    // A request about one's data waits for its own reasons; a talk beside it is a new wish.
    return waiting && waiting.reason !== 'privacy_request'
      ? { replies: [stillReply(scene)], effects: [], memory: { waitingToldAt: scene.now } }
      : passOn(scene, reasonOf(input), input);
  },
};

/** The model passes this wish on from a low threshold; below a half the person is asked instead. */
function isGuess({ pressed, command, understood }: Input): boolean {
  return !pressed && !command && !isLikely(understood);
}

function offer({ content }: Scene): Step {
  const yesNo = { yes: payload('human', 'ask'), no: payload('retry') };
  return { replies: [asking(content, 'handoff.offer', [yesNo.yes, yesNo.no])], effects: [], yesNo };
}

const reasons: ReadonlyMap<string, WaitingReason> = new Map([
  ['twice', 'not_understood_twice'],
  ['complaint', 'complaint'],
  ['scam', 'scam_suspected'],
  ['wrong', 'wrong_answer_reported'],
  ['urgent', 'urgent'],
  ['worried', 'urgent'],
]);
const urgentReasons: readonly WaitingReason[] = ['scam_suspected', 'urgent'];

function reasonOf({ pressed, understood }: Input): WaitingReason {
  if (pressed?.act === 'human') return reasons.get(pressed.subject) ?? 'asked_human';
  return understood?.signals.includes('urgent') ? 'urgent' : 'asked_human';
}

/** Whoever may be losing money is also told what not to do; “first” is promised only where somebody is there. */
function urgentWords(
  { content, staffed }: Scene,
  reason: WaitingReason,
  { pressed }: Input,
): string {
  if (!urgentReasons.includes(reason)) return '';
  const isMoney = reason === 'scam_suspected' || pressed?.subject === 'worried';
  if (!staffed) return isMoney ? content.phrase('handoff.urgentNobody') : '';
  return content.phrase(isMoney ? 'handoff.urgent' : 'handoff.hurry');
}

function passOn(scene: Scene, reason: WaitingReason, input: Input): Step {
  const { content, channel, conversation, staffed } = scene;
  const isUrgent = urgentReasons.includes(reason);
  const words = [
    urgentWords(scene, reason, input),
    staffed ? waitingWords(scene) : nobodyWords(scene),
    staffed && channel.delivery === 'pull' ? content.phrase('handoff.web') : '',
  ].filter(Boolean);
  const wait: Effect[] = conversation.waiting ? [] : [{ type: 'wait', reason }];
  return {
    replies: [text(words.join('\n\n')), ...(staffed ? [leavePhone(scene)] : [])],
    effects: [...wait, { type: 'notify', code: isUrgent ? 'urgent' : 'waiting' }],
    ...(staffed ? { yesNo: callAnswers } : {}),
  };
}

const callAnswers = { yes: payload('callMe'), no: payload('noCall') };

function leavePhone({ content }: Scene) {
  return asking(content, 'handoff.leavePhone', [callAnswers.yes, callAnswers.no]);
}

/** The next opening is named, never a duration: nobody can promise one. */
function waitingWords({ content, hours }: Scene): string {
  return hours.open
    ? content.phrase('handoff.open')
    : content.phrase('handoff.closed', { opensAt: writtenTime(hours.opensAt) });
}

const answerCounts = minutes(30);

/** Where nobody is on duty: the body whose matter it is, with its number where one is confirmed. */
function nobodyWords({ content, conversation, now }: Scene): string {
  const last = conversation.memory.lastAnswer;
  const answer = last && now - last.at <= answerCounts ? content.answer(last.intent) : undefined;
  if (!answer || answer.owner === content.programme.organisationId) {
    return content.phrase('handoff.nobodyYet');
  }
  const { name, phone } = content.organisation(answer.owner);
  const owner = phone === undefined ? name : `${name}, ${phone}`;
  return content.phrase('handoff.nobody', { owner });
}

/** That the wish still stands, since when, and when somebody is there. */
export function stillWords({ content, hours, staffed, conversation, now }: Scene): string {
  const key = !staffed ? 'handoff.stillNobody' : hours.open ? 'handoff.stillOpen' : 'handoff.still';
  const since = writtenTime(conversation.waiting?.since ?? now);
  return content.phrase(key, { since, opensAt: writtenTime(hours.opensAt) });
}

/** Who waits for a person hears so, with a button that takes it back. */
export function stillReply(scene: Scene): TextReply {
  const title = scene.content.choices('handoff.still')[0] ?? '';
  return text(stillWords(scene), [{ title, payload: payload('unwait') }]);
}

/** The law gives a request about one's data its own end; “thôi” does not take it back by the way. */
function cancel(scene: Scene): Step {
  const { waiting } = scene.conversation;
  if (!waiting) return say(scene, 'cancel.nothing');
  if (waiting.reason === 'privacy_request') return say(scene, 'privacy.kept');
  return { ...say(scene, 'handoff.cancelled'), effects: [{ type: 'stopWaiting' }] };
}

function say({ content }: Scene, key: string): Step {
  return { replies: [text(content.phrase(key))], effects: [] };
}
