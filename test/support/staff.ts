import type { HttpAnswer, HttpCall } from '../../src/channels/call.ts';
import { fakeGraph } from './platforms.ts';
import type { FakeGraph } from './platforms.ts';

/** A call of the Bot API, as it came. */
export interface BotCall {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface WithTelegram extends FakeGraph {
  /** Calls of the Bot API, in order, whatever became of them. */
  readonly calls: readonly BotCall[];
  /** How the Bot API answers from now on; undefined = well. */
  telegramAnswers(behaviour: ((call: BotCall) => HttpAnswer | undefined) | undefined): void;
}

export const groupOfStaff = -1001230000001;
export const telegramEnv = {
  TELEGRAM_BOT_TOKEN: '700000001:AA-token-of-tests',
  TELEGRAM_MODE: 'webhook',
  TELEGRAM_WEBHOOK_SECRET: 'secret-of-the-webhook-of-tests',
  TELEGRAM_API_BASE: 'http://127.0.0.1:9',
};
export const telegramHook = 'http://localhost:3000/webhooks/telegram';

/** Messenger's API and, for everything under `/bot`, Telegram's: in process. */
export function graphWithTelegram(): WithTelegram {
  const graph = fakeGraph();
  const calls: BotCall[] = [];
  let behaviour: ((call: BotCall) => HttpAnswer | undefined) | undefined;
  return {
    ...graph,
    calls,
    telegramAnswers: (next) => {
      behaviour = next;
    },
    async send(call) {
      const read = botCall(call);
      if (!read) return graph.send(call);
      calls.push(read);
      return (
        behaviour?.(read) ?? botAnswer(200, { ok: true, result: resultOf(read, calls.length) })
      );
    },
  };
}

export function botAnswer(status: number, body: unknown): HttpAnswer {
  return { status, headers: {}, body: JSON.stringify(body) };
}

function botCall({ url, body }: HttpCall): BotCall | undefined {
  const [, method] = /\/bot[^/]+\/(\w+)$/.exec(new URL(url).pathname) ?? [];
  if (method === undefined) return undefined;
  return { method, params: JSON.parse(body ?? '{}') as BotCall['params'] };
}

function resultOf({ method }: BotCall, n: number): unknown {
  if (method === 'getMe') return { username: 'NhipCauThuBot' };
  if (method === 'getWebhookInfo') return { url: telegramHook, pending_update_count: 0 };
  if (method === 'sendMessage') return { message_id: n };
  return true;
}
