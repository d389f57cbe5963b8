import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { botName, startTelegram } from '../support/platforms/telegram.ts';
import type { FakeTelegram } from '../support/platforms/telegram.ts';
import {
  group,
  said,
  startTelegramBot,
  stopTelegramBots,
  until,
  webhookSecret,
} from '../support/telegram-bot.ts';
import type { TelegramBot } from '../support/telegram-bot.ts';

let platform: FakeTelegram;
let folder: string;

beforeEach(async () => {
  platform = await startTelegram();
  folder = mkdtempSync(path.join(tmpdir(), 'telegram-'));
});
afterEach(async () => {
  await stopTelegramBots();
  await platform.close();
  rmSync(folder, { recursive: true, force: true });
});

const storeUrl = (): string => `sqlite:${path.join(folder, 'nhipcau.db')}`;
const called = (method: string): number =>
  platform.calls.filter((call) => call.method === method).length;
const ready = (bot: TelegramBot): Promise<void> =>
  until('the name is learnt', () => bot.log().some(({ msg }) => msg === 'name learnt'));

async function post(bot: TelegramBot, body: unknown): Promise<void> {
  const answer = await fetch(`${bot.url}/webhooks/telegram`, {
    method: 'POST',
    headers: { 'x-telegram-bot-api-secret-token': webhookSecret },
    body: JSON.stringify(body),
  });
  await answer.body?.cancel();
  expect(answer.status).toBe(200);
}

describe('Telegram’s trouble', () => {
  test('touches nothing else: it hangs at everything, and the web chat answers', async () => {
    platform.behaves(() => 'hangs');
    const bot = await startTelegramBot(platform, { mode: 'polling' });
    const json = async (
      path: string,
      body: unknown,
      token = '',
    ): Promise<Record<string, never>> => {
      const answer = await fetch(`${bot.url}/widget/${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return (await answer.json()) as Record<string, never>;
    };
    const { token } = (await json('session', {})) as unknown as { token: string };
    await json('messages', { id: 'message-1', text: 'mở quán cà phê cần giấy gì' }, token);
    await until('the web chat answers', async () => {
      const { messages } = (await json('messages?after=0', undefined, token)) as unknown as {
        messages: { from: string }[];
      };
      return messages.some(({ from }) => from === 'bot');
    });
    expect((await fetch(`${bot.url}/health/ready`)).status).toBe(200);
    await bot.stop();
  });

  test('at a restart does not make the bot forget its name', async () => {
    const first = await startTelegramBot(platform, { storeUrl: storeUrl() });
    await ready(first);
    await first.stop();
    platform.behaves(() => 'hangs');
    const second = await startTelegramBot(platform, { storeUrl: storeUrl() });
    await post(second, { update_id: 1, ...said(`@${botName} chào em`, { chat: group }) });
    // It knew that it was meant; it may have answered already.
    expect((await second.transcript(group))[0]).toMatchObject({ from: 'person', text: 'chào em' });
  });
});

test('commands and descriptions are set once, and again only when they differ', async () => {
  const setters = (): string[] =>
    platform.calls.map(({ method }) => method).filter((method) => /^setMy/.test(method));
  const start = async (): Promise<void> => {
    const before = called('getMyShortDescription');
    const bot = await startTelegramBot(platform);
    await until('the profile was looked at', () => called('getMyShortDescription') > before);
    await until('the webhook was looked at', () => called('getWebhookInfo') > 0);
    await bot.stop();
  };
  await start();
  const all = ['setMyCommands', 'setMyDescription', 'setMyShortDescription'];
  await until('all are set', () => setters().length === 3);
  expect(setters()).toEqual(all);
  await start();
  expect(setters()).toEqual(all);
  const { commands } = platform.profile.get('setMyCommands') as { commands: object[] };
  expect(commands[0]).toEqual({ command: 'start', description: 'Bắt đầu' });
  for (const { command, description } of commands as { command: string; description: string }[]) {
    expect(command).toMatch(/^[a-z0-9_]{1,32}$/);
    expect(description.length).toBeLessThanOrEqual(256);
  }
});
