import type { Flow } from '../flow.ts';
import { text } from '../replies.ts';
import { asksForNews, isWordless } from '../words.ts';
import { stillReply } from './handoff.ts';

/** Who waits and says what cannot be answered: one calm line now and then, never a guessing game. */
export const waiting: Flow = {
  name: 'waiting',
  startsOn: [],
  needs: () => [],
  start(scene, { event, understood }) {
    const { content, staffed, now, conversation } = scene;
    const isCall =
      event.type === 'text' &&
      (understood?.courtesy === true || isWordless(event.text) || asksForNews(event.text));
    const key = staffed ? 'handoff.willRead' : 'handoff.willReadNobody';
    return {
      replies: [isCall ? stillReply(scene) : text(content.phrase(key))],
      effects: [],
      memory: { waitingToldAt: now, misunderstood: conversation.memory.misunderstood },
    };
  },
};
