import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { AppError } from '../../src/errors.ts';
import * as collections from '../../src/store/collections.ts';
import type { Store } from '../../src/store/store.ts';
import {
  appSecret,
  messageBody,
  pageId,
  signed,
  someone,
  startBot,
  stopBots,
} from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { failing } from '../support/gate.ts';
import { closeSites, serve } from '../support/http.ts';
import type { Answer, Site } from '../support/http.ts';
import { payload, payloadsOf } from '../support/payloads.ts';

afterEach(async () => {
  await closeSites();
  await stopBots();
});

const path = '/webhooks/messenger';

interface Hooked {
  readonly bot: Bot;
  readonly site: Site;
  /** Posts bytes with their signature, or with another one. */
  deliver(body: Uint8Array, signature?: string): Promise<Answer>;
}

/** A bot on the network that stores what comes and answers nobody. */
async function hooked(through?: (store: Store) => Store): Promise<Hooked> {
  const bot = await startBot({ model: false, ...(through ? { through } : {}) });
  const site = await serve(bot.app.http);
  const deliver: Hooked['deliver'] = (body, signature = signatureOf(body, bot)) =>
    site.post(path, body, { 'x-hub-signature-256': signature });
  return { bot, site, deliver };
}

const signatureOf = (body: Uint8Array, { clock }: Bot): string =>
  signed(body, clock).headers['x-hub-signature-256']!;
const bodyOf = (bot: Bot, text = 'mở hộ kinh doanh ở đâu'): Buffer =>
  Buffer.from(JSON.stringify(messageBody({ text }, someone, bot.clock)));

async function stored({ store }: Bot): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const def of [
    collections.messages,
    collections.conversations,
    collections.contacts,
    collections.jobs,
    collections.unread,
  ])
    counts[def.name] = await store.collection(def as typeof collections.contacts).count({}, 10_000);
  return counts;
}
const nothing = { messages: 0, conversations: 0, contacts: 0, jobs: 0, unread: 0 };

