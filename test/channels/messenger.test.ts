import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { HttpCall, Sender } from '../../src/channels/call.ts';
import type { Allowed, Channel, WebhookRequest } from '../../src/channels/channel.ts';
import { messenger } from '../../src/channels/messenger.ts';
import type { MessengerCall, SendCall } from '../../src/channels/messenger.ts';
import type { Instant } from '../../src/clock.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { SignatureError } from '../../src/errors.ts';
import { channelContract } from '../contracts/channel-contract.ts';
import { realContent } from '../support/content.ts';
import { fakeGraph, graph } from '../support/platforms.ts';
import { readMessenger } from '../support/reads.ts';

const page = '100000000000001';
const settings = {
  appSecret: 'app-secret',
  verifyToken: 'verify-token',
  pageToken: 'page-token',
  pageId: page,
  apiBase: 'https://graph.facebook.com/v25.0',
};
const { sendingRules } = await realContent();
const make = (sender: Sender = fakeGraph()): Channel<MessengerCall> =>
  messenger(settings, sender, sendingRules);
const channel = make();

const hmac = (body: Uint8Array | string, secret = settings.appSecret): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
const signed = (body: Uint8Array, signature = hmac(body)): WebhookRequest => ({
  method: 'POST',
  query: {},
  headers: { 'x-hub-signature-256': signature },
  body,
  receivedAt: 1_800_000_000_000 as Instant,
});

/** Meta signs its own escaping: everything beyond ASCII as \\uXXXX in lower case, and / < % @ as well. */
const escaped = (value: unknown): Buffer =>
  Buffer.from(
    JSON.stringify(value)
      .replaceAll(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .replaceAll('/', '\\/')
      .replaceAll('<', '\\u003C'),
  );

const delivery = (message: unknown): unknown => ({
  object: 'page',
  entry: [
    {
      id: page,
      time: 1,
      messaging: [
        { sender: { id: '2' }, recipient: { id: page }, timestamp: 1_700_000_000_000, message },
      ],
    },
  ],
});

describe('the signature', () => {
  const text = 'Mở hộ kinh doanh ở phường <Buôn Hồ> cần giấy gì? 50/50 😀';
  const body = escaped(delivery({ mid: 'm', text }));

  test('is over the bytes as Meta escaped them, which no Vietnamese text survives otherwise', () => {
    expect(body.toString()).not.toContain('ở');
    expect(() => {
      channel.verify(signed(body));
    }).not.toThrow();
    const again = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
    expect(() => {
      channel.verify(signed(again, hmac(body)));
    }).toThrow(SignatureError);
    expect(channel.parse(signed(body))).toMatchObject([{ type: 'text', text }]);
  });

  test.each([
    ['is missing', undefined],
    ['is empty', ''],
    ['is another app’s', hmac(body, 'another-secret')],
    ['is of another body', hmac('{}')],
    ['is without its name', hmac(body).slice('sha256='.length)],
    [
      'is the old one over SHA-1',
      `sha1=${createHmac('sha1', 'app-secret').update(body).digest('hex')}`,
    ],
    ['is written in capitals', hmac(body).toUpperCase()],
    ['is cut off', hmac(body).slice(0, -1)],
    ['is followed by something', `${hmac(body)}0`],
  ])('that %s is refused', (_what, signature) => {
    const request = { ...signed(body), headers: { 'x-hub-signature-256': signature } };
    expect(() => {
      channel.verify(request);
    }).toThrow(SignatureError);
  });

  test('in the old header alone does not count', () => {
    const headers = { 'x-hub-signature': hmac(body) };
    expect(() => {
      channel.verify({ ...signed(body), headers });
    }).toThrow(SignatureError);
  });

  test('does not fit once a single byte has changed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: body.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, by) => {
          const other = Buffer.from(body);
          other[at] = (other[at]! + by) % 256;
          expect(() => {
            channel.verify(signed(other, hmac(body)));
          }).toThrow(SignatureError);
        },
      ),
    );
  });
});

