import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { HttpAnswer, HttpCall, Sender } from '../../src/channels/call.ts';
import type { Allowed, Channel, Json, WebhookRequest } from '../../src/channels/channel.ts';
import { telegram } from '../../src/channels/telegram.ts';
import type { TelegramCall } from '../../src/channels/telegram.ts';
import type { TelegramSettings } from '../../src/channels/telegram-api.ts';
import type { Instant } from '../../src/clock.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { SignatureError } from '../../src/errors.ts';
import { channelContract } from '../contracts/channel-contract.ts';
import type { Shown } from '../contracts/channel-contract.ts';
import { realContent } from '../support/content.ts';
import { answers, botId, whatIsWrong } from '../support/platforms/telegram.ts';
import type { Refused } from '../support/platforms/telegram.ts';
import { said } from '../support/telegram-bot.ts';

const settings: TelegramSettings = {
  token: `${botId}:AA-token-of-tests`,
  webhookSecret: 'secret-of-the-webhook',
  mode: 'webhook',
  apiBase: 'https://api.telegram.org',
  webhookUrl: 'https://nhipcau.example/webhooks/telegram',
};
const { sendingRules } = await realContent();

interface Recorded extends Sender {
  readonly calls: HttpCall[];
}
const answering = (...given: HttpAnswer[]): Recorded => {
  const calls: HttpCall[] = [];
  return {
    calls,
    async send(call) {
      calls.push(call);
      return given[Math.min(calls.length, given.length) - 1]!;
    },
    async close() {},
  };
};
const json = (status: number, body: unknown, headers = {}): HttpAnswer => ({
  status,
  headers,
  body: JSON.stringify(body),
});
const refusal = ({ status, description, parameters }: Refused): HttpAnswer =>
  json(status, { ok: false, error_code: status, description, parameters });
const done = json(200, { ok: true, result: { message_id: 77 } });
const make = (sender: Sender = answering(done), more = {}): Channel<TelegramCall> =>
  telegram({ ...settings, ...more }, sender, sendingRules);
const channel = make();

const signed = (body: Uint8Array, secret: string | undefined = settings.webhookSecret) =>
  ({
    method: 'POST',
    query: {},
    headers: { 'x-telegram-bot-api-secret-token': secret },
    body,
    receivedAt: 1_800_000_000_000 as Instant,
  }) satisfies WebhookRequest;

describe('the secret of the webhook', () => {
  const verify = (secret: string | undefined, to = channel) => {
    to.verify({
      ...signed(Buffer.from('{}')),
      headers: { 'x-telegram-bot-api-secret-token': secret },
    });
  };

  test('lets Telegram in', () => {
    expect(() => {
      verify(settings.webhookSecret);
    }).not.toThrow();
  });

  test.each([
    undefined,
    '',
    'secret-of-the-webhooK',
    'secret-of-the-webhook1',
    'secret-of-the-webhoo',
  ])('of “%s” lets nobody in', (secret) => {
    expect(() => {
      verify(secret);
    }).toThrow(SignatureError);
  });

  test('lets nobody in where updates are fetched', () => {
    const polling = make(undefined, { mode: 'polling' });
    expect(() => {
      verify(settings.webhookSecret, polling);
    }).toThrow(SignatureError);
    expect(() => {
      verify('', make(undefined, { mode: 'polling', webhookSecret: undefined }));
    }).toThrow(SignatureError);
  });
});

const normal: Allowed = { allowed: true, via: 'normal' };
const render = (reply: Reply, to = '430000001'): TelegramCall[] =>
  channel.render(reply, to, normal);
const choice = (title: string, payload: string) => ({ title, payload });

