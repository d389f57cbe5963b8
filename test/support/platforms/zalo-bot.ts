import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Zalo's Bot Platform as it stands outside of a program, on a port of this machine. */

export const botId = '3141592653589793238';
export const botToken = `${botId}:zalo-bot-token-of-tests`;
export const botSecret = 'zalo-bot-secret-of-tests';
export const citizen = '6ede9afa66b88fe6d6a9';

export interface ZaloBotSent {
  readonly method: string;
  readonly to: string;
  readonly text: string;
  readonly messageId: string;
  /** When, by `Date.now()`. */
  readonly at: number;
}

export type BotManner =
  | { readonly type: 'well' }
  /** HTTP 200 with `ok: false`. */
  | { readonly type: 'error'; readonly code: number }
  | { readonly type: 'status'; readonly status: number; readonly retryAfter?: number }
  | { readonly type: 'hangs' };

export interface FakeZaloBot {
  readonly url: string;
  env(mode?: 'webhook' | 'polling'): Record<string, string>;
  readonly sent: readonly ZaloBotSent[];
  /** Calls to send, whatever became of them. */
  calls(): number;
  behaves(how: BotManner, times?: number): void;
  /** An update to be fetched: given once, and forgotten with the answer that carries it. */
  queue(update: unknown): void;
  waiting(): number;
  /** The most questions for updates at one time. */
  mostPolls(): number;
  webhook(): { readonly url: string; readonly secret: string };
  /** As an operator sets it, by hand. */
  setWebhook(url: string): void;
  /** Calls that are held without an answer break off: their caller hears that nobody knows. */
  breaksOff(): void;
  close(): Promise<void>;
}

export async function startZaloBotPlatform(): Promise<FakeZaloBot> {
  const sent: ZaloBotSent[] = [];
  const updates: unknown[] = [];
  let hook = { url: '', secret: '' };
  let calls = 0;
  let polls = 0;
  let most = 0;
  let always: BotManner = { type: 'well' };
  let next: BotManner[] = [];

  const send = (method: string, body: Body, response: ServerResponse): void => {
    calls++;
    const how = next.shift() ?? always;
    if (how.type === 'hangs') return;
    if (how.type === 'status') {
      say(response, how.status, {}, how.retryAfter);
      return;
    }
    if (how.type === 'error') {
      say(response, 200, { ok: false, error_code: how.code, description: 'Refused' });
      return;
    }
    const text = body['text'] ?? body['caption'] ?? '';
    const [messageId, at] = [`zb_${calls}`, Date.now()];
    sent.push({ method, to: String(body['chat_id']), text, messageId, at });
    say(response, 200, { ok: true, result: { message_id: messageId, date: at } });
  };

  const getUpdates = async (response: ServerResponse): Promise<void> => {
    if (hook.url !== '') {
      say(response, 200, { ok: false, error_code: 400, description: 'Webhook is set' });
      return;
    }
    most = Math.max(most, ++polls);
    // Long polling, in small.
    for (let n = 0; n < 5 && updates.length === 0; n++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    polls--;
    if (updates.length === 0) {
      say(response, 200, { ok: false, error_code: 408 });
      return;
    }
    say(response, 200, { ok: true, result: updates.shift() });
  };

  const server = createServer((request, response) => {
    void bodyOf(request).then(async (body) => {
      const [, token, method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? '') ?? [];
      if (token !== botToken) {
        say(response, 401, { ok: false, error_code: 401 });
        return;
      }
      switch (method) {
        case 'getUpdates':
          return getUpdates(response);
        case 'setWebhook':
          hook = { url: body['url'] ?? '', secret: body['secret_token'] ?? '' };
          {
            say(response, 200, { ok: true, result: { url: hook.url } });
            return;
          }
        case 'deleteWebhook':
          hook = { url: '', secret: '' };
          {
            say(response, 200, { ok: true, result: {} });
            return;
          }
        case 'getWebhookInfo': {
          say(response, 200, { ok: true, result: { url: hook.url } });
          return;
        }
        default:
          send(method, body, response);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    env: (mode = 'webhook') => ({
      ZALO_BOT_TOKEN: botToken,
      ZALO_BOT_WEBHOOK_SECRET: botSecret,
      ZALO_BOT_MODE: mode,
      ZALO_BOT_API_BASE: url,
    }),
    sent,
    calls: () => calls,
    behaves: (how, times) => {
      if (times === undefined) always = how;
      else next = Array.from({ length: times }, () => how);
    },
    queue: (update) => updates.push(update),
    waiting: () => updates.length,
    mostPolls: () => most,
    webhook: () => hook,
    setWebhook: (address) => {
      hook = { url: address, secret: botSecret };
    },
    breaksOff: () => {
      server.closeAllConnections();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Body = Readonly<Record<string, string>>;

async function bodyOf(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Body;
}

function say(response: ServerResponse, status: number, body: unknown, retryAfter?: number): void {
  const wait = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  response.writeHead(status, { 'content-type': 'application/json', ...wait });
  response.end(JSON.stringify(body));
}

let number = 0;

/** What a person writes to the bot, as it is fetched; a webhook wraps it. */
export function botUpdate(text: string, at: number, from = citizen): Record<string, unknown> {
  return {
    event_name: 'message.text.received',
    message: {
      from: { id: from, display_name: 'Y Bliêm', is_bot: false },
      chat: { id: from, chat_type: 'PRIVATE' },
      text,
      message_id: `zb_in_${++number}`,
      date: at,
    },
  };
}
