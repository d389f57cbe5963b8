import { afterEach, describe, expect, test } from '@jest/globals';
import { days, hours, minutes } from '../../src/clock.ts';
import type { Conversation } from '../../src/conversation/conversation.ts';
import * as collections from '../../src/store/collections.ts';
import { insert } from '../../src/store/store.ts';
import { conversationOf, someone, startBot, stopBots } from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { courseId, openCourse } from '../support/courses.ts';

afterEach(stopBots);

const other = '200000000000002';

/** So much time passes, task by task. */
async function pass(bot: Bot, n: number): Promise<void> {
  for (let hour = 0; hour < n; hour++) {
    bot.clock.advance(hours(1));
    await bot.app.tick();
    await bot.settled();
  }
  expect(await bot.dead()).toEqual([]);
}

/** Half of a registration, and away. */
async function walksAway(bot: Bot, from = someone): Promise<void> {
  await bot.presses(`register:${courseId}`, from);
  for (const words of ['đồng ý', 'Y Pốt Niê Kđăm']) await bot.hears(words, from);
}

const typed = async (bot: Bot, of = someone): Promise<unknown> =>
  (await bot.conversation(of)).memory.flow?.['values'];

describe('a form that somebody walked away from', () => {
  test('is emptied a day after the last word', async () => {
    const bot = await startBot();
    await openCourse(bot.store, bot.clock.now());
    await walksAway(bot);
    const before = await bot.conversation();
    await pass(bot, 23);
    expect(await typed(bot)).toMatchObject({ fullName: 'Y Pốt Niê Kđăm' });
    await pass(bot, 2);
    const { memory, updatedAt } = await bot.conversation();
    expect(memory.flow).toBeUndefined();
    expect(JSON.stringify(memory)).not.toContain('Kđăm');
    // Keeping it counts from the person's last word, as before.
    expect(updatedAt).toBe(before.updatedAt);
    await bot.hears('chào em');
    expect(bot.texts().at(-1)).not.toContain('Kđăm');
  });

  test('stays with who still talks, and goes when they, too, fall silent', async () => {
    const bot = await startBot();
    await openCourse(bot.store, bot.clock.now());
    await walksAway(bot);
    await walksAway(bot, other);
    await pass(bot, 20);
    await bot.hears('0905 123 456', other);
    await pass(bot, 6);
    expect(await typed(bot)).toBeUndefined();
    expect(await typed(bot, other)).toMatchObject({ phone: expect.anything() });
    await pass(bot, 20);
    expect(await typed(bot, other)).toBeUndefined();
  });

  test('is found among hundreds that fell silent in the same moment, and after a long stop', async () => {
    const bot = await startBot();
    await openCourse(bot.store, bot.clock.now());
    await walksAway(bot);
    const { version: _, ...one } = await bot.conversation();
    const id = (n: number) => conversationOf(`3000000000${String(n).padStart(5, '0')}`);
    for (let batch = 0; batch < 3; batch++)
      await bot.store.commit(
        Array.from({ length: 150 }, (_, n) =>
          insert<Conversation>(collections.conversations, { ...one, id: id(batch * 150 + n) }),
        ),
      );
    bot.clock.advance(days(9));
    await bot.app.tick();
    await bot.settled();
    const all = await bot.store
      .collection(collections.conversations)
      .find({ where: {}, limit: 999 });
    expect(all).toHaveLength(451);
    expect(all.filter(({ memory }) => memory.flow !== undefined)).toEqual([]);
  });

  test('is looked for once an hour without reading again what was read', async () => {
    const bot = await startBot();
    await bot.hears('chào em');
    await pass(bot, 30);
    const seen = await bot.store.collection(collections.taskStates).get('forms/seen');
    expect(bot.clock.now() - seen!.lastSlot).toBeLessThanOrEqual(days(1) + minutes(60));
  });
});
