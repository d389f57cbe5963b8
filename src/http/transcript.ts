import type { Clock, Instant } from '../clock.ts';
import type { Content } from '../content/content.ts';
import type { Waiting } from '../conversation/conversation.ts';
import type { Message } from '../conversation/message.ts';
import type { ConversationId } from '../ids.ts';
import * as collections from '../store/collections.ts';
import type { Store } from '../store/store.ts';

/** One line as the web chat shows it; part of the interface that stays. */
export interface WidgetMessage {
  readonly seq: number;
  readonly id: string;
  readonly from: 'person' | 'bot' | 'moderator' | 'system';
  readonly by?: { readonly name: string; readonly organisation: string };
  /** Plain text. */
  readonly text: string;
  readonly choices: readonly { readonly title: string; readonly payload: string }[];
  readonly links?: readonly { readonly title: string; readonly url: string }[];
  /** Whether this answer may be judged. */
  readonly feedback?: boolean;
  readonly at: Instant;
}

export interface WidgetStatus {
  readonly handledBy: 'bot' | 'moderator';
  /** Something the person said is still to be read by the bot: an answer may come. */
  readonly answering?: true;
  readonly waitingSince?: Instant;
  /** When people work again; only while somebody waits outside working hours, and where people answer at all. */
  readonly opensAt?: Instant;
  /** The model is still being trained: what is asked is kept and answered then. */
  readonly starting?: true;
}

export interface Page {
  readonly messages: readonly WidgetMessage[];
  readonly status: WidgetStatus;
}

export interface Transcript {
  /** Lines with a greater seq, in order, at most 200: ask again from the last one while there are that many. */
  after(conversationId: ConversationId, seq: number): Promise<Page>;
}

export interface TranscriptPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly content: () => Content;
  readonly canAnswer: () => boolean;
  /** Whether people answer here at all: an hour is promised only then. */
  readonly staffed: () => Promise<boolean>;
}

/** Lines of a full page. */
export const mostLines = 200;

/** What the chat page may see of a conversation. */
export function transcript(ports: TranscriptPorts): Transcript {
  return {
    async after(conversationId, seq) {
      const lines = await shownAfter(ports.store, conversationId, seq);
      return { messages: lines.map(shown), status: await status(ports, conversationId) };
    },
  };
}

/** Reads on over lines that are not shown, so that a full page is the only sign that there may be more. */
async function shownAfter(store: Store, conversationId: ConversationId, seq: number) {
  const found: Message[] = [];
  for (let from = seq; ;) {
    const lines = await store.collection(collections.messages).find({
      where: { conversationId, seq: { gt: from } },
      sort: { by: 'seq', order: 'asc' },
      limit: mostLines,
    });
    found.push(...lines.filter(isShown));
    const last = lines.at(-1);
    if (!last || lines.length < mostLines || found.length >= mostLines)
      return found.slice(0, mostLines);
    from = last.seq;
  }
}

/** Notes are for colleagues; events without words (opened, a reaction) are no lines to read. */
function isShown({ kind, text }: Message): boolean {
  return kind !== 'note' && text !== '';
}

function shown({ seq, id, from, by, text, choices, links, feedback, at }: Message): WidgetMessage {
  return {
    seq,
    id,
    from,
    ...(by ? { by } : {}),
    text,
    choices: choices ?? [],
    ...(links ? { links } : {}),
    ...(feedback ? { feedback } : {}),
    at,
  };
}

async function status(ports: TranscriptPorts, id: ConversationId): Promise<WidgetStatus> {
  const conversation = await ports.store.collection(collections.conversations).get(id);
  const starting = ports.canAnswer() ? {} : { starting: true as const };
  if (!conversation) return { handledBy: 'bot', ...starting };
  const { handledBy, waiting } = conversation;
  const isAnswering = handledBy === 'bot' && (await hasUnread(ports.store, id));
  return {
    handledBy,
    ...(isAnswering ? { answering: true } : {}),
    ...(waiting ? await waitingFor(ports, waiting) : {}),
    ...starting,
  };
}

async function hasUnread(store: Store, id: ConversationId): Promise<boolean> {
  const where = { queue: 'inbox', lane: id } as const;
  return (await store.collection(collections.jobs).count(where, 1)) > 0;
}

async function waitingFor(
  { clock, content, staffed }: TranscriptPorts,
  { since }: Waiting,
): Promise<Pick<WidgetStatus, 'waitingSince' | 'opensAt'>> {
  const hours = content().hours(clock.now());
  const promised = !hours.open && (await staffed());
  return { waitingSince: since, ...(promised ? { opensAt: hours.opensAt } : {}) };
}
