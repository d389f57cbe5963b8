import { afterEach, describe, expect, test } from '@jest/globals';
import { hours, minutes, seconds } from '../../src/clock.ts';
import type { Instant } from '../../src/clock.ts';
import type { Message } from '../../src/conversation/message.ts';
import { take } from '../../src/pipeline/moderation.ts';
import * as collections from '../../src/store/collections.ts';
import {
  conversationOf,
  echoBody,
  eventBody,
  messageBody,
  minh,
  pageId,
  someone,
  startBot,
  stopBots,
} from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { manualClock } from '../support/clock.ts';
import { graph } from '../support/platforms.ts';
import { payload } from '../support/payloads.ts';
import { answerPrefix } from '../support/webhook.ts';
import { temporaryFile } from '../support/files.ts';

afterEach(stopBots);

const other = '200000000000002';
/** When `messenger/01-text` was sent. */
const dayOfPayloads = 1_772_998_025_000;
const question = 'mở hộ kinh doanh ở đâu';

const from = (lines: readonly Message[], who: Message['from']): Message[] =>
  lines.filter((line) => line.from === who);
const said = async (bot: Bot, of = someone): Promise<string[]> =>
  from(await bot.transcript(of), 'person').map(({ text }) => text);
const found = async (bot: Bot, text: string): Promise<string[]> =>
  (await bot.store.search({ in: 'messages', text, limit: 10 })).map(({ id }) => id);

describe('a redelivered message', () => {
  test('is answered once', async () => {
    const bot = await startBot({ clock: manualClock(dayOfPayloads) });
    await bot.receives(payload('messenger/01-text'));
    await bot.receives(payload('messenger/01-text'));
    expect(bot.sent()).toHaveLength(1);
    expect(await bot.transcript()).toHaveLength(2);
  });

  test('is answered once when five copies come at the same time', async () => {
    const bot = await startBot();
    const body = messageBody({ text: question }, someone, bot.clock);
    await Promise.all(Array.from({ length: 5 }, () => bot.takesIn(body)));
    await bot.settled();
    expect(bot.sent()).toHaveLength(1);
    expect(await said(bot)).toEqual([question]);
  });

  test('is answered once when copies come again after a restart, 36 hours later', async () => {
    const file = temporaryFile('redelivered.db');
    const before = await startBot({ storeUrl: `sqlite:${file}` });
    const body = messageBody({ text: question }, someone, before.clock);
    await Promise.all([before.takesIn(body), before.takesIn(body)]);
    await before.settled();
    await before.stop();

    before.clock.advance(hours(36));
    const after = await startBot({ storeUrl: `sqlite:${file}`, clock: before.clock });
    await Promise.all([after.takesIn(body), after.takesIn(body), after.takesIn(body)]);
    await after.settled();
    expect(before.sent()).toHaveLength(1);
    expect(after.sent()).toEqual([]);
    expect(await said(after)).toEqual([question]);
  });

  test('among new ones keeps none of the new ones out', async () => {
    const bot = await startBot();
    const one = (mid: string, sender: string) => ({
      sender: { id: sender },
      recipient: { id: pageId },
      timestamp: bot.clock.now(),
      message: { mid, text: `${question} ${mid}` },
    });
    const all = (...messaging: unknown[]) => ({
      object: 'page',
      entry: [{ id: pageId, messaging }],
    });
    await bot.receives(all(one('m1', someone), one('m2', other)));
    await bot.receives(all(one('m3', other), one('m1', someone), one('m3', other), one('m4', '3')));
    expect(await said(bot, someone)).toEqual([`${question} m1`]);
    expect(await said(bot, other)).toEqual([`${question} m2`, `${question} m3`]);
    expect(await said(bot, '3')).toEqual([`${question} m4`]);
    expect(bot.sent()).toHaveLength(4);
  });

  test('of a thousand updates is taken in, twice', async () => {
    const bot = await startBot({ model: false });
    const messaging = Array.from({ length: 1_000 }, (_, i) => ({
      sender: { id: `p${i % 400}` },
      recipient: { id: pageId },
      timestamp: bot.clock.now() + i,
      message: { mid: `m${i}`, text: `câu ${i}` },
    }));
    const body = { object: 'page', entry: [{ id: pageId, messaging }] };
    await Promise.all([bot.takesIn(body), bot.takesIn(body)]);
    const { store } = bot;
    expect(await store.collection(collections.messages).count({}, 5_000)).toBe(1_000);
    expect(await store.collection(collections.conversations).count({}, 5_000)).toBe(400);
    expect(await store.collection(collections.contacts).count({}, 5_000)).toBe(400);
    expect(await store.collection(collections.jobs).count({ queue: 'inbox' }, 5_000)).toBe(1_000);
  });

  test('that edits a line changes it once, whichever copy comes last', async () => {
    const bot = await startBot();
    await bot.receives(eventBody({ message: { mid: 'm', text: 'một' } }, someone, bot.clock));
    const edit = (text: string, n: number) =>
      eventBody({ message_edit: { mid: 'm', text, num_edit: n } }, someone, bot.clock);
    await bot.receives(edit('hai', 1));
    await bot.receives(edit('ba', 2));
    await bot.receives(edit('hai', 1));
    expect((await said(bot))[0]).toBe('ba');
  });
});

