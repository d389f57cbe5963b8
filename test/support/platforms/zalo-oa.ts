import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Zalo's OA as it stands outside of a program: Open API, OAuth and webhook, on a port of this machine. */

export const oaId = '2197174064623873199';
export const appId = '1163843031413526746';
export const appSecret = 'zalo-app-secret-of-tests';
export const oaSecretKey = 'zalo-oa-secret-of-tests';
/** Beyond 2^53: as a JavaScript number it would be somebody else. */
export const citizen = '4339761418830368433';

/** One message that the platform took. */
export interface ZaloSent {
  readonly path: string;
  readonly to: string;
  readonly text: string;
  readonly buttons: readonly {
    readonly title: string;
    readonly type: string;
    readonly payload: unknown;
  }[];
  readonly message: Readonly<Record<string, unknown>>;
  readonly messageId: string;
  /** When, by `Date.now()`. */
  readonly at: number;
}

/** How a call to the Open API goes. `error` is said with HTTP 200, as Zalo does. */
export type Manner =
  | { readonly type: 'well' }
  | { readonly type: 'error'; readonly error: number; readonly message?: string }
  | { readonly type: 'status'; readonly status: number }
  | { readonly type: 'losesAnswer' }
  | { readonly type: 'hangs' };

/** How a renewal goes: `spends` = the token is burnt and a new pair made; `says` = what the caller hears of it. */
export interface RenewalManner {
  readonly spends: boolean;
  readonly says: 'ok' | 'error' | 'down' | 'broken' | 'nothing';
  readonly afterMs?: number | (() => number);
  /** How long the access token is said to hold; seconds, as a string. */
  readonly holds?: string;
}

/** One request for a pair, as Zalo saw it. */
export interface Renewed {
  readonly refresh: string;
  readonly accepted: boolean;
  /** When its answer had left, by `performance.now()`. */
  answeredAt?: number;
  /** The pair it made; nobody else knows it. */
  readonly pair?: { readonly access: string; readonly refresh: string };
}

export interface FakeZaloOa {
  readonly url: string;
  env(): Record<string, string>;
  readonly sent: readonly ZaloSent[];
  /** Every call to the Open API, whatever became of it. */
  calls(): number;
  readonly renewals: readonly Renewed[];
  /** Requests for a pair under way at this moment, and the most there ever were. */
  renewing(): { readonly now: number; readonly most: number };
  /** The refresh token that is good now. */
  refreshToken(): string;
  /** From now on this access token and all before are refused with -216. */
  expireAccess(): void;
  /** A new grant in the console: the only way out once a refresh token is burnt and its pair lost. */
  grant(): string;
  behaves(how: Manner, times?: number): void;
  renews(how: Partial<RenewalManner>): void;
  /** Quota to tell with each success. */
  quota(quota: Readonly<Record<string, unknown>> | undefined): void;
  webhook(url: string): ZaloWebhook;
  /** Calls that are held without an answer break off: their caller hears that nobody knows. */
  breaksOff(): void;
  close(): Promise<void>;
}

export interface ZaloWebhook {
  /** The console tries the address before it is saved: an unsigned `{}` must get 200. */
  probe(): Promise<number>;
  /** Sends one event, again and again by Zalo's ladder (without its waits); after the last the webhook is off. */
  deliver(event: unknown, options?: SignOptions): Promise<number>;
  isOn(): boolean;
}

export interface SignOptions {
  readonly id?: string;
  readonly secret?: string;
  /** The time that is signed; absent = the body's own. */
  readonly headerTime?: string;
}

/** Source: channels.md A.3, 2026-11-23: 30 s, 5 min, 15 min, 30 min, 1 h, then the webhook is turned off. */
const repeats = 5;

