import { hours } from '../../clock.ts';
import type { Flow, Scene } from '../flow.ts';
import { payload } from '../payload.ts';
import { asking, text } from '../replies.ts';

const askOnceIn = hours(24);

/** “Cảm ơn”: on a chat channel, once a day, the moment to ask whether the answer was right. */
export const thanks: Flow = {
  name: 'thanks',
  startsOn: [{ on: 'intent', intent: 'thanks_goodbye' }],
  needs: () => [],
  start(scene) {
    const { content, now, conversation } = scene;
    const reply = text(content.phrase('thanks.reply'));
    if (!mayAsk(scene)) return { replies: [reply], effects: [] };
    const about = conversation.memory.lastAnswer?.intent;
    const [yes, no] = [payload('feedback', 'yes', about), payload('feedback', 'no', about)];
    return {
      replies: [reply, asking(content, 'feedback.ask', [yes, no])],
      effects: [],
      memory: { feedbackAskedAt: now },
      yesNo: { yes, no },
    };
  },
};

/** The web has marks under each answer; who waits for a person has not been helped yet. */
function mayAsk({ channel, conversation, now }: Scene): boolean {
  const { lastAnswer, feedbackAskedAt } = conversation.memory;
  return (
    channel.delivery === 'push' &&
    !conversation.waiting &&
    lastAnswer !== undefined &&
    now - lastAnswer.at <= askOnceIn &&
    (feedbackAskedAt === undefined || now - feedbackAskedAt > askOnceIn)
  );
}
