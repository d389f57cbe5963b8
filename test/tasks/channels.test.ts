import { afterEach, describe, expect, test } from '@jest/globals';
import { days, hours, minutes } from '../../src/clock.ts';
import type { Millis } from '../../src/clock.ts';
import { channelLine } from '../../src/cli/moderator/lines.ts';
import { openNotices } from '../../src/pipeline/notice.ts';
import * as collections from '../../src/store/collections.ts';
import type { ChannelHealth } from '../../src/store/collections.ts';
import { startBot, stopBots } from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { closeSites, serve } from '../support/http.ts';
import { neededFields } from '../../src/channels/messenger-account.ts';
import { graph } from '../support/platforms.ts';
import { startZaloBot, stopZalo } from '../support/platforms/zalo-world.ts';
import {
  botAnswer,
  graphWithTelegram,
  groupOfStaff,
  telegramEnv,
  telegramHook,
} from '../support/staff.ts';

afterEach(async () => {
  await closeSites();
  await stopBots();
  await stopZalo();
});

async function start(env: Readonly<Record<string, string>> = {}) {
  const platform = graphWithTelegram();
  const bot = await startBot({ platform, env: { ...telegramEnv, ...env } });
  return { bot, platform };
}

async function looks(bot: Bot, by: Millis = hours(1)): Promise<void> {
  bot.clock.advance(by);
  await bot.app.tick();
  await bot.settled();
}

async function healthOf(bot: Bot, channel: string): Promise<ChannelHealth> {
  const health = await bot.store.collection(collections.channelHealth).get(channel);
  if (!health) throw new Error(`Nobody has looked at ${channel}.`);
  return health;
}

const troublesOf = async (bot: Bot, channel: string) => (await healthOf(bot, channel)).troubles;
const webhook = (info: Readonly<Record<string, unknown>>) => (method: string) =>
  method === 'getWebhookInfo'
    ? botAnswer(200, { ok: true, result: { url: telegramHook, ...info } })
    : undefined;

