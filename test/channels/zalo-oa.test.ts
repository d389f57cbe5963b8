import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { HttpAnswer, HttpCall, Sender } from '../../src/channels/call.ts';
import type { Channel, WebhookRequest } from '../../src/channels/channel.ts';
import { zaloOa } from '../../src/channels/zalo-oa.ts';
import type { ZaloCall, ZaloOaSettings } from '../../src/channels/zalo-oa.ts';
import { rotatingTokens } from '../../src/channels/zalo-oa-token.ts';
import { hours, later } from '../../src/clock.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { SignatureError } from '../../src/errors.ts';
import { notices } from '../../src/store/collections.ts';
import { openStore } from '../../src/store/open.ts';
import { cipherOf } from '../../src/store/cipher.ts';
import { sealedSecrets } from '../../src/store/secrets.ts';
import { channelContract } from '../contracts/channel-contract.ts';
import { manualClock } from '../support/clock.ts';
import { realContent } from '../support/content.ts';
import { payload } from '../support/payloads.ts';
import {
  appId,
  appSecret,
  citizen,
  headersFor,
  oaId,
  oaSecretKey,
  zaloText,
} from '../support/platforms/zalo-oa.ts';
import type { SignOptions } from '../support/platforms/zalo-oa.ts';
import { readZalo } from '../support/reads.ts';

const clock = manualClock();
const now = clock.now();
const { sendingRules } = await realContent();
const store = await openStore('sqlite::memory:', { processId: 'zalo', clock });
const secrets = sealedSecrets(store, cipherOf(new Uint8Array(32).fill(7)));

const settings: ZaloOaSettings = {
  appId,
  appSecret,
  oaId,
  oaSecretKey,
  refreshToken: 'refresh-0',
  apiBase: 'https://openapi.example',
  oauthBase: 'https://oauth.example',
  buttons: 5,
  perSecond: 10,
};

const json = (status: number, body: unknown): HttpAnswer => ({
  status,
  headers: {},
  body: JSON.stringify(body),
});
const pair = json(200, payload('zalo/14-oa-token-response'));
const done = json(200, { error: 0, message: 'Success', data: { message_id: 'm1' } });

// The token is there before the tests begin.
await rotatingTokens(settings, {
  secrets,
  sender: { send: async () => pair, async close() {} },
  clock,
  log: { info() {} } as never,
  tell: () => Promise.reject(new Error('Nothing is wrong.')),
}).access();

/** A channel that attends, over a sender whose OAuth always works: what is asked for is the Open API. */
function make(
  open: (call: HttpCall) => HttpAnswer | Promise<HttpAnswer>,
  more: Partial<ZaloOaSettings> = {},
): Channel<ZaloCall> & { readonly counted: string[] } {
  const counted: string[] = [];
  const sender: Sender = {
    send: async (call) => (call.url.startsWith(settings.oauthBase) ? pair : open(call)),
    async close() {},
  };
  const channel = zaloOa({ ...settings, ...more }, sender, sendingRules);
  const note =
    (what: string) =>
    (...args: readonly (string | number)[]): void => {
      counted.push([what, ...args].join(' '));
    };
  void channel.attend?.({
    store,
    secrets,
    clock,
    log: { info() {}, warn() {}, error() {}, debug() {} } as never,
    meter: {
      received() {},
      turned() {},
      sent() {},
      polled() {},
      signed: note('signed'),
      quota: note('quota'),
    },
    content: () => {
      throw new Error('Nothing of the content is needed.');
    },
    takesIn: true,
    accept: () => Promise.reject(new Error('Zalo brings its events.')),
  });
  return { ...channel, counted };
}

const bytes = (body: unknown): Buffer => Buffer.from(JSON.stringify(body));
const signed = (body: Uint8Array, headers = headersFor(body)): WebhookRequest => ({
  method: 'POST',
  query: {},
  headers,
  body,
  receivedAt: now,
});
const channel = make(() => done);

