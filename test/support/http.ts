import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; fails where it is none. */
  json(): Record<string, unknown>;
}

export interface Site {
  readonly url: string;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** A value is sent as JSON, bytes and strings as they are. */
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  delete(path: string, headers?: Record<string, string>): Promise<Answer>;
}

const open = new Set<Server>();

/** The application on a port of this machine, spoken to over real HTTP. */
export async function serve(listener: RequestListener): Promise<Site> {
  const server = createServer(listener);
  open.add(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async (path: string, request: RequestInit): Promise<Answer> => {
    const response = await fetch(url + path, request);
    const text = await response.text();
    const { status, headers } = response;
    return { status, headers, text, json: () => JSON.parse(text) as Record<string, unknown> };
  };
  return {
    url,
    get: (path, headers = {}) => ask(path, { headers }),
    delete: (path, headers = {}) => ask(path, { method: 'DELETE', headers }),
    post: (path, body, headers = {}) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: body instanceof Uint8Array || typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}

/** For `afterEach`. */
export async function closeSites(): Promise<void> {
  const servers = [...open];
  open.clear();
  await Promise.all(
    servers.map((server) => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
}

export interface EventStream<Page> {
  readonly response: Response;
  /** Waits for the next event. */
  next(): Promise<{ readonly id: string; readonly data: Page }>;
  close(): void;
}

/** Server-sent events, read one by one. */
export async function listen<Page>(
  url: string,
  headers: Record<string, string>,
): Promise<EventStream<Page>> {
  const end = new AbortController();
  const response = await fetch(url, { headers, signal: end.signal });
  // Without a body there is nothing to read, and the first `next` fails.
  const reader = response.body!.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const decoder = new TextDecoder();
  let buffer = '';
  return {
    response,
    async next() {
      for (;;) {
        const cut = buffer.indexOf('\n\n');
        if (cut < 0) {
          const { done, value } = await reader.read();
          if (done) throw new Error('The stream has ended.');
          buffer += decoder.decode(value, { stream: true });
          continue;
        }
        const lines = buffer.slice(0, cut).split('\n');
        buffer = buffer.slice(cut + 2);
        const field = (name: string): string | undefined =>
          lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        const data = field('data');
        if (data !== undefined) return { id: field('id') ?? '', data: JSON.parse(data) as Page };
      }
    },
    close: () => {
      end.abort();
    },
  };
}
