import { afterEach, describe, expect, test } from '@jest/globals';
import { hours, minutes } from '../../src/clock.ts';
import type { Message } from '../../src/conversation/message.ts';
import type { EventId } from '../../src/ids.ts';
import { reply, take } from '../../src/pipeline/moderation.ts';
import {
  conversationOf,
  echoBody,
  eventBody,
  minh,
  someone,
  startBot,
  stopBots,
} from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { graph } from '../support/platforms.ts';

afterEach(stopBots);

const question = 'mở hộ kinh doanh ở đâu';

const lastLine = async (bot: Bot, of = someone): Promise<Message> =>
  (await bot.transcript(of)).at(-1)!;

describe('what is not wanted any more', () => {
  test('is withdrawn when somebody took the conversation over, with the reason', async () => {
    const bot = await startBot();
    bot.platform.answersNext(graph.down);
    await bot.hears(question);
    await take(bot.desk, conversationOf(someone), minh);
    await bot.waits(minutes(1));
    const [, answer] = await bot.transcript();
    expect(answer).toMatchObject({
      from: 'bot',
      delivery: { state: 'withdrawn', reason: 'taken_over' },
    });
    expect(bot.texts()).toEqual([expect.stringContaining('Minh')]);
  });

  test('is withdrawn when a colleague answered in the Page’s inbox meanwhile', async () => {
    const bot = await startBot();
    bot.platform.answersNext(graph.down);
    await bot.hears(question);
    await bot.receives(echoBody({ text: 'Chị Hoa trả lời nhé' }, someone, bot.clock));
    await bot.waits(minutes(1));
    expect(bot.sent()).toEqual([]);
    expect((await bot.transcript())[1]).toMatchObject({ delivery: { reason: 'taken_over' } });
  });

  test('is withdrawn after twelve hours: nobody remembers the question', async () => {
    const bot = await startBot();
    bot.platform.answers(graph.unreachable);
    await bot.hears(question);
    for (let hour = 0; hour < 12; hour++) await bot.waits(hours(1));
    bot.platform.answers(undefined);
    await bot.waits(hours(1));
    expect(bot.sent()).toEqual([]);
    expect(await lastLine(bot)).toMatchObject({
      delivery: { state: 'withdrawn', reason: 'too_old' },
    });
  });

  test('is not sent to somebody who left', async () => {
    const bot = await startBot();
    bot.platform.answersNext(graph.down);
    await bot.hears(question);
    const at = bot.clock.now();
    const { channel, account, address, id: conversationId } = await bot.conversation();
    const id = `${conversationId}/left` as EventId;
    const left = { id, channel, account, address, conversationId, at, type: 'left' } as const;
    await bot.app.receiver.accept([left], at);
    await bot.waits(minutes(1));
    expect(bot.sent()).toEqual([]);
    expect((await bot.transcript())[1]).toMatchObject({
      delivery: { state: 'failed', reason: 'blocked_by_person' },
    });
  });
});

describe('the window', () => {
  test('has closed: an answer that could not go out in time is not sent', async () => {
    const bot = await startBot();
    bot.platform.answers(graph.tokenDead);
    // Written 23 hours ago, received only now: one hour of the window is left.
    const old = bot.clock.now() - hours(23);
    await bot.receives(
      eventBody({ timestamp: old, message: { mid: 'm_old', text: question } }, someone, bot.clock),
    );
    bot.platform.answers(undefined);
    await bot.waits(hours(2));
    expect(bot.sent()).toEqual([]);
    expect(await lastLine(bot)).toMatchObject({
      delivery: { state: 'failed', reason: 'window_closed' },
    });
  });

  test('closed since a colleague wrote: the same words go out under the rule for humans', async () => {
    const bot = await startBot();
    await bot.hears('gặp cán bộ');
    await take(bot.desk, conversationOf(someone), minh);
    await bot.settled();
    bot.clock.advance(hours(23.9));
    bot.platform.answersNext(graph.down);
    await reply(bot.desk, conversationOf(someone), minh, 'Chào anh.');
    await bot.settled();
    await bot.waits(hours(1));
    const call = bot.sent().at(-1)?.call;
    expect(call).toMatchObject({
      messaging_type: 'MESSAGE_TAG',
      tag: 'HUMAN_AGENT',
      message: { text: 'Chào anh.' },
    });
  });
});
