import { Refusal } from './api.ts';
import type { Api } from './api.ts';
import type { Keep } from './keep.ts';
import type { Draft } from './messages.ts';

/** What was said and is not yet with the server; kept over reloads, sent in order, each under one id for ever. */
export interface Outbox {
  readonly waiting: readonly Draft[];
  add(draft: Draft): void;
  /** The server has it (its answer, or the line itself, came back). */
  settle(id: string): void;
  /** Try again now: the network is back. */
  flush(): void;
  clear(): void;
}

export interface OutboxEvents {
  onAccepted(draft: Draft, seq: number | undefined): void;
  /** The server will never take it. */
  onRefused(draft: Draft): void;
  /** The old conversation is over; the next message begins a new one. */
  onSignedOut(): void;
  /** Why the last attempt failed and is being repeated, and what therefore waits; undefined once one got through. */
  onTrouble(trouble: Trouble | undefined, waiting: readonly Draft[]): void;
}

export type Trouble = 'network' | 'too_many';

const longestPause = 30_000;

export function outbox(api: Api, keep: Keep, events: OutboxEvents): Outbox {
  let waiting: readonly Draft[] = read(keep);
  let sending = false;
  let attempts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const put = (drafts: readonly Draft[]): void => {
    waiting = drafts;
    keep.set('unsent', drafts.length === 0 ? undefined : JSON.stringify(drafts));
  };
  const drop = (id: string): void => {
    put(waiting.filter((draft) => draft.id !== id));
  };
  const flush = (): void => {
    clearTimeout(timer);
    if (!sending) void sendAll();
  };
  const sendAll = async (): Promise<void> => {
    sending = true;
    try {
      for (let next = waiting[0]; next; next = waiting[0]) {
        await sendOne(next);
        attempts = 0;
        events.onTrouble(undefined, waiting);
      }
    } catch (error) {
      attempts += 1;
      const isTooMany = error instanceof Refusal && error.status === 429;
      events.onTrouble(isTooMany ? 'too_many' : 'network', waiting);
      timer = setTimeout(flush, pauseBefore(attempts, error));
    } finally {
      sending = false;
    }
  };
  const sendOne = async (draft: Draft): Promise<void> => {
    try {
      const seq = await sayInSession(api, draft, events);
      // "Xoá khỏi máy này" may have emptied the queue meanwhile.
      if (!waiting.includes(draft)) return;
      drop(draft.id);
      events.onAccepted(draft, seq);
    } catch (error) {
      if (!isFinal(error)) throw error;
      drop(draft.id);
      events.onRefused(draft);
    }
  };
  return {
    get waiting() {
      return waiting;
    },
    add(draft) {
      put([...waiting, draft]);
      flush();
    },
    settle(id) {
      if (waiting.some((draft) => draft.id === id)) drop(id);
    },
    flush,
    clear() {
      clearTimeout(timer);
      put([]);
    },
  };
}

/** With a token too old, once more in a new conversation: the message is kept. */
async function sayInSession(
  api: Api,
  draft: Draft,
  { onSignedOut }: OutboxEvents,
): Promise<number | undefined> {
  await api.ensureSession();
  try {
    return await api.say(draft);
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 401) throw error;
    api.forgetSession();
    onSignedOut();
    await api.ensureSession();
    return await api.say(draft);
  }
}

function isFinal(error: unknown): boolean {
  if (!(error instanceof Refusal)) return false;
  const { status } = error;
  return status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status);
}

/** 1, 2, 4 … 30 seconds, or what the server asks for. */
function pauseBefore(attempt: number, error: unknown): number {
  if (error instanceof Refusal && error.waitFor !== undefined) return error.waitFor;
  return Math.min(longestPause, 1_000 * 2 ** (attempt - 1));
}

/** What another version of this page has written may have another form; then it is nothing to send. */
function read(keep: Keep): readonly Draft[] {
  try {
    const drafts: unknown = JSON.parse(keep.get('unsent') ?? '[]');
    return Array.isArray(drafts) ? drafts.filter(isDraft) : [];
  } catch {
    return [];
  }
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null) return false;
  const { id, at, say } = value as Partial<Draft>;
  return (
    typeof id === 'string' &&
    typeof at === 'number' &&
    typeof say === 'object' &&
    (('text' in say && typeof say.text === 'string') ||
      ('choice' in say && typeof say.choice === 'string' && typeof say.title === 'string'))
  );
}
