import { z } from 'zod';
import { ChannelError } from '../errors.ts';
import type { HttpAnswer } from './call.ts';
import { readZaloJson } from './zalo-json.ts';

const code = z.union([z.number(), z.string()]).transform(Number).pipe(z.number());
const refusal = z.object({ error: code, message: z.string().catch('') });

/** What Zalo says in its body: HTTP 200 with an `error` other than 0 is a refusal. Undefined: it says nothing we know. */
export function errorIn(answer: HttpAnswer): { error: number; message: string } | undefined {
  try {
    return refusal.parse(readZaloJson(Buffer.from(answer.body)));
  } catch {
    return undefined;
  }
}

/** The access token is not taken any more: renew it and try once more. Source: channels.md A.3, 2026-11-23. */
export function isTokenRefused(answer: HttpAnswer): boolean {
  const said = errorIn(answer)?.error;
  return answer.status === 401 || said === -216 || said === -220 || said === -124;
}

/**
 * What a refusal means for us, by number. Source: channels.md A.3, read 2026-11-23; the numbers that are only listed
 * there as lasting (-201 -213 -217 -227 -233 -240 -244) or as needing a person are one thing to us: refused.
 */
const meanings: ReadonlyMap<number, { readonly means: string; readonly retryAfter?: number }> =
  new Map([
    [-32, { means: 'rate_limited', retryAfter: 60_000 }],
    [-211, { means: 'quota_used' }],
    [-218, { means: 'quota_used' }],
    [-230, { means: 'window_closed' }],
    [-232, { means: 'window_closed' }],
  ]);

/** Somebody has to do something in Zalo's console before anything goes out again. Source: channels.md A.3, 2026-11-23. */
const needsPerson: readonly number[] = [-209, -212, -219, -223, -224, -320, -321];

/** True when the operator is to be told: sending will fail until a person has acted. */
export function needsOperator(answer: HttpAnswer): boolean {
  return needsPerson.includes(errorIn(answer)?.error ?? 0);
}

/** Turns an answer that is no success into the error the outbox acts on. */
export function zaloError(answer: HttpAnswer): ChannelError {
  const said = errorIn(answer);
  const text = `Zalo refused (HTTP ${answer.status}, error ${said?.error ?? '-'}): ${said?.message ?? 'no error body'}`;
  if (said && said.error !== 0 && answer.status < 500) return known(said, text);
  if (answer.status === 429)
    return new ChannelError('rate_limited', text, { retryable: true, retryAfter: 60_000 });
  if (answer.status >= 500) {
    // 503 never reached the work; of the others we do not know whether the message went out.
    const outcome = answer.status === 503 ? 'refused' : 'unknown';
    return new ChannelError('platform_error', text, { retryable: true, outcome });
  }
  if (answer.status >= 200 && answer.status < 300)
    return new ChannelError('bad_answer', 'Zalo answered without a message id.', {
      retryable: true,
      outcome: 'unknown',
    });
  return new ChannelError('platform_refused', text, { retryable: false });
}

function known({ error, message }: { error: number; message: string }, text: string): ChannelError {
  // -32 and -223 stand for several things; the words beside them tell which.
  const isQuota = error === -223 && /quota|limit|hạn mức/i.test(message);
  const meaning = isQuota ? { means: 'quota_used' } : meanings.get(error);
  const { means, retryAfter } = { retryAfter: undefined, ...meaning };
  return new ChannelError(means ?? 'platform_refused', text, {
    retryable: retryAfter !== undefined,
    retryAfter,
  });
}
