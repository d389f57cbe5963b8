import { hours } from '../../clock.ts';
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
    const isCourtesy = event.type === 'text' && understood?.courtesy === true;
    const isDue = isCourtesy
      ? (openedAt ?? disclosedAt) === undefined
      : openedAt === undefined || scene.now - openedAt > openingOnceIn;
    return isDue ? opening(scene) : again(scene);
  },
};

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
