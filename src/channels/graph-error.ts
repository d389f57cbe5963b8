import { z } from 'zod';
import { ChannelError } from '../errors.ts';
import type { HttpAnswer } from './call.ts';
import { usageOf } from './graph-usage.ts';

const errorBody = z.object({
  error: z.object({
    message: z.string().catch(''),
    code: z.number().catch(0),
    error_subcode: z.number().optional().catch(undefined),
  }),
});

/** What a refusal of the Graph API means for us. Codes: channels.md A.1.7 and A.1.8, read 2026-11-23. */
const meanings: readonly {
  readonly codes: readonly number[];
  readonly means: string;
  readonly retryAfter?: number;
}[] = [
  // The token died (password change, withdrawn permission): wait for a new one, drop nothing.
  { codes: [190], means: 'token_dead', retryAfter: 60_000 },
  { codes: [4, 32, 613], means: 'rate_limited', retryAfter: 10_000 },
  { codes: [551], means: 'blocked_by_person' },
  { codes: [1545041, 2018278], means: 'window_closed' },
  { codes: [10, 100, 2018218], means: 'platform_refused' },
];

/** “Unknown error”, “service temporarily unavailable”, from a secondary source: like an error 500, waited for longer each time. */
const momentary = [1, 2];

/** Turns an answer that is no success into the error the outbox acts on. */
export function graphError(answer: HttpAnswer): ChannelError {
  const { code, subcode, message } = readError(answer.body);
  const meaning =
    meanings.find((row) => subcode !== undefined && row.codes.includes(subcode)) ??
    meanings.find((row) => row.codes.includes(code));
  const text = `Messenger refused (HTTP ${answer.status}, code ${code}/${subcode ?? '-'}): ${message}`;
  if (meaning) return known(meaning, text, answer);
  if (answer.status === 429)
    return new ChannelError('rate_limited', text, {
      retryable: true,
      retryAfter: retryAfter(answer) ?? 10_000,
    });
  if (answer.status >= 500 || momentary.includes(code)) {
    // 503 never reached the work; of the others we do not know whether the message went out.
    const outcome = answer.status === 503 ? 'refused' : 'unknown';
    return new ChannelError('platform_error', text, {
      retryable: true,
      retryAfter: retryAfter(answer),
      outcome,
    });
  }
  return new ChannelError('platform_refused', text, { retryable: false });
}

function known(meaning: (typeof meanings)[number], text: string, answer: HttpAnswer): ChannelError {
  return new ChannelError(meaning.means, text, {
    retryable: meaning.retryAfter !== undefined,
    retryAfter: retryAfter(answer) ?? refusedFor(meaning, answer) ?? meaning.retryAfter,
  });
}

/** A throttled account is told for how many minutes. */
function refusedFor({ means }: (typeof meanings)[number], answer: HttpAnswer): number | undefined {
  const told = means === 'rate_limited' ? usageOf(answer)?.refusedFor : undefined;
  return told === 0 ? undefined : told;
}

function readError(body: string): { code: number; subcode?: number; message: string } {
  try {
    const { error } = errorBody.parse(JSON.parse(body));
    return {
      code: error.code,
      message: error.message,
      ...(error.error_subcode === undefined ? {} : { subcode: error.error_subcode }),
    };
  } catch {
    return { code: 0, message: 'no error body' };
  }
}

/** The `Retry-After` header in ms; seconds only, the form platforms use. */
function retryAfter(answer: HttpAnswer): number | undefined {
  const seconds = Number(answer.headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined;
}
