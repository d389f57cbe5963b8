import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { httpSender } from '../../src/channels/call.ts';
import type { HttpAnswer, HttpCall, Sender } from '../../src/channels/call.ts';
import type { Json, WebhookRequest } from '../../src/channels/channel.ts';
import { zaloBot } from '../../src/channels/zalo-bot.ts';
import type { ZaloBotCall } from '../../src/channels/zalo-bot.ts';
import { parseZaloBot } from '../../src/channels/zalo-bot-events.ts';
import { minutes } from '../../src/clock.ts';
import type { Instant } from '../../src/clock.ts';
import { AppError, SignatureError } from '../../src/errors.ts';
import { channelContract } from '../contracts/channel-contract.ts';
import { stopBots } from '../support/bot.ts';
import { realContent } from '../support/content.ts';
import { failing } from '../support/gate.ts';
import { closeSites, serve } from '../support/http.ts';
import { payload, payloadsOf } from '../support/payloads.ts';
import { botId, botSecret, botToken, botUpdate, citizen } from '../support/platforms/zalo-bot.ts';
import {
  startZaloBotWorld,
  stopZaloBotWorlds,
  zaloBotConversation,
} from '../support/platforms/zalo-bot-world.ts';

afterEach(async () => {
  await closeSites();
  await stopBots();
  await stopZaloBotWorlds();
});

const { sendingRules } = await realContent();
const settings = {
  token: botToken,
  webhookSecret: botSecret,
  mode: 'webhook' as const,
  apiBase: 'https://bot.example',
  webhookUrl: 'https://nhipcau.example/webhooks/zalo-bot',
  perSecond: 5,
};
const receivedAt = 1_800_000_000_000 as Instant;
const signed = (body: Uint8Array, headers?: Record<string, string>): WebhookRequest => ({
  method: 'POST',
  query: {},
  headers: headers ?? { 'x-bot-api-secret-token': botSecret },
  body,
  receivedAt,
});
const make = (sender: Sender) => zaloBot(settings, sender, sendingRules);
const answering = (answer: HttpAnswer, asked: HttpCall[] = []) =>
  make({
    send: async (call) => {
      asked.push(call);
      return answer;
    },
    async close() {},
  });
const json = (status: number, body: unknown): HttpAnswer => ({
  status,
  headers: {},
  body: JSON.stringify(body),
});
const channel = answering(json(200, {}));

describe('what Zalo publishes of its bots', () => {
  const photo = { type: 'text', text: 'Photo caption' };
  const meanings: Readonly<Record<string, object>> = {
    '16-bot-text': {
      type: 'text',
      text: 'Xin chào',
      address: '6ede9afa66b88fe6d6a9',
      id: `zalo-bot/${botId}/2d758cb5e222177a4e35`,
    },
    // Words under a picture are a question.
    '17-bot-image': { ...photo, address: 'chat-id', id: `zalo-bot/${botId}/msg-id` },
    '18-bot-image-observed-photo-url': { type: 'text', text: 'ai đây', address: 'c1' },
    '19-bot-voice': { type: 'attachment', kind: 'audio', url: 'https://example.com/audio.aac' },
  };

  test.each(Object.entries(meanings))('%s is understood', (name, expected) => {
    const events = parseZaloBot(payload(`zalo/${name}`), botId, receivedAt);
    expect(events).toMatchObject([expected]);
    expect(events[0]?.channel).toBe('zalo-bot');
  });

  test('every published webhook is in the table', () => {
    const known = Object.keys(meanings).map((name) => `zalo/${name}`);
    expect(payloadsOf('zalo').filter((name) => name.includes('-bot-'))).toEqual(known);
  });
});

