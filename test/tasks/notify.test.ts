import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { minutes, seconds } from '../../src/clock.ts';
import { requestDeletion } from '../../src/pipeline/deletion.ts';
import { finish } from '../../src/pipeline/moderation.ts';
import { realContent } from '../support/content.ts';
import { conversationOf, messageBody, minh, someone, startBot, stopBots } from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { botAnswer, graphWithTelegram, groupOfStaff, telegramEnv } from '../support/staff.ts';
import { startZaloBot, stopZalo } from '../support/platforms/zalo-world.ts';

afterEach(async () => {
  await stopBots();
  await stopZalo();
});

async function startWithGroup(env: Readonly<Record<string, string>> = {}) {
  const platform = graphWithTelegram();
  const bot = await startBot({
    platform,
    env: { ...telegramEnv, STAFF_GROUP: `telegram:${groupOfStaff}`, ...env },
  });
  const lines = (): string[] =>
    platform.calls
      .filter(
        ({ method, params }) => method === 'sendMessage' && params['chat_id'] === groupOfStaff,
      )
      .map(({ params }) => String(params['text']));
  return { bot, platform, lines };
}

const other = '200000000000002';
const askFor = (bot: Bot, from = someone): Promise<void> => bot.hears('gặp cán bộ', from);

describe('when somebody waits, a group of staff', () => {
  test('reads one line: what, where and why; no word of the person, no name, no number', async () => {
    const { bot, lines } = await startWithGroup();
    await bot.hears('tôi là Nguyễn Văn Ví Dụ, 0905 000 001');
    await askFor(bot);
    expect(lines()).toEqual(['Nhịp Cầu: có người chờ cán bộ ở Trang Facebook (xin gặp cán bộ).']);
  });

  test('hears of a request about personal data, too', async () => {
    const { bot, lines } = await startWithGroup();
    await bot.hears('xoá dữ liệu');
    await bot.presses('case:erase');
    expect(lines()).toEqual([
      expect.stringContaining('có yêu cầu về dữ liệu cá nhân ở Trang Facebook'),
    ]);
  });

  test('reads no second line of a kind and a channel within the quiet time, but one at its end', async () => {
    const { bot, lines } = await startWithGroup();
    await askFor(bot);
    for (let n = 2; n < 12; n++) await askFor(bot, `2000000000000${10 + n}`);
    await bot.hears('xoá dữ liệu', other);
    await bot.presses('case:erase', other);
    expect(lines()).toHaveLength(2);
    await bot.waits(minutes(9));
    expect(lines()).toHaveLength(2);
    await bot.waits(minutes(1));
    expect(lines().filter((line) => line.includes('chờ cán bộ'))).toHaveLength(2);
    await bot.waits(minutes(30));
    expect(lines()).toHaveLength(3);
  });

  test('is not told at the end of the quiet time of people who are helped by then', async () => {
    const { bot, lines } = await startWithGroup({ STAFF_QUIET_MINUTES: '20' });
    await askFor(bot);
    await askFor(bot, other);
    await finish(bot.desk, conversationOf(someone), minh);
    await finish(bot.desk, conversationOf(other), minh);
    await bot.waits(minutes(20));
    expect(lines()).toHaveLength(1);
  });

  test('is told at its end of a deletion asked for on Facebook, which leaves nobody waiting', async () => {
    const { bot, lines } = await startWithGroup();
    await bot.hears('xoá dữ liệu');
    await bot.presses('case:erase');
    const { store, clock, desk } = bot;
    const content = await realContent();
    await requestDeletion(
      { store, clock, content: () => content, hash: (text) => text },
      'messenger',
      '900001',
    );
    await finish(desk, conversationOf(someone), minh);
    await bot.waits(minutes(10));
    expect(lines().filter((line) => line.includes('dữ liệu cá nhân'))).toHaveLength(2);
  });

  test('in Zalo reads it by the path for groups', async () => {
    const world = await startZaloBot({ env: { STAFF_GROUP: 'zalo:f414c8f76fa586fbdfb4' } });
    await world.hears('gặp cán bộ');
    const [line, ...more] = world.zalo.sent.filter(({ path }) => path === '/v3.0/oa/group/message');
    expect(line?.text).toBe(
      'Nhịp Cầu: có người chờ cán bộ ở Zalo của chương trình (xin gặp cán bộ).',
    );
    expect(line?.to).toBe('f414c8f76fa586fbdfb4');
    expect(more).toEqual([]);
  });
});