describe('one person’s messages', () => {
  /** The messages that were answered, in the order of the answers. */
  const answered = async (bot: Bot, mids: readonly string[]): Promise<string[]> =>
    from(await bot.transcript(), 'bot').flatMap(({ id }) =>
      mids.filter((mid) => id.startsWith(answerPrefix(mid, someone))),
    );
  const written = (bot: Bot, mid: string, timestamp: number): unknown =>
    eventBody({ timestamp, message: { mid, text: question } }, someone, bot.clock);

  const inOrder = async (bot: Bot, ...mids: readonly string[]): Promise<string[]> => {
    await bot.useModel();
    await bot.settled();
    return [...new Set(await answered(bot, mids))];
  };

  test('are answered in the order they were written, whatever the order of arrival', async () => {
    const bot = await startBot({ model: false });
    const now = bot.clock.now();
    for (const [mid, ago] of [
      ['third', 1],
      ['first', 3],
      ['second', 2],
    ] as const)
      await bot.takesIn(written(bot, mid, now - ago * 1_000));
    const order = await inOrder(bot, 'third', 'first', 'second');
    expect(order).toEqual(['first', 'second', 'third']);
  });

  test('that claim to be from the future wait for nothing and hold up nothing', async () => {
    const bot = await startBot({ model: false });
    const now = bot.clock.now();
    await bot.takesIn(written(bot, 'from-2100', Date.UTC(2100, 0, 1)));
    bot.clock.advance(seconds(1));
    await bot.takesIn(written(bot, 'honest', now + 1_000));
    expect(await inOrder(bot, 'honest', 'from-2100')).toEqual(['from-2100', 'honest']);
    expect((await bot.conversation()).reach.lastMessageAt).toBe(now + 1_000);
  });

  test('of the same moment are answered as they arrived', async () => {
    const bot = await startBot({ model: false });
    const now = bot.clock.now();
    for (const mid of ['b', 'a', 'c']) await bot.takesIn(written(bot, mid, now));
    expect(await inOrder(bot, 'a', 'b', 'c')).toEqual(['b', 'a', 'c']);
  });

  test('that come late do not move the window back', async () => {
    const bot = await startBot();
    const now = bot.clock.now();
    await bot.receives(written(bot, 'new', now));
    await bot.receives(written(bot, 'old', now - hours(30)));
    expect((await bot.conversation()).reach.lastMessageAt).toBe(now);
  });
});

describe('before the model is there', () => {
  test('what people ask is kept, and answered then, once each', async () => {
    const bot = await startBot({ model: false });
    const body = messageBody({ text: question }, someone, bot.clock);
    await bot.takesIn(body);
    await bot.takesIn(messageBody({ text: question }, other, bot.clock));
    await bot.rests();
    expect(bot.sent()).toEqual([]);
    expect(await said(bot)).toEqual([question]);
    await bot.takesIn(body);
    await bot.useModel();
    await bot.settled();
    expect(
      bot
        .sent()
        .map(({ call }) => call.recipient.id)
        .sort(),
    ).toEqual([someone, other]);
  });

  test('what was kept survives a restart', async () => {
    const file = temporaryFile('starting.db');
    const before = await startBot({ storeUrl: `sqlite:${file}`, model: false });
    await before.takesIn(messageBody({ text: question }, someone, before.clock));
    await before.stop();
    const after = await startBot({ storeUrl: `sqlite:${file}`, clock: before.clock });
    await after.settled();
    expect(after.sent()).toHaveLength(1);
  });

  test('the process stops with lanes it has not begun, and the next one begins them once the account’s pause is over', async () => {
    const file = temporaryFile('stopped.db');
    const before = await startBot({ storeUrl: `sqlite:${file}` });
    before.platform.answers(graph.throttled);
    await before.hears(question);
    await before.takesIn(messageBody({ text: question }, other, before.clock));
    await before.rests();
    await before.stop();
    const after = await startBot({ storeUrl: `sqlite:${file}`, clock: before.clock });
    await after.rests();
    expect(after.sent()).toEqual([]);
    await after.waits(seconds(10));
    const told = after.sent().map(({ call }) => call.recipient.id);
    expect(told.sort()).toEqual([someone, other].sort());
  });
});