describe('an update', () => {
  const at = receivedAt - 1_000;
  const message = (more: object, kind = 'text') => ({
    ...botUpdate('Chào', at),
    event_name: `message.${kind}.received`,
    message: { ...(botUpdate('Chào', at)['message'] as object), message_id: 'm', ...more },
  });
  const read = (raw: unknown) => parseZaloBot(raw, botId, receivedAt);

  test('means the same brought and fetched', () => {
    const update = message({});
    expect(read({ ok: true, result: update })).toEqual(read(update));
    expect(read(update)).toMatchObject([{ type: 'text', text: 'Chào', at, address: citizen }]);
  });

  test('of a picture has it under either name', () => {
    for (const name of ['photo', 'photo_url'])
      expect(read(message({ text: undefined, [name]: 'https://p' }, 'image'))).toMatchObject([
        { type: 'attachment', kind: 'image', url: 'https://p' },
      ]);
  });

  test('of somebody whom the law keeps from bots is answered neutrally, not refused', () => {
    const [event] = read(message({ text: undefined }, 'unsupported'));
    expect(event).toMatchObject({ type: 'unsupported', what: 'unsupported', address: citizen });
    expect(event).not.toHaveProperty('raw');
  });

  test('of a bot is nothing (D6), and talk in a group is not kept', () => {
    expect(read(message({ from: { id: '1', is_bot: true } }))).toEqual([]);
    const [event] = read(message({ chat: { id: 'g', chat_type: 'GROUP' }, text: 'bí mật' }));
    expect(event).toMatchObject({ type: 'unsupported', what: 'group.text', address: '' });
    expect(JSON.stringify(event)).not.toContain('bí mật');
  });

  test('keeps nobody’s display name', () => {
    expect(JSON.stringify(read(message({})))).not.toContain('Bliêm');
  });

  test('with ids as numbers loses no digit', () => {
    const body = `{"event_name":"message.text.received","message":{"chat":{"id":4339761418830368433},"text":"a","message_id":9007199254740995}}`;
    expect(channel.parse(signed(Buffer.from(body)))).toMatchObject([
      { address: '4339761418830368433', id: `zalo-bot/${botId}/9007199254740995` },
    ]);
  });
});

describe('a delivery', () => {
  test.each([
    ['without the secret', {}],
    ['with another', { 'x-bot-api-secret-token': 'guess' }],
    ['with the beginning of it', { 'x-bot-api-secret-token': botSecret.slice(0, -1) }],
  ])('%s is refused', (_what, headers) => {
    expect(() => {
      channel.verify(signed(Buffer.from('{}'), headers));
    }).toThrow(SignatureError);
  });

  test('is refused always where updates are fetched: there is no secret to show', () => {
    const fetching = zaloBot(
      { ...settings, mode: 'polling', webhookSecret: undefined },
      httpSender(),
      sendingRules,
    );
    expect(() => {
      fetching.verify(signed(Buffer.from('{}'), { 'x-bot-api-secret-token': '' }));
    }).toThrow(SignatureError);
  });
});

describe('a send', () => {
  const call: ZaloBotCall = { method: 'sendMessage', body: { chat_id: citizen, text: 'Chào' } };
  const send = (answer: HttpAnswer): Promise<unknown> =>
    answering(answer)
      .send(call)
      .catch((error: unknown) => error);

  test('has the token in its address, which is in no error', async () => {
    const asked: HttpCall[] = [];
    const ok = json(200, { ok: true, result: { message_id: 'm1' } });
    expect(await answering(ok, asked).send(call)).toEqual({ platformId: 'm1' });
    expect(asked[0]?.url).toBe(`https://bot.example/bot${botToken}/sendMessage`);
    const error = await send(json(200, { ok: false, error_code: 400, description: 'bad' }));
    expect(String(error)).not.toContain('token-of-tests');
  });

  test.each<[string, HttpAnswer, object]>([
    [
      'ok: false with HTTP 200',
      json(200, { ok: false, error_code: 400 }),
      { code: 'platform_refused', retryable: false },
    ],
    ['a token nobody knows', json(401, { ok: false }), { code: 'token_dead', retryable: true }],
    [
      'too many, as a code',
      json(200, { ok: false, error_code: 429 }),
      { code: 'rate_limited', retryable: true },
    ],
    ['too many, as HTTP', json(429, {}), { code: 'rate_limited', retryable: true }],
    ['a server in trouble', json(500, {}), { code: 'platform_error', outcome: 'unknown' }],
    ['a server that rests', json(503, {}), { code: 'platform_error', outcome: 'refused' }],
  ])('%s', async (_what, answer, expected) => {
    expect(await send(answer)).toMatchObject(expected);
  });
});

