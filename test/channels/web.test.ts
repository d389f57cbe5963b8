import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { web, webEvent } from '../../src/channels/web.ts';
import type { Instant } from '../../src/clock.ts';
import { AppError } from '../../src/errors.ts';
import type { ConversationId } from '../../src/ids.ts';
import { channelContract } from '../contracts/channel-contract.ts';
import { realContent } from '../support/content.ts';

const here = 'web/web/b1' as ConversationId;
const now = 1_800_000_000_000 as Instant;
const { sendingRules } = await realContent();

channelContract('web', {
  make: () => web(sendingRules),
  signed: (body) => ({ method: 'POST', query: {}, headers: {}, body, receivedAt: now }),
  bodies: fc.jsonValue(),
  text: { id: '12345678', text: 'Chào em' },
  read: () => {
    throw new Error('The web chat renders nothing.');
  },
});

describe('a posted message', () => {
  test('is a text under the id that the page gave it', () => {
    expect(webEvent({ id: 'a1b2c3d4', text: '  mở quán cà phê ' }, here, now)).toEqual({
      id: 'web/web/b1/a1b2c3d4',
      channel: 'web',
      account: 'web',
      address: here,
      conversationId: here,
      at: now,
      type: 'text',
      text: 'mở quán cà phê',
    });
  });

  test('may be a pressed choice, with or without its title', () => {
    const bare = webEvent({ id: 'a1b2c3d4', choice: 'ask:ocop' }, here, now);
    expect(bare).toMatchObject({ type: 'choice', payload: 'ask:ocop', title: 'ask:ocop' });
    const choice = { payload: 'ask:ocop', title: 'Sản phẩm OCOP' };
    expect(webEvent({ id: 'a1b2c3d4', choice }, here, now)).toMatchObject({
      type: 'choice',
      ...choice,
    });
  });

  test('may have 2,000 characters and no more', () => {
    const post = (n: number) => webEvent({ id: 'a1b2c3d4', text: 'ế'.repeat(n) }, here, now);
    expect(post(2_000).type).toBe('text');
    expect(() => post(2_001)).toThrow(AppError);
  });

  const id = 'a1b2c3d4';
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a list', []],
    ['words alone', 'Chào'],
    ['no id', { text: 'a' }],
    ['a short id', { id: 'a1', text: 'a' }],
    ['a long id', { id: 'a'.repeat(65), text: 'a' }],
    ['an id of other characters', { id: '../../etc/passwd', text: 'a' }],
    ['an id that is an object', { id: { $gt: '' }, text: 'a' }],
    ['an empty text', { id, text: '' }],
    ['a text of spaces', { id, text: ' \n ' }],
    ['a text that is a number', { id, text: 7 }],
    ['a text that is an object', { id, text: { $where: 'sleep(1)' } }],
    ['both a text and a choice', { id, text: 'a', choice: 'b' }],
    ['neither', { id }],
    ['something more', { id, text: 'a', from: 'moderator' }],
    ['an empty choice', { id, choice: '' }],
    ['a choice without payload', { id, choice: { title: 'a' } }],
    ['a long payload', { id, choice: 'x'.repeat(201) }],
  ])('of %s is refused and told what a message looks like', (_what, body) => {
    let error: unknown;
    try {
      webEvent(body, here, now);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      code: 'invalid',
      status: 400,
      message: 'A message is { id, text } or { id, choice }; text has 1–2000 characters.',
    });
  });
});