describe('a reply', () => {
  test('of words is plain text without a preview', () => {
    expect(render({ type: 'text', text: 'Phí < 100.000 đ & <b>không</b> *đậm*' })).toEqual([
      {
        method: 'sendMessage',
        params: {
          chat_id: 430000001,
          text: 'Phí < 100.000 đ & <b>không</b> *đậm*',
          link_preview_options: { is_disabled: true },
        },
      },
    ]);
  });

  test('has its buttons one a row, under its last part', () => {
    const text = 'Câu dài vừa phải. '.repeat(400);
    const calls = render({
      type: 'text',
      text,
      choices: [choice('A', 'ask:a'), choice('B', 'b:')],
    });
    expect(calls.map(({ params }) => params.reply_markup?.inline_keyboard)).toEqual([
      undefined,
      [[{ text: 'A', callback_data: 'ask:a' }], [{ text: 'B', callback_data: 'b:' }]],
    ]);
  });

  test('is cut between graphemes: no letter loses its accent, no family a child', () => {
    const unit = '👨‍👩‍👧ế';
    for (const { params } of render({ type: 'text', text: unit.repeat(1_000) })) {
      expect(params.text!.length).toBeLessThanOrEqual(4_096);
      expect(params.text!.replaceAll('👨‍👩‍👧', '').replaceAll('ế', '')).toBe('');
    }
  });

  test('writes out a button whose payload is too long: its title can be typed', () => {
    const long = choice('Xã Ea Kar', `ask:${'ế'.repeat(21)}`);
    const [call] = render({ type: 'text', text: 'Xã nào ạ?', choices: [long, choice('B', 'b:')] });
    expect(call?.params.text).toBe('Xã nào ạ?\n– Xã Ea Kar');
    expect(call?.params.reply_markup?.inline_keyboard.flat()).toEqual([
      { text: 'B', callback_data: 'b:' },
    ]);
  });

  test('keeps a payload of exactly 64 bytes on its button', () => {
    const payload = `ask:${'x'.repeat(60)}`;
    const [call] = render({ type: 'text', text: 'a', choices: [choice('A', payload)] });
    expect(call?.params.reply_markup?.inline_keyboard[0]?.[0]?.callback_data).toBe(payload);
  });

  test('writes out links that Telegram does not take for addresses', () => {
    const links = [
      { title: 'Cổng', url: 'https://dichvucong.gov.vn/a' },
      { title: 'Máy nhà', url: 'http://localhost:3000/privacy' },
    ];
    const [call] = render({ type: 'card', title: 'T', body: 'B', links });
    expect(call?.params.text).toBe('T\n\nB\nMáy nhà: http://localhost:3000/privacy');
    expect(call?.params.reply_markup?.inline_keyboard.flat()).toEqual([
      { text: 'Cổng', url: 'https://dichvucong.gov.vn/a' },
    ]);
  });

  test('goes into the topic it was asked in', () => {
    const [call] = render({ type: 'text', text: 'a' }, '-100200300_42');
    expect(call?.params).toMatchObject({ chat_id: -100200300, message_thread_id: 42 });
  });

  test('holds no token: it waits in the outbox', () => {
    expect(JSON.stringify(render({ type: 'text', text: 'a' }))).not.toContain('token');
  });
});

const [plain] = render({ type: 'text', text: 'Chào' });
const sendTo = (sender: Sender) => make(sender).send(plain!);

describe('a call', () => {
  test('goes to the bot’s own address and brings the message’s id back', async () => {
    const sender = answering(done);
    expect(await sendTo(sender)).toEqual({ platformId: '77' });
    expect(sender.calls[0]).toMatchObject({
      method: 'POST',
      url: `https://api.telegram.org/bot${settings.token}/sendMessage`,
    });
    expect(JSON.parse(sender.calls[0]!.body!)).toEqual(plain!.params);
  });

  test.each([
    ['a dead token', answers.unauthorized, 'token_dead', true, 'refused'],
    [
      'a token that never was one',
      { status: 404, description: 'Not Found' },
      'token_dead',
      true,
      'refused',
    ],
    ['somebody who blocked the bot', answers.blocked, 'blocked_by_person', false, 'refused'],
    ['a chat that is not there', answers.chatNotFound, 'platform_refused', false, 'refused'],
    ['Telegram being down', answers.down, 'platform_error', true, 'refused'],
    ['a broken gateway', answers.badGateway, 'platform_error', true, 'unknown'],
  ])('refused for %s', async (_what, how, code, retryable, outcome) => {
    const error = await sendTo(answering(refusal(how))).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, retryable, outcome });
    expect(String(error)).not.toContain('token-of-tests');
  });

  test('to a group that became a supergroup goes to its new id, and at once the next time (migrate_to_chat_id)', async () => {
    const moved = refusal(answers.migrated(-100999));
    const sender = answering(moved, done, done);
    const bot = make(sender);
    const [call] = bot.render({ type: 'text', text: 'a' }, '-99', normal);
    expect(await bot.send(call!)).toEqual({ platformId: '77' });
    await bot.send(call!);
    const chats = sender.calls.map(
      ({ body }) => (JSON.parse(body!) as { chat_id: number }).chat_id,
    );
    expect(chats).toEqual([-99, -100999, -100999]);
  });

  test('is not sent round and round between ids', async () => {
    const sender = answering(refusal(answers.migrated(-100999)));
    await expect(sendTo(sender)).rejects.toMatchObject({ code: 'platform_refused' });
    expect(sender.calls).toHaveLength(2);
  });
});

