import { afterEach, describe, expect, test } from '@jest/globals';
import { rotatingTokens } from '../../src/channels/zalo-oa-token.ts';
import { hours, minutes, seconds } from '../../src/clock.ts';
import { reply, take } from '../../src/pipeline/moderation.ts';
import { cipherOf } from '../../src/store/cipher.ts';
import { cases, jobs, messages, notices, unread } from '../../src/store/collections.ts';
import { sealedSecrets } from '../../src/store/secrets.ts';
import { minh, stopBots } from '../support/bot.ts';
import { closeSites, serve } from '../support/http.ts';
import { payload, payloadsOf } from '../support/payloads.ts';
import { citizen, headersFor, oaId, zaloEvent, zaloText } from '../support/platforms/zalo-oa.ts';
import { startZaloBot, stopZalo, zaloConversation } from '../support/platforms/zalo-world.ts';
import type { ZaloBot } from '../support/platforms/zalo-world.ts';

afterEach(async () => {
  await closeSites();
  await stopBots();
  await stopZalo();
});

const question = 'mở hộ kinh doanh cần giấy tờ gì';
const transcript = ({ bot }: ZaloBot, person = citizen) => bot.transcript(zaloConversation(person));
const dead = async ({ bot }: ZaloBot): Promise<string[]> =>
  (await bot.dead()).map(({ body }) => body.reason);

describe('a talk', () => {
  test('a question without accents is answered, by whom is said first, and the choices are buttons', async () => {
    const world = await startZaloBot();
    await world.hears('mo ho kinh doanh can giay to gi');
    expect(world.texts()[0]).toContain('trợ lý tự động');
    expect(world.texts().join('\n')).toMatch(/hộ kinh doanh/i);
    expect(world.last().buttons.length).toBeGreaterThan(0);
    expect(world.zalo.sent.every(({ to }) => to === citizen)).toBe(true);
  });

  test('a pressed button leads on, whatever Zalo makes of it on the way', async () => {
    const world = await startZaloBot();
    await world.hears(question);
    const before = world.texts().length;
    const [button] = world.last().buttons;
    await world.hears(String(button?.payload));
    expect(world.texts().length).toBeGreaterThan(before);
    const lines = await transcript(world);
    expect(lines.find(({ kind }) => kind === 'choice')?.text).toBe(button?.title);
  });

  test('on an OA without buttons the choices are numbered, and a number or the words choose', async () => {
    const world = await startZaloBot({ env: { ZALO_BUTTONS: '0' } });
    await world.hears('menu');
    expect(world.last().text).toMatch(/^1\. /m);
    expect(world.last().buttons).toEqual([]);
    const sent = world.texts().length;
    await world.hears('1');
    expect(world.texts().length).toBeGreaterThan(sent);
    expect(world.last().text).not.toContain('chưa hiểu');
  });

  test('who follows the OA is greeted, once', async () => {
    const world = await startZaloBot();
    const at = world.bot.clock.now();
    await world.takes(zaloEvent('follow', { follower: { id: citizen }, sender: undefined }, at));
    expect(world.texts()[0]).toContain('trợ lý tự động');
    const sent = world.texts().length;
    await world.takes(zaloEvent('follow', { follower: { id: citizen }, sender: undefined }, at));
    expect(world.texts()).toHaveLength(sent);
  });

  test('who is not logged in is answered in their conversation', async () => {
    const world = await startZaloBot();
    const message = { msg_id: 'a', text: question, conversation_id: 'c9' };
    const at = world.bot.clock.now();
    await world.takes(zaloEvent('anonymous_send_text', { sender: { id: 'a1' }, message }, at));
    expect(world.last()).toMatchObject({ path: '/v2.0/oa/message', to: 'a1' });
  });

  test('of talk in a group nothing is answered and nothing kept', async () => {
    const world = await startZaloBot();
    const message = { msg_id: 'g', text: 'bí mật của nhóm' };
    const at = world.bot.clock.now();
    await world.takes(
      zaloEvent('user_send_group_text', { oa_id: oaId, recipient: { id: 'g1' }, message }, at),
    );
    expect(world.zalo.calls()).toBe(0);
    const kept = [
      await world.bot.store.collection(messages).find({ where: {}, limit: 9 }),
      await world.bot.store.collection(unread).find({ where: {}, limit: 9 }),
    ];
    expect(JSON.stringify(kept)).not.toContain('bí mật');
  });

  test('a request about one’s own data, made in Zalo itself, becomes a case with a receipt', async () => {
    const world = await startZaloBot();
    const at = world.bot.clock.now();
    const event = { sender: undefined, oa_id: oaId, user_id: citizen };
    await world.takes(zaloEvent('user_withdraw', event, at));
    const [one] = await world.bot.store.collection(cases).find({ where: {}, limit: 9 });
    expect(one).toMatchObject({ kind: 'erase', channel: 'zalo', state: 'received' });
    expect(world.texts().join('\n')).toContain(one?.code);
  });
});