describe('the signature (D10)', () => {
  const body = bytes(zaloText('Mở hộ kinh doanh ở phường Buôn Hồ cần giấy gì? 😀', now));
  const formulaOf = (request: WebhookRequest): string | undefined => {
    const one = make(() => done);
    one.verify(request);
    return one.counted.at(-1);
  };
  const headerTime = String(now);

  test.each<[string, SignOptions]>([
    ['app_id.body.oa_secret', {}],
    ['app_id.header.oa_secret', { headerTime }],
    ['oa_id.body.oa_secret', { id: oaId }],
    ['oa_id.header.oa_secret', { id: oaId, headerTime }],
    ['app_id.body.app_secret', { secret: appSecret }],
    ['app_id.header.app_secret', { secret: appSecret, headerTime }],
    ['oa_id.body.app_secret', { id: oaId, secret: appSecret }],
    ['oa_id.header.app_secret', { id: oaId, secret: appSecret, headerTime }],
  ])('%s is one that living systems use, and is counted by name', (formula, how) => {
    // Where the times are equal the header's is counted: living systems look there first.
    const other = how.headerTime === undefined ? {} : { headerTime: String(now - 5) };
    expect(formulaOf(signed(body, headersFor(body, { ...how, ...other })))).toBe(
      `signed zalo ${formula}`,
    );
  });

  test('is over the bytes as they came, with Vietnamese as it was written', () => {
    const again = bytes({ ...JSON.parse(body.toString()), added: 1 });
    expect(() => {
      channel.verify(signed(again, headersFor(body)));
    }).toThrow(SignatureError);
  });

  test('may stand without its name, with spaces, or in capitals', () => {
    const { 'x-zevent-signature': mac = '' } = headersFor(body);
    for (const form of [mac.slice(4), `mac = ${mac.slice(4)}`, ` ${mac.toUpperCase()} `]) {
      expect(() => {
        channel.verify(signed(body, { 'x-zevent-signature': form }));
      }).not.toThrow();
    }
  });

  test.each([
    ['missing', {}],
    ['empty', { 'x-zevent-signature': '' }],
    ['without a mac', { 'x-zevent-signature': 'mac=' }],
    ['by another secret', headersFor(body, { secret: 'guess' })],
    ['for another app', headersFor(body, { id: '1' })],
    ['of another body', headersFor(bytes(zaloText('khác', now)))],
    ['without any secret', headersFor(body, { secret: '' })],
  ])('%s is refused, and counted as fitting none', (_what, headers) => {
    const one = make(() => done);
    expect(() => {
      one.verify(signed(body, headers));
    }).toThrow(SignatureError);
    expect(one.counted).toEqual(['signed zalo none']);
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
            channel.verify(signed(other, headersFor(body)));
          }).toThrow(SignatureError);
        },
      ),
      { numRuns: 50 },
    );
  });

  test.each([
    ['a day old', -24, true],
    ['more than a day old', -24.01, false],
    ['more than a day ahead', 24.01, false],
  ])('over a time that is %s: %p hours, taken: %p', (_what, by, isTaken) => {
    const old = bytes(zaloText('a', later(now, hours(by))));
    const verify = (): void => {
      channel.verify(signed(old));
    };
    if (isTaken) expect(verify).not.toThrow();
    else expect(verify).toThrow(SignatureError);
  });

  test('of the registration probe is none: an empty object alone is let in, and is nothing', () => {
    for (const empty of ['{}', ' {}\n'])
      expect(channel.parse(signed(Buffer.from(empty), {}))).toEqual([]);
    expect(() => {
      channel.verify(signed(Buffer.from('{}'), {}));
    }).not.toThrow();
    for (const other of ['', '[]', '{"a":1}', 'null']) {
      expect(() => {
        channel.verify(signed(Buffer.from(other), {}));
      }).toThrow(SignatureError);
    }
  });
});

const choices = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ title: `Mục ${i + 1}`, payload: `ask:m${i + 1}` }));
const render = (reply: Reply, to = citizen, one = channel): ZaloCall[] =>
  one.render(reply, to, { allowed: true, via: 'normal' });

