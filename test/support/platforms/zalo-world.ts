import type { Channel, WebhookRequest } from '../../../src/channels/channel.ts';
import { httpSender } from '../../../src/channels/call.ts';
import type { ConversationId } from '../../../src/ids.ts';
import { startBot } from '../bot.ts';
import type { Bot, BotOptions } from '../bot.ts';
import { fakeGraph } from '../platforms.ts';
import { citizen, headersFor, oaId, startZaloOa, zaloText } from './zalo-oa.ts';
import type { FakeZaloOa, ZaloSent } from './zalo-oa.ts';

/** The whole application with a Zalo OA on the other end of real connections. */
export interface ZaloBot {
  readonly bot: Bot;
  readonly zalo: FakeZaloOa;
  readonly channel: Channel;
  /** A person writes to the OA; done when nothing is left to do. */
  hears(text: string, from?: string): Promise<void>;
  /** Any event of Zalo, signed. */
  takes(event: unknown): Promise<void>;
  /** The same, without waiting for what comes of it. */
  takesIn(event: unknown): Promise<void>;
  /** What the person read, in order. */
  texts(): readonly string[];
  last(): ZaloSent;
}

const running: FakeZaloOa[] = [];

export async function startZaloBot(options: BotOptions = {}): Promise<ZaloBot> {
  const zalo = await startZaloOa();
  running.push(zalo);
  const out = httpSender();
  const platform = { ...fakeGraph(), send: out.send, close: out.close };
  const bot = await startBot({
    channels: 'web only',
    platform,
    ...options,
    env: { ...zalo.env(), ...options.env },
  });
  const channel = bot.app.channels.get('zalo');
  if (!channel) throw new Error('This bot has no Zalo.');
  const takesIn = (event: unknown): Promise<void> =>
    bot.app.receiver.receive(channel, requestOf(event, bot));
  const takes = async (event: unknown): Promise<void> => {
    await takesIn(event);
    await bot.settled();
  };
  return {
    bot,
    zalo,
    channel,
    takes,
    takesIn,
    hears: (text, from = citizen) => takes(zaloText(text, bot.clock.now(), from)),
    texts: () => zalo.sent.map(({ text }) => text),
    last() {
      const sent = zalo.sent.at(-1);
      if (!sent) throw new Error('Nothing was sent.');
      return sent;
    },
  };
}

/** For `afterEach`, after the bots have stopped. */
export async function stopZalo(): Promise<void> {
  await Promise.all(running.splice(0).map((zalo) => zalo.close()));
}

export function zaloConversation(person = citizen): ConversationId {
  return `zalo/${oaId}/${person}` as ConversationId;
}

function requestOf(event: unknown, { clock }: Bot): WebhookRequest {
  const body = Buffer.from(JSON.stringify(event));
  const headers = headersFor(body);
  return { method: 'POST', query: {}, headers, body, receivedAt: clock.now() };
}
