import { hours, minutes } from '../clock.ts';
import type { Instant } from '../clock.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { Offered } from '../conversation/memory.ts';
import type { Choice } from '../conversation/reply.ts';
import { readPhone } from '../nlu/entities/phone.ts';
import { alarmOf } from './alarm.ts';
import type { Command, Input, Payload } from './flow.ts';
import { linkedPayload, parsePayload, payload } from './payload.ts';
import { isNone } from './replies.ts';
import {
  agreesToErase,
  leavesCourse,
  leavesForm,
  leavesNumber,
  linksChannels,
  readLinkCode,
  wantsPersonInEnglish,
  plain,
  readCommand,
  readNumber,
  readYesNo,
} from './words.ts';

/** A number typed a day later means something else; a button says what it means itself. */
const offerHolds = hours(24);
const wrongHolds = minutes(30);

/** Fills in what was pressed or named, and which plain words were said. */
export function readInput(conversation: Conversation, heard: Input, now: Instant): Input {
  const { event, understood } = heard;
  const base: Input = understood === undefined ? { event } : { event, understood };
  if (event.type === 'choice') {
    return { ...base, pressed: parsePayload(event.payload) ?? unknownPayload };
  }
  if (event.type === 'opened' && event.ref !== undefined) {
    const linked = linkedPayload(event.ref);
    return linked ? { ...base, pressed: linked } : base;
  }
  if (event.type !== 'text') return base;
  const pressed = readNamed(conversation.memory.offered, event.text, now);
  if (pressed) return { ...base, pressed };
  const code = readLinkCode(event.text);
  if (code !== undefined)
    return { ...base, pressed: { act: 'link', subject: 'code', detail: code } };
  const command =
    readCommand(event.text) ??
    (linksChannels(event.text) ? 'link' : undefined) ??
    (isLeaving(conversation, event.text) ? 'cancel' : undefined) ??
    (wantsPersonInEnglish(event.text) ? 'person' : undefined);
  if (command !== undefined && holds(command, conversation, now)) return { ...base, command };
  return wantsCall(conversation, base, event.text) ? { ...base, pressed: callMe } : base;
}

const callMe: Payload = { act: 'callMe', subject: '' };

/** A number, or “để lại số điện thoại”: taken up wherever no form asks for something else, staffed or not. */
function wantsCall(
  { memory, waiting }: Conversation,
  { understood }: Input,
  said: string,
): boolean {
  if (memory.flow || alarmOf(understood)) return false;
  if (leavesNumber(said)) return true;
  if (!readPhone(said)) return false;
  return isHardlyMore(said) || (waiting !== undefined && understood?.decision !== 'answer');
}

/** “số em 0905 123 456”: a number and next to nothing. */
function isHardlyMore(said: string): boolean {
  const words = plain(said)
    .split(' ')
    .filter((word) => !/^\d+$/.test(word));
  return words.length <= 3;
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
  if (yes === payload('case', 'erase') && agreesToErase(said)) return yes;
  const answer = readYesNo(said);
  return answer === undefined ? undefined : answer === 'yes' ? yes : no;
}

/** “huỷ đăng ký lớp này” in the middle of registering. */
function isLeaving({ memory }: Conversation, said: string): boolean {
  const form = memory.flow?.flow;
  if (form === 'registration' && leavesCourse(said)) return true;
  return (form === 'registration' || form === 'callback') && leavesForm(said);
}

/** “Sai rồi” is about an answer: without a fresh one, or in a form, it is an ordinary sentence. */
function holds(command: Command, { memory, waiting }: Conversation, now: Instant): boolean {
  if (command === 'lost') return memory.flow === undefined && waiting === undefined;
  if (command !== 'wrong') return true;
  return (
    memory.flow === undefined &&
    memory.lastAnswer !== undefined &&
    now - memory.lastAnswer.at <= wrongHolds
  );
}
