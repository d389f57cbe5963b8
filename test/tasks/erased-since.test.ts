import { afterEach, describe, expect, test } from '@jest/globals';
import { days } from '../../src/clock.ts';
import * as collections from '../../src/store/collections.ts';
import { eraseContact } from '../../src/tasks/erase.ts';
import { eventBody, minh, pageId, someone, startBot, stopBots } from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';

afterEach(stopBots);

describe('who was erased and is heard of once more, though not by a word of their own,', () => {
  const feed = (verb: string, more: Record<string, unknown> = {}) => ({
    object: 'page',
    entry: [
      {
        id: pageId,
        time: 1,
        changes: [
          {
            field: 'feed',
            value: {
              item: 'comment',
              verb,
              comment_id: 'p1_c1',
              post_id: 'p1',
              parent_id: 'p1',
              from: { id: someone },
              created_time: 1_795_000_000,
              ...more,
            },
          },
        ],
      },
    ],
  });

  test.each<[string, (bot: Bot) => unknown]>([
    ['a comment changed', () => feed('edited', { message: 'Em là Hạnh, em sửa lại câu hỏi' })],
    ['a comment taken back', () => feed('remove')],
    [
      'a message changed',
      ({ clock }) =>
        eventBody({ message_edit: { mid: 'm_old', text: 'sửa', num_edit: 1 } }, someone, clock),
    ],
    [
      'a message taken back',
      ({ clock }) => eventBody({ message: { mid: 'm_old', is_deleted: true } }, someone, clock),
    ],
    [
      'a reaction to an old message',
      ({ clock }) => eventBody({ reaction: { mid: 'm_old', action: 'react' } }, someone, clock),
    ],
  ])('(%s) is not begun anew, at once or weeks later', async (_, happening) => {
    const bot = await startBot();
    await bot.receives(feed('add', { message: 'mở hộ kinh doanh cần giấy tờ gì ạ?' }));
    await eraseContact(bot, await bot.conversation(), minh);
    await bot.receives(happening(bot));
    await bot.waits(days(20));
    await bot.app.tick();
    await bot.receives(happening(bot));
    expect(await bot.store.collection(collections.contacts).count({}, 9)).toBe(0);
    expect(await bot.store.collection(collections.messages).count({}, 9)).toBe(0);
    expect(await bot.store.collection(collections.conversations).count({}, 9)).toBe(0);
  });

  test('is begun anew by their next comment', async () => {
    const bot = await startBot();
    await bot.hears('chào em');
    await eraseContact(bot, await bot.conversation(), minh);
    await bot.receives(feed('add', { comment_id: 'p1_c2', message: 'đẹp quá' }));
    expect((await bot.transcript()).map(({ text }) => text)).toEqual(['đẹp quá']);
  });

  test('is known where the line and its change come in one delivery', async () => {
    const bot = await startBot();
    const [first] = (feed('add', { message: 'đẹp qúa' }) as { entry: unknown[] }).entry;
    const [then] = feed('edited', { message: 'đẹp quá' }).entry;
    await bot.receives({ object: 'page', entry: [first, then] });
    expect((await bot.transcript())[0]).toMatchObject({ text: 'đẹp quá', kind: 'comment' });
  });
});