describe('a delivery', () => {
  test('is acknowledged once all of it is stored', async () => {
    const { bot, deliver } = await hooked();
    const answer = await deliver(bodyOf(bot));
    expect(answer).toMatchObject({ status: 200, text: 'EVENT_RECEIVED' });
    expect(await stored(bot)).toEqual({
      messages: 1,
      conversations: 1,
      contacts: 1,
      jobs: 1,
      unread: 0,
    });
  });

  test('of nothing for us is acknowledged, or the platform would send it for hours', async () => {
    const { bot, deliver } = await hooked();
    for (const body of ['{"object":"instagram","entry":[]}', '{}', '[]', 'null', '7'])
      expect((await deliver(Buffer.from(body))).status).toBe(200);
    const foreign = bodyOf(bot).toString().replaceAll(pageId, '999');
    expect((await deliver(Buffer.from(foreign))).status).toBe(200);
    expect(await stored(bot)).toEqual(nothing);
  });

  test('that nobody understands is acknowledged and kept', async () => {
    const { bot, deliver } = await hooked();
    const news = {
      object: 'page',
      entry: [{ id: pageId, messaging: [{ sender: { id: '5' }, brand_new: {} }] }],
    };
    expect((await deliver(Buffer.from(JSON.stringify(news)))).status).toBe(200);
    expect(await stored(bot)).toEqual({ ...nothing, unread: 1 });
  });

  test('with names out of the language’s or a database’s own cupboard is an ordinary one', async () => {
    const { bot, deliver } = await hooked();
    const body = `{"object":"page","__proto__":{"x":1},"entry":[{"id":"${pageId}","messaging":[
      {"sender":{"id":"__proto__"},"timestamp":${bot.clock.now()},"message":{"mid":"$where","text":"{\\"$gt\\":\\"\\"}"}},
      {"sender":{"id":"constructor"},"timestamp":${bot.clock.now()},"message":{"mid":"'; DROP TABLE messages; --","text":"a"}}]}]}`;
    expect((await deliver(Buffer.from(body))).status).toBe(200);
    const lines = await bot.transcript('__proto__');
    expect(lines).toMatchObject([{ id: `messenger/${pageId}/$where`, text: '{"$gt":""}' }]);
    expect(await bot.transcript('constructor')).toHaveLength(1);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('a request that is none', () => {
  const huge = Buffer.concat([
    Buffer.from('{"object":"page","a":"'),
    Buffer.alloc(10_000_000, 97),
    Buffer.from('"}'),
  ]);
  const deep = Buffer.from(`{"object":"page","entry":${'['.repeat(10_000)}${']'.repeat(10_000)}}`);

  test.each<[string, number, string, (hook: Hooked) => Promise<Answer>]>([
    [
      'with another signature',
      403,
      'bad_signature',
      ({ bot, deliver }) => deliver(bodyOf(bot), 'sha256=00'),
    ],
    ['without signature', 403, 'bad_signature', ({ bot, site }) => site.post(path, bodyOf(bot))],
    [
      'with a signature over other bytes',
      403,
      'bad_signature',
      ({ bot, deliver }) => deliver(bodyOf(bot), signatureOf(Buffer.from('x'), bot)),
    ],
    ['without body', 403, 'bad_signature', ({ site }) => site.post(path, '')],
    ['of no JSON', 400, 'bad_json', ({ deliver }) => deliver(Buffer.from('hub.mode=subscribe'))],
    [
      'of JSON cut off',
      400,
      'bad_json',
      ({ bot, deliver }) => deliver(bodyOf(bot).subarray(0, -5)),
    ],
    [
      'that is not UTF-8',
      400,
      'bad_json',
      ({ deliver }) => deliver(Buffer.from([0x22, 0xc3, 0x28, 0x22])),
    ],
    ['10,000 levels deep', 400, 'bad_json', ({ deliver }) => deliver(deep)],
    ['of ten megabytes', 413, 'bad_request', ({ deliver }) => deliver(huge)],
    [
      'to a channel that is none',
      404,
      'unknown_channel',
      ({ bot, site }) => site.post('/webhooks/myspace', bodyOf(bot)),
    ],
    [
      'to a channel that is not set up',
      404,
      'unknown_channel',
      ({ bot, site }) => site.post('/webhooks/telegram', bodyOf(bot)),
    ],
    [
      'to a name of the language',
      404,
      'unknown_channel',
      ({ bot, site }) => site.post('/webhooks/constructor', bodyOf(bot)),
    ],
    [
      'to the web chat, which has no webhook',
      404,
      'not_found',
      ({ bot, site }) => site.post('/webhooks/web', bodyOf(bot)),
    ],
  ])('%s is refused (%d %s) and leaves nothing behind', async (_what, status, code, request) => {
    const hook = await hooked();
    const answer = await request(hook);
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({ code, message: expect.stringMatching(/.{10,}/) });
    expect(await stored(hook.bot)).toEqual(nothing);
    expect(answer.text).not.toContain('node_modules');
  });

  test('that is compressed is refused: a small body could become a huge one', async () => {
    const { bot, site } = await hooked();
    const body = gzipSync(bodyOf(bot));
    const headers = { 'content-encoding': 'gzip', 'x-hub-signature-256': signatureOf(body, bot) };
    expect((await site.post(path, body, headers)).status).toBe(415);
    expect(await stored(bot)).toEqual(nothing);
  });

  test('does not keep the next good one out', async () => {
    const { bot, deliver } = await hooked();
    await deliver(deep);
    await deliver(huge);
    expect((await deliver(bodyOf(bot))).status).toBe(200);
  });
});

describe('a store that is away', () => {
  const away = (): Error => new AppError('store_unavailable', 503, 'The database does not answer.');

  test('means 503: nothing is acknowledged that is not stored, and the platform comes again', async () => {
    let isAway = true;
    const { bot, deliver } = await hooked(failing(() => isAway, away));
    const body = bodyOf(bot);
    const refused = await deliver(body);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(await stored(bot)).toEqual(nothing);
    isAway = false;
    expect((await deliver(body)).status).toBe(200);
    expect(await bot.transcript()).toHaveLength(1);
  });

  test('and an outcome of a commit that nobody knows is no acknowledgement either', async () => {
    const unknown = (): Error => new AppError('commit_unknown', 503, 'Nobody knows.');
    const { bot, deliver } = await hooked(failing(() => true, unknown));
    expect((await deliver(bodyOf(bot))).status).toBe(503);
  });

  test('and a defect of ours is 500 without a word of the inside', async () => {
    const { bot, deliver } = await hooked(
      failing(
        () => true,
        () => new TypeError('secret detail'),
      ),
    );
    const answer = await deliver(bodyOf(bot));
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('secret');
    expect(JSON.stringify(bot.log())).not.toContain('secret detail');
  });
});

describe('the handshake', () => {
  const query = (token: string): string =>
    `?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`;

  test('with our token answers the challenge as plain text', async () => {
    const { site } = await hooked();
    const answer = await site.get(path + query('verify-token-of-tests'));
    expect(answer).toMatchObject({ status: 200, text: '1158201444' });
    expect(answer.headers.get('content-type')).toContain('text/plain');
  });

  test('with another token, or none, is refused', async () => {
    const { site } = await hooked();
    expect((await site.get(path + query('guess'))).status).toBe(403);
    expect((await site.get(path)).status).toBe(403);
    expect(
      (await site.get(`${path}?hub.verify_token[]=verify-token-of-tests&hub.mode=subscribe`))
        .status,
    ).toBe(403);
  });

  test('of a channel without one is not found', async () => {
    const { site } = await hooked();
    expect((await site.get('/webhooks/web')).status).toBe(404);
    expect((await site.get('/webhooks/telegram')).status).toBe(404);
  });
});

test('a challenge is never read as a page', async () => {
  const { site } = await hooked();
  const challenge = encodeURIComponent('<script>alert(1)</script>');
  const answer = await site.get(
    `${path}?hub.mode=subscribe&hub.verify_token=verify-token-of-tests&hub.challenge=${challenge}`,
  );
  expect(answer.headers.get('content-type')).toContain('text/plain');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
});

test('the secret of the app is in no answer and no log line', async () => {
  const { bot, site, deliver } = await hooked();
  const answers = [
    await deliver(bodyOf(bot)),
    await site.post(path, bodyOf(bot)),
    await site.get(path),
  ];
  const all = JSON.stringify([answers.map(({ text }) => text), bot.log()]);
  for (const secret of [appSecret, 'verify-token-of-tests', 'page-token-of-tests'])
    expect(all).not.toContain(secret);
});

test.each(payloadsOf('messenger'))('%s, as Meta publishes it, is taken in', async (name) => {
  const { deliver } = await hooked();
  const { status } = await deliver(Buffer.from(JSON.stringify(payload(name))));
  expect(status).toBe(200);
});

test('deliveries of a Page that is not ours are counted, and told once for each Page', async () => {
  const { bot, site, deliver } = await hooked();
  const foreign = { object: 'page', entry: [{ id: '42', messaging: [{}] }] };
  for (let n = 0; n < 3; n++) await deliver(Buffer.from(JSON.stringify(foreign)));
  const told = bot.log().filter(({ msg }) => msg === 'delivery of another Page');
  expect(told).toMatchObject([{ channel: 'messenger', account: '42' }]);
  const { text } = await site.get('/metrics');
  expect(text).toMatch(/type="foreign_page"[^\n]* 3\n/);
});