describe('the handshake', () => {
  const shake = (query: Record<string, string>): string | undefined =>
    channel.handshake?.({ ...signed(Buffer.alloc(0)), method: 'GET', query });

  test('with our token gets its challenge back', () => {
    const query = {
      'hub.mode': 'subscribe',
      'hub.challenge': '1158201444',
      'hub.verify_token': 'verify-token',
    };
    expect(shake(query)).toBe('1158201444');
  });

  test.each([
    [
      'a wrong token',
      { 'hub.mode': 'subscribe', 'hub.challenge': '1', 'hub.verify_token': 'guess' },
    ],
    ['no token', { 'hub.mode': 'subscribe', 'hub.challenge': '1' }],
    [
      'another mode',
      { 'hub.mode': 'unsubscribe', 'hub.challenge': '1', 'hub.verify_token': 'verify-token' },
    ],
    ['nothing', {}],
  ])('with %s is refused', (_what, query) => {
    expect(() => shake(query as Record<string, string>)).toThrow(SignatureError);
  });
});

const normal: Allowed = { allowed: true, via: 'normal' };
const human: Allowed = { allowed: true, via: 'human' };
const text = (words: string, choices = 0): Reply => ({
  type: 'text',
  text: words,
  choices: Array.from({ length: choices }, (_, i) => ({
    title: `Mục ${i + 1}`,
    payload: `ask:m${i + 1}`,
  })),
});
// What goes to a person is a call of the Send API.
const render = (reply: Reply, permission = normal): SendCall[] =>
  channel.render(reply, '2', permission) as SendCall[];

describe('a reply', () => {
  test('of words alone is one text', () => {
    expect(render(text('Dạ em nghe.'))).toEqual([
      { recipient: { id: '2' }, messaging_type: 'RESPONSE', message: { text: 'Dạ em nghe.' } },
    ]);
  });

  test.each([1, 2, 3])('with %d choices shows them as buttons, which stay in the thread', (n) => {
    const [call, ...more] = render(text('Chọn giúp em:', n));
    expect(more).toEqual([]);
    expect(call?.message.attachment).toEqual({
      type: 'template',
      payload: {
        template_type: 'button',
        text: 'Chọn giúp em:',
        buttons: Array.from({ length: n }, (_, i) => ({
          type: 'postback',
          title: `Mục ${i + 1}`,
          payload: `ask:m${i + 1}`,
        })),
      },
    });
  });

  test.each([4, 5, 13])('with %d choices shows them as quick replies', (n) => {
    const [call, ...more] = render(text('Chọn giúp em:', n));
    expect(more).toEqual([]);
    expect(call?.message.quick_replies).toHaveLength(n);
    expect(call?.message.quick_replies?.[0]).toEqual({
      content_type: 'text',
      title: 'Mục 1',
      payload: 'ask:m1',
    });
  });

  test('too long for a button template has quick replies, under its last part alone', () => {
    const words = `${'Câu dài vừa phải. '.repeat(150)}Hết.`;
    const calls = render(text(words, 2));
    expect(calls.length).toBe(2);
    expect(calls.map(({ message }) => message.quick_replies?.length)).toEqual([undefined, 2]);
    expect(calls.every(({ message }) => (message.text?.length ?? 0) <= 2_000)).toBe(true);
  });

  test('is composed before it is counted: 640 letters of two units each still fit the template', () => {
    const [call] = render(text('ế'.normalize('NFD').repeat(640), 1));
    expect(call?.message.attachment?.payload.text).toBe('ế'.repeat(640));
  });

  test('shows titles of at most 20 characters, cut on a character', () => {
    const reply: Reply = {
      type: 'text',
      text: 'a',
      choices: [{ title: 'Đăng ký hộ kinh doanh cá thể'.normalize('NFD'), payload: 'ask:x' }],
    };
    expect(render(reply)[0]?.message.attachment?.payload.buttons?.[0]?.title).toBe(
      'Đăng ký hộ kinh doa…',
    );
  });

  test('with links keeps them all: three as buttons, the others in words', () => {
    const links = ['a', 'b', 'c', 'd'].map((x) => ({
      title: `Trang ${x}`,
      url: `https://example.com/${x}`,
    }));
    const [call] = render({ type: 'card', title: 'Tiêu đề', body: 'Nội dung', links });
    expect(call?.message.attachment?.payload).toMatchObject({
      text: 'Tiêu đề\n\nNội dung\nTrang d: https://example.com/d',
      buttons: [{ type: 'web_url', title: 'Trang a', url: 'https://example.com/a' }, {}, {}],
    });
  });

  test('that is a picture is followed by what it shows', () => {
    const calls = render({
      type: 'image',
      url: 'https://example.com/a.png',
      alt: 'Sơ đồ đường đi',
    });
    expect(calls.map(({ message }) => message.text ?? message.attachment?.payload.url)).toEqual([
      'https://example.com/a.png',
      'Sơ đồ đường đi',
    ]);
  });

  test('carries its mark and the number of the call, so that an echo settles it', () => {
    const calls = channel.render(text('a. '.repeat(900)), '2', normal, 'out/x/0') as SendCall[];
    expect(calls.map(({ message }) => message.metadata)).toEqual([
      'nhipcau:out/x/0/0',
      'nhipcau:out/x/0/1',
    ]);
  });

  test('is tagged HUMAN_AGENT under the rule for humans alone', () => {
    const tags = (permission: Allowed) =>
      render(text('a'), permission).map(({ messaging_type, tag }) => [messaging_type, tag]);
    expect(tags(normal)).toEqual([['RESPONSE', undefined]]);
    expect(tags({ allowed: true, via: 'template' })).toEqual([['RESPONSE', undefined]]);
    expect(tags(human)).toEqual([['MESSAGE_TAG', 'HUMAN_AGENT']]);
  });
});

