import { afterEach, describe, expect, test } from '@jest/globals';
import { hours, minutes } from '../../src/clock.ts';
import { reply, take } from '../../src/pipeline/moderation.ts';
import { openNotices } from '../../src/pipeline/notice.ts';
import { channelHealth, jobs, unread } from '../../src/store/collections.ts';
import { minh, stopBots } from '../support/bot.ts';
import { closeSites, serve } from '../support/http.ts';
import { botSecret, botUpdate } from '../support/platforms/zalo-bot.ts';
import {
  startZaloBotWorld,
  stopZaloBotWorlds,
  zaloBotConversation,
} from '../support/platforms/zalo-bot-world.ts';
import type { ZaloBotWorld } from '../support/platforms/zalo-bot-world.ts';

/** The ways in which bots fail (docs/faults.md, by number) that concern bots of the Zalo Bot Platform. */

afterEach(async () => {
  await closeSites();
  await stopBots();
  await stopZaloBotWorlds();
});

const question = 'mở hộ kinh doanh cần giấy tờ gì';
const deadReasons = async ({ bot }: ZaloBotWorld): Promise<string[]> =>
  (await bot.dead()).map(({ body }) => body.reason);
const waiting = ({ bot }: ZaloBotWorld) =>
  bot.store.collection(jobs).find({ where: { queue: 'outbox' }, limit: 20 });

async function lookAt({ bot }: ZaloBotWorld): Promise<readonly string[]> {
  bot.clock.advance(hours(1));
  await bot.app.tick();
  await bot.settled();
  const health = await bot.store.collection(channelHealth).get('zalo-bot');
  return health?.troubles ?? [];
}

test('D2: what was acknowledged before the model was there is answered once it is', async () => {
  const world = await startZaloBotWorld('webhook', { model: false });
  await world.takesIn(botUpdate(question, world.bot.clock.now()));
  expect(world.platform.calls()).toBe(0);
  await world.bot.useModel();
  await world.bot.settled();
  expect(world.texts().join('\n')).toMatch(/hộ kinh doanh/i);
});

test('D2: that no process fetches the updates is found, once it is so at two looks in a row', async () => {
  const world = await startZaloBotWorld('polling', { roles: ['worker'] });
  expect(await lookAt(world)).toEqual([]);
  expect(await lookAt(world)).toEqual(['nobody_polls']);
  expect((await openNotices(world.bot.store)).map(({ action }) => action)).toEqual([
    'nobody_polls',
  ]);
});

describe('D3: nothing makes Zalo give up on us, and somebody notices', () => {
  test('what cannot be read is acknowledged', async () => {
    const { bot } = await startZaloBotWorld();
    const site = await serve(bot.app.http);
    const headers = { 'x-bot-api-secret-token': botSecret };
    const odd: unknown[] = [
      { ok: true },
      { ok: true, result: null },
      { ok: true, result: { event_name: 'message.text.received', message: 5 } },
      { ok: true, result: { event_name: {}, message: { chat: { id: [] } } } },
      [],
      5,
    ];
    for (const body of odd)
      expect((await site.post('/webhooks/zalo-bot', JSON.stringify(body), headers)).status).toBe(
        200,
      );
    await bot.settled();
    expect(await bot.dead()).toEqual([]);
  });

  test('a webhook that is not set, or leads elsewhere, is found within the hour', async () => {
    const world = await startZaloBotWorld();
    expect(await lookAt(world)).toEqual(['webhook_missing']);
    world.platform.setWebhook('https://elsewhere.example');
    expect(await lookAt(world)).toEqual(['webhook_elsewhere']);
    const actions = (await openNotices(world.bot.store)).map(({ action }) => action);
    expect(actions).toEqual(['webhook_missing', 'webhook_elsewhere']);
  });
});

