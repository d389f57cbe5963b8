import type { FlowState } from '../../conversation/memory.ts';
import type { Flow, Input, Payload, Scene, Step } from '../flow.ts';
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
  start: (scene, { pressed }) =>
    pressed?.subject === 'yes' ? right(scene, pressed) : wrong(scene, pressed),
  resume: explain,
};

/** The answer that is judged: the button says which, a word (or a button of an older release) means the last one. */
function judged({ content, conversation }: Scene, pressed: Payload | undefined): Judged {
  const { lastAnswer } = conversation.memory;
  const named = pressed?.detail;
  if (named === undefined || !content.answer(named) || named === lastAnswer?.intent) {
    return lastAnswer ?? {};
  }
  return { intent: named };
}

interface Judged {
  readonly intent?: string;
  readonly question?: string;
}

function right(scene: Scene, pressed: Payload): Step {
  const { intent } = judged(scene, pressed);
  return {
    replies: [text(scene.content.phrase('feedback.thanks'))],
    effects: [{ type: 'feedback', helpful: true, ...(intent === undefined ? {} : { intent }) }],
  };
}

function wrong(scene: Scene, pressed: Payload | undefined): Step {
  const { intent, question } = judged(scene, pressed);
  const about = intent === undefined ? {} : { intent };
  return {
    state: { flow: 'feedback', schema, at: scene.now, ...about },
    replies: [asking(scene.content, 'feedback.wrong', [payload('human', 'wrong')])],
    effects: [
      {
        type: 'feedback',
        helpful: false,
        ...about,
        ...(question === undefined ? {} : { text: question }),
      },
    ],
  };
}

/** Another clear question means that the person went on; anything else is the explanation that was asked for. */
function explain(state: FlowState, scene: Scene, { event, understood }: Input): Step {
  const { content, conversation } = scene;
  // A state of an older release does not say what it is about.
  const intent =
    typeof state['intent'] === 'string' ? state['intent'] : conversation.memory.lastAnswer?.intent;
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
