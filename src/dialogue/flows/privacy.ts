import { days } from '../../clock.ts';
import { writtenTime } from '../../conversation/calendar.ts';
import { caseCode } from '../../conversation/case.ts';
import type { CaseKind } from '../../conversation/case.ts';
import type { Flow, Input, Scene, Step } from '../flow.ts';
import { payload } from '../payload.ts';
import { asking, text } from '../replies.ts';
import { plain } from '../words.ts';
import { answerTo, askedIn } from './faq.ts';
import type { Asked } from './faq.ts';

/** Requests about one's own data: what cannot be undone is asked first; each gets a code and a receipt. */
export const privacy: Flow = {
  name: 'privacy',
  personal: true,
  startsOn: [
    { on: 'intent', intent: 'data_erasure' },
    { on: 'intent', intent: 'data_access_update' },
    { on: 'command', command: 'erase' },
    { on: 'command', command: 'withdraw' },
    { on: 'command', command: 'access' },
    { on: 'pressed', act: 'case' },
  ],
  needs: () => [],
  start(scene, input) {
    const { pressed } = input;
    if (pressed?.act !== 'case') return ask(scene, input);
    const kind = kinds.find((one) => one === pressed.subject);
    return kind ? receive(scene, kind) : say(scene, 'privacy.nothingDone');
  },
};

const kinds: readonly CaseKind[] = ['erase', 'withdraw', 'access', 'correct'];

/** A question about the right is answered first; either way nothing happens without a “yes”. */
function ask(scene: Scene, input: Input): Step {
  const asked = askedIn(input);
  const intent = intentOf(input, asked);
  const answered =
    asked?.aspect && !input.command ? answerTo(scene, { ...asked, intent }) : undefined;
  const question = questionFor(scene, intent, input);
  return { ...question, replies: [...(answered?.replies ?? []), ...question.replies] };
}

function intentOf({ command }: Input, asked: Asked | undefined): string {
  if (command) return command === 'access' ? 'data_access_update' : 'data_erasure';
  return asked?.intent ?? 'data_erasure';
}

function questionFor(scene: Scene, intent: string, { event }: Input): Step {
  const no = payload('case', 'no');
  if (intent === 'data_access_update') {
    const sent = [payload('case', 'access'), payload('case', 'correct'), no];
    return { replies: [asking(scene.content, 'privacy.access.ask', sent)], effects: [] };
  }
  const isWithdrawal = event.type === 'text' && withdraws(event.text);
  const [erase, withdraw] = [payload('case', 'erase'), payload('case', 'withdraw')];
  return isWithdrawal
    ? askFirst(scene, 'privacy.withdraw.ask', [withdraw, erase, no])
    : askFirst(scene, 'privacy.erase.ask', [erase, withdraw, no]);
}

function askFirst({ content }: Scene, key: string, sent: readonly [string, string, string]): Step {
  return {
    replies: [asking(content, key, sent)],
    effects: [],
    yesNo: { yes: sent[0], no: sent[2] },
  };
}

function withdraws(said: string): boolean {
  const words = plain(said);
  return (
    /\brut\b.*\b(?:dong y|cho phep)\b/.test(words) ||
    /\bkhong (?:cho phep|dong y) (?:su dung|dung)\b/.test(words)
  );
}

const sameFor = days(30);

function receive(scene: Scene, kind: CaseKind): Step {
  const { content, conversation, now } = scene;
  const last = conversation.memory.lastCase;
  const request = content.phrase(`privacy.kind.${kind}`);
  if (last?.kind === kind && now - last.at <= sameFor) {
    const values = { request, code: last.code, at: writtenTime(last.at) };
    return { replies: [text(content.phrase('privacy.already', values))], effects: [] };
  }
  const code = caseCode(`${conversation.id}/${kind}/${now}`);
  const values = {
    request,
    code,
    at: writtenTime(now),
    controller: content.programme.owner,
    days: `${content.caseTerms[kind]}`,
    answerDays: `${content.caseTerms.answerWorkingDays}`,
  };
  const receipt = text(content.phrase('privacy.received', values));
  const more = kind === 'correct' ? [text(content.phrase('privacy.correct.how'))] : [];
  return {
    replies: [receipt, ...more],
    effects: [
      { type: 'openCase', kind, code },
      { type: 'wait', reason: 'privacy_request' },
      { type: 'notify', code: 'privacy_request' },
    ],
    memory: { lastCase: { kind, code, at: now } },
  };
}

function say({ content }: Scene, key: string): Step {
  return { replies: [text(content.phrase(key))], effects: [] };
}
