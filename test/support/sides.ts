import { answers, botId as telegramId, botToken, startTelegram } from './platforms/telegram.ts';
import * as zaloBot from './platforms/zalo-bot.ts';
import * as zaloOa from './platforms/zalo-oa.ts';
import { manners, startPlatform } from './platform-server.ts';
import { said, webhookSecret } from './telegram-bot.ts';
import { deliveryOf, headersOf, messengerEnv, pageId } from './webhook.ts';

/** How a platform takes what we send: `hangs` = never says a word, `throttles` = refuses as its contract says. */
export type Condition = 'well' | 'hangs' | 'throttles';

/** A message that reached somebody. */
export interface Arrival {
  readonly to: string;
  readonly platformId: string;
  /** When, by `Date.now()`. */
  readonly at: number;
}

/** One platform with its people, the same to look at whichever it is. */
export interface Side {
  /** The channel's name. */
  readonly name: string;
  /** The account, as it stands in our ids. */
  readonly account: string;
  readonly env: Readonly<Record<string, string>>;
  /** The n-th person, by the platform's id. */
  person(n: number): string;
  /** Somebody writes; the status of the webhook's answer. */
  post(server: string, text: string, from: string): Promise<number>;
  arrivals(): readonly Arrival[];
  /** Calls to send, whatever became of them. */
  calls(): number;
  is(condition: Condition): void;
  breaksOff(): void;
  close(): Promise<void>;
}

/** All platforms at once, each on a port of its own. */
export async function startSides(): Promise<readonly Side[]> {
  return Promise.all([messengerSide(), telegramSide(), zaloSide(), zaloBotSide()]);
}

async function post(
  url: string,
  body: Uint8Array,
  headers: Record<string, string>,
): Promise<number> {
  const answer = await fetch(url, { method: 'POST', headers, body });
  await answer.body?.cancel();
  return answer.status;
}

let written = 0;

async function messengerSide(): Promise<Side> {
  const fake = await startPlatform();
  const how = { well: manners.well, hangs: manners.hangs, throttles: manners.tooMany };
  return {
    name: 'messenger',
    account: pageId,
    env: messengerEnv(fake.url),
    person: (n) => String(2e14 + n),
    post: (server, text, from) => {
      const body = deliveryOf({ mid: `m_side_${++written}`, from, text, at: Date.now() });
      return post(`${server}/webhooks/messenger`, body, headersOf(body));
    },
    arrivals: () => fake.brought,
    calls: fake.calls,
    is: (condition) => {
      fake.behaves(how[condition]);
    },
    breaksOff: fake.breaksOff,
    close: fake.close,
  };
}

async function telegramSide(): Promise<Side> {
  const fake = await startTelegram();
  const sends = () => fake.calls.filter(({ method }) => method === 'sendMessage');
  const how = { well: 'ok', hangs: 'hangs', throttles: answers.tooMany(1) } as const;
  return {
    name: 'telegram',
    account: telegramId,
    env: {
      TELEGRAM_BOT_TOKEN: botToken,
      TELEGRAM_WEBHOOK_SECRET: webhookSecret,
      TELEGRAM_API_BASE: fake.url,
    },
    person: (n) => String(430_000_000 + n),
    post: (server, text, from) => {
      const chat = Number(from);
      const update = { update_id: ++written, ...said(text, { chat, from: chat }) };
      return post(`${server}/webhooks/telegram`, Buffer.from(JSON.stringify(update)), {
        'x-telegram-bot-api-secret-token': webhookSecret,
      });
    },
    arrivals: () =>
      fake.brought.map(({ params, messageId, at }) => ({
        to: String(params['chat_id']),
        platformId: String(messageId),
        at,
      })),
    calls: () => sends().length,
    is: (condition) => {
      fake.behaves(({ method }) => (method === 'sendMessage' ? how[condition] : 'ok'));
    },
    breaksOff: fake.breaksOff,
    close: fake.close,
  };
}

async function zaloSide(): Promise<Side> {
  const fake = await zaloOa.startZaloOa();
  const how = {
    well: { type: 'well' },
    hangs: { type: 'hangs' },
    throttles: { type: 'error', error: -32, message: 'Rate limit' },
  } as const;
  return {
    name: 'zalo',
    account: zaloOa.oaId,
    env: { ...fake.env(), ZALO_PER_SECOND: '100' },
    // Beyond 2^53, as Zalo's are.
    person: (n) => `43397614188303${String(n).padStart(5, '0')}`,
    post: (server, text, from) => {
      const body = Buffer.from(JSON.stringify(zaloOa.zaloText(text, Date.now(), from)));
      return post(`${server}/webhooks/zalo`, body, zaloOa.headersFor(body));
    },
    ...zaloSeen(fake, how),
  };
}

interface ZaloFake<Behaviour> {
  readonly sent: readonly {
    readonly to: string;
    readonly messageId: string;
    readonly at: number;
  }[];
  calls(): number;
  behaves(behaviour: Behaviour): void;
  breaksOff(): void;
  close(): Promise<void>;
}

/** What both of Zalo's fakes show alike. */
function zaloSeen<Behaviour>(
  fake: ZaloFake<Behaviour>,
  how: Readonly<Record<Condition, Behaviour>>,
): Pick<Side, 'arrivals' | 'calls' | 'is' | 'breaksOff' | 'close'> {
  return {
    arrivals: () => fake.sent.map(({ to, messageId, at }) => ({ to, platformId: messageId, at })),
    calls: fake.calls,
    is: (condition) => {
      fake.behaves(how[condition]);
    },
    breaksOff: fake.breaksOff,
    close: fake.close,
  };
}

async function zaloBotSide(): Promise<Side> {
  const fake = await zaloBot.startZaloBotPlatform();
  const how = {
    well: { type: 'well' },
    hangs: { type: 'hangs' },
    throttles: { type: 'status', status: 429, retryAfter: 1 },
  } as const;
  return {
    name: 'zalo-bot',
    account: zaloBot.botId,
    env: { ...fake.env(), ZALO_BOT_PER_SECOND: '100' },
    person: (n) => `6ede9afa66b88fe6${String(n).padStart(4, '0')}`,
    post: (server, text, from) => {
      const result = zaloBot.botUpdate(text, Date.now(), from);
      const body = Buffer.from(JSON.stringify({ ok: true, result }));
      return post(`${server}/webhooks/zalo-bot`, body, {
        'x-bot-api-secret-token': zaloBot.botSecret,
      });
    },
    ...zaloSeen(fake, how),
  };
}
