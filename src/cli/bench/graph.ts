import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';

/** Messenger's Send API on this machine: takes every call and counts what was answered. */
export interface FakeGraph {
  readonly apiBase: string;
  /** Messages to which at least one call has come back. */
  answered(): number;
  /** When the last call came, by `performance.now()`. */
  lastAt(): number;
  close(): Promise<void>;
}

/** A Graph API of this machine that takes every call and notes when it came. */
export async function openGraph(): Promise<FakeGraph> {
  const answers = new Set<string>();
  let lastAt = 0;
  let calls = 0;
  const server = createServer((request, response) => {
    // Asked once how the Page is subscribed: that is no answer to anybody.
    if (request.method === 'GET') {
      response.end('{"data":[]}');
      return;
    }
    void readBody(request).then((body) => {
      const { recipient, message } = JSON.parse(body) as SendCall;
      answers.add(answerOf(message.metadata));
      lastAt = performance.now();
      response.setHeader('content-type', 'application/json');
      response.end(`{"recipient_id":"${recipient.id}","message_id":"m_${++calls}"}`);
    });
  });
  return {
    apiBase: `http://127.0.0.1:${await listen(server)}/v25.0`,
    answered: () => answers.size,
    lastAt: () => lastAt,
    close: () => close(server),
  };
}

interface SendCall {
  readonly recipient: { readonly id: string };
  readonly message: { readonly metadata: string };
}

/** Our metadata ends in the line of the answer and the part of the line; before them stands which message it answers. */
function answerOf(metadata: string): string {
  return metadata.slice(0, metadata.lastIndexOf('/', metadata.lastIndexOf('/') - 1));
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  request.setEncoding('utf8');
  for await (const chunk of request) body += String(chunk);
  return body;
}

/** Listens on a free port of this machine. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return address.port;
}

/** Cuts off who is connected and resolves once the port is free. */
export async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
