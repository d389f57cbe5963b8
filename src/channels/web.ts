import { z } from 'zod';
import type { SendingRule } from '../content/content.ts';
import type { InboundEvent } from '../conversation/event.ts';
import { AppError, ChannelError } from '../errors.ts';
import type { ConversationId, EventId } from '../ids.ts';
import type { Instant } from '../clock.ts';
import type { Channel, Limits } from './channel.ts';
import { permissionBy } from './sending-rules.ts';

const limits: Limits = { textLength: 4_000, choices: 5, choiceTitle: 40, perSecond: 1_000 };
const mostOfAMessage = 2_000;

/**
 * The chat on our own page. What is committed is delivered: the page reads the transcript itself, so nothing is
 * rendered or sent, and events come in through `http/widget.ts`, which has checked the token.
 */
export function web(rules: readonly SendingRule[]): Channel<never> {
  const ours = rules.filter(({ channel }) => channel === 'web');
  return {
    name: 'web',
    delivery: 'pull',
    limits,
    verify() {
      throw new AppError('not_found', 404, 'The web chat has no webhook.');
    },
    parse: () => [],
    allows: (purpose, reach, now) => permissionBy(ours, purpose, reach, now),
    render: () => [],
    async send() {
      throw new ChannelError('no_outbox', 'The web chat is read, not sent to.', {
        retryable: false,
      });
    },
  };
}

/** The id is made by the page, so that a repeated POST is the same message. */
const id = z.string().regex(/^[\w-]{8,64}$/, 'id: 8–64 letters, digits, - or _');
const posted = z.union([
  z.strictObject({ id, text: z.string().trim().min(1).max(mostOfAMessage) }),
  z.strictObject({
    id,
    choice: z.strictObject({ payload: z.string().min(1).max(200), title: z.string().max(200) }),
  }),
  z.strictObject({ id, choice: z.string().min(1).max(200) }),
]);

/** The event of one posted message. @throws {AppError} `invalid` (400) saying what a message looks like. */
export function webEvent(
  body: unknown,
  conversationId: ConversationId,
  now: Instant,
): InboundEvent {
  const read = posted.safeParse(body);
  if (!read.success) {
    throw new AppError(
      'invalid',
      400,
      `A message is { id, text } or { id, choice }; text has 1–${mostOfAMessage} characters.`,
    );
  }
  const message = read.data;
  const base = {
    id: `${conversationId}/${message.id}` as EventId,
    channel: 'web',
    account: 'web',
    address: conversationId,
    conversationId,
    at: now,
  };
  if ('text' in message) return { ...base, type: 'text', text: message.text };
  const { choice } = message;
  return typeof choice === 'string'
    ? { ...base, type: 'choice', payload: choice, title: choice }
    : { ...base, type: 'choice', ...choice };
}
