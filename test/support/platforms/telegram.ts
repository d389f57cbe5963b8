import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call as the Bot API saw it. */
export interface ApiCall {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A message that was brought, as its chat shows it. */
export interface BroughtCall extends ApiCall {
  readonly messageId: number;
  /** When, by `Date.now()`. */
  readonly at: number;
}

export interface Refused {
  readonly status: number;
  readonly description: string;
  readonly parameters?: object;
}
export type Answer =
  | 'ok'
  /** Takes the call and never says a word. */
  | 'hangs'
  /** The work is done, and the connection breaks before the answer. */
  | 'loses answer'
  | Refused;

export const answers = {
  tooMany: (seconds: number): Refused => ({
    status: 429,
    description: `Too Many Requests: retry after ${seconds}`,
    parameters: { retry_after: seconds },
  }),
  unauthorized: { status: 401, description: 'Unauthorized' },
  blocked: { status: 403, description: 'Forbidden: bot was blocked by the user' },
  chatNotFound: { status: 400, description: 'Bad Request: chat not found' },
  migrated: (to: number): Refused => ({
    status: 400,
    description: 'Bad Request: group chat was upgraded to a supergroup chat',
    parameters: { migrate_to_chat_id: to },
  }),
  badGateway: { status: 502, description: 'Bad Gateway' },
  down: { status: 503, description: 'Service Unavailable' },
} as const;

type Behaviour = (call: ApiCall) => Answer;

export interface FakeTelegram {
  /** For `TELEGRAM_API_BASE`. */
  readonly url: string;
  /** Every call in order, whatever became of it. */
  readonly calls: readonly ApiCall[];
  /** Messages that were brought to somebody. */
  readonly brought: readonly BroughtCall[];
  /** Presses that were acknowledged, by their ids. */
  readonly acknowledged: readonly string[];
  /** What the profile shows, by the method that set it. */
  readonly profile: ReadonlyMap<string, unknown>;
  /** The ids of updates that wait to be fetched or delivered. */
  waiting(): readonly number[];
  /** How calls are answered from now on; undefined = well. */
  behaves(behaviour: Behaviour | undefined): void;
  /** The webhook as Telegram has it. */
  webhook(): { readonly url: string; readonly secret?: string };
  setWebhook(url: string, secret?: string): void;
  /** Somebody does something: delivered to the webhook where one is set, else it waits to be fetched. */
  happens(update: Readonly<Record<string, unknown>>): number;
  /** Breaks the connection of every question that is being held open. */
  cutsPolls(): void;
  /** Calls that are held without an answer break off: their caller hears that nobody knows. */
  breaksOff(): void;
  close(): Promise<void>;
}

interface State {
  readonly updates: Map<number, Record<string, unknown>>;
  readonly polls: Set<Poll>;
  hook: { url: string; secret?: string; allowed?: unknown };
  behaviour: Behaviour;
  messageId: number;
}
interface Poll {
  readonly response: ServerResponse;
  readonly timer: NodeJS.Timeout;
}

export const botToken = '700000001:AA-token-of-tests';
export const botId = '700000001';
export const botName = 'NhipCauThuBot';

/** The Bot API on a port of this machine, as strict as the real one where we could go wrong. Source: channels.md A.2. */
export async function startTelegram(): Promise<FakeTelegram> {
  const calls: ApiCall[] = [];
  const brought: BroughtCall[] = [];
  const acknowledged: string[] = [];
  const profile = new Map<string, unknown>();
  const state: State = {
    updates: new Map(),
    polls: new Set(),
    hook: { url: '' },
    behaviour: () => 'ok',
    messageId: 5_000,
  };
  let nextUpdate = 900_000;
  let closed = false;
  const world = { calls, brought, acknowledged, profile, state };
  const server = createServer((request, response) => {
    void serve(world, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const deliver = async (id: number): Promise<void> => {
    while (!closed && state.updates.has(id) && state.hook.url !== '') {
      const { url, secret } = state.hook;
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(secret === undefined ? {} : { 'x-telegram-bot-api-secret-token': secret }),
        },
        body: JSON.stringify(state.updates.get(id)),
      }).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.ok) state.updates.delete(id);
      else await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    brought,
    acknowledged,
    profile,
    waiting: () => [...state.updates.keys()],
    behaves: (behaviour) => {
      state.behaviour = behaviour ?? (() => 'ok');
    },
    webhook: () => state.hook,
    setWebhook: (url, secret) => {
      state.hook = { url, ...(secret === undefined ? {} : { secret }) };
    },
    happens(update) {
      const id = nextUpdate++;
      state.updates.set(id, { update_id: id, ...update });
      if (state.hook.url === '') for (const poll of state.polls) answerPoll(state, poll);
      else void deliver(id);
      return id;
    },
    cutsPolls: () => {
      for (const poll of state.polls) {
        clearTimeout(poll.timer);
        poll.response.destroy();
      }
      state.polls.clear();
    },
    breaksOff: () => {
      server.closeAllConnections();
    },
    async close() {
      closed = true;
      for (const { timer } of state.polls) clearTimeout(timer);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface World {
  readonly calls: ApiCall[];
  readonly brought: BroughtCall[];
  readonly acknowledged: string[];
  readonly profile: Map<string, unknown>;
  readonly state: State;
}

async function serve(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, token, method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? '') ?? [];
  if (token !== botToken) {
    refuse(response, 401, 'Unauthorized');
    return;
  }
  const call = { method, params: await readParams(request) };
  world.calls.push(call);
  const how = world.state.behaviour(call);
  if (how === 'hangs') return;
  if (typeof how === 'object') {
    refuse(response, how.status, how.description, how.parameters);
    return;
  }
  const wrong = whatIsWrong(call);
  if (wrong !== undefined) {
    refuse(response, 400, `Bad Request: ${wrong}`);
    return;
  }
  if (how === 'loses answer') {
    carryOut(world, call);
    response.destroy();
    return;
  }
  if (method === 'getUpdates') getUpdates(world.state, call, response);
  else say(response, 200, { ok: true, result: carryOut(world, call) });
}

async function readParams(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  return body === '' ? {} : (JSON.parse(body) as Record<string, unknown>);
}

interface SentParams {
  readonly chat_id?: unknown;
  readonly text?: string;
  readonly caption?: string;
  readonly parse_mode?: string;
  readonly reply_markup?: {
    readonly inline_keyboard: readonly (readonly {
      readonly text: string;
      readonly callback_data?: string;
      readonly url?: string;
    }[])[];
  };
}

/** What the Bot API refuses of a message, in its own words; undefined = nothing. */
export function whatIsWrong({ method, params }: ApiCall): string | undefined {
  if (method !== 'sendMessage' && method !== 'sendPhoto') return undefined;
  const { chat_id: chat, text, caption, reply_markup: markup } = params as SentParams;
  if (chat === undefined || chat === '' || chat === null) return 'chat_id is empty';
  if (method === 'sendMessage') {
    if ((text ?? '').trim() === '') return 'message text is empty';
    if (text!.length > 4096) return 'message is too long';
  } else if ((caption ?? '').length > 1024) return 'message caption is too long';
  for (const button of markup?.inline_keyboard.flat() ?? []) {
    if (button.text === '') return 'Text buttons are unallowed to be empty';
    if ((button.callback_data === undefined) === (button.url === undefined))
      return 'inline keyboard button must have exactly one optional field';
    const bytes = Buffer.byteLength(button.callback_data ?? 'x');
    if (bytes < 1 || bytes > 64) return 'BUTTON_DATA_INVALID';
    if (button.url !== undefined && !/^https?:\/\/[^/]+\.[a-z]{2,}(?:[:/?]|$)/.test(button.url))
      return `inline keyboard button URL '${button.url}' is invalid: Wrong HTTP URL`;
  }
  return undefined;
}

function carryOut({ brought, acknowledged, profile, state }: World, call: ApiCall): unknown {
  const { method, params } = call;
  switch (method) {
    case 'getMe':
      return { id: Number(botId), is_bot: true, first_name: 'Nhịp Cầu', username: botName };
    case 'sendMessage':
    case 'sendPhoto': {
      const messageId = state.messageId++;
      brought.push({ ...call, messageId, at: Date.now() });
      return { message_id: messageId, date: 1, chat: { id: params['chat_id'] } };
    }
    case 'answerCallbackQuery':
      acknowledged.push(String(params['callback_query_id']));
      return true;
    case 'getWebhookInfo':
      return {
        url: state.hook.url,
        has_custom_certificate: false,
        pending_update_count: state.updates.size,
        ...(state.hook.allowed === undefined ? {} : { allowed_updates: state.hook.allowed }),
      };
    case 'setWebhook':
      state.hook = {
        url: String(params['url']),
        secret: String(params['secret_token']),
        allowed: params['allowed_updates'],
      };
      return true;
    case 'deleteWebhook':
      state.hook = { url: '' };
      return true;
    case 'getMyCommands':
      return (profile.get('setMyCommands') as { commands: unknown } | undefined)?.commands ?? [];
    case 'getChatMenuButton':
      return { type: 'commands' };
    case 'getMyDescription':
      return profile.get('setMyDescription') ?? { description: '' };
    case 'getMyShortDescription':
      return profile.get('setMyShortDescription') ?? { short_description: '' };
    default:
      profile.set(method, params);
      return true;
  }
}

function getUpdates(state: State, { params }: ApiCall, response: ServerResponse): void {
  if (state.hook.url !== '') {
    refuse(
      response,
      409,
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
    return;
  }
  for (const other of state.polls) {
    clearTimeout(other.timer);
    state.polls.delete(other);
    refuse(
      other.response,
      409,
      'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    );
  }
  const { offset, timeout } = params;
  if (typeof offset === 'number')
    for (const id of state.updates.keys()) if (id < offset) state.updates.delete(id);
  const timer = setTimeout(
    () => {
      state.polls.delete(poll);
      say(response, 200, { ok: true, result: [] });
    },
    Number(timeout ?? 0) * 1_000,
  );
  timer.unref();
  const poll: Poll = { response, timer };
  state.polls.add(poll);
  response.on('close', () => {
    clearTimeout(timer);
    state.polls.delete(poll);
  });
  if (state.updates.size > 0) answerPoll(state, poll);
}

function answerPoll(state: State, poll: Poll): void {
  clearTimeout(poll.timer);
  state.polls.delete(poll);
  const result = [...state.updates.values()].slice(0, 100);
  say(poll.response, 200, { ok: true, result });
}

function refuse(
  response: ServerResponse,
  status: number,
  description: string,
  parameters?: object,
): void {
  say(response, status, {
    ok: false,
    error_code: status,
    description,
    ...(parameters === undefined ? {} : { parameters }),
  });
}

function say(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
