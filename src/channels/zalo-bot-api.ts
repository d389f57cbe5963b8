import { z } from 'zod';
import { ChannelError } from '../errors.ts';
import type { HttpAnswer, Sender } from './call.ts';
import type { Json } from './channel.ts';
import { readZaloJson } from './zalo-json.ts';

export interface ZaloBotSettings {
  /** `<bot id>:<secret>`. It stands in every address that is called: addresses are never logged. */
  readonly token: string;
  /** Undefined where updates are fetched. */
  readonly webhookSecret: string | undefined;
  readonly mode: 'webhook' | 'polling';
  readonly apiBase: string;
  /** Where Zalo is to bring events: `https://…/webhooks/zalo-bot`. */
  readonly webhookUrl: string;
  readonly perSecond: number;
}

const answer = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  error_code: z.union([z.number(), z.string()]).transform(Number).optional().catch(undefined),
  description: z.string().catch(''),
});

/**
 * One method of the Bot Platform; its `result`. Source: channels.md A.4, 2026-11-23.
 * @throws {ChannelError} also for HTTP 200 with `ok: false`.
 */
export async function callZaloBot(
  { apiBase, token }: Pick<ZaloBotSettings, 'apiBase' | 'token'>,
  sender: Sender,
  method: string,
  body: { readonly [key: string]: Json },
  timeoutMs?: number,
): Promise<unknown> {
  const said = await sender.send({
    method: 'POST',
    url: `${apiBase}/bot${token}/${method}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const read = answer.safeParse(parsed(said.body));
  if (read.success && read.data.ok && said.status < 300) return read.data.result;
  throw zaloBotError(said, method, read.data);
}

function parsed(body: string): unknown {
  try {
    return readZaloJson(Buffer.from(body));
  } catch {
    return undefined;
  }
}

/** Codes are not documented; those of HTTP are taken at their word, wherever they stand. */
function zaloBotError(
  { status, headers }: HttpAnswer,
  method: string,
  said: z.infer<typeof answer> | undefined,
): ChannelError {
  const code = status >= 300 ? status : (said?.error_code ?? 0);
  const text = `Zalo Bot refused ${method} (HTTP ${status}, code ${said?.error_code ?? '-'}): ${said?.description ?? 'no body'}`;
  const seconds = Number(headers['retry-after']);
  const retryAfter = seconds > 0 ? seconds * 1_000 : undefined;
  if (code === 401)
    return new ChannelError('token_dead', text, { retryable: true, retryAfter: 60_000 });
  if (code === 429)
    return new ChannelError('rate_limited', text, {
      retryable: true,
      retryAfter: retryAfter ?? 10_000,
    });
  if (code === 408) return new ChannelError('nothing_new', text, { retryable: true });
  if (code >= 500)
    return new ChannelError('platform_error', text, {
      retryable: true,
      retryAfter,
      // 503 never reached the work; of the others we do not know whether the message went out.
      outcome: code === 503 ? 'refused' : 'unknown',
    });
  if (said === undefined && status < 300)
    return new ChannelError('bad_answer', text, { retryable: true, outcome: 'unknown' });
  return new ChannelError('platform_refused', text, { retryable: false });
}
