import type { HttpAnswer, HttpCall, Sender } from '../../src/channels/call.ts';
import type { MessengerCall } from '../../src/channels/messenger.ts';
import { ChannelError } from '../../src/errors.ts';

/** One Send API call as the fake platform saw it. */
export interface SentCall {
  readonly url: URL;
  readonly call: MessengerCall;
  /** The words a person reads. */
  readonly text: string;
}

type Behaviour = (call: HttpCall, n: number) => HttpAnswer | Promise<HttpAnswer>;

export interface FakeGraph extends Sender {
  /** Calls that were done, in order. */
  readonly sent: SentCall[];
  /** Every call that came, done or not. */
  readonly asked: SentCall[];
  /** Bodies that went anywhere else: notifications. */
  readonly told: unknown[];
  /** How the next calls are answered, in turn; then all is well again. */
  answersNext(...behaviours: Behaviour[]): void;
  /** How every call is answered until told otherwise. */
  answers(behaviour: Behaviour | undefined): void;
}

const ok: Behaviour = (call, n) => {
  const body = JSON.parse(call.body ?? '{}') as MessengerCall;
  return json(200, { recipient_id: body.recipient.id, message_id: `m_sent_${n}` });
};

/** Behaviours of the real platform on a bad day. */
export const graph = {
  ok,
  /** `#613`: too many calls. */
  throttled: (): HttpAnswer => error(400, 613, 'Calls to this API have exceeded the rate limit.'),
  tokenDead: (): HttpAnswer => error(400, 190, 'Invalid OAuth access token.'),
  outsideWindow: (): HttpAnswer =>
    error(400, 10, 'This message is sent outside of allowed window.', 2018278),
  badParameter: (): HttpAnswer =>
    error(400, 100, '(#100) Param recipient[id] must be a valid ID string'),
  unavailablePerson: (): HttpAnswer => error(400, 551, 'This person is not available right now.'),
  down: (): HttpAnswer => json(503, {}, { 'retry-after': '1' }),
  broken: (): HttpAnswer => json(500, {}),
  /** Nothing came back; whether it was done, nobody knows. */
  silent: (): HttpAnswer => {
    throw new ChannelError('no_answer', 'No answer', { retryable: true, outcome: 'unknown' });
  },
  unreachable: (): HttpAnswer => {
    throw new ChannelError('no_answer', 'No connection', { retryable: true });
  },
  throttledFor: (seconds: number): HttpAnswer => json(429, {}, { 'retry-after': `${seconds}` }),
} as const;

/** The call was done, and its answer got lost on the way back. */
export function doneInSilence(platform: FakeGraph): Behaviour {
  return (call) => {
    platform.sent.push(read(call));
    return graph.silent();
  };
}

/** Messenger's Send API, in process. */
export function fakeGraph(): FakeGraph {
  const sent: SentCall[] = [];
  const asked: SentCall[] = [];
  const told: unknown[] = [];
  let next: Behaviour[] = [];
  let always: Behaviour = ok;
  let calls = 0;
  return {
    sent,
    asked,
    told,
    answersNext: (...behaviours) => {
      next = behaviours;
    },
    answers: (behaviour) => {
      always = behaviour ?? ok;
    },
    async send(call) {
      if (!new URL(call.url).pathname.endsWith('/messages')) {
        told.push(JSON.parse(call.body ?? 'null'));
        return json(204, {});
      }
      asked.push(read(call));
      const behaviour = next.shift() ?? always;
      const answer = await behaviour(call, ++calls);
      if (answer.status === 200) sent.push(read(call));
      return answer;
    },
    async close() {},
  };
}

function read(call: HttpCall): SentCall {
  const body = JSON.parse(call.body ?? '{}') as MessengerCall;
  return { url: new URL(call.url), call: body, text: textOf(body) };
}

export function textOf({ message }: MessengerCall): string {
  return message.text ?? message.attachment?.payload.text ?? '';
}

function error(status: number, code: number, message: string, subcode?: number): HttpAnswer {
  return json(status, {
    error: { message, code, ...(subcode === undefined ? {} : { error_subcode: subcode }) },
  });
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return { status, headers, body: JSON.stringify(body) };
}
