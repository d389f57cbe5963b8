import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createApp } from '../../src/app.ts';
import type { App } from '../../src/app.ts';
import { httpSender } from '../../src/channels/call.ts';
import { systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import type { Message } from '../../src/conversation/message.ts';
import type { ConversationId } from '../../src/ids.ts';
import { openLog } from '../../src/log.ts';
import * as collections from '../../src/store/collections.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { realContent } from './content.ts';
import { realModel } from './model.ts';
import { botId, botToken } from './platforms/telegram.ts';
import type { FakeTelegram } from './platforms/telegram.ts';

export const person = 430000001;
export const group = -430000009;
export const webhookSecret = 'secret-of-the-webhook-of-tests';

export interface TelegramBot {
  readonly app: App;
  readonly store: Store;
  /** Where it listens: `http://127.0.0.1:<port>`. */
  readonly url: string;
  log(): readonly Readonly<Record<string, unknown>>[];
  transcript(chat: number | string): Promise<Message[]>;
  metrics(): Promise<string>;
  stop(): Promise<void>;
}

export interface TelegramBotOptions {
  readonly mode?: 'webhook' | 'polling';
  readonly storeUrl?: string;
  /** false: what arrives waits until the test gives the model. */
  readonly model?: boolean;
  readonly through?: (store: Store) => Store;
  readonly env?: Readonly<Record<string, string>>;
}

const running = new Set<() => Promise<void>>();
let processes = 0;

/** The whole application on a port of its own, over HTTP to the fake Bot API. */
export async function startTelegramBot(
  platform: FakeTelegram,
  options: TelegramBotOptions = {},
): Promise<TelegramBot> {
  const mode = options.mode ?? 'webhook';
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const config = readConfig({
    TELEGRAM_BOT_TOKEN: botToken,
    TELEGRAM_MODE: mode,
    TELEGRAM_API_BASE: platform.url,
    PUBLIC_URL: url,
    ...(mode === 'webhook' ? { TELEGRAM_WEBHOOK_SECRET: webhookSecret } : {}),
    ...options.env,
  });
  const lines: string[] = [];
  const log = openLog('debug', { write: (line) => lines.push(line) });
  const store = await openStore(options.storeUrl ?? 'sqlite::memory:', {
    processId: `telegram-test-${++processes}`,
    clock: systemClock,
    log,
    role: 'server',
  });
  const sender = httpSender();
  const app = await createApp(config, {
    store: options.through?.(store) ?? store,
    content: await realContent(),
    clock: systemClock,
    log,
    sender,
    dataKey: new Uint8Array(32).fill(7),
    roles: ['web', 'worker'],
    pagesDir: path.join(import.meta.dirname, 'pages'),
  });
  http.on('request', app.http);
  if (options.model !== false) app.useModel(await realModel());
  const stop = async (): Promise<void> => {
    if (!running.delete(stop)) return;
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
    await app.stop();
    await sender.close();
    await store.close();
  };
  running.add(stop);
  return {
    app,
    store,
    url,
    log: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    transcript: (chat) =>
      store.collection(collections.messages).find({
        where: { conversationId: `telegram/${botId}/${chat}` as ConversationId },
        sort: { by: 'seq', order: 'asc' },
        limit: 500,
      }),
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
    stop,
  };
}

export async function stopTelegramBots(): Promise<void> {
  await Promise.all([...running].map((stop) => stop()));
}

/** Looks again until it is so; fails saying what never came. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  withinMs = 30_000,
): Promise<void> {
  for (const end = performance.now() + withinMs; !(await isSo());) {
    if (performance.now() > end) throw new Error(`Never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

let messageId = 100;
const now = (): number => Math.floor(Date.now() / 1_000);

/** A message as Telegram wraps it; entities for a command and for a mention are set as Telegram does. */
export function said(
  text: string,
  more: {
    readonly chat?: number;
    readonly from?: number;
    readonly message?: Readonly<Record<string, unknown>>;
  } = {},
): Record<string, unknown> {
  const { chat = person, from = person, message = {} } = more;
  return {
    message: {
      message_id: messageId++,
      from: { id: from, is_bot: false, first_name: 'Mai' },
      chat: chatOf(chat),
      date: now(),
      text,
      entities: entitiesOf(text),
      ...message,
    },
  };
}

export function chatOf(chat: number): Record<string, unknown> {
  return chat < 0
    ? { id: chat, type: 'supergroup', title: 'Đoàn xã' }
    : { id: chat, type: 'private', first_name: 'Mai' };
}

export function entitiesOf(text: string): unknown[] {
  return [...text.matchAll(/(?<![\p{L}\w])[@/]\w+(?:@\w+)?/gu)].map((found) => ({
    type: found[0].startsWith('/') ? 'bot_command' : 'mention',
    offset: found.index,
    length: found[0].length,
  }));
}

let press = 0;

export function pressed(
  payload: string,
  more: { readonly chat?: number; readonly title?: string } = {},
): { readonly callback_query: Record<string, unknown> & { readonly id: string } } {
  const { chat = person, title = payload } = more;
  return {
    callback_query: {
      id: `press-${++press}`,
      from: { id: person, is_bot: false, first_name: 'Mai' },
      message: {
        message_id: 1,
        chat: chatOf(chat),
        date: now(),
        reply_markup: { inline_keyboard: [[{ text: title, callback_data: payload }]] },
      },
      chat_instance: '1',
      data: payload,
    },
  };
}

export function membership(status: string, before: string, chat = person): Record<string, unknown> {
  return {
    my_chat_member: {
      chat: chatOf(chat),
      from: { id: person, is_bot: false, first_name: 'Mai' },
      date: now(),
      old_chat_member: { status: before },
      new_chat_member: { status },
    },
  };
}