const until = async (isSo: () => boolean): Promise<void> => {
  for (let n = 0; !isSo(); n++) {
    if (n > 2_000) throw new Error('It does not become so.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
const conversation = zaloBotConversation;
const question = 'mở hộ kinh doanh cần giấy tờ gì';

describe('a talk without buttons', () => {
  test.each([
    ['a number', '1'],
    ['a number in words', 'số 2'],
    ['the words', 'Đăng ký kinh doanh'],
  ])('shows its choices as numbers, and %s chooses', async (_how, said) => {
    const { platform, hears, texts } = await startZaloBotWorld();
    await hears('menu');
    expect(texts().at(-1)).toMatch(/^1\. .*\n2\. /m);
    const before = platform.sent.length;
    await hears(said);
    expect(platform.sent.length).toBeGreaterThan(before);
    expect(texts().slice(before).join('\n')).not.toMatch(/chưa hiểu/);
    expect(platform.sent.every(({ to }) => to === citizen)).toBe(true);
  });

  test('a voice message and one the law withholds get a line each, no error', async () => {
    const { bot, platform } = await startZaloBotWorld();
    const site = await serve(bot.app.http);
    const headers = { 'x-bot-api-secret-token': botSecret };
    const post = (body: unknown) => site.post('/webhooks/zalo-bot', body, headers);
    for (const name of payloadsOf('zalo').filter((one) => one.includes('-bot-')))
      expect((await post(payload(name))).status).toBe(200);
    expect((await post({})).status).toBe(200);
    await bot.settled();
    expect(platform.sent.map(({ to }) => to)).toContain('chat-id');
    expect(await bot.dead()).toEqual([]);
  });

  test('D1: the same delivery three times is answered once', async () => {
    const { bot, platform } = await startZaloBotWorld();
    const site = await serve(bot.app.http);
    const body = { ok: true, result: botUpdate(question, bot.clock.now()) };
    const headers = { 'x-bot-api-secret-token': botSecret };
    await Promise.all([1, 2, 3].map(() => site.post('/webhooks/zalo-bot', body, headers)));
    await bot.settled();
    expect(
      (await bot.transcript(conversation)).filter(({ from }) => from === 'person'),
    ).toHaveLength(1);
    expect(new Set(platform.sent.map(({ text }) => text)).size).toBe(platform.sent.length);
  });

  test('D8: throttled, it rests and then sends all, once', async () => {
    const { bot, platform, takesIn, texts } = await startZaloBotWorld();
    platform.behaves({ type: 'error', code: 429 }, 1);
    await takesIn(botUpdate(question, bot.clock.now()));
    await bot.rests();
    expect(platform.calls()).toBe(1);
    await bot.waits(minutes(1));
    expect(texts().length).toBeGreaterThan(0);
    expect(new Set(texts()).size).toBe(texts().length);
  });
});

describe('fetching', () => {
  test('brings updates one by one, in order, and each is answered', async () => {
    const { bot, platform } = await startZaloBotWorld('polling');
    for (const text of [question, 'vay vốn chính sách thế nào', 'cảm ơn'])
      platform.queue(botUpdate(text, bot.clock.now()));
    await until(() => platform.waiting() === 0);
    await until(() => platform.sent.length >= 3);
    await bot.settled();
    const lines = await bot.transcript(conversation);
    expect(lines.filter(({ from }) => from === 'person').map(({ text }) => text)).toEqual([
      question,
      'vay vốn chính sách thế nào',
      'cảm ơn',
    ]);
  });

  test('D2: an update that was given away is kept in hand while the store is away', async () => {
    let isAway = true;
    const isLine = (writes: readonly { in: string }[]): boolean =>
      isAway && writes.some((write) => write.in === 'messages');
    const away = () => new AppError('store_unavailable', 503, 'away');
    const { bot, platform } = await startZaloBotWorld('polling', {
      through: failing(isLine, away),
    });
    platform.queue(botUpdate(question, bot.clock.now()));
    await until(() => platform.waiting() === 0);
    await until(() => bot.log().some(({ msg }) => msg === 'an update waits to be stored'));
    isAway = false;
    await until(() => platform.sent.length > 0);
  });

  test('D9: of two processes one asks', async () => {
    const { bot, platform } = await startZaloBotWorld('polling');
    platform.queue(botUpdate(question, bot.clock.now()));
    await until(() => platform.sent.length > 0);
    // A second process over the same store: its channel attends, and finds the lease taken.
    const out = httpSender();
    const second = zaloBot(
      { ...settings, mode: 'polling', webhookSecret: undefined, apiBase: platform.url },
      out,
      sendingRules,
    );
    const attendant = await second.attend?.({
      store: { ...bot.store, claim: async () => [] },
      secrets: { read: async () => undefined, write: () => Promise.reject(new Error('none')) },
      clock: bot.clock,
      log: { info() {}, warn() {}, error() {} } as never,
      meter: { polled() {} } as never,
      content: () => bot.content,
      takesIn: true,
      accept: () => Promise.reject(new Error('It must not fetch anything.')),
    });
    platform.queue(botUpdate('cảm ơn', bot.clock.now()));
    await until(() => platform.waiting() === 0);
    await attendant?.stop();
    await out.close();
    expect(platform.mostPolls()).toBe(1);
  });

  test('D9: neither starting nor fetching touches the webhook; while it is set, the trouble is logged', async () => {
    const { bot, platform } = await startZaloBotWorld();
    expect(platform.webhook().url).toBe('');
    await bot.stop();
    const other = await startZaloBotWorld('polling');
    other.platform.setWebhook('https://elsewhere.example');
    await until(() => other.bot.log().some(({ msg }) => msg === 'polling failed'));
    expect(other.platform.webhook().url).toBe('https://elsewhere.example');
  });
});

const anything = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.constant({ id: 'x' }));
channelContract('Zalo Bot', {
  make,
  signed: (body) => signed(body),
  bodies: fc
    .record(
      {
        event_name: fc.oneof(
          fc.constantFrom('message.text.received', 'message.image.received', '__proto__'),
          fc.string(),
        ),
        message: fc.oneof(
          anything,
          fc.record(
            {
              message_id: anything,
              date: anything,
              from: fc.oneof(anything, fc.record({ is_bot: anything })),
              chat: fc.oneof(anything, fc.record({ id: anything, chat_type: anything })),
              text: anything,
              caption: anything,
              photo: anything,
              voice_url: anything,
            },
            { requiredKeys: [] },
          ),
        ),
      },
      { requiredKeys: [] },
    )
    .chain((update) => fc.constantFrom<unknown>(update, { ok: true, result: update })),
  text: { ok: true, result: botUpdate('Chào em', receivedAt) },
  read(call: Json) {
    // Only this channel's own render made it.
    const { body } = call as ZaloBotCall;
    const written = 'text' in body ? body.text : body.caption;
    expect(written?.trim()).not.toBe('');
    const text = written ?? '';
    expect(text.length).toBeLessThanOrEqual(2_000);
    return { text, titles: [], payloads: [], links: 'photo' in body ? [body.photo] : [] };
  },
});
