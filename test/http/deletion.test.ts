import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { act } from '../../src/cli/moderator.ts';
import { days } from '../../src/clock.ts';
import type { Case } from '../../src/conversation/case.ts';
import { closeCase } from '../../src/pipeline/deletion.ts';
import { openNotices } from '../../src/pipeline/notice.ts';
import * as collections from '../../src/store/collections.ts';
import { appSecret, minh, startBot, stopBots } from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { closeSites, serve } from '../support/http.ts';
import type { Answer } from '../support/http.ts';

/** Facebook passes on that somebody wants their data deleted: an id of its own, under its own signature. */

afterEach(async () => {
  jest.restoreAllMocks();
  await closeSites();
  await stopBots();
});

const path = '/webhooks/messenger/deletion';
const appScopedId = '900000000000009';
const encode = (bytes: string | Buffer): string => Buffer.from(bytes).toString('base64url');

function signedRequest(content: unknown, secret = appSecret): string {
  const part = encode(typeof content === 'string' ? content : JSON.stringify(content));
  return `${encode(createHmac('sha256', secret).update(part).digest())}.${part}`;
}

const asked = { algorithm: 'HMAC-SHA256', issued_at: 1_795_000_000, user_id: appScopedId };
const form = (request: string): Buffer =>
  Buffer.from(new URLSearchParams({ signed_request: request }).toString());

async function hooked(): Promise<{
  bot: Bot;
  post: (body: Buffer, at?: string) => Promise<Answer>;
}> {
  const bot = await startBot({ env: { PUBLIC_URL: 'https://nhipcau.example' } });
  const site = await serve(bot.app.http);
  return {
    bot,
    post: (body, at = path) =>
      site.post(at, body, { 'content-type': 'application/x-www-form-urlencoded' }),
  };
}

const casesOf = ({ store }: Bot): Promise<Case[]> =>
  store.collection(collections.cases).find({ where: {}, limit: 9 });

describe('a request for deletion', () => {
  test('opens a case with its clocks, and is answered with a code and the page that tells how it stands', async () => {
    const { bot, post } = await hooked();
    const answer = await post(form(signedRequest(asked)));
    expect(answer.status).toBe(200);
    const [one, ...more] = await casesOf(bot);
    expect(more).toEqual([]);
    expect(one).toMatchObject({
      kind: 'erase',
      state: 'received',
      channel: 'messenger',
      subject: appScopedId,
    });
    expect(one!.actBy).toBe(bot.clock.now() + days(20));
    expect(JSON.parse(answer.text)).toEqual({
      url: `https://nhipcau.example/privacy/requests/${one!.code}`,
      confirmation_code: one!.code,
    });
  });

  test('is shown to officials, with a bell, and without the person’s id', async () => {
    const { bot, post } = await hooked();
    await post(form(signedRequest(asked)));
    const [one] = await casesOf(bot);
    expect(await openNotices(bot.store)).toMatchObject([
      { action: 'data_deletion', text: one!.code, channel: 'messenger' },
    ]);
    const jobs = await bot.store
      .collection(collections.jobs)
      .find({ where: { queue: 'tasks' }, limit: 9 });
    const told = jobs.map(({ body }) => body);
    expect(JSON.stringify(told)).toContain('privacy_request');
    expect(JSON.stringify([one!.id, told])).not.toContain(appScopedId);
  });

  test('is the same request when it comes again, at the same time or later', async () => {
    const { bot, post } = await hooked();
    const again = { ...asked, issued_at: asked.issued_at + 5 };
    const bodies = [asked, asked, again].map((content) => form(signedRequest(content)));
    const answers = await Promise.all(bodies.map((body) => post(body)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await casesOf(bot)).toHaveLength(1);
    expect(await openNotices(bot.store)).toHaveLength(1);
  });

  test('is a new one once the first was done, and of the first only the register is left', async () => {
    const { bot, post } = await hooked();
    await post(form(signedRequest(asked)));
    const [first] = await casesOf(bot);
    await closeCase(bot.desk, first!.code, minh);
    await expect(closeCase(bot.desk, first!.code, minh)).rejects.toMatchObject({ code: 'closed' });
    await post(form(signedRequest(asked)));
    const both = await casesOf(bot);
    expect(both.map(({ state }) => state).sort()).toEqual(['done', 'received']);
    expect(both.find(({ state }) => state === 'done')!.subject).toBeUndefined();
    expect(new Set(both.map(({ code }) => code)).size).toBe(2);
  });

  test('is read and closed at the terminal by its code', async () => {
    const { bot, post } = await hooked();
    await post(form(signedRequest(asked)));
    const [one] = await casesOf(bot);
    const printed: string[] = [];
    jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
    const desk = { ...bot.desk, by: () => minh, confirmed: true };
    await act(desk, ['case', one!.code.toLowerCase()]);
    await act(desk, ['close', one!.code]);
    await act(desk, ['case', one!.code]);
    expect(printed[0]).toContain(appScopedId);
    expect(printed[2]).toContain('đã xong');
    expect(printed[2]).not.toContain(appScopedId);
  });
});

test.each<[string, number, string]>([
  ['with another signature', 403, signedRequest(asked, 'another secret')],
  ['with the signature cut short', 403, signedRequest(asked).slice(5)],
  ['with a signature of nothing', 403, `${encode('x')}.${encode(JSON.stringify(asked))}`],
  ['of one part', 400, encode(JSON.stringify(asked))],
  ['of three parts', 400, `${signedRequest(asked)}.x`],
  ['of nobody', 400, signedRequest({ ...asked, user_id: undefined })],
  ['of another form', 400, signedRequest({ ...asked, user_id: { $gt: '' } })],
  ['signed by another algorithm', 400, signedRequest({ ...asked, algorithm: 'none' })],
  ['that is no JSON', 400, signedRequest('{')],
  ['that is empty', 400, ''],
])('a request %s is refused with %d, and nothing is stored', async (_, status, request) => {
  const { bot, post } = await hooked();
  expect((await post(form(request))).status).toBe(status);
  expect(await casesOf(bot)).toEqual([]);
  expect(await openNotices(bot.store)).toEqual([]);
});

test('a channel without such requests has nothing at this address, nor is it there to be read', async () => {
  const { bot, post } = await hooked();
  expect((await post(form(signedRequest(asked)), '/webhooks/web/deletion')).status).toBe(404);
  const site = await serve(bot.app.http);
  expect((await fetch(`${site.url}${path}?hub.mode=subscribe`)).status).toBe(404);
});
