import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { takeLease } from '../../src/channels/lease.ts';
import { hours, systemClock } from '../../src/clock.ts';
import { AppError } from '../../src/errors.ts';
import { reply } from '../../src/pipeline/moderation.ts';
import { openNotices } from '../../src/pipeline/notice.ts';
import * as collections from '../../src/store/collections.ts';
import type { Store, Write } from '../../src/store/store.ts';
import { minh } from '../support/bot.ts';
import { realContent } from '../support/content.ts';
import { realModel } from '../support/model.ts';
import { payload, payloadsOf } from '../support/payloads.ts';
import { answers, botId, botName, startTelegram } from '../support/platforms/telegram.ts';
import type { FakeTelegram } from '../support/platforms/telegram.ts';
import {
  group,
  person,
  said,
  startTelegramBot,
  stopTelegramBots,
  until,
  webhookSecret,
} from '../support/telegram-bot.ts';
import type { TelegramBot, TelegramBotOptions } from '../support/telegram-bot.ts';

/** The ways in which bots fail (docs/faults.md, by number) that concern Telegram. */

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

const polling = (options: TelegramBotOptions = {}): Promise<TelegramBot> =>
  startTelegramBot(platform, { mode: 'polling', ...options });
const storeUrl = (): string => `sqlite:${path.join(folder, 'nhipcau.db')}`;
const to = (chat: number) => platform.brought.filter(({ params }) => params['chat_id'] === chat);
const ready = (bot: TelegramBot): Promise<void> =>
  until('the name is learnt', () => bot.log().some(({ msg }) => msg === 'name learnt'));
const asks = (): Promise<void> => until('a question is held open', () => called('getUpdates') > 0);
const called = (method: string): number =>
  platform.calls.filter((call) => call.method === method).length;
const notices = async ({ store }: TelegramBot): Promise<string[]> =>
  (await openNotices(store)).map(({ action }) => action);