describe('a reply', () => {
  test('of words alone is one consultation message', () => {
    expect(render({ type: 'text', text: 'Dạ em nghe.' })).toEqual([
      {
        path: '/v3.0/oa/message/cs',
        body: { recipient: { user_id: citizen }, message: { text: 'Dạ em nghe.' } },
      },
    ]);
  });

  test('with choices has hidden buttons, whose text says what was pressed', () => {
    const [call, ...more] = render({ type: 'text', text: 'Chọn:', choices: choices(2) });
    expect(more).toEqual([]);
    expect(call?.body.message).toEqual({
      text: 'Chọn:',
      attachment: {
        type: 'template',
        payload: {
          buttons: [
            { title: 'Mục 1', type: 'oa.query.hide', payload: '#ask:m1 Mục 1' },
            { title: 'Mục 2', type: 'oa.query.hide', payload: '#ask:m2 Mục 2' },
          ],
        },
      },
    });
  });

  test('and what a button sends comes back as that choice', () => {
    const [call] = render({ type: 'text', text: 'Chọn:', choices: choices(1) });
    const { payload } = call?.body.message.attachment?.payload.buttons?.[0] ?? {};
    const [event] = channel.parse(signed(bytes(zaloText(payload as string, now))));
    expect(event).toMatchObject({ type: 'choice', payload: 'ask:m1', title: 'Mục 1' });
  });

  test('too long for one message has its buttons under the last part', () => {
    const words = `${'Câu dài vừa phải. '.repeat(150)}Hết.`;
    const calls = render({ type: 'text', text: words, choices: choices(2) });
    expect(calls).toHaveLength(2);
    expect(calls.map(({ body }) => body.message.attachment !== undefined)).toEqual([false, true]);
  });

  test('with links opens them from buttons, and writes out those that no button is left for', () => {
    const links = Array.from({ length: 6 }, (_, i) => ({
      title: `Trang ${i}`,
      url: `https://dichvucong.gov.vn/${i}`,
    }));
    const [call] = render({ type: 'card', title: 'Nơi nộp', body: 'Xem:', links });
    expect(call?.body.message.attachment?.payload.buttons).toHaveLength(5);
    expect(call?.body.message.text).toContain('Trang 5: https://dichvucong.gov.vn/5');
  });

  test('to somebody who is not logged in goes the older way, into their conversation', () => {
    const [call] = render({ type: 'text', text: 'Dạ' }, 'anonymous:a1:c:9');
    expect(call).toMatchObject({
      path: '/v2.0/oa/message',
      body: { recipient: { anonymous_id: 'a1', conversation_id: 'c:9' } },
    });
  });

  test('on an OA without buttons carries none: the numbers stand in the words already', () => {
    const [call] = render(
      { type: 'text', text: '1. Mục', choices: choices(1) },
      citizen,
      make(() => done, { buttons: 0 }),
    );
    expect(call?.body.message).toEqual({ text: '1. Mục' });
  });
});