describe('a call', () => {
  const recorded = (): { sender: Sender; calls: HttpCall[] } => {
    const calls: HttpCall[] = [];
    const sender: Sender = {
      async send(call) {
        calls.push(call);
        return { status: 200, headers: {}, body: '{"recipient_id":"2","message_id":"m_1"}' };
      },
      async close() {},
    };
    return { sender, calls };
  };

  test('goes to the Page’s messages with its token, and with the proof that it is ours', async () => {
    const { sender, calls } = recorded();
    const [call] = render(text('Chào'));
    expect(await make(sender).send(call!)).toEqual({ platformId: 'm_1' });
    const url = new URL(calls[0]!.url);
    expect(url.origin + url.pathname).toBe(`https://graph.facebook.com/v25.0/${page}/messages`);
    expect(url.searchParams.get('access_token')).toBe('page-token');
    const proof = createHmac('sha256', 'app-secret').update('page-token').digest('hex');
    expect(url.searchParams.get('appsecret_proof')).toBe(proof);
    expect(calls[0]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    expect(JSON.parse(calls[0]!.body!)).toEqual(call);
  });

  test('carries no token and no secret itself, since it is kept in the outbox', () => {
    const kept = JSON.stringify(render(text('Chào', 3)));
    expect(kept).not.toContain('token');
    expect(kept).not.toContain('secret');
  });

  test('that is refused says why without the token', async () => {
    const platform = fakeGraph();
    platform.answers(graph.tokenDead);
    const error = await make(platform)
      .send(render(text('a'))[0]!)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'token_dead', retryable: true });
    expect(String(error)).not.toContain('page-token');
  });
});

