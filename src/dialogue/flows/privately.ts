import type { Flow, Input } from '../flow.ts';
import { linkedPayload, payload } from '../payload.ts';
import { asking } from '../replies.ts';

/** Asked in a group for what concerns one person: said where it goes on, with a button that carries the wish there. */
export const privately: Flow = {
  name: 'privately',
  startsOn: [],
  needs: () => [],
  start({ content }, input) {
    const reply = asking(content, 'privately.ask', [wishOf(input)]);
    const choices = (reply.choices ?? []).map((choice) => ({
      ...choice,
      privately: true as const,
    }));
    return { replies: [{ ...reply, choices }], effects: [] };
  },
};

const wishes = new Map([
  ['erase', payload('ask', 'data_erasure')],
  ['withdraw', payload('ask', 'data_erasure')],
  ['access', payload('ask', 'data_access_update')],
  ['link', payload('linkCode')],
  ['unlink', payload('unlinkAsk')],
]);

/** Never more than a link may carry: what cannot be undone is asked anew in private. */
function wishOf({ event, pressed, command, understood }: Input): string {
  if (event.type === 'choice' && linkedPayload(event.payload)) return event.payload;
  if (pressed && linkedPayload(payload(pressed.act, pressed.subject))) {
    return payload(pressed.act, pressed.subject, pressed.detail);
  }
  // A code that others have read: a new one is given in private.
  if (pressed?.act === 'link') return payload('linkCode');
  const intent = understood?.intents[0]?.name;
  const asked = command ? wishes.get(command) : intent && payload('ask', intent);
  return asked ?? payload('human', 'ask');
}