describe('the webhook', () => {
  const hooked = async () => {
    const world = await startZaloBot();
    const site = await serve(world.bot.app.http);
    return { world, site, webhook: world.zalo.webhook(`${site.url}/webhooks/zalo`) };
  };

  test('answers the unsigned probe by which Zalo tries it, and nothing else unsigned', async () => {
    const { site, webhook } = await hooked();
    expect(await webhook.probe()).toBe(200);
    expect((await site.post('/webhooks/zalo', { event_name: 'follow' })).status).toBe(403);
  });

  test.each(payloadsOf('zalo').filter((name) => !name.includes('-bot-')))(
    '%s gets 200, and again (D11: also what nobody understands)',
    async (name) => {
      const { world, site } = await hooked();
      const body = Buffer.from(JSON.stringify(payload(name)));
      const headerTime = String(world.bot.clock.now());
      for (const _ of [1, 2]) {
        const answer = await site.post('/webhooks/zalo', body, headersFor(body, { headerTime }));
        expect(answer.status).toBe(200);
      }
    },
  );

  test('D3: what cannot be read never turns the webhook off', async () => {
    const { world, webhook } = await hooked();
    const at = world.bot.clock.now();
    const odd: unknown[] = [
      zaloEvent('a_new_kind_of_event', { payload: { deep: [1, null] } }, at),
      zaloEvent('user_send_text', { message: null }, at),
      zaloEvent('user_send_image', { message: { msg_id: 1, attachments: 'x' } }, at),
      zaloEvent('follow', { follower: 5 }, at),
      { event_name: 'x', timestamp: String(at) },
      [],
      5,
    ];
    for (const event of odd)
      expect(await webhook.deliver(event, { headerTime: String(at) })).toBe(200);
    expect(webhook.isOn()).toBe(true);
  });

  test('D3: the fake turns the webhook off as Zalo does when nothing gets 200', async () => {
    const { world, webhook } = await hooked();
    const event = zaloText(question, world.bot.clock.now());
    await webhook.deliver(event, { secret: 'another secret' });
    expect(webhook.isOn()).toBe(false);
  });

  test('D10: a Vietnamese text is let in by its bytes; the formula that fits stands in the metrics', async () => {
    const { world, site, webhook } = await hooked();
    const event = zaloText('Hỗ trợ khởi nghiệp ở phường Buôn Hồ 😀', world.bot.clock.now());
    expect(await webhook.deliver(event)).toBe(200);
    await webhook.deliver(event, { secret: 'wrong' });
    const shown = (await site.get('/metrics')).text;
    expect(shown).toMatch(
      /nhipcau_signatures_total\{channel="zalo",formula="app_id\.body\.oa_secret"\} 1/,
    );
    expect(shown).toMatch(/nhipcau_signatures_total\{channel="zalo",formula="none"\} 6/);
  });

  test('D13: events of another OA are acknowledged and dropped', async () => {
    const { world, webhook } = await hooked();
    const event = zaloText(question, world.bot.clock.now());
    expect(await webhook.deliver({ ...event, recipient: { id: '99' } })).toBe(200);
    await world.bot.settled();
    expect(await world.bot.store.collection(messages).find({ where: {}, limit: 9 })).toEqual([]);
  });
});