/** Deliveries of our Page with anything in the places that a parser looks at. */
const bodies = ((): fc.Arbitrary<unknown> => {
  const junk = fc.jsonValue({ maxDepth: 2 });
  const id = fc.oneof(fc.constantFrom(page, '2', '__proto__'), fc.integer(), junk);
  const maybe = <T>(real: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
    fc.oneof({ arbitrary: real, weight: 4 }, { arbitrary: junk, weight: 1 });
  const some = (shape: Record<string, fc.Arbitrary<unknown>>) =>
    fc.record(shape, { requiredKeys: [] });
  const who = maybe(some({ id }));
  const kind = fc.constantFrom('image', 'sticker', 'location', 'fallback', 'constructor');
  const message = some({
    mid: id,
    text: maybe(fc.string({ unit: 'grapheme' })),
    is_echo: maybe(fc.boolean()),
    is_deleted: maybe(fc.boolean()),
    is_unsupported: maybe(fc.boolean()),
    app_id: maybe(fc.constant(26390203743090)),
    metadata: maybe(fc.constantFrom('nhipcau:out/x/0/0', 'nhipcau:', 'theirs')),
    sticker_id: id,
    quick_reply: maybe(some({ payload: maybe(fc.string()) })),
    attachments: maybe(
      fc.array(
        maybe(some({ type: maybe(kind), payload: maybe(some({ url: maybe(fc.webUrl()) })) })),
        { maxLength: 2 },
      ),
    ),
  });
  const event = some({
    sender: who,
    recipient: who,
    timestamp: maybe(fc.integer({ min: 1, max: 2_000_000_000_000 })),
    message: maybe(message),
    message_edit: maybe(some({ mid: id, text: maybe(fc.string()), num_edit: id })),
    postback: maybe(
      some({
        mid: id,
        title: maybe(fc.string()),
        payload: maybe(fc.string()),
        referral: maybe(some({ ref: maybe(fc.string()) })),
      }),
    ),
    referral: maybe(some({ ref: maybe(fc.string()) })),
    reaction: maybe(some({ mid: id, action: maybe(fc.constantFrom('react', 'unreact')) })),
    delivery: maybe(some({ watermark: maybe(fc.integer()) })),
    read: junk,
    pass_thread_control: maybe(some({ previous_owner_app_id: id, new_owner_app_id: id })),
    take_thread_control: maybe(some({ previous_owner_app_id: id, new_owner_app_id: id })),
    request_thread_control: maybe(some({ requested_owner_app_id: id })),
    app_roles: maybe(some({ '1': maybe(fc.array(fc.string())) })),
  });
  const kinds = [
    ...['message', 'message_edit', 'postback', 'reaction', 'delivery'],
    ...['pass_thread_control', 'take_thread_control', 'request_thread_control', 'app_roles'],
  ];
  // Most real events are one thing; the other keys of the record are then absent.
  const single = fc
    .tuple(event, fc.constantFrom(...kinds))
    .map(([all, key]) =>
      Object.fromEntries(
        Object.entries(all).filter(([name]) =>
          ['sender', 'recipient', 'timestamp', key].includes(name),
        ),
      ),
    );
  const value = some({
    item: maybe(fc.constantFrom('comment', 'post')),
    verb: maybe(fc.constantFrom('add', 'edited', 'remove')),
    comment_id: id,
    post_id: id,
    parent_id: id,
    from: who,
    sender_id: id,
    message: maybe(fc.string()),
    created_time: maybe(fc.integer({ min: 1, max: 2_000_000_000 })),
  });
  const change = some({ field: maybe(fc.constantFrom('feed', 'mention')), value: maybe(value) });
  const list = <T>(of: fc.Arbitrary<T>) => maybe(fc.array(maybe(of), { maxLength: 3 }));
  const entry = some({
    id: fc.oneof({ arbitrary: fc.constant(page), weight: 6 }, { arbitrary: id, weight: 1 }),
    messaging: list(fc.oneof(event, single)),
    standby: list(single),
    changes: list(change),
  });
  return fc.record({ object: fc.constant('page'), entry: list(entry) });
})();

channelContract('messenger', {
  make: (sender) => messenger(settings, sender, sendingRules),
  signed,
  bodies,
  text: delivery({ mid: 'm', text: 'Chào em' }),
  read: readMessenger,
});
