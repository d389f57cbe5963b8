import { afterEach, describe, expect, test } from '@jest/globals';
import { days, hours, minutes } from '../../src/clock.ts';
import * as collections from '../../src/store/collections.ts';
import { eraseStep } from '../../src/tasks/erase.ts';
import { browser, closeBrowsers, open } from '../support/browser.ts';

afterEach(closeBrowsers);

const question = 'mở hộ kinh doanh ở đâu';

describe('a session', () => {
  test('is opened without any question, and the token is nowhere in the store', async () => {
    const { bot, headers, conversationId } = await browser();
    const token = headers['authorization']!.slice('Bearer '.length);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(conversationId).toMatch(/^web\/web\/[\w-]+$/);
    const sessions = await bot.store
      .collection(collections.webSessions)
      .find({ where: {}, limit: 9 });
    expect(sessions).toHaveLength(1);
    expect(JSON.stringify(sessions)).not.toContain(token);
    expect(await bot.store.collection(collections.conversations).count({}, 9)).toBe(0);
  });

  test.each<[string, Record<string, string>]>([
    ['no token', {}],
    ['an unknown token', { authorization: `Bearer ${'a'.repeat(43)}` }],
    ['a short token', { authorization: 'Bearer abc' }],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['an odd token', { authorization: 'Bearer ../../../etc/passwd......' }],
  ])('with %s is refused everywhere, and told what to do', async (_what, headers) => {
    const { site } = await browser();
    const answers = [
      await site.get('/widget/messages', headers),
      await site.get('/widget/stream', headers),
      await site.post('/widget/messages', { id: 'a1b2c3d4', text: 'a' }, headers),
      await site.post('/widget/feedback', { id: 'x', helpful: true }, headers),
      await site.delete('/widget/session', headers),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(answer.json()).toEqual({
        code: 'signed_out',
        message: expect.stringContaining('POST /widget/session'),
      });
    }
  });

  test('ends when the person removes it from the machine', async () => {
    const { site, headers } = await browser();
    expect((await site.delete('/widget/session', headers)).status).toBe(204);
    expect((await site.get('/widget/messages', headers)).status).toBe(401);
  });

  test('lasts thirty days from its last use', async () => {
    const { bot, site, headers } = await browser();
    const works = async (): Promise<boolean> =>
      (await site.get('/widget/messages', headers)).status === 200;
    for (let use = 0; use < 3; use++) {
      bot.clock.advance(days(29));
      expect(await works()).toBe(true);
    }
    bot.clock.advance((days(30) + 1) as ReturnType<typeof days>);
    expect(await works()).toBe(false);
  });

  test('shows nobody the talk of another', async () => {
    const one = await browser();
    const other = await open(one.bot, one.site);
    await one.says('bí mật của tôi');
    expect((await other.reads()).messages).toEqual([]);
    const [, answer] = (await one.reads()).messages;
    const judged = await other.site.post(
      '/widget/feedback',
      { id: answer!.id, helpful: true },
      other.headers,
    );
    expect(judged.status).toBe(404);
  });

  test('goes with everything else when the person’s data is erased', async () => {
    const { bot, site, headers, conversationId, says } = await browser();
    await says(question);
    const { contactId } = await bot.conversation(conversationId);
    while (!(await eraseStep(bot.store, contactId, bot.clock.now())));
    expect((await site.get('/widget/messages', headers)).status).toBe(401);
  });
});

test('sessions are opened at most six hundred times a minute from one address', async () => {
  const { bot, site } = await browser();
  const statuses = await Promise.all(
    Array.from({ length: 605 }, async () => (await site.post('/widget/session', {})).status),
  );
  // One was opened by the page itself.
  expect(statuses.filter((status) => status === 201)).toHaveLength(599);
  expect(statuses.filter((status) => status === 429)).toHaveLength(6);
  bot.clock.advance(minutes(1));
  expect((await site.post('/widget/session', {})).status).toBe(201);
  bot.clock.advance(hours(1));
});

test('another site’s page can open none in the name of who reads it', async () => {
  const { site } = await browser();
  const from = (where: string) =>
    site.post('/widget/session', {}, { 'sec-fetch-site': where }).then(({ status }) => status);
  expect(await from('cross-site')).toBe(403);
  expect(await from('same-origin')).toBe(201);
});