test('D5: a dead token keeps what is to be sent until there is a new one', async () => {
  const world = await startZaloBotWorld();
  world.platform.behaves({ type: 'status', status: 401 });
  await world.takesIn(botUpdate(question, world.bot.clock.now()));
  await world.bot.rests();
  world.bot.clock.advance(hours(2));
  await world.bot.rests();
  expect(await deadReasons(world)).toEqual([]);
  expect(await waiting(world)).not.toEqual([]);
  world.platform.behaves({ type: 'well' });
  await world.bot.waits(minutes(2));
  expect(world.texts().join('\n')).toMatch(/hộ kinh doanh/i);
  expect(new Set(world.texts()).size).toBe(world.texts().length);
});

test('D7: answers come in the order of the questions, though Zalo brings these in another', async () => {
  const world = await startZaloBotWorld('webhook', { model: false });
  const at = world.bot.clock.now();
  await world.takesIn(botUpdate('vay vốn ngân hàng chính sách thế nào', at - 1_000));
  await world.takesIn(botUpdate(question, at - 2_000));
  await world.bot.useModel();
  await world.bot.settled();
  const told = world.texts().join('\n');
  expect(told.search(/hộ kinh doanh/i)).toBeGreaterThanOrEqual(0);
  expect(told.search(/hộ kinh doanh/i)).toBeLessThan(told.search(/Chính sách xã hội|vay/i));
});

test('D10: the secret does not depend on what is written', async () => {
  const { bot } = await startZaloBotWorld();
  const site = await serve(bot.app.http);
  const text = 'Mở quán ở phường <Buôn Hồ> 50/50 😀';
  const body = { ok: true, result: botUpdate(text, bot.clock.now()) };
  const post = (secret: string) =>
    site.post('/webhooks/zalo-bot', body, { 'x-bot-api-secret-token': secret });
  expect((await post('another-secret-of-tests')).status).toBe(403);
  expect(await bot.transcript(zaloBotConversation)).toEqual([]);
  expect((await post(botSecret)).status).toBe(200);
  const [line] = await bot.transcript(zaloBotConversation);
  expect(line?.text).toBe(text);
});

test('D11: updates invented since are acknowledged and counted, and get the polite line', async () => {
  const world = await startZaloBotWorld();
  const at = world.bot.clock.now();
  await world.takesIn({ ...botUpdate('Chào', at), event_name: 'message.hologram.received' });
  await world.takesIn({ event_name: 'bot.renamed', bot: { name: 'Bot' } });
  await world.bot.settled();
  expect(world.texts().length).toBeGreaterThan(0);
  const kept = await world.bot.store.collection(unread).find({ where: {}, limit: 5 });
  expect(kept.map(({ what }) => what)).toContain('update');
  expect(await deadReasons(world)).toEqual([]);
});

test('D13: a chat that is gone ends as a dead letter, not as endless attempts', async () => {
  const world = await startZaloBotWorld();
  world.platform.behaves({ type: 'error', code: 400 });
  await world.hears(question);
  const calls = world.platform.calls();
  expect(await deadReasons(world)).toContain('platform_refused');
  expect(await waiting(world)).toEqual([]);
  await world.bot.waits(hours(1));
  expect(world.platform.calls()).toBe(calls);
});

test('D14: an answer whose outcome nobody knows is sent again, an officer’s line is not', async () => {
  const world = await startZaloBotWorld();
  await world.hears('chào em');
  const before = world.platform.calls();
  world.platform.behaves({ type: 'status', status: 502 }, 1);
  await world.takesIn(botUpdate(question, world.bot.clock.now()));
  await world.bot.rests();
  await world.bot.waits(minutes(1));
  const answers = world.texts().filter((text) => /hộ kinh doanh/i.test(text));
  expect(answers.length).toBeGreaterThan(0);
  expect(world.platform.calls() - before).toBe(answers.length + 1);

  await take(world.bot.desk, zaloBotConversation, minh);
  await world.bot.settled();
  const calls = world.platform.calls();
  world.platform.behaves({ type: 'status', status: 502 }, 1);
  await reply(world.bot.desk, zaloBotConversation, minh, 'Em Minh đây ạ');
  await world.bot.waits(minutes(1));
  expect(world.platform.calls()).toBe(calls + 1);
  expect(await deadReasons(world)).toContain('outcome_unknown');
});