export async function startZaloOa(): Promise<FakeZaloOa> {
  const sent: ZaloSent[] = [];
  const renewals: Renewed[] = [];
  const good = { refresh: 'refresh-0', access: [] as string[] };
  let made = 0;
  let calls = 0;
  let under = 0;
  let most = 0;
  let manners: Manner[] = [];
  let always: Manner = { type: 'well' };
  let renewal: RenewalManner = { spends: true, says: 'ok' };
  let quota: Readonly<Record<string, unknown>> | undefined;

  const call = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = JSON.parse(await textOf(request)) as SentBody;
    calls++;
    if (!good.access.includes(String(request.headers['access_token']))) {
      json(response, 200, { error: -216, message: 'Access token is invalid' });
      return;
    }
    const how = manners.shift() ?? always;
    const done = sentOf(request.url ?? '', body, `zm_${calls}`);
    if (how.type === 'well' || how.type === 'losesAnswer') sent.push(done);
    switch (how.type) {
      case 'well': {
        json(response, 200, {
          error: 0,
          message: 'Success',
          data: { message_id: done.messageId, user_id: done.to, ...(quota ? { quota } : {}) },
        });
        return;
      }
      case 'error': {
        json(response, 200, { error: how.error, message: how.message ?? 'Refused' });
        return;
      }
      case 'status': {
        json(response, how.status, {});
        return;
      }
      case 'losesAnswer':
        response.destroy();
        return;
      case 'hangs':
    }
  };

  const renew = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await textOf(request));
    const refresh = form.get('refresh_token') ?? '';
    const isOurs =
      request.headers['secret_key'] === appSecret &&
      form.get('app_id') === appId &&
      form.get('grant_type') === 'refresh_token';
    most = Math.max(most, ++under);
    response.once('close', () => under--);
    const how = renewal;
    const accepted = isOurs && refresh === good.refresh && how.spends;
    const pair = accepted ? { access: `access-${++made}`, refresh: `refresh-${made}` } : undefined;
    if (pair) {
      // The moment it is used, the old one is dead.
      good.refresh = pair.refresh;
      good.access = [...good.access.slice(-1), pair.access];
    }
    const renewed: Renewed = { refresh, accepted, ...(pair ? { pair } : {}) };
    renewals.push(renewed);
    response.once('finish', () => (renewed.answeredAt = performance.now()));
    const afterMs = typeof how.afterMs === 'function' ? how.afterMs() : how.afterMs;
    if (afterMs) await new Promise((resolve) => setTimeout(resolve, afterMs));
    if (how.says === 'nothing') return;
    if (how.says === 'broken') return void response.destroy();
    if (how.says === 'down') {
      json(response, 503, {});
      return;
    }
    if (!pair || how.says === 'error') {
      json(response, 200, { error: -14020, error_name: 'Invalid refresh token' });
      return;
    }
    json(response, 200, {
      access_token: pair.access,
      refresh_token: pair.refresh,
      expires_in: how.holds ?? '90000',
    });
  };

  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const answering =
      path === '/v4/oa/access_token'
        ? renew
        : /^\/v[23]\.0\/oa\/(?:group\/)?message/.test(path)
          ? call
          : async () => {
              json(response, 404, {});
            };
    answering(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    env: () => ({
      PUBLIC_URL: 'https://nhipcau.example',
      ZALO_APP_ID: appId,
      ZALO_APP_SECRET: appSecret,
      ZALO_OA_ID: oaId,
      ZALO_OA_SECRET_KEY: oaSecretKey,
      ZALO_REFRESH_TOKEN: good.refresh,
      ZALO_API_BASE: url,
      ZALO_OAUTH_BASE: url,
    }),
    sent,
    calls: () => calls,
    renewals,
    renewing: () => ({ now: under, most }),
    refreshToken: () => good.refresh,
    expireAccess: () => {
      good.access = [];
    },
    grant: () => (good.refresh = `refresh-granted-${++made}`),
    behaves: (how, times) => {
      if (times === undefined) always = how;
      else manners = Array.from({ length: times }, () => how);
    },
    renews: (how) => {
      renewal = { spends: true, says: 'ok', ...how };
    },
    quota: (told) => {
      quota = told;
    },
    webhook: webhookOf,
    breaksOff: () => {
      server.closeAllConnections();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface SentBody {
  readonly recipient: {
    readonly user_id?: string;
    readonly anonymous_id?: string;
    readonly group_id?: string;
  };
  readonly message: {
    readonly text?: string;
    readonly attachment?: { readonly payload?: { readonly buttons?: ZaloSent['buttons'] } };
  };
}

function sentOf(path: string, { recipient, message }: SentBody, messageId: string): ZaloSent {
  return {
    path,
    to: recipient.user_id ?? recipient.group_id ?? recipient.anonymous_id ?? '',
    text: message.text ?? '',
    buttons: message.attachment?.payload?.buttons ?? [],
    message: message,
    messageId,
    at: Date.now(),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function webhookOf(url: string): ZaloWebhook {
  let isOn = true;
  const post = async (body: Uint8Array, headers: Record<string, string>): Promise<number> => {
    const answer = await fetch(url, { method: 'POST', body, headers }).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.status ?? 0;
  };
  return {
    isOn: () => isOn,
    probe: () => post(Buffer.from('{}'), { 'content-type': 'application/json' }),
    async deliver(event, options = {}) {
      if (!isOn) return 0;
      const body = Buffer.from(JSON.stringify(event));
      for (let n = 0; n <= repeats; n++) {
        const retry: Record<string, string> = n > 0 ? { num_retry: String(n) } : {};
        const status = await post(body, { ...headersFor(body, options), ...retry });
        if (status === 200) return status;
      }
      isOn = false;
      return 0;
    },
  };
}

/** The headers of a delivery, signed as documented unless told otherwise. */
export function headersFor(body: Uint8Array, options: SignOptions = {}): Record<string, string> {
  const { id = appId, secret = oaSecretKey, headerTime } = options;
  const time = headerTime ?? timeIn(body);
  const mac = createHash('sha256').update(id).update(body).update(time).update(secret);
  return {
    'content-type': 'application/json',
    'x-zevent-signature': `mac=${mac.digest('hex')}`,
    ...(headerTime === undefined ? {} : { 'x-zevent-timestamp': headerTime }),
  };
}

function timeIn(body: Uint8Array): string {
  try {
    const read = JSON.parse(Buffer.from(body).toString('utf8')) as { timestamp?: unknown } | null;
    return typeof read?.timestamp === 'string' || typeof read?.timestamp === 'number'
      ? String(read.timestamp)
      : '';
  } catch {
    return '';
  }
}

let number = 0;

/** An event of a person, as Zalo sends it. */
export function zaloEvent(
  name: string,
  what: Readonly<Record<string, unknown>>,
  at: number,
  from = citizen,
): Record<string, unknown> {
  return {
    app_id: appId,
    user_id_by_app: '2372735685249892743',
    event_name: name,
    timestamp: String(at),
    sender: { id: from },
    recipient: { id: oaId },
    ...what,
  };
}

export function zaloText(text: string, at: number, from = citizen): Record<string, unknown> {
  return zaloEvent('user_send_text', { message: { msg_id: `zm_in_${++number}`, text } }, at, from);
}
