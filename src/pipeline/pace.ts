import type { Channel, Pace } from '../channels/channel.ts';
import { later } from '../clock.ts';
import type { Instant } from '../clock.ts';
import type { Message } from '../conversation/message.ts';
import type { ConversationId } from '../ids.ts';
import { messages } from '../store/collections.ts';
import type { Store } from '../store/store.ts';

/** Lines of the person that may stand between two of ours. */
const linesBetween = 20;

/**
 * When the next call to this chat may be made, where the platform bounds how fast one chat is written to; undefined =
 * now. By what the transcript says went out, from whichever process: a conversation's calls go one after another.
 */
export async function nextCall(
  store: Store,
  channel: Channel,
  conversationId: ConversationId,
  to: string,
  now: Instant,
): Promise<Instant | undefined> {
  const paces = channel.paces?.(to) ?? [];
  if (paces.length === 0) return undefined;
  const most = Math.max(...paces.map((pace) => pace.most));
  const lines = await store.collection(messages).find({
    where: { conversationId },
    sort: { by: 'seq', order: 'desc' },
    limit: linesBetween + 2 * most,
  });
  const sentAt = lines.flatMap(callTimes).sort((a, b) => b - a);
  return latest(paces.map((pace) => nextBy(pace, sentAt, now)));
}

/** One for each call; all of one line bear the time of its last. */
function callTimes({ delivery }: Message): Instant[] {
  return delivery?.sent ? Object.keys(delivery.sent).map(() => delivery.at) : [];
}

/** Newest first. What a clock that was set back puts into the future says nothing. */
function nextBy({ most, within }: Pace, sentAt: readonly Instant[], now: Instant) {
  const recent = sentAt.filter((at) => at <= now && at > now - within);
  const oldest = recent[most - 1];
  return oldest === undefined ? undefined : later(oldest, within);
}

function latest(instants: readonly (Instant | undefined)[]): Instant | undefined {
  return instants.reduce(
    (a, b) => (a === undefined || (b !== undefined && b > a) ? b : a),
    undefined,
  );
}
