import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { httpSender } from '../../src/channels/call.ts';
import { minutes, seconds } from '../../src/clock.ts';
import type { Millis } from '../../src/clock.ts';
import { jobs } from '../../src/store/collections.ts';
import { startBot, stopBots } from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { manualClock } from '../support/clock.ts';
import { fakeGraph } from '../support/platforms.ts';
import { botName, botToken, startTelegram } from '../support/platforms/telegram.ts';
import type { FakeTelegram } from '../support/platforms/telegram.ts';
import { group, person, said, until, webhookSecret } from '../support/telegram-bot.ts';

const question = 'đăng ký hộ kinh doanh cần giấy tờ gì';
const other = 430000002;

let telegram: FakeTelegram;
let folder: string;
const sender = httpSender();

beforeEach(async () => {
  telegram = await startTelegram();
  folder = mkdtempSync(path.join(tmpdir(), 'nhipcau-test-'));
});
afterEach(async () => {
  await stopBots();
  await telegram.close();
  rmSync(folder, { recursive: true, force: true });
});

const clock = manualClock();

function start(): Promise<Bot> {
  return startBot({
    channels: 'web only',
    clock,
    storeUrl: `sqlite:${path.join(folder, 'nhipcau.db')}`,
    platform: { ...fakeGraph(), send: sender.send },
    env: {
      TELEGRAM_BOT_TOKEN: botToken,
      TELEGRAM_MODE: 'webhook',
      TELEGRAM_WEBHOOK_SECRET: webhookSecret,
      TELEGRAM_API_BASE: telegram.url,
      PUBLIC_URL: 'https://nhipcau.example',
    },
  });
}

async function writes(bot: Bot, times: number, chat = person): Promise<void> {
  const text = chat < 0 ? `@${botName} ${question}` : question;
  for (let n = 0; n < times; n++) {
    const update = {
      update_id: 1,
      ...said(text, { chat, message: { date: clock.now() / 1_000 } }),
    };
    await bot.app.receiver.receive(bot.app.channels.get('telegram')!, {
      method: 'POST',
      query: {},
      headers: { 'x-telegram-bot-api-secret-token': webhookSecret },
      body: Buffer.from(JSON.stringify(update)),
      receivedAt: clock.now(),
    });
  }
  await bot.settled();
}

const told = (chat = person): number =>
  telegram.brought.filter(({ params }) => params['chat_id'] === chat).length;
const waiting = ({ store }: Bot): Promise<number> =>
  store.collection(jobs).count({ queue: 'outbox' }, 200);

/** Lets time pass in steps, and returns how many messages the chat was told in each. */
async function passes(bot: Bot, steps: number, step: Millis, chat = person): Promise<number[]> {
  const counts: number[] = [];
  for (let n = 0; n < steps; n++) {
    const before = told(chat);
    await bot.waits(step);
    counts.push(told(chat) - before);
  }
  return counts;
}

test('one chat is told one thing a second, in order, and nothing is lost', async () => {
  const bot = await start();
  await writes(bot, 5);
  expect(told()).toBe(1);
  const all = told() + (await waiting(bot));
  expect(all).toBeGreaterThanOrEqual(5);
  await bot.waits(999 as Millis);
  expect(told()).toBe(1);
  await bot.waits(1 as Millis);
  expect(told()).toBe(2);
  const rest = await passes(bot, all - 2, seconds(1));
  expect(rest).toEqual(rest.map(() => 1));
  expect(told()).toBe(all);
  expect(await waiting(bot)).toBe(0);
});

test('another chat need not wait', async () => {
  const bot = await start();
  await writes(bot, 5);
  await writes(bot, 1, other);
  expect([told(), told(other)]).toEqual([1, 1]);
});

test('a restart does not make anybody be told more', async () => {
  const before = await start();
  await writes(before, 3);
  await before.stop();
  const after = await start();
  await after.settled();
  expect(told()).toBe(1);
  await after.waits(seconds(1));
  expect(told()).toBe(2);
});

test('a call that is put off counts as no attempt', async () => {
  const bot = await start();
  await writes(bot, 3);
  await passes(bot, 2, 300 as Millis);
  const open = await bot.store.collection(jobs).find({ where: { queue: 'outbox' }, limit: 50 });
  expect(open.map(({ attempts }) => attempts)).toEqual(open.map(() => 0));
});

test('a group is told twenty things a minute at most', async () => {
  const bot = await start();
  await until('the name is learnt', () => bot.log().some(({ msg }) => msg === 'name learnt'));
  await writes(bot, 30, group);
  const all = told(group) + (await waiting(bot));
  expect(all).toBeGreaterThan(20);
  await passes(bot, 58, seconds(1), group);
  expect(told(group)).toBe(20);
  await passes(bot, Number(minutes(2)) / 1_000, seconds(1), group);
  expect(told(group)).toBe(Math.min(all, 60));
});
