import type { FlowState } from '../../conversation/memory.ts';
import type { Flow, Input, Scene, Step } from '../flow.ts';
import { payload } from '../payload.ts';
import { asking, text } from '../replies.ts';
import { readYesNo } from '../words.ts';

const schema = 1;

/** “Đúng rồi”, “Chưa đúng”, “sai rồi”; after a “wrong” the next words say what was wrong. */
export const feedback: Flow = {
  name: 'feedback',
  startsOn: [
    { on: 'pressed', act: 'feedback' },
    { on: 'command', command: 'wrong' },
  ],
  read: (state) => (state.schema === schema ? state : undefined),
  needs: () => [],
  start: (scene, { pressed }) => (pressed?.subject === 'yes' ? right(scene) : wrong(scene)),
  resume: explain,
};

function right({ content, conversation }: Scene): Step {
  const intent = conversation.memory.lastAnswer?.intent;
  return {
    replies: [text(content.phrase('feedback.thanks'))],
    effects: [{ type: 'feedback', helpful: true, ...(intent === undefined ? {} : { intent }) }],
  };
}

function wrong({ content, conversation, now }: Scene): Step {
  const { lastAnswer } = conversation.memory;
  return {
    state: { flow: 'feedback', schema, at: now },
    replies: [asking(content, 'feedback.wrong', [payload('human', 'wrong')])],
    effects: [
      {
        type: 'feedback',
        helpful: false,
        ...(lastAnswer ? { intent: lastAnswer.intent } : {}),
        ...(lastAnswer?.question === undefined ? {} : { text: lastAnswer.question }),
      },
    ],
  };
}

/** Another clear question means that the person went on; anything else is the explanation that was asked for. */
function explain(_state: FlowState, scene: Scene, { event, understood }: Input): Step {
  const { content, conversation } = scene;
  const intent = conversation.memory.lastAnswer?.intent;
  const isOther = understood?.decision === 'answer' && understood.intents[0]?.name !== intent;
  if (event.type !== 'text' || isOther) return { replies: [], effects: [], unread: true };
  if (readYesNo(event.text) === 'no')
    return { replies: [text(content.phrase('thanks.reply'))], effects: [] };
  return {
    replies: [text(content.phrase('feedback.noted'))],
    effects: [
      {
        type: 'feedback',
        helpful: false,
        text: event.text,
        ...(intent === undefined ? {} : { intent }),
      },
    ],
  };
}
