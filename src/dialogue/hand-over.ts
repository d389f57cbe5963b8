import type { WaitingReason } from '../conversation/conversation.ts';
import type { Turn } from './flow.ts';

/**
 * The turn's replies, the last of them marked where somebody begins to wait for a person who is there to answer: a
 * channel with an inbox of its own may then hand the thread over. Not while a form still asks, nor outside working
 * hours: the bot goes on answering what it can. Pure.
 */
export function markHandOver({ replies, effects, memory }: Turn, open: boolean): Turn['replies'] {
  const waits = effects.some((one) => one.type === 'wait' && !papers.includes(one.reason));
  if (!waits || !open || memory.flow) return replies;
  return replies.map((reply, i) =>
    i === replies.length - 1 && reply.type === 'text' ? { ...reply, handsOver: true } : reply,
  );
}

/** Done by an official with no word in between: nothing to talk about in an inbox. */
const papers: readonly WaitingReason[] = ['privacy_request', 'callback'];
