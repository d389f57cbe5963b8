import type { Keep } from './keep.ts';
import type { Draft, Page } from './messages.ts';

/** Calls to the server. Each throws `Refusal` for an answer that is no success, and what fetch throws without one. */
export interface Api {
  hasSession(): boolean;
  /** Opens a conversation unless there is one; only ever because a person said something. */
  ensureSession(): Promise<void>;
  forgetSession(): void;
  /** Ends the session at the server, too. */
  closeSession(): Promise<void>;
  /** The seq the server gave it. */
  say(draft: Draft): Promise<number | undefined>;
  after(seq: number, signal: AbortSignal): Promise<Page>;
  /** The same as `after`, again and again; each page is handed over as it comes. Ends when the server ends it. */
  follow(seq: number, signal: AbortSignal, onPage: (page: Page) => void): Promise<void>;
  judge(id: string, helpful: boolean): Promise<void>;
}

/** The server's no. 401: the session is over. 429 and 5xx: later. Other 4xx: never. */
export class Refusal extends Error {
  readonly status: number;
  readonly waitFor: number | undefined;

  /** @param waitFor milliseconds the server asks us to wait */
  constructor(status: number, waitFor?: number) {
    super(`The server answered ${status}.`);
    this.status = status;
    this.waitFor = waitFor;
  }
}

const answersWithin = 15_000;
/** The server pings every 20 s; what is silent for longer is a dead line. */
const silentFor = 45_000;
/** The first page of a stream comes at once, unless something on the way holds it back. */
const firstWithin = 8_000;

/** The web chat's API over fetch, with the token that `keep` holds. What each call throws stands at `Api`. */
export function api(keep: Keep): Api {
  const token = (): string | undefined => keep.get('token');
  return {
    hasSession: () => token() !== undefined,
    async ensureSession() {
      if (token() !== undefined) return;
      const { token: fresh } = await ask<{ token: string }>('session', undefined, { body: {} });
      keep.set('token', fresh);
    },
    forgetSession() {
      keep.set('token', undefined);
    },
    async closeSession() {
      if (token() !== undefined) await call('session', token(), { method: 'DELETE' });
    },
    async say({ id, say }) {
      const body =
        'text' in say
          ? { id, text: say.text }
          : // The server knows most titles; this one counts where it does not, as for the header's button.
            { id, choice: { payload: say.choice, title: say.title } };
      const { seq } = await ask<{ seq?: number }>('messages', token(), { body });
      return seq;
    },
    after: (seq, outer) => ask<Page>(`messages?after=${seq}`, token(), { outer }),
    follow: (seq, outer, onPage) => follow(`stream?after=${seq}`, token(), outer, onPage),
    async judge(id, helpful) {
      await ask<unknown>('feedback', token(), { body: { id, helpful } });
    },
  };
}

/** What the server answers, as `Answer`: it made this page, too, and keeps to one interface. */
async function ask<Answer>(
  path: string,
  token: string | undefined,
  { body, outer }: { readonly body?: unknown; readonly outer?: AbortSignal },
): Promise<Answer> {
  const line = timeLimit(outer);
  line.extend(answersWithin);
  try {
    const posted = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await call(path, token, { ...posted, signal: line.signal });
    return (await response.json()) as Answer;
  } finally {
    line.end();
  }
}

async function follow(
  path: string,
  token: string | undefined,
  outer: AbortSignal,
  onPage: (page: Page) => void,
): Promise<void> {
  const line = timeLimit(outer);
  line.extend(firstWithin);
  try {
    const response = await call(path, token, { signal: line.signal });
    await readEvents(response, (data) => {
      line.extend(silentFor);
      if (data !== undefined) onPage(JSON.parse(data) as Page);
    });
  } finally {
    line.end();
  }
}

async function call(
  path: string,
  token: string | undefined,
  request: RequestInit,
): Promise<Response> {
  const response = await fetch(`/widget/${path}`, {
    ...request,
    cache: 'no-store',
    credentials: 'omit',
    headers: {
      ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
  });
  if (!response.ok) throw refusal(response);
  return response;
}

function refusal({ status, headers }: Response): Refusal {
  const seconds = Number(headers.get('Retry-After') ?? Number.NaN);
  return new Refusal(status, Number.isFinite(seconds) ? seconds * 1_000 : undefined);
}

interface TimeLimit {
  readonly signal: AbortSignal;
  /** From now on, so many milliseconds. */
  extend(by: number): void;
  end(): void;
}

/** Aborts when its time is over, or when `outer` does. */
function timeLimit(outer?: AbortSignal): TimeLimit {
  const inner = new AbortController();
  const abort = (): void => {
    inner.abort();
  };
  if (outer?.aborted) abort();
  outer?.addEventListener('abort', abort);
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    signal: inner.signal,
    extend(by) {
      clearTimeout(timer);
      timer = setTimeout(abort, by);
    },
    end() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
    },
  };
}

/** Hands over the data of each server-sent event, and undefined for a ping. */
async function readEvents(
  response: Response,
  onEvent: (data: string | undefined) => void,
): Promise<void> {
  const reader = response.body?.getReader();
  if (!reader) throw new Error('This browser reads no streams.');
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) onEvent(dataOf(block));
  }
}

function dataOf(block: string): string | undefined {
  const lines = block.split('\n').filter((line) => line.startsWith('data:'));
  return lines.length === 0 ? undefined : lines.map((line) => line.slice(5).trim()).join('\n');
}