describe('too many calls (D8)', () => {
  test('to one chat make that chat wait as long as Telegram says, and nobody else', async () => {
    const error = await sendTo(answering(refusal(answers.tooMany(7)))).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'chat_rate_limited', retryable: true, retryAfter: 7_000 });
  });

  test('to several chats at a time mean the whole bot', async () => {
    const bot = make(answering(refusal(answers.tooMany(9))));
    const codes: unknown[] = [];
    for (const to of ['1', '2', '2', '3']) {
      const [call] = bot.render({ type: 'text', text: 'a' }, to, normal);
      codes.push(await bot.send(call!).catch((e: unknown) => (e as { code: string }).code));
    }
    expect(codes).toEqual([
      'chat_rate_limited',
      'chat_rate_limited',
      'chat_rate_limited',
      'rate_limited',
    ]);
  });

  test('without a number of seconds wait all the same', async () => {
    const error = await sendTo(answering(json(429, 'x'))).catch((e: unknown) => e);
    expect((error as { retryAfter: number }).retryAfter).toBeGreaterThan(0);
  });
});

/** What the Bot API takes, by the fake's own rules. */
function read(call: Json): Shown {
  const { method, params } = call as TelegramCall;
  expect(whatIsWrong({ method, params })).toBeUndefined();
  const buttons = params.reply_markup?.inline_keyboard.flat() ?? [];
  return {
    text: params.text ?? params.caption ?? '',
    titles: buttons.map(({ text }) => text),
    payloads: buttons.flatMap(({ callback_data: data }) => (data === undefined ? [] : [data])),
    links: buttons.flatMap(({ url }) => (url === undefined ? [] : [url])),
  };
}

/** Updates with anything in the places that a parser looks at. */
const bodies = ((): fc.Arbitrary<unknown> => {
  const junk = fc.jsonValue({ maxDepth: 2 });
  const maybe = <T>(real: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
    fc.oneof({ arbitrary: real, weight: 5 }, { arbitrary: junk, weight: 1 });
  const some = (shape: Record<string, fc.Arbitrary<unknown>>) =>
    fc.record(shape, { requiredKeys: [] });
  const id = maybe(fc.constantFrom(430000001, -100200300, Number(botId), '5', '', 1e300, 0.5));
  const user = maybe(some({ id, is_bot: maybe(fc.boolean()) }));
  const chat = maybe(some({ id, type: maybe(fc.constantFrom('private', 'group', 'channel')) }));
  const date = maybe(fc.constantFrom(1_700_000_000, 0, -1, 1e308));
  const text = maybe(fc.constantFrom('/start p-x', '/lop@x', '@x chào', '', 'ế', '/'));
  const entity = some({
    type: maybe(fc.constantFrom('bot_command', 'mention', 'text_mention')),
    offset: maybe(fc.integer({ min: -2, max: 9 })),
    length: maybe(fc.integer({ min: -2, max: 99 })),
    user,
  });
  const message = some({
    message_id: id,
    chat,
    from: user,
    date,
    edit_date: date,
    text,
    caption: text,
    entities: maybe(fc.array(maybe(entity), { maxLength: 3 })),
    photo: junk,
    contact: maybe(some({ phone_number: text, user_id: id })),
    is_topic_message: maybe(fc.boolean()),
    message_thread_id: id,
    reply_to_message: maybe(some({ from: user })),
    reply_markup: junk,
  });
  const status = maybe(fc.constantFrom('member', 'kicked', 'left'));
  const member = maybe(some({ status }));
  return some({
    update_id: id,
    message: maybe(message),
    edited_message: maybe(message),
    callback_query: maybe(some({ id, data: text, message: maybe(message), from: user })),
    my_chat_member: maybe(some({ chat, date, old_chat_member: member, new_chat_member: member })),
    poll: junk,
  }).chain((all) =>
    // A real update has one field beside its number.
    fc
      .constantFrom(...Object.keys(all), 'all')
      .map((key) =>
        key === 'all' || !(key in all)
          ? all
          : Object.fromEntries(Object.entries(all).filter(([k]) => k === key || k === 'update_id')),
      ),
  );
})();

channelContract('telegram', {
  make: (sender) => telegram(settings, sender, sendingRules),
  signed: (body) => signed(body),
  bodies,
  text: said('chào em'),
  read,
});
