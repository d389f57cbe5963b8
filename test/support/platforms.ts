import type { HttpAnswer, HttpCall, Sender } from '../../src/channels/call.ts';
import type { SendCall } from '../../src/channels/messenger.ts';
import { ChannelError } from '../../src/errors.ts';
import { neededFields } from '../../src/channels/messenger-account.ts';

/** One Send API call as the fake platform saw it. */
export interface SentCall {
  readonly url: URL;
  readonly call: SendCall;
  /** The words a person reads. */
  readonly text: string;
}

export interface AppOfPage {
  readonly id: string;
  readonly name: string;
  readonly subscribed_fields: readonly string[];
}
export const ourApp: AppOfPage = { id: '300000000000003', name: 'Nhịp Cầu', subscribed_fields: [] };

export interface EdgeAsked {
  readonly method: HttpCall['method'];
  /** Below the version: `<comment>/comments`. */
  readonly edge: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly status: number;
}

type Behaviour = (call: HttpCall, n: number) => HttpAnswer | Promise<HttpAnswer>;

export interface FakeGraph extends Sender {
  /** Calls that were done, in order. */
  readonly sent: SentCall[];
  /** Every call that came, done or not. */
  readonly asked: SentCall[];
  /** What `subscribed_apps` answers; ours comes first once it has subscribed. */
  readonly apps: AppOfPage[];
  /** Calls to other edges of the Graph API, in order, done or not. */
  readonly edges: EdgeAsked[];
  /** Bodies that went anywhere else: notifications. */
  readonly told: unknown[];
  /** How the next calls are answered, in turn; then all is well again. */
  answersNext(...behaviours: Behaviour[]): void;
  /** How the Page's subscriptions are answered from now on; else with all there are. */
  subscribes(answer: () => HttpAnswer): void;
  /** How every call is answered until told otherwise. */
  answers(behaviour: Behaviour | undefined): void;
}

const ok: Behaviour = (call, n) => {
  if (edgeOf(call)?.endsWith('/comments')) return json(200, { id: `comment_${n}` });
  if (!edgeOf(call)?.endsWith('/messages')) return json(200, { success: true });
  const { recipient } = JSON.parse(call.body ?? '{}') as SendCall;
  return json(200, { recipient_id: recipient.id ?? 'psid', message_id: `m_sent_${n}` });
};

/** Below the version; undefined for what is no call of the Graph API. */
function edgeOf({ url }: HttpCall): string | undefined {
  return /^\/v\d+\.\d+\/(.*)$/.exec(new URL(url).pathname)?.[1];
}

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
  /** A comment's author gets one private message and no second one. */
  alreadyReplied: (): HttpAnswer => error(400, 10900, 'Activity already replied to.'),
  down: (): HttpAnswer => json(503, {}, { 'retry-after': '1' }),
  broken: (): HttpAnswer => json(500, {}),
  /** Nothing came back; whether it was done, nobody knows. */
  silent: (): HttpAnswer => {
    throw new ChannelError('no_answer', 'No answer', { retryable: true, outcome: 'unknown' });
  },
  unreachable: (): HttpAnswer => {
    throw new ChannelError('no_answer', 'No connection', { retryable: true });
  },
  /** Done, and Meta says how much of our share is used. */
  nearlyUsed:
    (percent: number): Behaviour =>
    async (call, n) => {
      const answer = await ok(call, n);
      const usage = { call_count: percent, total_time: 1, total_cputime: 1 };
      return { ...answer, headers: { 'x-app-usage': JSON.stringify(usage) } };
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
  const edges: EdgeAsked[] = [];
  const apps: AppOfPage[] = [{ ...ourApp, subscribed_fields: neededFields }];
  let calls = 0;
  let subscriptions: (() => HttpAnswer) | undefined;
  const answerOf = (call: HttpCall): HttpAnswer | Promise<HttpAnswer> => {
    const comment = (JSON.parse(call.body ?? '{}') as Partial<SendCall>).recipient?.comment_id;
    const isSecond =
      comment !== undefined && sent.some(({ call: done }) => done.recipient.comment_id === comment);
    if (isSecond) return graph.alreadyReplied();
    return (next.shift() ?? always)(call, ++calls);
  };
  /** The Page's list of apps, while Meta is well. */
  const subscription = (call: HttpCall, edge: string): HttpAnswer | undefined => {
    if (!edge.endsWith('/subscribed_apps')) return undefined;
    const fields = new URL(call.url).searchParams.get('subscribed_fields')?.split(',');
    if (call.method === 'GET') return subscriptions?.() ?? json(200, { data: apps });
    if (next.length > 0 || always !== ok) return undefined;
    if (!fields) return error(400, 100, '(#100) The parameter subscribed_fields is required.');
    apps.splice(0, 1, { ...ourApp, subscribed_fields: fields });
    return json(200, { success: true });
  };
  return {
    sent,
    asked,
    apps,
    edges,
    told,
    answersNext: (...behaviours) => {
      next = behaviours;
    },
    subscribes: (answer) => {
      subscriptions = answer;
    },
    answers: (behaviour) => {
      always = behaviour ?? ok;
    },
    async send(call) {
      const edge = edgeOf(call);
      if (edge === undefined) {
        told.push(JSON.parse(call.body ?? 'null'));
        return json(204, {});
      }
      if (!edge.endsWith('/messages')) {
        const answer = subscription(call, edge) ?? (await answerOf(call));
        edges.push(edgeAsked(call, edge, answer));
        return answer;
      }
      asked.push(read(call));
      const answer = await answerOf(call);
      if (answer.status === 200) sent.push(read(call));
      return answer;
    },
    async close() {},
  };
}

function edgeAsked(call: HttpCall, edge: string, { status }: HttpAnswer): EdgeAsked {
  const {
    access_token: _,
    appsecret_proof: __,
    ...fields
  } = Object.fromEntries(new URL(call.url).searchParams);
  return { method: call.method, edge, fields, body: JSON.parse(call.body ?? 'null'), status };
}

function read(call: HttpCall): SentCall {
  const body = JSON.parse(call.body ?? '{}') as SendCall;
  return { url: new URL(call.url), call: body, text: textOf(body) };
}

export function textOf({ message }: SendCall): string {
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