async function post(bot: TelegramBot, body: unknown, secret = webhookSecret): Promise<number> {
  const answer = await fetch(`${bot.url}/webhooks/telegram`, {
    method: 'POST',
    headers: { 'x-telegram-bot-api-secret-token': secret },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  await answer.body?.cancel();
  return answer.status;
}

/** A store whose commits of a person's line fail as told. */
const failing =
  (fault: (writes: readonly Write[]) => Error | undefined) =>
  (store: Store): Store => ({
    ...store,
    collection: (def) => store.collection(def),
    commit: async (writes) => {
      const error = writes.some((write) => isLine(write)) ? fault(writes) : undefined;
      if (error) throw error;
      return store.commit(writes);
    },
  });
const isLine = ({ in: name, op }: Write): boolean => name === 'messages' && op === 'insert';

describe('D1: the same update again', () => {
  test('delivered at once, later and after a restart has one effect', async () => {
    const first = await startTelegramBot(platform, { storeUrl: storeUrl() });
    const update = { update_id: 1, ...said('mở quán cà phê cần giấy gì') };
    const statuses = await Promise.all([1, 2, 3].map(() => post(first, update)));
    expect(statuses).toEqual([200, 200, 200]);
    await until('it is answered', () => to(person).length > 0);
    await first.stop();
    const second = await startTelegramBot(platform, { storeUrl: storeUrl() });
    expect(await post(second, update)).toBe(200);
    const lines = await second.transcript(person);
    expect(lines.filter(({ from }) => from === 'person')).toHaveLength(1);
    const { length } = lines.filter(({ from }) => from === 'bot');
    expect(to(person)).toHaveLength(length);
  });

  test('fetched again because it was not confirmed has one effect', async () => {
    const first = await polling({ storeUrl: storeUrl() });
    await asks();
    platform.happens(said('mở quán cà phê cần giấy gì'));
    await until('it is answered', () => to(person).length > 0);
    await first.stop();
    const again = said('mở quán cà phê cần giấy gì');
    const { message } = again as { message: Record<string, unknown> };
    const [line] = await (async () => {
      const second = await polling({ storeUrl: storeUrl() });
      return second.transcript(person);
    })();
    const before = platform.brought.length;
    const known = line!.id.split('.').at(-1);
    platform.happens({ message: { ...message, message_id: Number(known) } });
    await until('it is confirmed', () => platform.waiting().length === 0);
    expect(platform.brought).toHaveLength(before);
  });
});

describe('D2: polling loses nothing and never dies silently', () => {
  test('an update is confirmed only once it is stored', async () => {
    let away = true;
    const bot = await polling({
      through: failing(() =>
        away ? new AppError('store_unavailable', 503, 'The store is away.') : undefined,
      ),
    });
    platform.happens(said('mở quán cà phê cần giấy gì'));
    await until('the store was asked twice', async () =>
      /outcome="store_unavailable"\} (?:[2-9]|\d\d)/.test(await bot.metrics()),
    );
    expect(platform.waiting()).toHaveLength(1);
    away = false;
    await until('it is answered', () => to(person).length > 0);
    await until('it is confirmed', () => platform.waiting().length === 0);
  });

  test('goes on after broken connections and refusals, which are logged and counted', async () => {
    const bot = await polling();
    await asks();
    platform.cutsPolls();
    let refusals = 2;
    platform.behaves(({ method }) =>
      method === 'getUpdates' && refusals-- > 0 ? answers.badGateway : 'ok',
    );
    platform.happens(said('mở quán cà phê cần giấy gì'));
    await until('it is answered', () => to(person).length > 0);
    const metrics = await bot.metrics();
    expect(metrics).toMatch(/nhipcau_polls_total\{channel="telegram",outcome="no_answer"\} 1/);
    expect(metrics).toMatch(/nhipcau_polls_total\{channel="telegram",outcome="platform_error"\} 2/);
    expect(metrics).toMatch(/nhipcau_last_poll_seconds\{channel="telegram"\} \d/);
    expect(bot.log().filter(({ msg }) => msg === 'polling failed')).toHaveLength(3);
  });

  test('what was fetched and not stored when the process died is fetched by the next', async () => {
    const first = await polling({
      storeUrl: storeUrl(),
      through: failing(() => new AppError('store_unavailable', 503, 'The store is away.')),
    });
    platform.happens(said('mở quán cà phê cần giấy gì'));
    await until('it was fetched', async () =>
      (await first.metrics()).includes('outcome="store_unavailable"'),
    );
    await first.stop();
    await polling({ storeUrl: storeUrl() });
    await until('it is answered', () => to(person).length > 0);
  });
});

describe('D3: nothing makes Telegram give up on us, and somebody notices', () => {
  test('every published webhook is acknowledged', async () => {
    const bot = await startTelegramBot(platform);
    for (const name of payloadsOf('telegram')) expect(await post(bot, payload(name))).toBe(200);
  });

  test('an update that cannot be stored is left behind, and the others are answered', async () => {
    const bot = await polling({
      through: failing((writes) =>
        JSON.stringify(writes).includes('thuốc độc') ? new TypeError('poison') : undefined,
      ),
    });
    platform.happens(said('thuốc độc', { chat: 5, from: 5 }));
    platform.happens(said('mở quán cà phê cần giấy gì'));
    await until('the other is answered', () => to(person).length > 0);
    await until('both are confirmed', () => platform.waiting().length === 0);
    expect(await bot.metrics()).toContain('outcome="left_behind"} 1');
    expect(bot.log().some(({ msg }) => msg === 'update left behind')).toBe(true);
  });

  test.each([
    ['', 'webhook_missing'],
    ['https://another.example/webhooks/telegram', 'webhook_elsewhere'],
  ])('a webhook “%s” opens a notice and is not touched', async (url, notice) => {
    platform.setWebhook(url, 'theirs');
    const bot = await startTelegramBot(platform);
    await until('a notice', async () => (await notices(bot)).includes(notice));
    expect(called('setWebhook') + called('deleteWebhook')).toBe(0);
    expect(platform.webhook().url).toBe(url);
  });
});

test('D4: Telegram has no window; who blocked the bot is not written to', async () => {
  const bot = await startTelegramBot(platform);
  const channel = bot.app.channels.get('telegram')!;
  const now = systemClock.now();
  for (const purpose of ['answer', 'moderator', 'reminder', 'broadcast'] as const) {
    expect(channel.allows(purpose, {}, now)).toEqual({ allowed: true, via: 'normal' });
    expect(channel.allows(purpose, { blockedAt: now }, now)).toMatchObject({
      why: 'blocked_by_person',
    });
  }
});

test('D5: a dead token keeps what is to be sent, and opens a notice', async () => {
  const bot = await polling();
  await asks();
  platform.behaves(() => answers.unauthorized);
  const channel = bot.app.channels.get('telegram')!;
  await bot.app.receiver.fetched(
    channel,
    channel.parse({
      method: 'POST',
      query: {},
      headers: {},
      body: Buffer.from(JSON.stringify({ update_id: 1, ...said('chào em') })),
      receivedAt: systemClock.now(),
    }),
    systemClock.now(),
  );
  platform.cutsPolls();
  await until('a notice', async () => (await notices(bot)).includes('token_dead'));
  const jobs = (queue: 'outbox' | 'dead') =>
    bot.store.collection(collections.jobs).find({ where: { queue }, limit: 10 });
  await until('the answer waits', async () =>
    (await jobs('outbox')).some((job) => job.attempts > 0),
  );
  expect(await jobs('dead')).toEqual([]);
});

test('D6: other bots and the bot’s own lines are not answered', async () => {
  await polling();
  const self = { from: { id: Number(botId), is_bot: true } };
  platform.happens(said('chào', { message: self }));
  platform.happens(
    said(`@${botName} chào`, { chat: group, message: { from: { id: 5, is_bot: true } } }),
  );
  platform.happens(said('chào em'));
  await until('the person is answered', () => to(person).length > 0);
  expect(to(group)).toEqual([]);
  await until('all are confirmed', () => platform.waiting().length === 0);
});

test('D7: what one person wrote in one second is taken in the order of writing', async () => {
  const bot = await startTelegramBot(platform, { model: false });
  const date = Math.floor(Date.now() / 1_000) - 5;
  const updates = ['một', 'hai', 'ba', 'bốn', 'năm'].map((text, i) => ({
    update_id: 100 + i,
    ...said(text, { message: { date, message_id: 20 + i } }),
  }));
  for (const update of updates) expect(await post(bot, update)).toBe(200);
  bot.app.useModel(await realModel());
  await until('nothing waits', async () => (await openJobs(bot)) === 0);
  const turns = await bot.store.collection(collections.turns).find({ where: {}, limit: 10 });
  const at = updates.map((_, i) => turns.find(({ id }) => id.endsWith(`.${20 + i}`))?.at ?? 0);
  expect(at).toEqual([...at].sort((a, b) => a - b));
  expect(at[0]).toBeGreaterThan(0);
  expect(at[4]).toBeGreaterThan(at[0]!);
});

async function openJobs({ store }: TelegramBot): Promise<number> {
  let open = 0;
  for (const queue of ['inbox', 'outbox'] as const)
    open += await store.collection(collections.jobs).count({ queue }, 100);
  return open;
}

test('D8: a chat that is told to wait waits as long as Telegram says, and nobody else does', async () => {
  await polling();
  let refused = 0;
  platform.behaves(({ method, params }) =>
    method === 'sendMessage' && params['chat_id'] === 5 && refused++ === 0
      ? answers.tooMany(2)
      : 'ok',
  );
  platform.happens(said('chào em', { chat: 5, from: 5 }));
  await until('it is refused once', () => refused === 1);
  platform.happens(said('chào em'));
  await until('another is answered', () => to(person).length > 0);
  expect(to(5)).toEqual([]);
  await until('the first is answered', () => to(5).length > 0);
  expect(to(5)).toHaveLength(1);
});

describe('D9: two consumers', () => {
  test('polling never removes a webhook; it says so, and goes on once a person has', async () => {
    platform.setWebhook('https://another.example/webhooks/telegram', 'theirs');
    const bot = await polling();
    await until('a notice', async () => (await notices(bot)).includes('webhook_set'));
    expect(called('deleteWebhook')).toBe(0);
    expect(platform.webhook().url).toBe('https://another.example/webhooks/telegram');
    platform.setWebhook('');
    platform.happens(said('chào em'));
    await until('it is answered', () => to(person).length > 0);
  });

  test('a webhook in place is not set anew at start', async () => {
    const bot = await startTelegramBot(platform);
    platform.setWebhook(`${bot.url}/webhooks/telegram`, webhookSecret);
    await ready(bot);
    expect(called('setWebhook') + called('deleteWebhook')).toBe(0);
  });

  test('a foreign program that fetches the same bot’s updates is noticed, and the loop goes on', async () => {
    const bot = await polling();
    await asks();
    const fight = new AbortController();
    const foreign = (async () => {
      while (!fight.signal.aborted) {
        await fetch(`${platform.url}/bot700000001:AA-token-of-tests/getUpdates`, {
          method: 'POST',
          body: '{"timeout":1}',
        }).then((answer) => answer.text());
      }
    })();
    await until('a notice', async () => (await notices(bot)).includes('other_poller'));
    fight.abort();
    await foreign;
    platform.happens(said('chào em'));
    await until('it is answered', () => to(person).length > 0);
  });

  test('of processes on one store one at a time holds the lease', async () => {
    const bot = await startTelegramBot(platform);
    const now = systemClock.now();
    const first = await takeLease(bot.store, 'telegram/1', now);
    expect(await first?.isHeld()).toBe(true);
    expect(await takeLease(bot.store, 'telegram/1', now)).toBeUndefined();
    const other = await takeLease(bot.store, 'telegram/2', now);
    expect(await other?.isHeld()).toBe(true);
    await first?.release();
    expect(await first?.isHeld()).toBe(false);
    const second = await takeLease(bot.store, 'telegram/1', now);
    expect(await second?.isHeld()).toBe(true);
  });
});

test('D10: the secret does not depend on what is written', async () => {
  const bot = await startTelegramBot(platform);
  const update = { update_id: 1, ...said('Mở quán ở phường <Buôn Hồ> 50/50 😀') };
  expect(await post(bot, update, 'another-secret-of-tests')).toBe(403);
  expect(await bot.transcript(person)).toEqual([]);
  expect(await post(bot, update)).toBe(200);
  const [line] = await bot.transcript(person);
  expect(line?.text).toBe('Mở quán ở phường <Buôn Hồ> 50/50 😀');
});

test('D11: updates invented since are acknowledged and kept from nobody’s talk', async () => {
  const bot = await startTelegramBot(platform);
  const update = { update_id: 1, business_message: { text: 'Trần Thị Mai' }, message_reaction: {} };
  expect(await post(bot, update)).toBe(200);
  const [unread] = await bot.store.collection(collections.unread).find({ where: {}, limit: 5 });
  expect(unread?.what).toBe('business_message');
  expect(JSON.stringify(unread)).not.toContain('Mai');
});

test('D13: a chat that is gone ends as a dead letter, not as endless attempts', async () => {
  const bot = await polling();
  platform.behaves(({ method }) => (method === 'sendMessage' ? answers.chatNotFound : 'ok'));
  platform.happens(said('chào em'));
  const dead = () =>
    bot.store.collection(collections.jobs).find({ where: { queue: 'dead' }, limit: 10 });
  await until('a dead letter', async () => (await dead()).length > 0);
  expect(called('sendMessage')).toBe(1);
});

test('D14: an answer of unknown outcome is sent again, a moderator’s text is not', async () => {
  const bot = await polling();
  let lost = 0;
  platform.behaves(({ method }) =>
    method === 'sendMessage' && lost++ === 0 ? 'loses answer' : 'ok',
  );
  platform.happens(said('chào em'));
  await until('the answer is sent again', () => to(person).length === 2);
  await until('it is settled', async () => (await openJobs(bot)) === 0);
  platform.behaves(({ params }) =>
    String(params['text']).includes('em là Minh') ? 'loses answer' : 'ok',
  );
  const content = await realContent();
  const desk = {
    store: bot.store,
    clock: systemClock,
    content: () => content,
    channels: bot.app.channels,
    holdFor: hours(2),
  };
  const [conversation] = await bot.store
    .collection(collections.conversations)
    .find({ where: { channel: 'telegram' }, limit: 1 });
  await reply(desk, conversation!.id, minh, 'Chào anh/chị, em là Minh.');
  await until('it is settled as unknown', async () =>
    (await bot.transcript(person)).some(
      ({ from, delivery }) => from === 'moderator' && delivery?.state === 'unknown',
    ),
  );
  const texts = to(person).map(({ params }) => String(params['text']));
  expect(texts.filter((text) => text.includes('em là Minh'))).toHaveLength(1);
});
