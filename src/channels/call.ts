import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import { ChannelError } from '../errors.ts';

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long an answer may take, where it is not the usual ten seconds (long polling). */
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
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
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
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      ...(call.timeoutMs === undefined
        ? {}
        : { headersTimeout: call.timeoutMs, bodyTimeout: call.timeoutMs }),
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

async function readBody(answer: Dispatcher.ResponseData): Promise<string> {
  const body = await answer.body.text();
  return body.length > mostOfAnAnswer ? body.slice(0, mostOfAnAnswer) : body;
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
