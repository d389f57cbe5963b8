import type { WaitingReason } from '../../conversation/conversation.ts';
import { alarmOf } from '../alarm.ts';
import type { Alarm } from '../alarm.ts';
import type { Effect } from '../effects.ts';
import type { Flow, Input, Scene, Step } from '../flow.ts';
import { isLikely } from '../needs-person.ts';
import { text } from '../replies.ts';
import { answerTo, askedIn } from './faq.ts';
import { stillWords } from './handoff.ts';

/**
 * A life in danger: the people nearby first, and a colleague is rung for. And whoever waits already and now loses
 * money, is in trouble or in a hurry: told what to do at once, moved up, rung for again. Never silence, never a menu.
 */
export const alarm: Flow = {
  name: 'alarm',
  startsOn: [],
  needs: () => [],
  start(scene, input) {
    const kind = alarmOf(input.understood) ?? 'urgent';
    if (kind === 'danger') return danger(scene);
    const words = text(wordsFor(scene, kind));
    const answered = answerBeside(scene, input, kind);
    return {
      ...answered,
      replies: [words, ...(answered?.replies ?? [])],
      effects: raised(scene, kind),
      memory: { ...answered?.memory, waitingToldAt: scene.now },
    };
  },
};

function danger({ content, hours, staffed }: Scene): Step {
  const passed = !staffed ? 'danger.nobody' : hours.open ? 'danger.open' : 'danger.closed';
  return {
    replies: [text(`${content.phrase('danger.words')}\n\n${content.phrase(passed)}`)],
    effects: [
      { type: 'wait', reason: 'urgent' },
      { type: 'notify', code: 'urgent' },
    ],
  };
}

function wordsFor(scene: Scene, kind: Alarm): string {
  const { content, staffed, conversation } = scene;
  if (kind !== 'urgent') return content.phrase(staffed ? 'handoff.urgent' : 'handoff.urgentNobody');
  const isNew = staffed && conversation.waiting && !isFirst(conversation.waiting.reason);
  return isNew ? content.phrase('handoff.hurry') : stillWords(scene);
}

const first: readonly WaitingReason[] = ['scam_suspected', 'urgent'];
const isFirst = (reason: WaitingReason): boolean => first.includes(reason);

/** Up, never down: whoever may have been cheated stays so when the next words are only “gấp lắm”. */
function raised({ conversation: { waiting } }: Scene, kind: Alarm): Effect[] {
  const reason: WaitingReason = kind === 'money' ? 'scam_suspected' : 'urgent';
  const stays = waiting && (waiting.reason === reason || waiting.reason === 'scam_suspected');
  if (stays && kind === 'urgent') return [];
  return [
    ...(stays ? [] : [{ type: 'wait', reason } as const]),
    { type: 'notify', code: 'urgent' },
  ];
}

/** What has no answer of its own to give, or whose words were just said. */
const unanswered: readonly string[] = ['human_handoff', 'complaint_feedback', 'greeting'];

function answerBeside(scene: Scene, input: Input, kind: Alarm): Step | undefined {
  const asked = askedIn(input);
  if (!asked || unanswered.includes(asked.intent)) return undefined;
  const { lastAnswer } = scene.conversation.memory;
  if (kind === 'money') {
    const isFresh = lastAnswer?.intent === 'scam_check';
    return isFresh ? undefined : answerTo(scene, { ...asked, aspect: undefined });
  }
  const isSure = input.understood?.decision === 'answer' && isLikely(input.understood);
  return isSure ? answerTo(scene, asked) : undefined;
}
