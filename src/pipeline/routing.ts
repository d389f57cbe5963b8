import type { Instant } from '../clock.ts';
import type { Conversation, Reach } from '../conversation/conversation.ts';
import type { EventOf } from '../conversation/event.ts';
import type { Message } from '../conversation/message.ts';
import { ConflictError } from '../errors.ts';
import * as collections from '../store/collections.ts';
import { insert, replace } from '../store/store.ts';
import type { Write } from '../store/store.ts';
import { held, nativeHolder, released, stillWaiting } from './moderation.ts';
import type { NativePorts } from './moderation.ts';

const mostTries = 5;

/**
 * The platform says who answers from now on: a colleague in its inbox or another app silences the bot at once, and it
 * goes on, without a word, when the thread comes back. The line of the transcript makes a redelivery recognisable;
 * what a newer event has overtaken changes nothing.
 */
export async function applyRouting(ports: NativePorts, event: EventOf<'routed'>): Promise<void> {
  const { store, clock } = ports;
  // What another app would like to do is none of our business until it is so.
  if (event.asked && event.to !== 'inbox') return;
  for (let tries = 0; ; tries++) {
    const read = await store.collection(collections.conversations).get(event.conversationId);
    // Of a person who never wrote to us.
    if (!read) return;
    const { routedAt } = read.reach;
    if (routedAt !== undefined && event.at < routedAt) return;
    const now = clock.now();
    const after = routed(read, event, nativeHolder(ports, now), earlier(event.at, now));
    try {
      await store.commit([
        replace<Conversation>(collections.conversations, read, { ...after, updatedAt: now }),
        lineOf(event, read),
      ]);
      return;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      if (error.keys.includes(`${collections.messages.name}/${event.id}`)) return;
      if (tries >= mostTries) throw error;
    }
  }
}

/** Moving a thread answers nobody: who waits goes on waiting until a colleague's first word. */
function routed(
  conversation: Conversation,
  { to, asked }: EventOf<'routed'>,
  inbox: NonNullable<Conversation['holder']>,
  routedAt: Instant,
): Conversation {
  const { standby: _, ...rest }: Reach = conversation.reach;
  const ours: Reach = { ...rest, routedAt };
  const theirs: Reach = { ...ours, standby: true };
  switch (to) {
    case 'us':
      return conversation.holder?.via === 'native'
        ? { ...stillWaiting(conversation, released(conversation)), reach: ours }
        : { ...conversation, reach: ours };
    case 'inbox':
      // Until we have let it go, we hold the thread: nothing has moved.
      if (asked) return { ...stillWaiting(conversation, held(conversation, inbox)), reach: rest };
      // Passed on by ourselves, as a rule: nobody holds it yet, and the bot is silent all the same.
      return conversation.waiting
        ? { ...conversation, reach: theirs }
        : { ...held(conversation, inbox), reach: theirs };
    case 'other':
      return { ...conversation, reach: theirs };
  }
}

/** By the platform's clock, but never in the future: that would keep out all that comes until then. */
function earlier(at: Instant, now: Instant): Instant {
  return at < now ? at : now;
}

function lineOf(event: EventOf<'routed'>, { contactId }: Conversation): Write {
  return insert<Message>(
    collections.messages,
    {
      id: event.id,
      schema: 1,
      conversationId: event.conversationId,
      contactId,
      channel: event.channel,
      at: event.at,
      from: 'system',
      kind: 'event',
      text: '',
    },
    { sequence: event.conversationId },
  );
}
