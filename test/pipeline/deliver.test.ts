import { afterEach, describe, expect, test } from '@jest/globals';
import { hours, minutes, seconds } from '../../src/clock.ts';
import type { Message } from '../../src/conversation/message.ts';
import { reply, take } from '../../src/pipeline/moderation.ts';
import * as collections from '../../src/store/collections.ts';
import { replace } from '../../src/store/store.ts';
import type { Job } from '../../src/store/store.ts';
import {
  conversationOf,
  echoBody,
  messageBody,
  minh,
  someone,
  startBot,
  stopBots,
} from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { doneInSilence, graph } from '../support/platforms.ts';

afterEach(stopBots);

const question = 'mở hộ kinh doanh ở đâu';
const other = '200000000000002';

const lastLine = async (bot: Bot, of = someone): Promise<Message> =>
  (await bot.transcript(of)).at(-1)!;
const deadReasons = async (bot: Bot): Promise<string[]> =>
  (await bot.dead()).map(({ body }) => body.reason);
/** The mark that the platform would echo with what it was last given. */
const mark = (bot: Bot): string | undefined => bot.platform.asked.at(-1)?.call.message.metadata;

describe('an answer', () => {
  test('that is sent has the platform’s id in the transcript, and its job is gone', async () => {
    const bot = await startBot();
    await bot.hears(question);
    const line = await lastLine(bot);
    expect(line.delivery).toMatchObject({ state: 'sent' });
    expect(Object.values(line.delivery?.sent ?? {})).toEqual(['m_sent_1']);
    expect(await bot.store.collection(collections.jobs).count({ queue: 'outbox' }, 9)).toBe(0);
  });

  test('to one person goes out in order, one call at a time', async () => {
    const bot = await startBot();
    let under = 0;
    bot.platform.answers(async (call, n) => {
      expect(++under).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      under--;
      return graph.ok(call, n);
    });
    for (const words of [question, 'thuế hộ kinh doanh bao nhiêu', 'gặp cán bộ'])
      await bot.takesIn(messageBody({ text: words }, someone, bot.clock));
    await bot.settled();
    const said = (await bot.transcript())
      .filter(({ from }) => from === 'bot')
      .map(({ text }) => text);
    expect(said.length).toBeGreaterThanOrEqual(3);
    expect(bot.texts()).toEqual(said);
  });

  test('to others is not held up by a person whose call takes long', async () => {
    const bot = await startBot();
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    bot.platform.answersNext(async (call, n) => {
      await held;
      return graph.ok(call, n);
    });
    await bot.takesIn(messageBody({ text: question }, someone, bot.clock));
    while (bot.platform.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    await bot.takesIn(messageBody({ text: question }, other, bot.clock));
    while (bot.platform.sent.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(bot.sent().map(({ call }) => call.recipient.id)).toEqual([other]);
    letGo();
    await bot.settled();
    expect(bot.sent()).toHaveLength(2);
  });
});

describe('a platform that has a bad day', () => {
  test.each([
    ['429 with Retry-After', graph.throttledFor(7), seconds(7)],
    ['error 613', graph.throttled(), seconds(10)],
    ['503', graph.down(), seconds(1)],
  ])('(%s) is asked again when it says, and the order is kept', async (_what, answer, wait) => {
    const bot = await startBot();
    bot.platform.answersNext(() => answer);
    await bot.hears(question);
    expect(bot.sent()).toEqual([]);
    await bot.takesIn(messageBody({ text: 'gặp cán bộ' }, someone, bot.clock));
    await bot.rests();
    expect(bot.platform.asked).toHaveLength(1);
    bot.clock.advance((wait - 1) as typeof wait);
    await bot.rests();
    expect(bot.platform.asked).toHaveLength(1);
    await bot.waits(1 as typeof wait);
    const said = (await bot.transcript())
      .filter(({ from }) => from === 'bot')
      .map(({ text }) => text);
    expect(bot.texts()).toEqual(said);
    expect(await bot.dead()).toEqual([]);
  });

  test('(throttled) pauses the whole channel, because it concerns the account', async () => {
    const bot = await startBot();
    bot.platform.answersNext(graph.throttled);
    await bot.hears(question);
    await bot.takesIn(messageBody({ text: question }, other, bot.clock));
    await bot.rests();
    expect(bot.platform.asked).toHaveLength(1);
    await bot.waits(seconds(10));
    expect(
      bot
        .sent()
        .map(({ call }) => call.recipient.id)
        .sort(),
    ).toEqual([someone, other]);
  });

  test('(a share that is nearly used up) is not waited for: calls slow down before', async () => {
    const bot = await startBot();
    bot.platform.answersNext(graph.nearlyUsed(100));
    await bot.hears(question);
    expect(bot.sent()).toHaveLength(1);
    await bot.takesIn(messageBody({ text: question }, other, bot.clock));
    await bot.rests();
    bot.clock.advance(seconds(59));
    await bot.rests();
    expect(bot.platform.asked).toHaveLength(1);
    await bot.waits(seconds(1));
    expect(bot.sent().map(({ call }) => call.recipient.id)).toEqual([someone, other]);
  });

  test('(a share of which enough is left) slows nothing down', async () => {
    const bot = await startBot();
    bot.platform.answersNext(graph.nearlyUsed(74));
    await bot.hears(question);
    await bot.hears(question, other);
    expect(bot.sent()).toHaveLength(2);
  });

  test('(503) holds up nobody else', async () => {
    const bot = await startBot();
    bot.platform.answersNext(graph.down);
    await bot.hears(question);
    await bot.hears(question, other);
    expect(bot.sent().map(({ call }) => call.recipient.id)).toEqual([other]);
  });

  test('(a dead token) pauses the channel and drops nothing, however long it takes', async () => {
    const bot = await startBot();
    bot.platform.answers(graph.tokenDead);
    await bot.hears(question);
    for (let minute = 0; minute < 60; minute++) {
      bot.clock.advance(minutes(1));
      await bot.rests();
    }
    expect(bot.platform.asked.length).toBeGreaterThan(30);
    bot.platform.answers(undefined);
    bot.clock.advance(minutes(1));
    await bot.settled();
    expect(bot.sent()).toHaveLength(1);
    expect(await lastLine(bot)).toMatchObject({ delivery: { state: 'sent' } });
    expect(await bot.dead()).toEqual([]);
  });

  test('(unreachable) is tried again with longer and longer pauses', async () => {
    const bot = await startBot();
    bot.platform.answers(graph.unreachable);
    await bot.hears(question);
    const tries: number[] = [];
    for (let second = 0; second < 130; second++) {
      const before = bot.platform.asked.length;
      bot.clock.advance(seconds(1));
      await bot.rests();
      if (bot.platform.asked.length > before) tries.push(second + 1);
    }
    expect(tries).toEqual([1, 3, 7, 15, 31, 63, 127]);
    bot.platform.answers(undefined);
    await bot.waits(minutes(5));
    expect(bot.sent()).toHaveLength(1);
  });

  test('(errors of its own for three hours) loses no answer', async () => {
    const bot = await startBot();
    bot.platform.answers(graph.broken);
    await bot.hears(question);
    for (let minute = 0; minute < 180; minute++) await bot.waits(minutes(1));
    bot.platform.answers(undefined);
    for (let minute = 0; minute < 10; minute++) await bot.waits(minutes(1));
    expect(bot.sent()).toHaveLength(1);
    expect(await bot.dead()).toEqual([]);
  });
});

describe('an outcome nobody knows', () => {
  test('is waited for: the answer goes out again after three seconds without an echo', async () => {
    const bot = await startBot();
    bot.platform.answersNext(graph.silent);
    await bot.hears(question);
    expect(bot.platform.asked).toHaveLength(1);
    await bot.waits(seconds(2.9));
    expect(bot.platform.asked).toHaveLength(1);
    await bot.waits(seconds(0.1));
    expect(bot.platform.asked).toHaveLength(2);
    expect(bot.platform.asked[1]?.call).toEqual(bot.platform.asked[0]?.call);
    expect(await lastLine(bot)).toMatchObject({ delivery: { state: 'sent' } });
  });

  test('is settled by the echo: the answer does not go out again', async () => {
    const bot = await startBot();
    bot.platform.answersNext(doneInSilence(bot.platform));
    await bot.hears(question);
    const echo = { mid: 'm_there', text: bot.texts()[0], app_id: 4711, metadata: mark(bot) };
    await bot.receives(echoBody(echo, someone, bot.clock));
    await bot.waits(minutes(10));
    expect(bot.sent()).toHaveLength(1);
    const line = await lastLine(bot);
    expect(line.delivery?.state).toBe('sent');
    expect(Object.values(line.delivery?.sent ?? {})).toEqual(['m_there']);
    expect((await bot.conversation()).handledBy).toBe('bot');
  });

  test('whose echo ends the wait in the very moment of the next try holds up nobody', async () => {
    const bot = await startBot();
    bot.platform.answersNext(async (call, n) => {
      const [job] = await bot.store
        .collection(collections.jobs)
        .find({ where: { queue: 'outbox' }, limit: 1 });
      await bot.store.commit([replace<Job>(collections.jobs, job!, { dueAt: bot.clock.now() })]);
      return graph.ok(call, n);
    });
    await bot.hears(question);
    await bot.hears('thuế hộ kinh doanh bao nhiêu');
    expect(bot.texts().at(-1)).toMatch(/thuế/i);
    expect(await bot.dead()).toEqual([]);
  });

  test('of a colleague’s words is left to a person: not sent again, told as unknown', async () => {
    const bot = await startBot();
    await bot.hears('gặp cán bộ');
    await take(bot.desk, conversationOf(someone), minh);
    await bot.settled();
    const before = bot.platform.asked.length;
    bot.platform.answersNext(graph.silent);
    await reply(bot.desk, conversationOf(someone), minh, 'Chào anh, em là Minh.');
    await bot.settled();
    await bot.waits(hours(1));
    expect(bot.platform.asked).toHaveLength(before + 1);
    expect(await lastLine(bot)).toMatchObject({
      from: 'moderator',
      delivery: { state: 'unknown', reason: 'outcome_unknown' },
    });
    expect(await deadReasons(bot)).toEqual(['outcome_unknown']);
  });

  test('of a colleague’s words is settled by an echo that came before the time-out', async () => {
    const bot = await startBot();
    await bot.hears('gặp cán bộ');
    await take(bot.desk, conversationOf(someone), minh);
    await bot.settled();
    bot.platform.answersNext(async () => {
      const echo = { mid: 'm_there', text: 'Chào anh.', app_id: 4711, metadata: mark(bot) };
      await bot.takesIn(echoBody(echo, someone, bot.clock));
      return graph.silent();
    });
    await reply(bot.desk, conversationOf(someone), minh, 'Chào anh.');
    await bot.settled();
    expect(await lastLine(bot)).toMatchObject({ from: 'moderator', delivery: { state: 'sent' } });
    expect(await bot.dead()).toEqual([]);
  });

  test('of a long text’s beginning keeps its rest from going out alone', async () => {
    const bot = await startBot();
    await bot.hears('gặp cán bộ');
    await take(bot.desk, conversationOf(someone), minh);
    await bot.settled();
    const before = bot.platform.asked.length;
    bot.platform.answersNext(graph.silent);
    await reply(bot.desk, conversationOf(someone), minh, 'Đoạn này dài một chút. '.repeat(200));
    await bot.settled();
    await bot.waits(hours(1));
    expect(bot.platform.asked).toHaveLength(before + 1);
    expect(await deadReasons(bot)).toEqual(Array(3).fill('outcome_unknown'));
    expect(await lastLine(bot)).toMatchObject({ delivery: { state: 'unknown' } });
  });
});

describe('a refusal that will not change', () => {
  test.each([
    ['a bad parameter', graph.badParameter, 'platform_refused'],
    ['a person who is not there any more', graph.unavailablePerson, 'blocked_by_person'],
    ['a window that is closed after all', graph.outsideWindow, 'window_closed'],
  ])(
    '(%s) is shown with its reason, and the next message goes out',
    async (_what, answer, reason) => {
      const bot = await startBot();
      bot.platform.answersNext(answer);
      await bot.hears(question);
      expect(await lastLine(bot)).toMatchObject({ delivery: { state: 'failed', reason } });
      expect(await deadReasons(bot)).toEqual([reason]);
      await bot.hears('gặp cán bộ');
      expect(bot.sent().length).toBeGreaterThan(0);
    },
  );

  test('takes the rest of its message with it, and no other', async () => {
    const bot = await startBot();
    await bot.hears('gặp cán bộ');
    await take(bot.desk, conversationOf(someone), minh);
    await bot.settled();
    const before = bot.sent().length;
    bot.platform.answersNext(graph.badParameter);
    await reply(bot.desk, conversationOf(someone), minh, 'Đoạn này dài một chút. '.repeat(200));
    await reply(bot.desk, conversationOf(someone), minh, 'Tin sau.');
    await bot.settled();
    expect(bot.texts().slice(before)).toEqual(['Tin sau.']);
    expect(await deadReasons(bot)).toEqual(Array(3).fill('platform_refused'));
  });
});

describe('a call that our own code cannot make', () => {
  test('takes the rest of its message with it, and the next message goes out', async () => {
    const bot = await startBot();
    await bot.hears('gặp cán bộ');
    await take(bot.desk, conversationOf(someone), minh);
    await bot.settled();
    const before = bot.sent().length;
    const defect = (): never => {
      throw new TypeError('A defect.');
    };
    bot.platform.answersNext(defect, defect, defect, defect, defect);
    await reply(bot.desk, conversationOf(someone), minh, 'Đoạn này dài một chút. '.repeat(200));
    await reply(bot.desk, conversationOf(someone), minh, 'Tin sau.');
    await bot.settled();
    for (let minute = 0; minute < 10; minute++) await bot.waits(minutes(1));
    expect(bot.texts().slice(before)).toEqual(['Tin sau.']);
    expect(await deadReasons(bot)).toEqual(Array(3).fill('TypeError'));
    expect((await bot.transcript()).at(-2)).toMatchObject({ delivery: { state: 'failed' } });
  });
});