describe('every hour', () => {
  test('channels that are well are found well', async () => {
    const { bot } = await start();
    await looks(bot);
    expect(await troublesOf(bot, 'messenger')).toEqual([]);
    expect(await troublesOf(bot, 'telegram')).toEqual([]);
    expect(await openNotices(bot.store)).toEqual([]);
  });

  test('a field that the Page does not bring is found by its name', async () => {
    const { bot, platform } = await start();
    platform.subscribes(() =>
      botAnswer(200, {
        data: [
          { subscribed_fields: ['messages'] },
          { subscribed_fields: neededFields.filter((field) => field !== 'messaging_postbacks') },
        ],
      }),
    );
    await looks(bot);
    expect(await troublesOf(bot, 'messenger')).toEqual(['webhook_incomplete']);
    const [notice] = await openNotices(bot.store);
    expect(notice).toMatchObject({ channel: 'messenger', action: 'webhook_incomplete' });
    expect(notice?.text).toContain('(messaging_postbacks)');
  });

  test.each([
    ['is subscribed to nothing', () => botAnswer(200, { data: [] }), 'webhook_missing'],
    ['does not take the token', graph.tokenDead, 'token_dead'],
  ])('a Page that %s is found', async (_what, answer, trouble) => {
    const { bot, platform } = await start();
    platform.subscribes(answer);
    await looks(bot);
    expect(await troublesOf(bot, 'messenger')).toEqual([trouble]);
  });

  test.each([
    ['webhook_missing', { url: '' }],
    ['webhook_elsewhere', { url: 'https://elsewhere.example/webhooks/telegram' }],
    ['webhook_incomplete', { allowed_updates: ['message'] }],
  ] as const)('a Telegram bot with %s is found', async (trouble, info) => {
    const { bot, platform } = await start();
    platform.telegramAnswers(({ method }) => webhook(info)(method));
    await looks(bot);
    expect(await troublesOf(bot, 'telegram')).toEqual([trouble]);
  });

  test('updates that Telegram could not bring within the hour are found, with their number', async () => {
    const { bot, platform } = await start();
    const failed = Math.floor(bot.clock.now() / 1_000);
    platform.telegramAnswers(({ method }) =>
      webhook({ pending_update_count: 7, last_error_date: failed })(method),
    );
    await looks(bot, minutes(61));
    expect(await healthOf(bot, 'telegram')).toMatchObject({ check: { pending: 7 }, troubles: [] });
    platform.telegramAnswers(({ method }) =>
      webhook({ pending_update_count: 7, last_error_date: failed + 7_000 })(method),
    );
    await looks(bot);
    expect(await troublesOf(bot, 'telegram')).toEqual(['webhook_failing']);
  });

  test('a platform that cannot be reached is trouble only when it is so twice in a row', async () => {
    const { bot, platform } = await start();
    platform.subscribes(graph.unreachable);
    await looks(bot);
    expect(await troublesOf(bot, 'messenger')).toEqual([]);
    await looks(bot);
    expect(await troublesOf(bot, 'messenger')).toEqual(['unreachable']);
    platform.subscribes(() => botAnswer(200, { data: [{ subscribed_fields: neededFields }] }));
    await looks(bot);
    expect(await troublesOf(bot, 'messenger')).toEqual([]);
  });

  test('an answer of no known form is no failure of ours', async () => {
    const { bot, platform } = await start();
    platform.subscribes(() => botAnswer(200, '<html>'));
    await looks(bot);
    expect(await bot.dead()).toEqual([]);
    expect((await healthOf(bot, 'messenger')).check?.troubles).toEqual(['unreachable']);
  });

  test('a refresh token of Zalo that ends within a week is found, and a refused one', async () => {
    const { bot, zalo, hears } = await startZaloBot();
    zalo.quota({ quota_type: 'reply', remain: 0, total: 8 });
    await hears('xin chào');
    await looks(bot);
    expect(await healthOf(bot, 'zalo')).toMatchObject({
      check: { quota: { reply: 0 } },
      troubles: ['quota_used'],
    });
    zalo.renews({ spends: false, says: 'error' });
    // Bought some time ago; it holds for 90 days.
    const until = (await healthOf(bot, 'zalo')).check!.tokenUntil!;
    await looks(bot, (until - bot.clock.now() - days(6)) as Millis);
    expect(await troublesOf(bot, 'zalo')).toContain('token_expiring');
    await looks(bot, days(7));
    expect(await troublesOf(bot, 'zalo')).toContain('token_dead');
  });
});

describe('silence', () => {
  test('is trouble after the hours that are set, counted from the last event', async () => {
    const { bot } = await start({ CHANNEL_SILENCE_HOURS: '5' });
    await bot.hears('xin chào');
    await looks(bot, minutes(30));
    for (let hour = 0; hour < 4; hour++) await looks(bot);
    expect(await troublesOf(bot, 'messenger')).toEqual([]);
    await looks(bot);
    expect(await troublesOf(bot, 'messenger')).toEqual(['silent']);
    await bot.hears('alo');
    await looks(bot, minutes(60));
    expect(await troublesOf(bot, 'messenger')).toEqual([]);
  });

  test('of days in which this program did not run says nothing', async () => {
    const { bot } = await start({ CHANNEL_SILENCE_HOURS: '5' });
    await bot.hears('xin chào');
    await looks(bot);
    await looks(bot, days(3));
    expect(await troublesOf(bot, 'messenger')).toEqual([]);
    for (let hour = 0; hour < 5; hour++) await looks(bot);
    expect(await troublesOf(bot, 'messenger')).toEqual(['silent']);
  });

  test('is nothing where it is set to 0', async () => {
    const { bot } = await start({ CHANNEL_SILENCE_HOURS: '0' });
    for (let hour = 0; hour < 200; hour += 20) await looks(bot, hours(1));
    expect(await troublesOf(bot, 'messenger')).toEqual([]);
  });
});

