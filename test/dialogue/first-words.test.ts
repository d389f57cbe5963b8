import { afterEach, describe, expect, test } from '@jest/globals';
import { startBot, stopBots, webConversationOf } from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';

/** The whole way, with the model that was learnt: what somebody reads who begins in the middle. */

afterEach(stopBots);

async function hears(bot: Bot, text: string, browser: string) {
  await bot.reads({ text }, browser);
  return (await bot.transcript(webConversationOf(browser))).at(-1)!;
}

describe('a first message that names no topic', () => {
  test.each([
    ['còn lệ phí thì sao', 'lệ phí'],
    ['con le phi thi sao', 'lệ phí'],
    ['phí thì sao', 'lệ phí'],
    ['thế còn giấy tờ', 'giấy tờ'],
    ['mất bao lâu', 'thời gian'],
  ])('“%s” is asked what it is about, with the menu to choose from', async (words, aspect) => {
    const bot = await startBot({ channels: 'web only' });
    const said = await hears(bot, words, 'browser-1');
    expect(said.text).toContain(bot.content.phrase('clarify.aboutAspect', { aspect }));
    expect(said.choices?.every(({ payload }) => payload.startsWith('menu:'))).toBe(true);
  });

  test('the same words after an answer go on from it', async () => {
    const bot = await startBot({ channels: 'web only' });
    await hears(bot, 'đăng ký hộ kinh doanh ở đâu', 'browser-1');
    const said = await hears(bot, 'còn lệ phí thì sao', 'browser-1');
    expect(said).toMatchObject({ feedback: true, about: 'household_registration' });
    expect(said.text).toContain('lệ phí đăng ký hộ kinh doanh');
  });
});
