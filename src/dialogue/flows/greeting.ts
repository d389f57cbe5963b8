import { hours } from '../../clock.ts';
import type { Understanding } from '../../nlu/types.ts';
import type { Flow, Scene, Step } from '../flow.ts';
import { openingChoices } from '../menu.ts';
import { text } from '../replies.ts';

const openingOnceIn = hours(24);

/** The opening, at most once a day; a courtesy without a question gets one short line. */
export const greeting: Flow = {
  name: 'greeting',
  startsOn: [{ on: 'intent', intent: 'greeting' }],
  needs: () => [],
  start(scene, { event, understood }) {
    const { openedAt, disclosedAt } = scene.conversation.memory;
    const isGreeting = event.type !== 'text' || (isMeant(understood) && !understood?.courtesy);
    const isDue = isGreeting
      ? openedAt === undefined || scene.now - openedAt > openingOnceIn
      : (openedAt ?? disclosedAt) === undefined;
    return isDue ? opening(scene) : again(scene);
  },
};

function isMeant(understood: Understanding | undefined): boolean {
  return understood?.decision === 'answer';
}

/** It says who speaks, so it counts as the disclosure. */
function opening({ content, now, privacyUrl }: Scene): Step {
  return {
    replies: [text(content.phrase('opening.first', { privacyUrl }), openingChoices(content))],
    effects: [],
    memory: { openedAt: now, disclosedAt: now },
  };
}

function again({ content }: Scene): Step {
  return { replies: [text(content.phrase('opening.again'))], effects: [] };
}
