import { hours } from '../clock.ts';
import type { Instant } from '../clock.ts';
import { SignatureError } from '../errors.ts';
import type { WebhookRequest } from './channel.ts';
import { isSame, sha256 } from './signature.ts';
import { readZaloJson } from './zalo-json.ts';

export interface ZaloSigning {
  readonly appId: string;
  readonly oaId: string;
  /** The OA's own secret key, shown where the webhook is set. */
  readonly oaSecretKey: string;
  readonly appSecret: string;
}

/**
 * How a delivery was signed: `<who>.<whose time>.<which secret>`. Zalo documents `app_id.body.oa_secret`; living
 * systems report the others. Counted, so that what one OA really uses is seen with its first event.
 */
export type Formula = `${'app_id' | 'oa_id'}.${'header' | 'body'}.${'oa_secret' | 'app_secret'}`;

/**
 * How long a signature is good. Zalo repeats for 1.8 hours, of old for 12; a copy that comes within a day meets the
 * transcript, or the hashes of what was erased, and does nothing. The header `num_retry` cannot be relied on to
 * tell a repetition from a replay: proxies drop names with an underscore. Source: channels.md A.3, 2026-11-23.
 */
const goodFor = hours(24);

/**
 * The formula that fits, or `probe` for the empty body by which Zalo tries the address before it is saved.
 * The mac is plain SHA-256 over id + body + time + secret, not an HMAC. Source: channels.md A.3, 2026-11-23.
 * @throws {SignatureError} when none fits, or the time that was signed is long over.
 */
export function formulaOf(request: WebhookRequest, keys: ZaloSigning): Formula | 'probe' {
  const given = macOf(request);
  if (given === '') {
    if (isProbe(request.body)) return 'probe';
    throw new SignatureError('X-ZEvent-Signature is missing.');
  }
  // All are tried, so that the time it takes does not tell which one nearly fitted.
  const fitting = variants(request, keys).filter(({ mac }) => isSame(given, mac));
  const [first] = fitting;
  if (!first) throw new SignatureError('X-ZEvent-Signature fits no known formula.');
  if (!isRecent(first.time, request.receivedAt))
    throw new SignatureError('The time that was signed is more than a day off.');
  return first.formula;
}

/** Zalo writes `mac=<hex>`; some see the hex alone. */
function macOf({ headers }: WebhookRequest): string {
  return (headers['x-zevent-signature'] ?? '')
    .trim()
    .replace(/^mac\s*=\s*/i, '')
    .toLowerCase();
}

function isProbe(body: Uint8Array): boolean {
  return body.length <= 16 && Buffer.from(body).toString('latin1').trim() === '{}';
}

interface Variant {
  readonly formula: Formula;
  readonly time: string;
  readonly mac: string;
}

function variants({ headers, body }: WebhookRequest, keys: ZaloSigning): Variant[] {
  const times = [
    ['header', headers['x-zevent-timestamp'] ?? ''],
    ['body', timestampIn(body)],
  ] as const;
  const ids = [
    ['app_id', keys.appId],
    ['oa_id', keys.oaId],
  ] as const;
  const secrets = [
    ['oa_secret', keys.oaSecretKey],
    ['app_secret', keys.appSecret],
  ] as const;
  return secrets.flatMap(([which, secret]) =>
    times
      .filter(([, time]) => time !== '')
      .flatMap(([whose, time]) =>
        ids.map(([who, id]) => ({
          formula: `${who}.${whose}.${which}` as const,
          time,
          mac: sha256(Buffer.concat([Buffer.from(id), body, Buffer.from(time + secret)])),
        })),
      ),
  );
}

/** Read from the body before it is known to be Zalo's: anything odd is no time. */
function timestampIn(body: Uint8Array): string {
  try {
    const read = readZaloJson(body);
    if (typeof read !== 'object' || read === null || !('timestamp' in read)) return '';
    const { timestamp } = read;
    return typeof timestamp === 'string' || typeof timestamp === 'number' ? `${timestamp}` : '';
  } catch {
    return '';
  }
}

/** A time that nobody can read (Zalo's own samples have twelve digits) says nothing either way. */
function isRecent(time: string, now: Instant): boolean {
  if (!/^\d{13}$/.test(time)) return true;
  return Math.abs(now - Number(time)) <= goodFor;
}
