import { writtenTime } from '../../conversation/calendar.ts';
import type { Flow, Scene } from '../flow.ts';
import { form } from '../form.ts';
import type { FormState } from '../form-state.ts';
import { text } from '../replies.ts';
import { consent, phone, writtenPhone } from '../slots.ts';

type Slots = { readonly consent: string; readonly phone: string };

/** A number to be called back on, for this question alone. */
export const callback: Flow<FormState> = form<'callback', Slots>({
  name: 'callback',
  schema: 1,
  startsOn: [{ on: 'pressed', act: 'callMe' }],
  slots: { consent: consent('consent.callback.v1'), phone },
  says: (_values, { content }) => ({ keepDays: `${content.retention.callbacks}` }),
  submit: (values, scene) => ({
    replies: [text(doneWords(values, scene))],
    effects: [
      { type: 'askCallBack', phone: values.phone, wording: values.consent },
      ...(scene.conversation.waiting
        ? []
        : [
            { type: 'wait', reason: 'callback' } as const,
            { type: 'notify', code: 'waiting' } as const,
          ]),
    ],
  }),
});

function doneWords({ phone: number }: Slots, { content, hours, staffed }: Scene): string {
  const values = { phone: writtenPhone(number), opensAt: writtenTime(hours.opensAt) };
  if (!staffed) return content.phrase('callback.doneNobody', values);
  return content.phrase(hours.open ? 'callback.done' : 'callback.doneClosed', values);
}
