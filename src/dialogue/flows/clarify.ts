import type { Understanding } from '../../nlu/types.ts';
import { anonymous } from '../anonymous.ts';
import { isDetailAlone } from '../detail.ts';
import type { Flow, Input, Scene, Step } from '../flow.ts';
import { groupChoices } from '../menu.ts';
import { payload } from '../payload.ts';
import { asking, keptOfQuestion, personChoice, text } from '../replies.ts';
import { plain } from '../words.ts';
import { misunderstood } from './fallback.ts';

const options = 3;
/** Nobody means these by an unclear question, or they have a button of their own. */
const never: readonly string[] = ['greeting', 'thanks_goodbye', 'human_handoff'];

/** Erasing and stopping are no guesses: offered only where the words speak of it. */
const grave: ReadonlyMap<string, RegExp> = new Map([
  ['data_erasure', /\b(?:xoa|go bo|quen|rut)\b/],
  ['data_access_update', /\b(?:du lieu|thong tin|sua|doi|xem lai)\b/],
  ['notify_unsubscribe', /\b(?:tin|nhan|gui|bao|nhac|ngung|dung gui|stop|spam)\b/],
]);

function isNamedIfGrave(name: string, said: string): boolean {
  return grave.get(name)?.test(said) ?? true;
}

/** Not sure: three topics to choose from, none of them, or a person. */
export const clarify: Flow = {
  name: 'clarify',
  startsOn: [
    { on: 'pressed', act: 'clarify' },
    { on: 'command', command: 'lost' },
  ],
  needs: () => [],
  start: (scene, input) => ((input.pressed ?? input.command) ? noneOf(scene) : ask(scene, input)),
};

function ask(scene: Scene, { event, understood }: Input): Step {
  const { content, conversation } = scene;
  if (understood && isDetailAlone(understood, conversation.memory, scene.now)) {
    return askAbout(scene, understood);
  }
  const said = plain(understood?.text ?? '');
  const topics = (understood?.intents ?? [])
    .filter(({ name }) => !never.includes(name) && isNamedIfGrave(name, said))
    .flatMap(({ name }) => content.topic(name) ?? [])
    .slice(0, options)
    .map(({ intent, button }) => ({
      title: button,
      payload: payload('ask', intent, understood?.aspect),
    }));
  if (topics.length === 0) return misunderstood(scene, event);
  const none = {
    title: content.choices('clarify.ask')[0] ?? '',
    payload: payload('clarify', 'none'),
  };
  return {
    replies: [text(content.phrase('clarify.ask'), [...topics, none, personChoice(content)])],
    effects: [],
    // Asking back is not yet a misunderstanding, and clears none.
    memory: { misunderstood: conversation.memory.misunderstood },
    ...(event.type === 'text' ? { question: event.text.slice(0, keptOfQuestion) } : {}),
  };
}

/** What it is about, among all we know; the detail asked for goes along with the choice. */
function askAbout({ content, conversation }: Scene, { aspect }: Understanding): Step {
  const words =
    aspect === undefined
      ? content.phrase('clarify.about')
      : content.phrase('clarify.aboutAspect', {
          aspect: content.phrase(`answer.aspect.${aspect}`),
        });
  return {
    replies: [text(words, groupChoices(content, 1, aspect))],
    effects: [],
    memory: { misunderstood: conversation.memory.misunderstood },
  };
}

function noneOf({ content, conversation }: Scene): Step {
  const { offered, misunderstood: before } = conversation.memory;
  const question = offered?.question;
  const nearest = offered?.choices[0]?.payload.replace(/^ask:|\/.*$/g, '');
  const isSecond = before > 0;
  const yes = payload('human', isSecond ? 'twice' : 'ask');
  return {
    replies: [
      isSecond
        ? asking(content, 'fallback.second', [yes, payload('retry')])
        : asking(content, 'clarify.none', [yes, payload('menu')]),
    ],
    effects:
      question === undefined
        ? []
        : [{ type: 'unanswered', text: anonymous(question), ...(nearest ? { nearest } : {}) }],
    memory: { misunderstood: isSecond ? 0 : before + 1 },
    ...(isSecond ? { yesNo: { yes, no: payload('retry') } } : {}),
  };
}
