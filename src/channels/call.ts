import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import { ChannelError } from '../errors.ts';

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long the whole call may take, where it is not the usual ten seconds (long polling). */
  readonly timeoutMs?: number;
  /** Gives the call up: it then throws `no_answer`. */
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** The way out of the process; tests put a fake platform in its place. */
export interface Sender {
  /** @throws {ChannelError} `no_answer` when nothing came back: refused when it never left, unknown when it may have arrived. */
  send(call: HttpCall): Promise<HttpAnswer>;
  close(): Promise<void>;
}

const timeoutMs = 10_000;
const mostOfAnAnswer = 1_000_000;

/** Keep-alive connections, one pool per host: the built-in fetch halves throughput. */
export function httpSender(): Sender {
  const pools = new Map<string, Pool>();
  return {
    async send(call) {
      const url = new URL(call.url);
      const pool = pools.get(url.origin) ?? openPool(url.origin, pools);
      return ask(pool, url, call);
    },
    async close() {
      // Lanes have had their time: what still hangs is given up, with its outcome unknown.
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

function openPool(origin: string, pools: Map<string, Pool>): Pool {
  const pool = new Pool(origin, {
    connections: 32,
    connect: { timeout: 5_000 },
    // The whole call has its time; a part of it needs none of its own.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  pools.set(origin, pool);
  return pool;
}

async function ask(pool: Pool, url: URL, call: HttpCall): Promise<HttpAnswer> {
  try {
    const answer = await pool.request({
      path: url.pathname + url.search,
      method: call.method,
      headers: { ...call.headers },
      ...(call.body === undefined ? {} : { body: call.body }),
      signal: untilGivenUp(call),
    });
    return {
      status: answer.statusCode,
      headers: flat(answer.headers),
      body: await readBody(answer),
    };
  } catch (error) {
    throw noAnswer(error, url);
  }
}

/** From the connection to the last byte: a platform that sends a byte now and then would hold the lane for ever. */
function untilGivenUp(call: HttpCall): AbortSignal {
  const limit = AbortSignal.timeout(call.timeoutMs ?? timeoutMs);
  return call.signal === undefined ? limit : AbortSignal.any([call.signal, limit]);
}

async function readBody(answer: Dispatcher.ResponseData): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer.body) {
    // Bytes: nobody has asked for a decoded stream.
    const bytes = part as Buffer;
    parts.push(bytes.subarray(0, mostOfAnAnswer - size));
    size += bytes.length;
    // Leaving the loop ends the connection.
    if (size >= mostOfAnAnswer) break;
  }
  return Buffer.concat(parts).toString('utf8');
}

function flat(headers: Dispatcher.ResponseData['headers']): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}

/** Errors before a byte was sent: the platform cannot have done anything. */
const neverLeft = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function noAnswer(error: unknown, url: URL): ChannelError {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
  return new ChannelError('no_answer', `No answer from ${url.host}: ${code}`, {
    retryable: true,
    outcome: neverLeft.has(code) ? 'refused' : 'unknown',
  });
}
