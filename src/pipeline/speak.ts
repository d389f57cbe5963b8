import type { Allowed, Channel, Permission } from '../channels/channel.ts';
import type { Instant } from '../clock.ts';
import type { Conversation, LastLine } from '../conversation/conversation.ts';
import type { Delivery, Message } from '../conversation/message.ts';
import { templateOf } from '../conversation/reply.ts';
import type { Purpose, Reply } from '../conversation/reply.ts';
import type { JobId, MessageId, TraceId } from '../ids.ts';
import * as collections from '../store/collections.ts';
import { insert } from '../store/store.ts';
import type { Draft, Write } from '../store/store.ts';
import { markOf } from './deliver.ts';
import { enqueue } from './queue.ts';
import type { OutboxBody } from './queue.ts';

export interface Speaking {
  readonly channel: Channel;
  /** As it will stand after the commit: its reach, hold and outbox order are what the calls go by. */
  readonly conversation: Conversation;
  readonly from: 'bot' | 'moderator' | 'system';
  readonly by?: Message['by'];
  readonly purpose: Purpose;
  readonly now: Instant;
  readonly trace: TraceId;
  /** Names the lines: line n is `<idBase>/<n>`, so that a turn computed again writes the same ids. */
  readonly idBase: string;
  /** Takes the outbox lane for this process in the same commit. */
  readonly claim: boolean;
}

export interface Spoken {
  readonly writes: readonly Write[];
  readonly outboxOrder: number;
  readonly lastLine?: LastLine;
  readonly lines: readonly MessageId[];
}

/** Writes of lines to a person: the transcript's, and on channels that are sent to, the calls in the outbox. */
export function speak(replies: readonly Reply[], how: Speaking): Spoken {
  const { channel, conversation, purpose, now, from } = how;
  const writes: Write[] = [];
  const lines: MessageId[] = [];
  let outboxOrder = conversation.outboxOrder;
  replies.forEach((reply, n) => {
    const id = `${how.idBase}/${n}` as MessageId;
    const permission = channel.allows(purpose, conversation.reach, now, templateOf(reply));
    const calls =
      channel.delivery === 'push' && permission.allowed
        ? callsOf(reply, id, permission, how, outboxOrder, lines.at(-1))
        : [];
    outboxOrder += calls.length;
    lines.push(id);
    writes.push(line(reply, id, permission, how), ...calls);
  });
  const last = replies.at(-1);
  return {
    writes,
    outboxOrder,
    lines,
    ...(last ? { lastLine: { from, text: textOf(last).slice(0, 200), at: now } } : {}),
  };
}

function line(reply: Reply, id: MessageId, permission: Permission, how: Speaking): Write {
  const { conversation, now, from, by, channel } = how;
  const doc: Draft<Message> = {
    id,
    schema: 1,
    conversationId: conversation.id,
    contactId: conversation.contactId,
    channel: conversation.channel,
    at: now,
    from,
    ...(by ? { by } : {}),
    kind: 'text',
    text: textOf(reply),
    ...extrasOf(reply),
    delivery: deliveryOf(channel, permission, now),
  };
  return insert<Message>(collections.messages, doc, { sequence: conversation.id });
}

function deliveryOf(channel: Channel, permission: Permission, at: Instant): Delivery {
  if (!permission.allowed) return { state: 'failed', reason: permission.why, at };
  return { state: channel.delivery === 'pull' ? 'delivered' : 'queued', at };
}

/** A reply as plain text: the transcript, and every channel without cards. */
export function textOf(reply: Reply): string {
  switch (reply.type) {
    case 'text':
      return reply.text;
    case 'card':
      return `${reply.title}\n\n${reply.body}`;
    case 'image':
      return reply.alt;
  }
}

function extrasOf(reply: Reply): Pick<Message, 'choices' | 'links' | 'feedback' | 'about'> {
  if (reply.type === 'card') return { links: reply.links };
  if (reply.type === 'image') return { links: [{ title: reply.alt, url: reply.url }] };
  return {
    ...(reply.choices ? { choices: reply.choices } : {}),
    ...(reply.feedback ? { feedback: true } : {}),
    ...(reply.about === undefined ? {} : { about: reply.about }),
  };
}

function callsOf(
  reply: Reply,
  messageId: MessageId,
  permission: Allowed,
  how: Speaking,
  order: number,
  before: MessageId | undefined,
): Write[] {
  const { channel, conversation, purpose, now, trace, claim } = how;
  // What all can read promises an answer in private.
  const isPromise = reply.type === 'text' && reply.comment?.to === 'all';
  const mark = markOf(messageId);
  const to = conversation.address;
  return channel.render(reply, to, permission, mark).map((call, part) => {
    const body: OutboxBody = {
      conversationId: conversation.id,
      messageId,
      to,
      purpose,
      hold: conversation.hold,
      call,
      via: permission.via,
      reply,
      part,
      ...(isPromise && before ? { after: before } : {}),
    };
    const job = {
      id: `${mark}/${part}` as JobId,
      channel: conversation.channel,
      lane: conversation.id,
      order: order + part,
      createdAt: now,
      cause: trace,
      contactId: conversation.contactId,
      body,
    };
    return enqueue('outbox', job, claim);
  });
}