describe('what a person changes afterwards', () => {
  test('an edit changes the line and what is found, and asks for no answer', async () => {
    const bot = await startBot();
    await bot.receives(
      eventBody({ message: { mid: 'm', text: 'trồng sầu riêng' } }, someone, bot.clock),
    );
    const before = bot.sent().length;
    const [line] = await bot.transcript();
    expect(await found(bot, 'sau rieng')).toEqual([line!.id]);
    const edit = { message_edit: { mid: 'm', text: 'trồng hồ tiêu', num_edit: 1 } };
    await bot.receives(eventBody(edit, someone, bot.clock));
    expect((await bot.transcript())[0]).toMatchObject({
      text: 'trồng hồ tiêu',
      editedAt: bot.clock.now(),
    });
    expect(await found(bot, 'sau rieng')).toEqual([]);
    expect(await found(bot, 'ho tieu')).toEqual([line!.id]);
    expect(bot.sent()).toHaveLength(before);
  });

  test('a removal blanks the line and what is found, for good', async () => {
    const bot = await startBot();
    await bot.receives(
      eventBody({ message: { mid: 'm', text: 'trồng sầu riêng' } }, someone, bot.clock),
    );
    const before = bot.sent().length;
    await bot.receives(eventBody({ message: { mid: 'm', is_deleted: true } }, someone, bot.clock));
    const late = { message_edit: { mid: 'm', text: 'trồng sầu riêng', num_edit: 1 } };
    await bot.receives(eventBody(late, someone, bot.clock));
    expect((await bot.transcript())[0]).toMatchObject({ text: '', removedAt: bot.clock.now() });
    expect(await found(bot, 'sau rieng')).toEqual([]);
    expect(bot.sent()).toHaveLength(before);
  });

  test('a removal takes the words out of what repeats them: the list of who waits, the answer, the turn', async () => {
    const bot = await startBot();
    const words = 'vợ tôi muốn mở hộ kinh doanh ở đâu';
    await bot.receives(eventBody({ message: { mid: 'm', text: words } }, someone, bot.clock));
    const { id } = await bot.conversation();
    await take(bot.desk, id, minh);
    await bot.receives(eventBody({ message: { mid: 'n', text: words } }, someone, bot.clock));
    for (const mid of ['m', 'n'])
      await bot.receives(eventBody({ message: { mid, is_deleted: true } }, someone, bot.clock));
    const conversation = await bot.conversation();
    expect(conversation.lastLine).toMatchObject({ from: 'person', text: '' });
    const turns = await bot.store
      .collection(collections.turns)
      .find({ where: { conversationId: id }, limit: 10 });
    expect(turns.some(({ understood }) => understood !== undefined)).toBe(true);
    expect(JSON.stringify([conversation, turns])).not.toContain('vợ tôi');
  });

  test('a removal of what the bot or a colleague said changes nothing', async () => {
    const bot = await startBot();
    await bot.hears(question);
    const [, answer] = await bot.transcript();
    const short = answer!.id.slice(`messenger/${pageId}/`.length);
    await bot.receives(
      eventBody({ message: { mid: short, is_deleted: true } }, someone, bot.clock),
    );
    expect((await bot.transcript())[1]?.text).toBe(answer!.text);
  });
});

