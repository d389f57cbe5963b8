import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { bodyOf, headersOf, pageId } from './webhook.ts';
import { neededFields } from '../../src/channels/messenger-account.ts';

/** One message that the platform took and brought to the person. */
export interface Brought {
  readonly to: string;
  readonly text: string;
  /** The id of the answer's line, and of the call within it, from the call's metadata. */
  readonly messageId: string;
  readonly jobId: string;
  readonly platformId: string;
  /** When it was brought, and when our webhook took its echo; by the platform's clock. */
  readonly at: number;
  echoedAt?: number;
}

/** How a call goes: whether the message is brought to the person, and what the caller hears of it. */
export interface Manner {
  readonly brings: boolean;
  readonly says: 'ok' | 'too many' | 'down' | 'broken' | 'nothing';
  readonly afterMs?: number;
}

export const manners = {
  well: { brings: true, says: 'ok' },
  slow: { brings: true, says: 'ok', afterMs: 300 },
  tooMany: { brings: false, says: 'too many' },
  down: { brings: false, says: 'down' },
  /** The connection breaks after the work was done. */
  losesAnswer: { brings: true, says: 'broken' },
  /** Takes the call and never says a word. */
  hangs: { brings: false, says: 'nothing' },
} as const satisfies Record<string, Manner>;

export interface PlatformServer {
  /** For `GRAPH_API_BASE`. */
  readonly url: string;
  /** What people were sent, in the order of arrival; the same job twice is a double. */
  readonly brought: readonly Brought[];
  /** Calls that came in, whatever became of them. */
  calls(): number;
  /** How calls go from now on. */
  behaves(how: Manner | ((to: string) => Manner)): void;
  /** Calls that are held without an answer break off: their caller hears that nobody knows. */
  breaksOff(): void;
  /** From now on every message brought is echoed to this webhook, again and again until it is acknowledged. */
  echoesTo(webhook: string): void;
  close(): Promise<void>;
}

/** Messenger's Send API on a port of this machine: it outlives the programs under test. */
export async function startPlatform(): Promise<PlatformServer> {
  const brought: Brought[] = [];
  const echoes = echoer();
  let manner: (to: string) => Manner = () => manners.well;
  let calls = 0;
  const server = createServer((request, response) => {
    // Asked how the Page is subscribed, not to bring a message.
    if (request.method === 'GET') {
      response.end(JSON.stringify({ data: [{ subscribed_fields: neededFields }] }));
      return;
    }
    void readCall(request).then((call) => {
      const how = manner(call.to);
      const done: Brought = { ...call, platformId: `m_sent_${++calls}`, at: Date.now() };
      if (how.brings) {
        brought.push(done);
        echoes.send(done);
      }
      setTimeout(() => {
        say(how, done, response);
      }, how.afterMs ?? 0);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v25.0`,
    brought,
    calls: () => calls,
    behaves: (how) => {
      manner = typeof how === 'function' ? how : () => how;
    },
    breaksOff: () => {
      server.closeAllConnections();
    },
    echoesTo: echoes.to,
    async close() {
      await echoes.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Call = Omit<Brought, 'platformId' | 'at'>;

async function readCall(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
    recipient: { id: string };
    message: {
      text?: string;
      metadata: string;
      attachment?: { payload: { text?: string } };
    };
  };
  const { text, metadata, attachment } = body.message;
  const jobId = metadata.slice('nhipcau:'.length);
  const messageId = jobId.slice('out/'.length, jobId.lastIndexOf('/'));
  return { to: body.recipient.id, text: text ?? attachment?.payload.text ?? '', messageId, jobId };
}

function say({ says }: Manner, { to, platformId }: Brought, response: ServerResponse): void {
  const answer = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
  switch (says) {
    case 'ok':
      answer(200, { recipient_id: to, message_id: platformId });
      return;
    case 'too many':
      answer(429, { error: { message: 'Too many', code: 613 } }, { 'retry-after': '1' });
      return;
    case 'down':
      answer(503, {}, { 'retry-after': '1' });
      return;
    case 'broken':
      response.destroy();
      return;
    case 'nothing':
  }
}

interface Echoer {
  to(webhook: string): void;
  send(message: Brought): void;
  close(): Promise<void>;
}

const echoAgainMs = 100;

function echoer(): Echoer {
  let pool: Pool | undefined;
  let path = '';
  let closed = false;
  const post = async (bytes: Buffer): Promise<boolean> => {
    try {
      const answer = await pool!.request({
        path,
        method: 'POST',
        headers: headersOf(bytes),
        body: bytes,
      });
      await answer.body.dump();
      return answer.statusCode === 200;
    } catch {
      return false;
    }
  };
  const untilTaken = async (bytes: Buffer): Promise<void> => {
    while (!closed && !(await post(bytes)))
      await new Promise((resolve) => setTimeout(resolve, echoAgainMs));
  };
  return {
    to(webhook) {
      const url = new URL(webhook);
      pool = new Pool(url.origin, { connections: 16 });
      path = url.pathname;
    },
    send(message) {
      if (!pool) return;
      void untilTaken(echoOf(message)).then(() => {
        message.echoedAt = Date.now();
      });
    },
    async close() {
      closed = true;
      await pool?.destroy();
    },
  };
}

function echoOf({ to, text, jobId, platformId }: Brought): Buffer {
  const message = {
    mid: platformId,
    is_echo: true,
    app_id: 42,
    metadata: `nhipcau:${jobId}`,
    text,
  };
  return bodyOf([
    { sender: { id: pageId }, recipient: { id: to }, timestamp: Date.now(), message },
  ]);
}