test('D1: the same event five times, at once and a day later, is answered once', async () => {
  const world = await startZaloBot();
  const event = zaloText(question, world.bot.clock.now());
  await Promise.all([1, 2, 3].map(() => world.takesIn(event)));
  await world.bot.settled();
  const sent = world.texts().length;
  expect(sent).toBeGreaterThan(0);
  for (const _ of [1, 2]) {
    world.bot.clock.advance(hours(12));
    await world.takes(event).catch(() => undefined);
  }
  expect(world.texts()).toHaveLength(sent);
  expect((await transcript(world)).filter(({ from }) => from === 'person')).toHaveLength(1);
});

test('D2: what was acknowledged before the model was there is answered once it is', async () => {
  const world = await startZaloBot({ model: false });
  await world.takesIn(zaloText(question, world.bot.clock.now()));
  await world.bot.rests();
  expect(world.texts()).toEqual([]);
  await world.bot.useModel();
  await world.bot.settled();
  expect(world.texts().length).toBeGreaterThan(0);
});

describe('D4: windows', () => {
  test('an officer may write for seven days, the bot’s own lines for two; why not is said in Vietnamese', async () => {
    const world = await startZaloBot();
    await world.hears(question);
    const { bot, channel } = world;
    const { reach } = await bot.conversation(zaloConversation());
    const after = (n: number) => (bot.clock.now() + n * 3_600_000) as never;
    expect(channel.allows('reminder', reach, after(48))).toMatchObject({ allowed: true });
    expect(channel.allows('reminder', reach, after(48.1))).toMatchObject({ why: 'window_closed' });
    expect(channel.allows('moderator', reach, after(168))).toMatchObject({ allowed: true });
    bot.clock.advance(hours(168.1));
    await expect(reply(bot.desk, zaloConversation(), minh, 'Chào anh/chị')).rejects.toThrow(
      /quá thời hạn nền tảng cho phép/,
    );
  });

  test('receipts and reactions move no window', async () => {
    const world = await startZaloBot();
    await world.hears(question);
    const before = (await world.bot.conversation(zaloConversation())).reach;
    world.bot.clock.advance(hours(1));
    const at = world.bot.clock.now();
    for (const name of ['user_seen_message', 'user_received_message'])
      await world.takes(zaloEvent(name, { sender: { id: oaId }, recipient: { id: citizen } }, at));
    await world.takes(zaloEvent('user_reacted_message', { message: { msg_id: 'r' } }, at));
    expect((await world.bot.conversation(zaloConversation())).reach).toEqual(before);
  });

  test('-230 with HTTP 200 is a failure that is shown, not a message sent', async () => {
    const world = await startZaloBot();
    world.zalo.behaves({ type: 'error', error: -230 });
    await world.hears(question);
    expect(new Set(await dead(world))).toEqual(new Set(['window_closed']));
    const lines = await transcript(world);
    expect(lines.find(({ from }) => from === 'bot')?.delivery).toMatchObject({
      state: 'failed',
      reason: 'window_closed',
    });
  });
});

describe('D5: a token that dies', () => {
  test('is renewed in the midst of a send, and nobody notices', async () => {
    const world = await startZaloBot();
    await world.hears('chào em');
    world.bot.clock.advance(hours(1));
    world.zalo.expireAccess();
    await world.hears(question);
    expect(world.texts().join('\n')).toMatch(/hộ kinh doanh/i);
    expect(await dead(world)).toEqual([]);
    expect(world.zalo.renewals.filter(({ accepted }) => accepted)).toHaveLength(2);
  });

  test('and cannot be renewed pauses the outbox, rings, and loses nothing', async () => {
    const world = await startZaloBot();
    await world.hears('chào em');
    const sent = world.texts().length;
    world.bot.clock.advance(hours(1));
    world.zalo.expireAccess();
    const granted = world.zalo.grant();
    await world.takesIn(zaloText(question, world.bot.clock.now()));
    await world.bot.rests();
    expect(world.texts()).toHaveLength(sent);
    expect(await dead(world)).toEqual([]);
    const [notice] = await world.bot.store
      .collection(notices)
      .find({ where: { state: 'open' }, limit: 9 });
    expect(notice?.action).toBe('token_lost');
    expect(notice?.text).toMatch(/-14020.*zalo-token/);
    // The operator brings a new one.
    await rotatingTokens(
      { oaId, appId: '', appSecret: '', refreshToken: 'refresh-0', oauthBase: world.zalo.url },
      {
        secrets: sealedSecrets(world.bot.store, cipherOf(new Uint8Array(32).fill(7))),
        sender: world.bot.platform,
        clock: world.bot.clock,
        log: { info() {} } as never,
        tell: async () => undefined,
      },
    ).enter(granted);
    await world.bot.waits(minutes(11));
    expect(world.texts().slice(sent).join('\n')).toMatch(/hộ kinh doanh/i);
  });
});