describe('what is only noted', () => {
  test('a thread that somebody else holds is recorded and not answered', async () => {
    const bot = await startBot();
    const event = {
      sender: { id: someone },
      recipient: { id: pageId },
      timestamp: bot.clock.now(),
      message: { mid: 'm', text: question },
    };
    await bot.receives({ object: 'page', entry: [{ id: pageId, standby: [event] }] });
    expect(await said(bot)).toEqual([question]);
    expect(bot.sent()).toEqual([]);
  });

  test('a receipt moves forward and never back, and touches no line', async () => {
    const bot = await startBot();
    await bot.hears(question);
    const receipt = async (): Promise<number | undefined> =>
      (await bot.store.collection(collections.receipts).get(conversationOf(someone)))?.upTo;
    const delivered = (watermark: number) =>
      bot.receives(eventBody({ delivery: { watermark } }, someone, bot.clock));
    const before = await bot.transcript();
    await delivered(2_000);
    await delivered(1_000);
    expect(await receipt()).toBe(2_000);
    await delivered(3_000);
    expect(await receipt()).toBe(3_000);
    expect(await bot.transcript()).toEqual(before);
  });

  test('a receipt of somebody we do not know is nothing', async () => {
    const bot = await startBot();
    await bot.receives(eventBody({ delivery: { watermark: 1_000 } }, 'nobody', bot.clock));
    expect(await bot.store.collection(collections.receipts).count({}, 5)).toBe(0);
    expect(await bot.store.collection(collections.conversations).count({}, 5)).toBe(0);
  });

  test('a reaction opens the window and is no line to answer', async () => {
    const bot = await startBot();
    await bot.hears(question);
    const before = bot.sent().length;
    bot.clock.advance(hours(20));
    const reaction = { mid: 'm', action: 'react', emoji: '❤', reaction: 'love' };
    await bot.receives(eventBody({ reaction }, someone, bot.clock));
    expect((await bot.conversation()).reach).toEqual({
      lastMessageAt: (bot.clock.now() - hours(20)) as Instant,
      lastTouchAt: bot.clock.now(),
    });
    expect(bot.sent()).toHaveLength(before);
  });

  test('a comment that asks nothing is kept with its person and not answered by the bot', async () => {
    const bot = await startBot();
    const value = {
      item: 'comment',
      verb: 'add',
      comment_id: 'c1',
      post_id: 'p1',
      from: { id: someone, name: 'Y Thơ' },
      message: 'Lớp hôm qua vui quá cả nhà ơi',
      created_time: Math.floor(bot.clock.now() / 1_000) - 60,
    };
    await bot.receives({
      object: 'page',
      entry: [{ id: pageId, changes: [{ field: 'feed', value }] }],
    });
    expect(await said(bot)).toEqual(['Lớp hôm qua vui quá cả nhà ơi']);
    expect((await bot.conversation()).reach.lastCommentAt).toBe(bot.clock.now() - minutes(1));
    expect(bot.sent()).toEqual([]);
  });

  test('what nobody understands is kept apart, with its own part of the delivery', async () => {
    const bot = await startBot();
    const news = eventBody({ brand_new_event: { n: 1 } }, someone, bot.clock);
    await bot.receives(news);
    await bot.receives(news);
    const unread = await bot.store.collection(collections.unread).find({ where: {}, limit: 5 });
    expect(unread).toHaveLength(1);
    expect(unread[0]).toMatchObject({ channel: 'messenger', what: 'brand_new_event' });
    expect(unread[0]!.raw).toContain('"brand_new_event":{"n":1}');
    expect(bot.sent()).toEqual([]);
  });

  test('a message that the platform itself cannot show is answered kindly', async () => {
    const bot = await startBot();
    await bot.receives(
      eventBody({ message: { mid: 'm', is_unsupported: true } }, someone, bot.clock),
    );
    expect(bot.texts().join()).toContain(bot.content.phrase('fallback.unsupported'));
  });
});

describe('a colleague who answers in the Page’s own inbox', () => {
  test('silences the bot at once, and stands in the transcript', async () => {
    const bot = await startBot();
    await bot.hears(question);
    await bot.receives(echoBody({ text: 'Chị Hoa ở Sở đây ạ' }, someone, bot.clock));
    const before = bot.sent().length;
    await bot.hears('thuế hộ kinh doanh thế nào');
    expect(bot.sent()).toHaveLength(before);
    expect(await bot.conversation()).toMatchObject({
      handledBy: 'moderator',
      holder: { via: 'native', name: '' },
    });
    const lines = await bot.transcript();
    expect(lines.at(-2)).toMatchObject({ from: 'moderator', text: 'Chị Hoa ở Sở đây ạ' });
    expect(await found(bot, 'chị hoa')).toEqual([lines.at(-2)!.id]);
  });

  test('is heard before older lines of the person that still wait', async () => {
    const bot = await startBot({ model: false });
    await bot.takesIn(messageBody({ text: question }, someone, bot.clock));
    await bot.takesIn(echoBody({ text: 'Để chị trả lời' }, someone, bot.clock));
    await bot.useModel();
    await bot.settled();
    expect(bot.sent()).toEqual([]);
    expect(await said(bot)).toEqual([question]);
  });

  test('counts once, however often the echo comes', async () => {
    const bot = await startBot();
    await bot.hears(question);
    const echo = echoBody({ text: 'Chị Hoa đây' }, someone, bot.clock);
    await Promise.all([bot.takesIn(echo), bot.takesIn(echo), bot.takesIn(echo)]);
    await bot.receives(echo);
    expect(from(await bot.transcript(), 'moderator')).toHaveLength(1);
    expect((await bot.conversation()).hold).toBe(1);
  });

  test('and writes to somebody who never wrote to us changes nothing', async () => {
    const bot = await startBot();
    await bot.receives(echoBody({ text: 'Chào chị' }, 'stranger', bot.clock));
    expect(await bot.store.collection(collections.conversations).count({}, 5)).toBe(0);
    expect(await bot.dead()).toEqual([]);
  });

  test('is not taken for one by our own echoes', async () => {
    const bot = await startBot();
    await bot.hears(question);
    const metadata = bot.platform.asked[0]!.call.message.metadata;
    await bot.receives(
      echoBody({ text: bot.texts()[0], metadata, app_id: 4711 }, someone, bot.clock),
    );
    expect(await bot.conversation()).toMatchObject({ handledBy: 'bot', hold: 0 });
    expect(await bot.transcript()).toHaveLength(2);
  });
});
