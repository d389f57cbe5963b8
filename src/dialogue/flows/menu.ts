import { composeAnswer } from '../../content/compose.ts';
import { aspects } from '../../nlu/types.ts';
import type { Flow, Input, Scene, Step } from '../flow.ts';
import { groupChoices, topicChoices } from '../menu.ts';
import { text } from '../replies.ts';

/** The groups and their topics; “em giúp được gì” leads there, too. */
export const menu: Flow = {
  name: 'menu',
  startsOn: [
    { on: 'pressed', act: 'menu' },
    { on: 'command', command: 'menu' },
    { on: 'intent', intent: 'bot_help' },
  ],
  needs: () => [],
  start: (scene, input) =>
    input.pressed?.act === 'menu' || input.command ? show(scene, input) : help(scene),
};

function show({ content }: Scene, { pressed }: Input): Step {
  const page = /^\d{1,2}$/.test(pressed?.detail ?? '') ? Number(pressed?.detail) : 1;
  const group = content.menu.find(({ id }) => id === pressed?.subject);
  const aspect = aspects.find((one) => one === pressed?.step);
  const reply = group
    ? text(
        content.phrase('menu.group', { group: group.title }),
        topicChoices(content, group, page, aspect),
      )
    : text(content.phrase('menu.ask'), groupChoices(content, page, aspect));
  return { replies: [reply], effects: [] };
}

function help({ content, now, channel }: Scene): Step {
  const answer = content.answer('bot_help');
  const texts = answer
    ? composeAnswer(content, answer, { now, limits: channel.limits }).texts
    : [content.phrase('menu.ask')];
  const [last = '', ...before] = [...texts].reverse();
  return {
    replies: [
      ...before.reverse().map((words) => text(words)),
      text(last, groupChoices(content, 1)),
    ],
    effects: [],
  };
}
