import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { messenger } from '../../src/channels/messenger.ts';
import type { MessengerCall, SendCall } from '../../src/channels/messenger.ts';
import type { Instant } from '../../src/clock.ts';
import type { InboundEvent } from '../../src/conversation/event.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { fakeGraph } from '../support/platforms.ts';

/** What happens under the Page’s posts, and how it is answered. */

const page = '100000000000001';
const settings = {
  appSecret: 'app-secret',
  verifyToken: 'verify',
  pageToken: 'page-token',
  pageId: page,
  apiBase: 'https://graph.facebook.com/v25.0',
};
const channel = messenger(settings, fakeGraph(), []);
const receivedAt = 1_800_000_000_000 as Instant;

function comment(value: Record<string, unknown>): InboundEvent[] {
  const about = { item: 'comment', verb: 'add', comment_id: 'c_1', post_id: 'p_1', ...value };
  const changes = [{ field: 'feed', value: about }];
  const body = { object: 'page', entry: [{ id: page, time: 1_700_000_000, changes }] };
  return channel.parse({
    method: 'POST',
    query: {},
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
    receivedAt,
  });
}
const from = { id: '77' };

describe('under a post', () => {
  test('a comment said to another one is known as such', () => {
    expect(comment({ from, parent_id: 'p_1' })[0]).not.toHaveProperty('inReply');
    expect(comment({ from, parent_id: 'c_0' })[0]).toMatchObject({ inReply: true });
  });

  test('a changed comment and one taken back name the comment they speak of', () => {
    const [added] = comment({ from, message: 'a' });
    const changes = { from, verb: 'edited', created_time: 1_700_000_000 };
    const [edited] = comment({ ...changes, message: 'b' });
    const [again] = comment({ ...changes, message: 'c' });
    const [removed] = comment({ from, verb: 'remove' });
    expect(edited).toMatchObject({ type: 'edited', of: added!.id, text: 'b', at: receivedAt });
    expect(removed).toMatchObject({ type: 'removed', of: added!.id });
    expect(new Set([added, edited, again, removed].map((event) => event!.id)).size).toBe(4);
  });

  test.each(['hide', 'unhide', 'like'])('“%s” says nothing to us', (verb) => {
    expect(comment({ from, verb, message: 'a' })).toEqual([]);
  });

  test.each(['add', 'edited', 'remove'])('“%s” of our own is ignored', (verb) => {
    expect(comment({ from: { id: page }, verb, message: 'a' })).toEqual([]);
    expect(comment({ sender_id: Number(page), verb, message: 'a' })).toEqual([]);
  });
});

const render = (to: 'all' | 'author', text: string, choices = 0): MessengerCall[] => {
  const offered = Array.from({ length: choices }, (_, i) => ({
    title: `Mục ${i + 1}`,
    payload: `ask:m${i + 1}`,
  }));
  const reply: Reply = { type: 'text', text, choices: offered, comment: { id: '1_2', to } };
  return channel.render(reply, '2', { allowed: true, via: 'normal' }, 'out/x/0');
};

describe('an answer to a comment', () => {
  test('is one message to its author, within what Messenger takes, whatever its length', () => {
    const words = fc.integer({ min: 1, max: 700 });
    fc.assert(
      fc.property(words, fc.integer({ min: 0, max: 15 }), (length, choices) => {
        const [call, ...more] = render('author', 'chữ '.repeat(length), choices) as SendCall[];
        expect(more).toEqual([]);
        expect(call!.recipient).toEqual({ comment_id: '1_2' });
        const { text, quick_replies = [], attachment } = call!.message;
        expect(text?.length ?? 0).toBeLessThanOrEqual(2_000);
        expect(quick_replies.length).toBeLessThanOrEqual(13);
        expect(attachment?.payload.text?.length ?? 0).toBeLessThanOrEqual(640);
        expect(attachment?.payload.buttons?.length ?? 0).toBeLessThanOrEqual(3);
      }),
    );
  });

  test('for all to read stands under it, in words alone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_500 }), (length) => {
        const [call, ...more] = render('all', 'Dạ'.repeat(length), 3);
        expect(more).toEqual([]);
        expect(call).toEqual({ edge: '1_2/comments', body: { message: expect.any(String) } });
        expect(JSON.stringify(call).length).toBeLessThanOrEqual(2_100);
      }),
    );
  });
});
