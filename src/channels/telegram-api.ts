import { z } from 'zod';
import { ChannelError } from '../errors.ts';
import type { HttpAnswer, Sender } from './call.ts';
import type { Json } from './channel.ts';

export interface TelegramSettings {
  /** From BotFather: `<bot id>:<secret>`. It stands in the path of every call, so addresses are never logged. */
  readonly token: string;
  /** Comes with every delivery; undefined where events are fetched. */
  readonly webhookSecret: string | undefined;
  readonly mode: 'webhook' | 'polling';
  readonly apiBase: string;
  /** Where deliveries are to come. */
  readonly webhookUrl: string;
}

export type Params = Readonly<Record<string, Json | undefined>>;

export type Answered =
  | { readonly ok: true; readonly result: unknown }
  | {
      readonly ok: false;
      readonly status: number;
      readonly description: string;
      readonly retryAfterMs?: number;
      /** The group is a supergroup now, under this id. */
      readonly migratedTo?: string;
    };

export interface BotApi {
  readonly botId: string;
  /** One call; a refusal is an answer. @throws {ChannelError} `no_answer`, `bad_answer`: nobody knows what became of it. */
  ask(method: string, params?: Params, how?: Patience): Promise<Answered>;
  /** The result of a call. @throws {ChannelError} when it was refused, too. */
  call(method: string, params?: Params, how?: Patience): Promise<unknown>;
}

export interface Patience {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** The Bot API over HTTP; see docs/decisions/0005-telegram.md for why no library stands between. */
export function botApi({ token, apiBase }: TelegramSettings, sender: Sender): BotApi {
  const ask: BotApi['ask'] = async (method, params = {}, how = {}) =>
    read(
      await sender.send({
        method: 'POST',
        url: `${apiBase}/bot${token}/${method}`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(params),
        ...how,
      }),
    );
  return {
    botId: botIdOf(token),
    ask,
    async call(method, params, how) {
      const answer = await ask(method, params, how);
      if (!answer.ok) throw telegramError(answer);
      return answer.result;
    },
  };
}

/** A token begins with the id of its bot. */
export function botIdOf(token: string): string {
  return token.split(':')[0] ?? '';
}

const envelope = z.union([
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error_code: z.number().optional().catch(undefined),
    description: z.string().catch(''),
    parameters: z
      .object({
        retry_after: z.number().positive().optional().catch(undefined),
        migrate_to_chat_id: z
          .union([z.number(), z.string()])
          .transform(String)
          .optional()
          .catch(undefined),
      })
      .optional()
      .catch(undefined),
  }),
]);

function read(answer: HttpAnswer): Answered {
  const { status, headers } = answer;
  const body = envelope.safeParse(jsonOf(answer.body));
  if (!body.success) {
    // Not the Bot API's own words: a proxy on the way, or half an answer.
    if (status >= 400) return { ok: false, status, description: '', ...waitOf(headers) };
    throw new ChannelError('bad_answer', `Telegram answered ${status} in no known form.`, {
      retryable: true,
      outcome: 'unknown',
    });
  }
  if (body.data.ok) return { ok: true, result: body.data.result };
  const { error_code, description, parameters } = body.data;
  return {
    ok: false,
    status: status >= 400 ? status : (error_code ?? 400),
    description,
    ...(parameters?.retry_after === undefined
      ? waitOf(headers)
      : { retryAfterMs: parameters.retry_after * 1_000 }),
    ...(parameters?.migrate_to_chat_id === undefined
      ? {}
      : { migratedTo: parameters.migrate_to_chat_id }),
  };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function waitOf(headers: HttpAnswer['headers']): { readonly retryAfterMs?: number } {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1_000 } : {};
}

type Refusal = Extract<Answered, { ok: false }>;

/** Until somebody puts a new token in place. */
const deadTokenWaitMs = 60_000;
const throttledWaitMs = 5_000;

/** What a refusal means for us. Codes: channels.md A.2 and https://core.telegram.org/bots/api, read 2026-11-23. */
export function telegramError({ status, description, retryAfterMs }: Refusal): ChannelError {
  const text = `Telegram refused (${status}): ${description || 'no description'}`;
  const again = (code: string, retryAfter = retryAfterMs): ChannelError =>
    new ChannelError(code, text, { retryable: true, retryAfter });
  // A wrong token is answered 401, one that never was a token 404.
  if (status === 401 || status === 404) return again('token_dead', deadTokenWaitMs);
  if (status === 429) return again('rate_limited', retryAfterMs ?? throttledWaitMs);
  if (status === 409)
    return again(/webhook/i.test(description) ? 'webhook_set' : 'other_poller', undefined);
  // Blocked, deactivated, removed from the group, or never written to.
  if (status === 403) return new ChannelError('blocked_by_person', text, { retryable: false });
  if (status < 500) return new ChannelError('platform_refused', text, { retryable: false });
  // 503 never reached the work; of the others we do not know whether the message went out.
  return new ChannelError('platform_error', text, {
    retryable: true,
    retryAfter: retryAfterMs,
    outcome: status === 503 ? 'refused' : 'unknown',
  });
}
