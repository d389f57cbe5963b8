import { httpSender } from '../../../src/channels/call.ts';
import type { ConversationId } from '../../../src/ids.ts';
import { startBot } from '../bot.ts';
import type { Bot, BotOptions } from '../bot.ts';
import { fakeGraph } from '../platforms.ts';
import { botId, botSecret, botUpdate, citizen, startZaloBotPlatform } from './zalo-bot.ts';
import type { FakeZaloBot } from './zalo-bot.ts';

/** The whole application with a bot of the Zalo Bot Platform on the other end of real connections. */
export interface ZaloBotWorld {
  readonly bot: Bot;
  readonly platform: FakeZaloBot;
  /** A person writes to the bot; done when nothing is left to do. */
  hears(text: string): Promise<void>;
  /** Any update, as it is brought; without waiting for what comes of it. */
  takesIn(update: unknown): Promise<void>;
  /** What the person read, in order. */
  texts(): readonly string[];
}

const running: FakeZaloBot[] = [];

export async function startZaloBotWorld(
  mode: 'webhook' | 'polling' = 'webhook',
  options: BotOptions = {},
): Promise<ZaloBotWorld> {
  const platform = await startZaloBotPlatform();
  running.push(platform);
  const out = httpSender();
  const bot = await startBot({
    channels: 'web only',
    platform: { ...fakeGraph(), send: out.send, close: out.close },
    ...options,
    env: { ...platform.env(mode), ...options.env },
  });
  const channel = bot.app.channels.get('zalo-bot');
  if (!channel) throw new Error('This bot has no Zalo Bot.');
  const takesIn = (update: unknown): Promise<void> =>
    bot.app.receiver.receive(channel, {
      method: 'POST',
      query: {},
      headers: { 'x-bot-api-secret-token': botSecret },
      body: Buffer.from(JSON.stringify({ ok: true, result: update })),
      receivedAt: bot.clock.now(),
    });
  return {
    bot,
    platform,
    takesIn,
    async hears(text) {
      await takesIn(botUpdate(text, bot.clock.now()));
      await bot.settled();
    },
    texts: () => platform.sent.map(({ text }) => text),
  };
}

/** For `afterEach`, after the bots have stopped. */
export async function stopZaloBotWorlds(): Promise<void> {
  await Promise.all(running.splice(0).map((platform) => platform.close()));
}

export const zaloBotConversation = `zalo-bot/${botId}/${citizen}` as ConversationId;
