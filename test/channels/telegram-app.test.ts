import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { answers, botName, startTelegram } from '../support/platforms/telegram.ts';
import type { ApiCall, FakeTelegram } from '../support/platforms/telegram.ts';
import {
  group,
  membership,
  person,
  pressed,
  said,
  startTelegramBot,
  stopTelegramBots,
  until,
  webhookSecret,
} from '../support/telegram-bot.ts';
import type { TelegramBot } from '../support/telegram-bot.ts';
import * as collections from '../../src/store/collections.ts';

let platform: FakeTelegram;

beforeEach(async () => {
  platform = await startTelegram();
});
afterEach(async () => {
  await stopTelegramBots();
  await platform.close();
});

const textOf = ({ params }: ApiCall): string => String(params['text']);
const buttonsOf = ({ params }: ApiCall) =>
  (
    params['reply_markup'] as
      { inline_keyboard: { text: string; callback_data?: string; url?: string }[][] } | undefined
  )?.inline_keyboard.flat() ?? [];
const to = (chat: number): ApiCall[] =>
  platform.brought.filter(({ params }) => params['chat_id'] === chat);
const answered = (n: number, chat = person): Promise<void> =>
  until(`${n} messages to ${chat}`, () => to(chat).length >= n);

/** Webhook in place, name learnt. */
async function onWebhook(): Promise<TelegramBot> {
  const bot = await startTelegramBot(platform);
  platform.setWebhook(`${bot.url}/webhooks/telegram`, webhookSecret);
  await until('the name is learnt', () => bot.log().some(({ msg }) => msg === 'name learnt'));
  return bot;
}
const onPolling = (): Promise<TelegramBot> => startTelegramBot(platform, { mode: 'polling' });

describe.each([
  ['by webhook', onWebhook],
  ['by polling', onPolling],
])('%s', (_how, start) => {
  test('a text is answered, plainly and without a preview of links', async () => {
    await start();
    platform.happens(said('mở quán cà phê cần giấy gì'));
    await answered(1);
    const [call] = to(person);
    expect(textOf(call!)).toMatch(/máy trả lời/);
    expect(call!.params).not.toHaveProperty('parse_mode');
    expect(call!.params['link_preview_options']).toEqual({ is_disabled: true });
    await until('nothing waits at Telegram', () => platform.waiting().length === 0);
  });

  test('a press is answered and acknowledged, so that the button stops spinning', async () => {
    await start();
    const press = pressed('menu:', { title: 'Xem các mục' });
    platform.happens(press);
    await answered(1);
    expect(buttonsOf(to(person).at(-1)!).length).toBeGreaterThan(3);
    await until('the press is acknowledged', () => platform.acknowledged.length === 1);
    expect(platform.acknowledged).toEqual([press.callback_query.id]);
  });

  test('in a group only what is addressed leaves a trace and is answered', async () => {
    const bot = await start();
    platform.happens(said('trưa nay ăn gì', { chat: group }));
    platform.happens(said(`@${botName} mở hộ kinh doanh cần giấy gì`, { chat: group }));
    await answered(1, group);
    const lines = await bot.transcript(group);
    expect(lines.filter(({ from }) => from === 'person').map(({ text }) => text)).toEqual([
      'mở hộ kinh doanh cần giấy gì',
    ]);
  });
});

describe('in a group', () => {
  test('a personal wish goes on in private, by a link that carries it', async () => {
    await onWebhook();
    platform.happens(said(`@${botName} xoá dữ liệu`, { chat: group }));
    await answered(1, group);
    const [button] = buttonsOf(to(group).at(-1)!);
    expect(button?.url).toMatch(new RegExp(`^https://t\\.me/${botName}\\?start=p-[\\w-]+$`));
    const start = new URL(button!.url!).searchParams.get('start')!;
    platform.happens(said(`/start ${start}`));
    await answered(1);
    const buttons = buttonsOf(to(person).at(-1)!).map(({ callback_data }) => callback_data);
    expect(buttons).toContain('case:erase');
  });
});

describe('somebody who blocks the bot', () => {
  test('is not written to until they let it in again', async () => {
    const bot = await onWebhook();
    const reach = async () =>
      (
        await bot.store
          .collection(collections.conversations)
          .find({ where: { channel: 'telegram' }, limit: 1 })
      )[0]?.reach;
    platform.happens(said('chào em'));
    await answered(1);
    platform.happens(membership('kicked', 'member'));
    await until('the block is known', async () => (await reach())?.blockedAt !== undefined);
    platform.happens(membership('member', 'kicked'));
    await until('it is forgotten', async () => (await reach())?.blockedAt === undefined);
    expect(to(person)).toHaveLength(1);
  });

  test('and whose block came by no update is a dead letter with that reason', async () => {
    const bot = await onWebhook();
    platform.behaves(({ method }) => (method === 'sendMessage' ? answers.blocked : 'ok'));
    platform.happens(said('chào em'));
    const dead = () =>
      bot.store.collection(collections.jobs).find({ where: { queue: 'dead' }, limit: 10 });
    await until('a dead letter', async () => (await dead()).length > 0);
    expect((await dead())[0]?.body).toMatchObject({ reason: 'blocked_by_person' });
  });
});
