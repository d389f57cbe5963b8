import type { Conversation, WaitingReason } from '../../conversation/conversation.ts';
import type { ConversationId } from '../../ids.ts';
import * as collections from '../../store/collections.ts';
import type { Store } from '../../store/store.ts';

export interface Waiter {
  readonly conversation: Conversation;
  /** What the person said last; '' when nothing of it can be read. */
  readonly words: string;
}

const urgent: readonly WaitingReason[] = ['urgent', 'scam_suspected'];
const most = 200;
/** So far back the person's words are looked for: the bot answers while somebody waits. */
const lookBack = 20;

/** Everybody who waits for a person: what cannot wait first, then who has waited longest; at most 200. */
export async function waitingNow(store: Store): Promise<Waiter[]> {
  const waiting = await store.collection(collections.conversations).find({
    where: { waitingSince: { gt: 0 as never } },
    sort: { by: 'waitingSince', order: 'asc' },
    limit: most,
  });
  const sorted = waiting.toSorted((one, other) => urgencyOf(other) - urgencyOf(one));
  return Promise.all(
    sorted.map(async (conversation) => ({
      conversation,
      words: await lastWords(store, conversation.id),
    })),
  );
}

function urgencyOf({ waiting }: Conversation): number {
  return waiting && urgent.includes(waiting.reason) ? 1 : 0;
}

async function lastWords(store: Store, conversationId: ConversationId): Promise<string> {
  const lines = await store.collection(collections.messages).find({
    where: { conversationId },
    sort: { by: 'seq', order: 'desc' },
    limit: lookBack,
  });
  return lines.find(({ from, text }) => from === 'person' && text !== '')?.text ?? '';
}
