import { afterAll, afterEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { InboundEvent } from '../../src/conversation/event.ts';
import { messages, unread } from '../../src/store/collections.ts';
import { startBot, stopBots } from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { closeSites, serve } from '../support/http.ts';
import { oaOf, pageOf, payload, payloadsOf } from '../support/payloads.ts';
import { botToken as telegramToken } from '../support/platforms/telegram.ts';
import { botSecret, botToken as zaloBotToken } from '../support/platforms/zalo-bot.ts';
import * as zalo from '../support/platforms/zalo-oa.ts';
import { webhookSecret } from '../support/telegram-bot.ts';
import { headersOf } from '../support/webhook.ts';

/** Every webhook that a platform publishes, through the whole application; what each means stands in the channels' own tests. */

const published = ['messenger', 'telegram', 'zalo'].flatMap(payloadsOf);
const counted = new Map<string, { payloads: number; events: number }>();

afterEach(async () => {
  await closeSites();
  await stopBots();
});

afterAll(() => {
  const lines = [...counted].map(
    ([channel, { payloads, events }]) => `${channel} ${payloads} → ${events} events`,
  );
  process.stderr.write(`published payloads acknowledged: ${lines.join(', ')}\n`);
});

function channelOf(name: string): string {
  if (name.includes('-bot-')) return 'zalo-bot';
  return name.slice(0, name.indexOf('/'));
}

/** The account that the payload was sent for is ours, so that nothing is dropped for being another's. */
function envFor(name: string): Record<string, string> {
  return {
    ...(channelOf(name) === 'messenger' ? { MESSENGER_PAGE_ID: pageOf(name) } : {}),
    TELEGRAM_BOT_TOKEN: telegramToken,
    TELEGRAM_WEBHOOK_SECRET: webhookSecret,
    TELEGRAM_API_BASE: 'http://127.0.0.1:9',
    ZALO_APP_ID: zalo.appId,
    ZALO_APP_SECRET: zalo.appSecret,
    ZALO_OA_ID: (channelOf(name) === 'zalo' ? oaOf(name) : undefined) ?? zalo.oaId,
    ZALO_OA_SECRET_KEY: zalo.oaSecretKey,
    ZALO_REFRESH_TOKEN: 'refresh-of-tests',
    ZALO_BOT_TOKEN: zaloBotToken,
    ZALO_BOT_WEBHOOK_SECRET: botSecret,
  };
}

function headersFor(channel: string, body: Uint8Array, { clock }: Bot): Record<string, string> {
  switch (channel) {
    case 'messenger':
      return headersOf(body);
    case 'telegram':
      return { 'x-telegram-bot-api-secret-token': webhookSecret };
    case 'zalo':
      return zalo.headersFor(body, { headerTime: String(clock.now()) });
    default:
      return { 'x-bot-api-secret-token': botSecret };
  }
}

/** What a person said or pressed, read or not, which therefore stands in the transcript. */
const isLine = ({ type, address }: InboundEvent): boolean =>
  ['text', 'choice', 'attachment', 'unsupported'].includes(type) && address !== '';

test.each(published)(
  '%s is acknowledged, and again, and each of its events is kept once',
  async (name) => {
    const channel = channelOf(name);
    const bot = await startBot({ env: envFor(name), model: false });
    const site = await serve(bot.app.http);
    const body = Buffer.from(JSON.stringify(payload(name)));
    const headers = headersFor(channel, body, bot);
    for (const _ of [1, 2]) {
      const { status } = await site.post(`/webhooks/${channel}`, body, headers);
      // First, so that a defect says where it is.
      expect(bot.log().filter(({ msg }) => msg === 'request failed')).toEqual([]);
      expect(status).toBe(200);
    }

    const request = {
      method: 'POST',
      query: {},
      headers,
      body,
      receivedAt: bot.clock.now(),
    } as const;
    const events = bot.app.channels.get(channel)!.parse(request);
    const lines = await bot.store.collection(messages).find({ where: {}, limit: 50 });
    for (const event of events) {
      expect(event).toMatchObject({ channel, id: expect.stringMatching(`^${channel}/`) });
      const own = lines.filter(({ id }) => id === event.id);
      if (isLine(event))
        expect(own.map((line) => line.conversationId)).toEqual([event.conversationId]);
    }
    // What nobody could read is kept apart as well.
    const kept = await bot.store.collection(unread).find({ where: {}, limit: 50 });
    const strange = events.flatMap((event) => (event.type === 'unsupported' ? [event.what] : []));
    expect(kept.map(({ what }) => what).sort()).toEqual(strange.sort());
    expect(await bot.dead()).toEqual([]);

    const { payloads, events: before } = counted.get(channel) ?? { payloads: 0, events: 0 };
    counted.set(channel, { payloads: payloads + 1, events: before + events.length });
  },
);

test.each(published)(
  '%s with any value in it changed to anything is acknowledged',
  async (name) => {
    const channel = channelOf(name);
    const bot = await startBot({ env: envFor(name) });
    const site = await serve(bot.app.http);
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.jsonValue({ maxDepth: 2 }), async (n, value) => {
        const body = Buffer.from(JSON.stringify(withValue(payload(name), n, value)));
        const { status } = await site.post(
          `/webhooks/${channel}`,
          body,
          headersFor(channel, body, bot),
        );
        expect(status).toBe(200);
      }),
      { numRuns: 20, endOnFailure: true },
    );
    await bot.rests();
    // Whatever was made of them: none of it is work that fails for ever.
    expect(await bot.dead()).toEqual([]);
  },
);

/** The body with its n-th value, counted round and round, changed. */
function withValue(body: unknown, n: number, value: unknown): unknown {
  let values = 0;
  JSON.stringify(body, (_key, one: unknown) => {
    values++;
    return one;
  });
  let at = 0;
  const chosen = n % values;
  const text = JSON.stringify(body, (_key, one: unknown) => (at++ === chosen ? value : one));
  return JSON.parse(text) as unknown;
}