describe('a line that the platform does not take', () => {
  test('is tried again as the platform says, and then it is out', async () => {
    const { bot, platform, lines } = await startWithGroup();
    let refusals = 0;
    platform.telegramAnswers(({ method }) =>
      method === 'sendMessage' && refusals++ === 0
        ? botAnswer(429, { ok: false, error_code: 429, parameters: { retry_after: 40 } })
        : undefined,
    );
    await askFor(bot);
    expect(lines()).toHaveLength(1);
    await bot.waits(seconds(39));
    expect(lines()).toHaveLength(1);
    await bot.waits(seconds(1));
    expect(lines()).toHaveLength(2);
    await bot.waits(minutes(60));
    expect(lines()).toHaveLength(2);
  });

  test('is not put off because the outbox is just looking for work', async () => {
    const { bot, lines } = await startWithGroup();
    const claim = bot.store.claim.bind(bot.store);
    let look = (): void => undefined;
    const looking = new Promise<void>((resolve) => (look = resolve));
    const slow: typeof claim = async (queue, channel, n) => {
      if (queue === 'outbox' && channel === 'telegram') await looking;
      return claim(queue, channel, n);
    };
    Object.assign(bot.store, { claim: slow });
    bot.clock.advance(seconds(2));
    bot.app.worker!.wake();
    await bot.takesIn(messageBody({ text: 'gặp cán bộ' }, someone, bot.clock));
    for (let n = 0; n < 500 && lines().length === 0; n++) await sleep(10);
    look();
    expect(lines()).toHaveLength(1);
  });

  test.each([
    ['is refused for good', () => botAnswer(403, { ok: false, error_code: 403 }), 1],
    ['meets a dead token', () => botAnswer(401, { ok: false, error_code: 401 }), 3],
    ['may have arrived', () => botAnswer(502, {}), 1],
  ] as const)(
    'and %s is left in the end: no dead letter, and people are answered',
    async (_why, answer, tries) => {
      const { bot, platform, lines } = await startWithGroup();
      platform.telegramAnswers(({ method }) => (method === 'sendMessage' ? answer() : undefined));
      await askFor(bot);
      for (let n = 0; n < 9; n++) await bot.waits(minutes(1));
      expect(lines()).toHaveLength(tries);
      expect(await bot.dead()).toEqual([]);
      const before = bot.sent().length;
      await bot.hears('mở hộ kinh doanh cần giấy gì', other);
      expect(bot.sent().length).toBeGreaterThan(before);
      expect(bot.log().some(({ msg }) => msg === 'staff not told')).toBe(true);
    },
  );

  test('keeps no person of the same channel waiting', async () => {
    const { bot, platform } = await startWithGroup();
    platform.telegramAnswers(({ method, params }) =>
      method === 'sendMessage' && params['chat_id'] === groupOfStaff
        ? botAnswer(429, { ok: false, error_code: 429, parameters: { retry_after: 600 } })
        : undefined,
    );
    await askFor(bot);
    const channel = bot.app.channels.get('telegram')!;
    const update = {
      update_id: 1,
      message: {
        message_id: 1,
        date: Math.floor(bot.clock.now() / 1_000),
        chat: { id: 430000001, type: 'private' },
        from: { id: 430000001, is_bot: false },
        text: 'mở hộ kinh doanh cần giấy gì',
      },
    };
    await bot.app.receiver.receive(channel, {
      method: 'POST',
      query: {},
      headers: { 'x-telegram-bot-api-secret-token': telegramEnv.TELEGRAM_WEBHOOK_SECRET },
      body: Buffer.from(JSON.stringify(update)),
      receivedAt: bot.clock.now(),
    });
    await bot.settled();
    const answered = platform.calls.filter(({ params }) => params['chat_id'] === 430000001);
    expect(answered.length).toBeGreaterThan(0);
  });
});