describe('a send', () => {
  const [call] = render({ type: 'text', text: 'Chào' });
  const send = (answer: HttpAnswer): Promise<unknown> =>
    make(() => answer)
      .send(call!)
      .catch((error: unknown) => error);
  const said = (error: number, message = 'x'): Promise<unknown> =>
    send(json(200, { error, message }));

  test('goes with the token in Zalo’s own header, and its id comes back', async () => {
    const asked: HttpCall[] = [];
    const one = make((call) => {
      asked.push(call);
      return done;
    });
    expect(await one.send(call!)).toEqual({ platformId: 'm1' });
    expect(asked).toEqual([
      {
        method: 'POST',
        url: 'https://openapi.example/v3.0/oa/message/cs',
        headers: { 'content-type': 'application/json', access_token: '<ACCESS_TOKEN>' },
        body: JSON.stringify(call!.body),
      },
    ]);
    expect(asked[0]?.headers).not.toHaveProperty('authorization');
  });

  test('that Zalo refuses with HTTP 200 is a failure (D4: outside the seven days)', async () => {
    expect(await send(json(200, payload('zalo/15-oa-error-outside-window')))).toMatchObject({
      code: 'window_closed',
      retryable: false,
      outcome: 'refused',
    });
  });

  test.each<[number, string, string, boolean]>([
    [-230, 'x', 'window_closed', false],
    [-232, 'x', 'window_closed', false],
    [-32, 'App reached its limit', 'rate_limited', true],
    [-211, 'x', 'quota_used', false],
    [-218, 'x', 'quota_used', false],
    [-223, 'OA is out of quota', 'quota_used', false],
    [-223, 'x', 'platform_refused', false],
    [-201, 'x', 'platform_refused', false],
    [-213, 'x', 'platform_refused', false],
    [-217, 'x', 'platform_refused', false],
    [-224, 'x', 'platform_refused', false],
    [-227, 'x', 'platform_refused', false],
    [-233, 'x', 'platform_refused', false],
    [-240, 'x', 'platform_refused', false],
    [-244, 'x', 'platform_refused', false],
    [-99999, 'x', 'platform_refused', false],
  ])('refused with %d (“%s”) is %s, to be tried again: %p', async (error, message, code, again) => {
    expect(await said(error, message)).toMatchObject({
      code,
      retryable: again,
      outcome: 'refused',
    });
  });

  test('an error’s number may be a string, and is no success for that', async () => {
    const answer = { error: '-230', message: 'x', data: { message_id: 'm' } };
    expect(await send(json(200, answer))).toMatchObject({ code: 'window_closed' });
  });

  test.each([
    [429, 'rate_limited', 'refused'],
    [503, 'platform_error', 'refused'],
    [500, 'platform_error', 'unknown'],
  ])('answered with HTTP %d is %s, outcome %s, tried again', async (status, code, outcome) => {
    expect(await send(json(status, {}))).toMatchObject({ code, outcome, retryable: true });
  });

  test('says what may still be sent, by Zalo’s own word', async () => {
    const data = {
      message_id: 'm1',
      quota: { quota_type: 'sub_quota', remain: '472', total: '500' },
      cs_reply: { remain: 7 },
    };
    const one = make(() => json(200, { error: 0, data }));
    await one.send(call!);
    expect(one.counted).toEqual(['quota zalo sub_quota 472', 'quota zalo cs_reply 7']);
  });

  test('that only a person in Zalo’s console can mend is shown to people, once', async () => {
    for (let n = 0; n < 3; n++) await said(-224);
    const shown = await store.collection(notices).find({ where: { state: 'open' }, limit: 10 });
    expect(shown.filter(({ text }) => text.includes('-224'))).toHaveLength(1);
    expect(shown.find(({ text }) => text.includes('-224'))?.text).toContain('trang quản trị OA');
  });

  test('before the channel attends waits: nothing is lost for a start that is not over', async () => {
    const early = zaloOa(settings, { send: async () => done, async close() {} }, sendingRules);
    await expect(early.send(call!)).rejects.toMatchObject({ retryable: true, outcome: 'refused' });
  });
});

const anything = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.constant({ id: 'x' }));
const end = fc.oneof(
  fc.record({ id: fc.constantFrom(oaId, citizen, '7') }),
  fc.record({ id: anything, admin_id: anything }, { requiredKeys: [] }),
  anything,
);
const names = fc.constantFrom(
  ...['user_send_text', 'user_send_image', 'user_send_location', 'anonymous_send_text', 'follow'],
  ...['unfollow', 'user_submit_info', 'user_seen_message', 'user_received_message', 'oa_send_text'],
  ...['user_withdraw', 'user_call_oa', 'change_oa_daily_quota', 'add_user_to_tag', 'create_group'],
  ...['user_send_group_text', 'constructor', '__proto__', 'user_send_toString'],
);

channelContract('Zalo OA', {
  make: (sender) => make((call) => sender.send(call)),
  signed: (body) => signed(body),
  bodies: fc.record(
    {
      event_name: fc.oneof(names, fc.string()),
      timestamp: anything,
      oa_id: fc.oneof(fc.constant(oaId), anything),
      user_id: anything,
      sender: end,
      recipient: end,
      follower: end,
      message: fc.oneof(
        anything,
        fc.record(
          {
            msg_id: anything,
            text: anything,
            conversation_id: anything,
            attachments: fc.oneof(anything, fc.array(fc.record({ type: anything, payload: end }))),
          },
          { requiredKeys: [] },
        ),
      ),
      info: fc.oneof(anything, fc.record({ name: anything, phone: anything })),
      talk_time: anything,
    },
    { requiredKeys: ['event_name'] },
  ),
  text: zaloText('Chào em', now),
  read: readZalo,
});
