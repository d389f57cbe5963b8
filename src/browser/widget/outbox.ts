import { Refusal } from './api.ts';
import type { Api } from './api.ts';
import type { Keep, Unsent } from './keep.ts';
import type { Draft, Trouble } from './messages.ts';

/** What was said and is not yet with the server; kept over reloads, sent in order, each under one id for ever. */
export interface Outbox {
  readonly waiting: readonly Draft[];
  add(draft: Draft): void;
  /** The server has it (its answer, or the line itself, came back). */
  settle(id: string): void;
  /** Leaves out what another tab has sent or forgotten. Whether there was any. */
  reread(): boolean;
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

const longestPause = 30_000;

interface Box {
  readonly api: Api;
  readonly keep: Keep;
  readonly events: OutboxEvents;
  waiting: readonly Draft[];
  sending: boolean;
  attempts: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** How often it was emptied: what is on its way then belongs to a conversation that is forgotten. */
  cleared: number;
}

/**
 * Sends what was said, one line after another in order, and keeps over reloads what the server has not acknowledged.
 */
export function outbox(api: Api, keep: Keep, events: OutboxEvents): Outbox {
  const box: Box = {
    api,
    keep,
    events,
    waiting: read(keep),
    sending: false,
    attempts: 0,
    timer: undefined,
    cleared: 0,
  };
  return {
    get waiting() {
      return box.waiting;
    },
    add(draft) {
      box.waiting = [...box.waiting, draft];
      keep.set(entryOf(draft.id), JSON.stringify(draft));
      flush(box);
    },
    settle(id) {
      drop(box, id);
    },
    reread() {
      const before = box.waiting.length;
      box.waiting = box.waiting.filter(({ id }) => keep.get(entryOf(id)) !== undefined);
      return box.waiting.length < before;
    },
    flush() {
      flush(box);
    },
    clear() {
      box.cleared += 1;
      clearTimeout(box.timer);
      box.waiting = [];
      // Those of other tabs, too: what is to be forgotten must not be sent by them.
      for (const name of keep.unsent()) keep.set(name, undefined);
    },
  };
}

function entryOf(id: string): Unsent {
  return `unsent.${id}`;
}

function drop(box: Box, id: string): void {
  box.waiting = box.waiting.filter((draft) => draft.id !== id);
  box.keep.set(entryOf(id), undefined);
}

function flush(box: Box): void {
  clearTimeout(box.timer);
  if (!box.sending) void sendAll(box);
}

/** One after the other, in the order they were said. */
async function sendAll(box: Box): Promise<void> {
  box.sending = true;
  try {
    for (let next = box.waiting[0]; next; next = box.waiting[0]) {
      await sendOne(box, next);
      box.attempts = 0;
      box.events.onTrouble(undefined, box.waiting);
    }
  } catch (error) {
    box.attempts += 1;
    const isTooMany = error instanceof Refusal && error.status === 429;
    box.events.onTrouble(isTooMany ? 'too_many' : 'network', box.waiting);
    box.timer = setTimeout(flush, pauseAfter(box.attempts, error), box);
  } finally {
    box.sending = false;
  }
}

async function sendOne(box: Box, draft: Draft): Promise<void> {
  const { cleared } = box;
  try {
    const seq = await sayInSession(box, draft);
    if (box.cleared !== cleared) box.api.forgetSession();
    else if (box.waiting.includes(draft)) {
      drop(box, draft.id);
      box.events.onAccepted(draft, seq);
    }
  } catch (error) {
    if (!isFinal(error)) throw error;
    drop(box, draft.id);
    box.events.onRefused(draft);
  }
}

/** With a token too old, once more in a new conversation: the message is kept. */
async function sayInSession({ api, events }: Box, draft: Draft): Promise<number | undefined> {
  await api.ensureSession();
  try {
    return await api.say(draft);
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 401) throw error;
    api.forgetSession();
    events.onSignedOut();
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
function pauseAfter(attempt: number, error: unknown): number {
  if (error instanceof Refusal && error.waitFor !== undefined) return error.waitFor;
  return Math.min(longestPause, 1_000 * 2 ** (attempt - 1));
}

/**
 * What was not sent when a page was closed, in the order it was said. Another tab may be about to send some of it, too:
 * under one id it is one message.
 */
function read(keep: Keep): readonly Draft[] {
  return keep
    .unsent()
    .flatMap((name) => parsed(keep.get(name)))
    .sort((one, other) => one.at - other.at);
}

/** What another version of this page has written may have another form; then it is nothing to send. */
function parsed(stored: string | undefined): readonly Draft[] {
  try {
    const draft: unknown = JSON.parse(stored ?? '');
    return isDraft(draft) ? [draft] : [];
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
