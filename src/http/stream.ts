import type { Response } from 'express';
import { AppError } from '../errors.ts';
import type { ConversationId } from '../ids.ts';
import type { Store } from '../store/store.ts';
import { mostLines } from './transcript.ts';
import type { Transcript } from './transcript.ts';

/** Open pages of the web chat, told of new lines as server-sent events. */
export interface Streams {
  /** @throws {AppError} `too_many` (429) when the conversation is open in too many places. */
  open(conversationId: ConversationId, after: number, response: Response): void;
  /** Ends all of one conversation. */
  end(conversationId: ConversationId): void;
  close(): void;
}

interface Reader {
  readonly response: Response;
  seq: number;
  reading: boolean;
  again: boolean;
  /** What the page was told last: it waits for an answer. */
  answering: boolean;
}

const pingMs = 20_000;
/** Tabs and windows of one person. */
const mostOfOne = 12;

/** Server-sent events of conversations. `open` throws {AppError} `too_many` beyond some pages of one conversation. */
export function streams(store: Store, transcript: Transcript): Streams {
  const open = new Map<string, Set<Reader>>();
  const unwatch = store.watch((changes) => {
    for (const { topic, id } of changes) {
      if (topic === 'conversation')
        for (const reader of open.get(id) ?? []) void send(transcript, id, reader);
    }
  });
  const pings = setInterval(() => {
    for (const [id, readers] of open) for (const reader of readers) ping(transcript, id, reader);
  }, pingMs);
  pings.unref();
  return {
    open(id, after, response) {
      if ((open.get(id)?.size ?? 0) >= mostOfOne)
        throw new AppError('too_many', 429, 'The chat is open in too many tabs; close some.');
      const reader = { response, seq: after, reading: false, again: false, answering: false };
      add(open, id, reader);
      response.on('close', () => {
        drop(open, id, reader);
      });
      begin(response);
      void send(transcript, id, reader);
    },
    end(id) {
      for (const { response } of open.get(id) ?? []) response.end();
    },
    close() {
      unwatch();
      clearInterval(pings);
      for (const readers of open.values()) for (const { response } of readers) response.end();
    },
  };
}

function begin(response: Response): void {
  response.set({
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  response.write('retry: 2000\n\n');
}

function add(open: Map<string, Set<Reader>>, id: string, reader: Reader): void {
  const readers = open.get(id) ?? new Set();
  readers.add(reader);
  open.set(id, readers);
}

function drop(open: Map<string, Set<Reader>>, id: string, reader: Reader): void {
  const readers = open.get(id);
  readers?.delete(reader);
  if (readers?.size === 0) open.delete(id);
}

/** Who still waits for an answer is told how it stands: a line that was buried leaves no other hint. */
function ping(transcript: Transcript, id: string, reader: Reader): void {
  if (reader.answering) void send(transcript, id, reader);
  else reader.response.write(': ping\n\n');
}

/** One read at a time for each page; a hint that comes meanwhile asks for one more. */
async function send(transcript: Transcript, id: string, reader: Reader): Promise<void> {
  if (reader.reading) {
    reader.again = true;
    return;
  }
  reader.reading = true;
  try {
    let isFull: boolean;
    do {
      const page = await transcript.after(id as ConversationId, reader.seq);
      isFull = page.messages.length === mostLines;
      reader.seq = page.messages.at(-1)?.seq ?? reader.seq;
      reader.answering = page.status.answering === true;
      if (!reader.response.writableEnded) {
        reader.response.write(`id: ${reader.seq}\ndata: ${JSON.stringify(page)}\n\n`);
      }
    } while (wasAskedAgain(reader) || isFull);
  } catch {
    // The store is away: the page reconnects by itself and catches up from its last seq.
    reader.response.end();
  } finally {
    reader.reading = false;
  }
}

/** Whether a hint came while it was reading; asked once, answered once. */
function wasAskedAgain(reader: Reader): boolean {
  const { again } = reader;
  reader.again = false;
  return again;
}