test('D6: an officer who answers in Zalo’s own chat silences the bot; our own echo does not', async () => {
  const world = await startZaloBot();
  await world.hears(question);
  const echo = (sender: Record<string, string>) =>
    zaloEvent(
      'oa_send_text',
      {
        sender,
        recipient: { id: citizen },
        message: { msg_id: `e${sender['admin_id'] ?? ''}`, text: 'Chị Hoa đây' },
      },
      world.bot.clock.now(),
    );
  await world.takes(echo({ id: oaId }));
  expect((await world.bot.conversation(zaloConversation())).handledBy).toBe('bot');
  await world.takes(echo({ id: oaId, admin_id: '5' }));
  expect((await world.bot.conversation(zaloConversation())).handledBy).toBe('moderator');
  const sent = world.texts().length;
  await world.hears('còn lệ phí thì sao');
  expect(world.texts()).toHaveLength(sent);
});

test('D7: answers come in the order of the questions, though Zalo brings these in another', async () => {
  const world = await startZaloBot({ model: false });
  const at = world.bot.clock.now();
  const asked = ['mở hộ kinh doanh cần giấy tờ gì', 'vay vốn ngân hàng chính sách thế nào'];
  await world.takesIn(zaloText(asked[1]!, at - 1_000));
  await world.takesIn(zaloText(asked[0]!, at - 2_000));
  await world.bot.useModel();
  await world.bot.settled();
  const told = world.texts().join('\n');
  expect(told.search(/hộ kinh doanh/i)).toBeGreaterThanOrEqual(0);
  expect(told.search(/hộ kinh doanh/i)).toBeLessThan(told.search(/Chính sách xã hội|vay/i));
});

test('D8: at Zalo’s limit a minute the channel rests a minute, and then nothing is lost or doubled', async () => {
  const world = await startZaloBot();
  world.zalo.behaves({ type: 'error', error: -32, message: 'App reached limit per minute' }, 1);
  await world.takesIn(zaloText(question, world.bot.clock.now()));
  await world.bot.rests();
  expect(world.zalo.calls()).toBe(1);
  world.bot.clock.advance(seconds(30));
  await world.bot.rests();
  expect(world.zalo.calls()).toBe(1);
  await world.bot.waits(seconds(31));
  const ids = world.zalo.sent.map(({ text }) => text);
  expect(ids.length).toBeGreaterThan(0);
  expect(new Set(ids).size).toBe(ids.length);
  expect(await dead(world)).toEqual([]);
});

test('D14: an answer whose outcome nobody knows is sent again, an officer’s line is not', async () => {
  const world = await startZaloBot();
  await world.hears('chào em');
  world.zalo.behaves({ type: 'losesAnswer' }, 1);
  await world.takesIn(zaloText(question, world.bot.clock.now()));
  await world.bot.rests();
  await world.bot.waits(minutes(1));
  const answers = world.texts().filter((text) => /hộ kinh doanh/i.test(text));
  expect(answers.length).toBeGreaterThanOrEqual(2);
  await take(world.bot.desk, zaloConversation(), minh);
  await world.bot.settled();
  world.zalo.behaves({ type: 'losesAnswer' }, 1);
  await reply(world.bot.desk, zaloConversation(), minh, 'Em Minh đây ạ');
  await world.bot.waits(minutes(1));
  expect(world.texts().filter((text) => text === 'Em Minh đây ạ')).toHaveLength(1);
  expect(await dead(world)).toContain('outcome_unknown');
  expect(
    await world.bot.store.collection(jobs).find({ where: { queue: 'outbox' }, limit: 9 }),
  ).toEqual([]);
});
