import { afterEach, describe, expect, test } from '@jest/globals';
import { seconds } from '../../src/clock.ts';
import { AppError } from '../../src/errors.ts';
import type { Store } from '../../src/store/store.ts';
import { messageBody, signed, someone, startBot, stopBots } from '../support/bot.ts';
import type { Bot, BotOptions } from '../support/bot.ts';
import { closeSites, serve } from '../support/http.ts';
import type { Site } from '../support/http.ts';

afterEach(async () => {
  await closeSites();
  await stopBots();
});

async function started(options: BotOptions = {}): Promise<{ bot: Bot; site: Site }> {
  const bot = await startBot(options);
  return { bot, site: await serve(bot.app.http) };
}

const unchecked = {
  messenger: { state: 'unchecked', troubles: [] },
  web: { state: 'unchecked', troubles: [] },
};

describe('health', () => {
  test('is live from the first moment, and ready once the model is there', async () => {
    const { bot, site } = await started({ model: false });
    expect(await site.get('/health/live')).toMatchObject({
      status: 200,
      text: '{"status":"live"}',
    });
    const before = await site.get('/health/ready');
    expect(before.status).toBe(503);
    expect(before.json()).toEqual({
      status: 'not_ready',
      store: true,
      model: false,
      channels: unchecked,
    });
    await bot.useModel();
    const after = await site.get('/health/ready');
    expect(after.status).toBe(200);
    expect(after.json()).toEqual({
      status: 'ready',
      store: true,
      model: true,
      channels: unchecked,
    });
  });

  test('is live and not ready while the store is away, and ready when it is back', async () => {
    let isAway = true;
    const through = (store: Store): Store => ({
      ...store,
      ping: async () => {
        if (isAway) throw new AppError('store_unavailable', 503, 'disk full');
        return store.ping();
      },
    });
    const { bot, site } = await started({ through });
    expect((await site.get('/health/live')).status).toBe(200);
    const away = await site.get('/health/ready');
    expect(away.status).toBe(503);
    expect(away.json()).toEqual({
      status: 'not_ready',
      store: false,
      model: true,
      channels: unchecked,
    });
    isAway = false;
    bot.clock.advance(seconds(2));
    expect((await site.get('/health/ready')).status).toBe(200);
  });

  test('asks the disk once a second, however many ask', async () => {
    let asked = 0;
    const through = (store: Store): Store => ({
      ...store,
      ping: async () => {
        asked++;
        return store.ping();
      },
    });
    const { bot, site } = await started({ through });
    await Promise.all(Array.from({ length: 20 }, () => site.get('/health/ready')));
    expect(asked).toBe(1);
    bot.clock.advance(seconds(1.1));
    await site.get('/health/ready');
    expect(asked).toBe(2);
  });

  test('of a process that only takes messages in needs no model', async () => {
    const { site } = await started({ roles: ['web'], model: false });
    expect((await site.get('/health/ready')).json()).toEqual({
      status: 'ready',
      store: true,
      model: true,
      channels: unchecked,
    });
  });
});

describe('metrics', () => {
  test('count what happened, by channel and kind', async () => {
    const { bot, site } = await started();
    await bot.hears('mở hộ kinh doanh ở đâu');
    const { text, headers } = await site.get('/metrics');
    expect(headers.get('content-type')).toContain('text/plain');
    for (const line of [
      'nhipcau_events_received_total{channel="messenger",type="text"} 1',
      'nhipcau_turns_total{channel="messenger",decision="answer"} 1',
      'nhipcau_sends_total{channel="messenger",outcome="sent"} 1',
      'nhipcau_jobs{queue="inbox"} 0',
      'nhipcau_jobs{queue="dead"} 0',
      'nhipcau_send_seconds_count{channel="messenger"} 1',
    ])
      expect(text).toContain(line);
  });

  test('hold no words, names, numbers or ids of anybody', async () => {
    const { bot, site } = await started();
    await bot.hears('Tôi là Nguyễn Thị Thảo, 0905 123 456, muốn gặp cán bộ');
    await bot.presses('ask:ocop');
    const { text } = await site.get('/metrics');
    for (const secret of ['Thảo', '0905', someone, 'gặp', 'page-token'])
      expect(text).not.toContain(secret);
  });

  test('show what waits, and what nobody could do', async () => {
    const { bot, site } = await started({ model: false });
    await bot.takesIn(messageBody({ text: 'chào' }, someone, bot.clock));
    expect((await site.get('/metrics')).text).toContain('nhipcau_jobs{queue="inbox"} 1');
  });
});

