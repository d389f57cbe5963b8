import { z } from 'zod';
import { ChannelError } from '../errors.ts';
import type { HttpAnswer, Sender } from './call.ts';
import { readZaloJson } from './zalo-json.ts';

export interface OauthSettings {
  readonly appId: string;
  readonly appSecret: string;
  /** Without a path: `https://oauth.zaloapp.com`. */
  readonly oauthBase: string;
}

/** What one refresh token bought. */
export interface Pair {
  readonly access: string;
  /** Absent where Zalo gave none: then the spent one is still all there is. */
  readonly refresh?: string;
  readonly holdsMs: number;
}

export type Renewal =
  | { readonly type: 'pair'; readonly pair: Pair }
  /** Zalo will not take this token, whoever asks. */
  | { readonly type: 'refused'; readonly error: number }
  /** Nothing came of it, or nothing that can be read: perhaps the token is spent, perhaps not. */
  | { readonly type: 'nothing'; readonly why: string };

const count = z.union([z.number(), z.string()]).transform(Number).pipe(z.number().positive());
const pair = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  // Seconds, as a string: "90000".
  expires_in: count,
});
const refusal = z.object({ error: z.union([z.number(), z.string()]).transform(Number) });

/** An answer that comes late is worth waiting for: the token it answers is spent already. */
const timeoutMs = 30_000;

/** Spends a refresh token. Source: channels.md A.3 (OAuth v4), 2026-11-23. Never throws a ChannelError. */
export async function askForPair(
  { appId, appSecret, oauthBase }: OauthSettings,
  sender: Sender,
  refreshToken: string,
): Promise<Renewal> {
  try {
    const answer = await sender.send({
      method: 'POST',
      url: `${oauthBase}/v4/oa/access_token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', secret_key: appSecret },
      body: new URLSearchParams({
        refresh_token: refreshToken,
        app_id: appId,
        grant_type: 'refresh_token',
      }).toString(),
      timeoutMs,
    });
    return read(answer);
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    return { type: 'nothing', why: error.message };
  }
}

function read({ status, body }: HttpAnswer): Renewal {
  const said = parsed(body);
  const bought = pair.safeParse(said);
  if (bought.success) {
    const { access_token: access, refresh_token: refresh, expires_in } = bought.data;
    const holdsMs = expires_in * 1_000;
    return { type: 'pair', pair: { access, holdsMs, ...(refresh ? { refresh } : {}) } };
  }
  const refused = refusal.safeParse(said);
  // A server in trouble says nothing about the token.
  if (refused.success && refused.data.error && status < 500 && status !== 429)
    return { type: 'refused', error: refused.data.error };
  return { type: 'nothing', why: `HTTP ${status} without a token.` };
}

function parsed(body: string): unknown {
  try {
    return readZaloJson(Buffer.from(body));
  } catch {
    return undefined;
  }
}