describe('trouble', () => {
  test('rings once, however long it lasts and nobody has seen it', async () => {
    const { bot, platform } = await start({
      STAFF_GROUP: `telegram:${groupOfStaff}`,
      NOTIFY_URL: 'http://127.0.0.1:9/bell',
    });
    platform.subscribes(graph.tokenDead);
    for (let hour = 0; hour < 30; hour++) await looks(bot);
    const lines = platform.calls.filter(({ params }) => params['chat_id'] === groupOfStaff);
    expect(lines.map(({ params }) => params['text'])).toEqual([
      'Nhịp Cầu: Trang Facebook đang trục trặc (khoá truy cập không dùng được nữa). Người vận hành xem giúp.',
    ]);
    expect(platform.told).toEqual([
      { code: 'channel_down', channel: 'messenger', reason: 'token_dead' },
    ]);
    expect(await openNotices(bot.store)).toHaveLength(1);
    expect(bot.log().some(({ msg }) => msg === 'channel in trouble')).toBe(true);
  });

  test('of one channel leaves the process ready, and is told per channel', async () => {
    const { bot, platform } = await start();
    platform.subscribes(graph.tokenDead);
    await bot.hears('xin chào');
    await looks(bot);
    const site = await serve(bot.app.http);
    const ready = await site.get('/health/ready');
    expect(ready.status).toBe(200);
    expect(JSON.parse(ready.text)).toMatchObject({
      status: 'ready',
      channels: {
        messenger: {
          state: 'trouble',
          troubles: ['token_dead'],
          lastEventAt: '2026-11-26T02:00:00.000Z',
          lastSentAt: '2026-11-26T02:00:00.000Z',
          checkedAt: '2026-11-26T03:00:00.000Z',
        },
        telegram: { state: 'ok', troubles: [] },
        web: { state: 'unchecked', troubles: [] },
      },
    });
    expect(ready.text).not.toContain('token-of-tests');
  });

  test('stands in the figures, with dead letters by channel', async () => {
    const { bot, platform } = await start();
    platform.subscribes(graph.tokenDead);
    platform.answersNext(graph.badParameter);
    await bot.hears('xin chào');
    await looks(bot);
    const site = await serve(bot.app.http);
    const { text } = await site.get('/metrics');
    expect(text).toContain('nhipcau_channel_trouble{channel="messenger",trouble="token_dead"} 1');
    expect(text).toContain('nhipcau_channel_trouble{channel="telegram",trouble="token_dead"} 0');
    expect(text).toContain('nhipcau_dead_letters{channel="messenger"} 1');
    const at = Date.UTC(2026, 10, 26, 2) / 1_000;
    expect(text).toContain(`nhipcau_channel_last_event_seconds{channel="messenger"} ${at}`);
  });

  test('is told to the operator in words, with what to do', async () => {
    const { bot, platform } = await start();
    platform.subscribes(graph.tokenDead);
    await looks(bot);
    const line = channelLine('messenger', await healthOf(bot, 'messenger'), 2);
    expect(line).toContain('! messenger  có trục trặc; chưa có tin đến; 2 việc hỏng (xem: dead)');
    expect(line).toContain('Lấy khoá mới');
    expect(channelLine('web', undefined, 0)).toBe('● web  đang bật; chưa có tin đến');
  });
});

describe('when a channel last heard something', () => {
  test('is not written with each message', async () => {
    let writes = 0;
    const bot = await startBot({
      through: (store) => ({
        ...store,
        commit(all) {
          writes += all.filter((write) => write.in === collections.channelHealth.name).length;
          return store.commit(all);
        },
      }),
    });
    for (let n = 0; n < 20; n++) await bot.hears('xin chào');
    expect(writes).toBe(0);
    await bot.app.stop();
    expect(writes).toBe(1);
    expect(await healthOf(bot, 'messenger')).toMatchObject({ lastEventAt: bot.clock.now() });
  });

  test('is kept and written later when the store is away', async () => {
    let isAway = true;
    const bot = await startBot({
      through: (store) => ({
        ...store,
        commit(all) {
          const isHealth = all.some((write) => write.in === collections.channelHealth.name);
          return isAway && isHealth ? Promise.reject(new Error('away')) : store.commit(all);
        },
      }),
    });
    const at = bot.clock.now();
    await bot.hears('xin chào');
    await bot.app.tick();
    bot.clock.advance(minutes(1));
    isAway = false;
    await bot.app.tick();
    expect((await healthOf(bot, 'messenger')).lastEventAt).toBe(at);
  });
});