describe('every page', () => {
  test('tells the browser to run nothing but our own, and to say nothing to others', async () => {
    const { site } = await started();
    for (const path of ['/widget/messages', '/no-such-page']) {
      const { headers } = await site.get(path);
      const policy = headers.get('content-security-policy');
      for (const rule of [
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'self'",
        "base-uri 'none'",
        "form-action 'none'",
      ])
        expect(policy).toContain(rule);
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('strict-transport-security')).toContain('max-age=');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });

  test('may be framed by those sites alone that the operator names', async () => {
    const { site } = await started({
      env: { EMBED_ON: 'https://daklak.gov.vn, https://khoinghiep.example/x' },
    });
    const policy = (await site.get('/widget/messages')).headers.get('content-security-policy');
    expect(policy).toContain(
      "frame-ancestors 'self' https://daklak.gov.vn https://khoinghiep.example",
    );
    expect(policy).not.toContain('/x');
  });

  test('that does not exist says so, in a code and a sentence', async () => {
    const { site } = await started();
    for (const path of [
      '/admin',
      '/.env',
      '/console',
      '/webhooks',
      '/widget',
      '/assets/../../package.json',
    ]) {
      const answer = await site.get(path);
      expect(answer.status).toBe(404);
      expect(answer.json()).toEqual({
        code: 'not_found',
        message: 'There is nothing at this address.',
      });
    }
  });

  test.each([
    ['only a proxy on this machine', {}, true],
    ['nobody, where none is to be believed', { TRUST_PROXY: 'none' }, false],
    ['only the named proxies', { TRUST_PROXY: '192.0.2.0/24' }, false],
  ])('believes %s about whom it asks for', async (_, env, isBelieved) => {
    const { site } = await started({ env });
    const open = (from: string) => site.post('/widget/session', {}, { 'x-forwarded-for': from });
    const answers = await Promise.all(Array.from({ length: 601 }, () => open('203.0.113.7')));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses.filter((status) => status === 201)).toHaveLength(600);
    expect(statuses.at(-1)).toBe(429);
    expect((await open('203.0.113.8')).status).toBe(isBelieved ? 201 : 429);
  });

  test('takes all addresses of one IPv6 network for one', async () => {
    const { site } = await started();
    const open = (from: string) => site.post('/widget/session', {}, { 'x-forwarded-for': from });
    const answers = await Promise.all(
      Array.from({ length: 605 }, (_, i) => open(`2001:db8:1:2::${(i + 1).toString(16)}`)),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(600);
    expect((await open('2001:db8:1:3::1')).status).toBe(201);
    expect((await open('::ffff:203.0.113.9')).status).toBe(201);
  });
});

describe('the trace of a request', () => {
  test('stands in every line of the log that it causes, from its receipt to the answer', async () => {
    const { bot, site } = await started();
    const { body, headers } = signed(
      JSON.stringify(messageBody({ text: 'chào em' }, someone, bot.clock)),
      bot.clock,
    );
    await site.post('/webhooks/messenger', Buffer.from(body).toString(), {
      'x-hub-signature-256': headers['x-hub-signature-256']!,
    });
    await bot.settled();
    const lines = bot.log().filter(({ msg }) => ['received', 'turn', 'send'].includes(String(msg)));
    expect([...new Set(lines.map(({ msg }) => msg))]).toEqual(['received', 'turn', 'send']);
    expect(new Set(lines.map(({ trace }) => trace)).size).toBe(1);
  });
});

describe('what is refused', () => {
  test('is in the log by its code, without addresses, words or headers', async () => {
    const { bot, site } = await started();
    const body = JSON.stringify(messageBody({ text: 'bí mật' }, someone, bot.clock));
    await site.post('/webhooks/messenger', body, { 'x-hub-signature-256': 'sha256=wrong' });
    const { headers } = signed(body, bot.clock);
    await site.get('/widget/messages?after=1', {
      authorization: 'Bearer token-of-somebody-else-1',
    });
    const refused = bot.log().filter(({ msg }) => msg === 'request refused');
    expect(refused.map(({ code, status }) => [code, status])).toEqual([
      ['bad_signature', 403],
      ['signed_out', 401],
    ]);
    expect(new Set(refused.map(({ trace }) => trace)).size).toBe(2);
    const log = JSON.stringify(bot.log());
    for (const secret of [
      'bí mật',
      'token-of-somebody',
      headers['x-hub-signature-256']!,
      '127.0.0.1',
    ])
      expect(log).not.toContain(secret);
  });
});
