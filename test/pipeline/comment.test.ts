import { afterEach, describe, expect, test } from '@jest/globals';
import { hours, minutes } from '../../src/clock.ts';
import type { Content } from '../../src/content/content.ts';
import { handBack, take } from '../../src/pipeline/moderation.ts';
import { conversationOf, minh, pageId, someone, startBot, stopBots } from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { realContent } from '../support/content.ts';
import { temporaryFile } from '../support/files.ts';
import { doneInSilence, graph } from '../support/platforms.ts';

/** Comments under the Page’s posts. */

afterEach(stopBots);

const question = 'mở hộ kinh doanh cần giấy tờ gì ạ?';

interface CommentOptions {
  readonly id?: string;
  readonly from?: string;
  readonly at?: number;
  readonly [field: string]: unknown;
}

function commentBody(bot: Bot, message: string, options: CommentOptions = {}): unknown {
  const { id = 'p1_c1', from = someone, at = bot.clock.now(), ...more } = options;
  const value = {
    item: 'comment',
    verb: 'add',
    comment_id: id,
    post_id: 'p1',
    parent_id: 'p1',
    from: { id: from, name: 'Y Thơ' },
    message,
    created_time: Math.floor(at / 1_000),
    ...more,
  };
  return {
    object: 'page',
    entry: [{ id: pageId, time: 1, changes: [{ field: 'feed', value }] }],
  };
}

const comments = (bot: Bot, message: string, options?: CommentOptions): Promise<void> =>
  bot.receives(commentBody(bot, message, options));
const publicly = (bot: Bot) => bot.platform.edges.filter(({ edge }) => edge.endsWith('/comments'));

describe('a question under a post', () => {
  test('is answered once in private, and for all to read with one line that tells so', async () => {
    const bot = await startBot();
    await comments(bot, question);
    expect(bot.sent()).toHaveLength(1);
    const [{ call, text }] = bot.sent() as [(typeof bot.platform.sent)[0]];
    expect(call.recipient).toEqual({ comment_id: 'p1_c1' });
    expect(text).toContain('máy trả lời, không phải cán bộ');
    expect(text).toContain('Giấy tờ');
    expect(publicly(bot)).toMatchObject([
      {
        edge: 'p1_c1/comments',
        status: 200,
        body: { message: expect.stringMatching(/tin nhắn riêng/) },
      },
    ]);
    const lines = await bot.transcript();
    expect(lines.map(({ from }) => from)).toEqual(['person', 'bot', 'bot']);
    expect(lines.slice(1).map(({ delivery }) => delivery?.state)).toEqual(['sent', 'sent']);
  });

  test('is answered without a word of it, of a name or of a number for all to read', async () => {
    const bot = await startBot();
    await comments(bot, 'Em là Y Thơ, số 0905123456, mở hộ kinh doanh cần giấy tờ gì ạ?');
    const [shown] = publicly(bot);
    expect(shown).toBeDefined();
    expect(JSON.stringify(shown!.body)).not.toMatch(/Thơ|0905|hộ kinh doanh cần/);
  });

  test('has buttons in private that still work when the author presses one', async () => {
    const bot = await startBot();
    await comments(bot, question);
    const { message } = bot.sent()[0]!.call;
    const payloads = (message.quick_replies ?? message.attachment?.payload.buttons ?? []).map(
      ({ payload = '' }) => payload,
    );
    const asked = payloads.find((payload) => payload.startsWith('ask:'));
    await bot.presses(asked!);
    expect(bot.sent().at(-1)!.call.recipient).toEqual({ id: someone });
  });

  test('of a course leads to the list by a button', async () => {
    const bot = await startBot();
    await comments(bot, 'sắp tới có lớp tập huấn khởi nghiệp nào không ạ?');
    expect(bot.sent()).toHaveLength(1);
    expect(JSON.stringify(bot.sent()[0]!.call.message)).toContain('ask:training');
  });

  test('delivered again, at once, later and after a restart, is answered once', async () => {
    const storeUrl = `sqlite:${temporaryFile('comments.db')}`;
    const bot = await startBot({ storeUrl });
    const body = commentBody(bot, question);
    await Promise.all([bot.takesIn(body), bot.takesIn(body)]);
    await bot.receives(body);
    await bot.waits(hours(36));
    await bot.receives(body);
    await bot.stop();
    const { platform, clock } = bot;
    const again = await startBot({ storeUrl, platform, clock });
    await again.receives(body);
    expect([again.sent().length, publicly(again).length]).toEqual([1, 1]);
  });

  test('taken in just before a stop is answered once after it', async () => {
    const storeUrl = `sqlite:${temporaryFile('stopped.db')}`;
    const bot = await startBot({ storeUrl, model: false });
    const body = commentBody(bot, question);
    await bot.takesIn(body);
    await bot.stop();
    const { platform, clock } = bot;
    const again = await startBot({ storeUrl, platform, clock });
    await again.receives(body);
    expect([again.sent().length, publicly(again).length]).toEqual([1, 1]);
  });

  test('is not answered a second time when nobody knows whether the first went out', async () => {
    const bot = await startBot();
    bot.platform.answersNext(doneInSilence(bot.platform));
    await comments(bot, question);
    await bot.waits(hours(1));
    expect(bot.platform.asked).toHaveLength(1);
    const [, privately] = await bot.transcript();
    expect(privately!.delivery).toMatchObject({ state: 'unknown', reason: 'outcome_unknown' });
    expect(publicly(bot)).toEqual([]);
  });

  test('is tried again after a refusal that ends, and then once', async () => {
    const bot = await startBot();
    bot.platform.answersNext(graph.down, graph.throttled);
    await comments(bot, question);
    for (let i = 0; i < 5; i++) await bot.waits(minutes(1));
    expect([bot.sent().length, publicly(bot).length]).toEqual([1, 1]);
  });

  test.each([
    ['refused', graph.unavailablePerson],
    ['refused since the author has had one', graph.alreadyReplied],
  ])('whose private answer was %s gets no line that speaks of one', async (_, refusal) => {
    const bot = await startBot();
    bot.platform.answersNext(refusal);
    await comments(bot, question);
    await bot.waits(hours(1));
    expect(publicly(bot)).toEqual([]);
    const [, author, all] = await bot.transcript();
    expect(author!.delivery?.state).toBe('failed');
    expect(all!.delivery).toMatchObject({ state: 'withdrawn', reason: 'first_not_sent' });
    await bot.hears('chào em');
    expect(bot.sent()).toHaveLength(1);
  });

  test('is answered each time in private, but under one post once for all to read to one author', async () => {
    const bot = await startBot();
    const edges = (): string[] => publicly(bot).map(({ edge }) => edge);
    await comments(bot, question);
    await comments(bot, 'thuế hộ kinh doanh tính sao ạ?', { id: 'p1_c2' });
    await comments(bot, 'đăng ký hộ kinh doanh ở đâu ạ?', { id: 'p1_c3' });
    expect(bot.sent().map(({ call }) => call.recipient.comment_id)).toEqual([
      'p1_c1',
      'p1_c2',
      'p1_c3',
    ]);
    expect(edges()).toEqual(['p1_c1/comments']);
    const elsewhere = { id: 'p2_c1', post_id: 'p2', parent_id: 'p2' };
    await comments(bot, question, elsewhere);
    expect(edges()).toEqual(['p1_c1/comments', 'p2_c1/comments']);
    await comments(bot, question, { id: 'p1_c4', from: '200000000000002' });
    expect(edges()).toEqual(['p1_c1/comments', 'p2_c1/comments', 'p1_c4/comments']);
  });

  test('of a post that Facebook does not name says nothing of the next one', async () => {
    const bot = await startBot();
    await comments(bot, question, { id: 'p3_c1', post_id: undefined });
    await comments(bot, question, { id: 'p4_c1', post_id: undefined });
    expect(publicly(bot).map(({ edge }) => edge)).toEqual(['p3_c1/comments', 'p4_c1/comments']);
  });

  test('leaves a form under way in private as it is', async () => {
    const bot = await startBot();
    await bot.hears('gặp cán bộ');
    await bot.presses('callMe:');
    const before = (await bot.conversation()).memory;
    expect(before.flow).toMatchObject({ flow: 'callback' });
    await comments(bot, question);
    expect((await bot.conversation()).memory).toEqual(before);
    expect(publicly(bot)).toHaveLength(1);
  });
});

describe('nothing is said', () => {
  test.each([
    ['a tag', 'Nguyễn Thị Hoa'],
    ['praise of our own topic', 'Sản phẩm OCOP xã mình ngon lắm'],
    ['a heart', '❤️❤️'],
    ['a photo without words', ''],
    ['courtesy', 'alo ad ơi'],
    ['what nobody understands', 'con gà nhà em hôm nay đẻ mấy trứng?'],
    ['somebody in need', 'em muốn chết quá, vay vốn ở đâu?'],
    ['what is for a person', 'cho em gặp cán bộ được không?'],
    ['one’s own data', 'xoá dữ liệu của em được không?'],
  ])('to %s', async (_, words) => {
    const bot = await startBot();
    await comments(bot, words);
    expect(bot.platform.asked).toEqual([]);
    expect(bot.platform.edges).toEqual([]);
    expect((await bot.transcript())[0]).toMatchObject({ from: 'person', text: words });
  });

  test('to the Page itself, to what is said to another comment, and while a colleague holds the talk', async () => {
    const bot = await startBot();
    await comments(bot, question, { id: 'own', from: pageId });
    await comments(bot, question, { id: 'reply', parent_id: 'p1_c9' });
    await bot.hears('chào em');
    const before = bot.platform.asked.length;
    await take(bot.desk, conversationOf(someone), minh);
    await comments(bot, question, { id: 'held' });
    const commented = bot.platform.asked
      .slice(before)
      .filter(({ call }) => call.recipient.comment_id);
    expect(commented).toEqual([]);
    await handBack(bot.desk, conversationOf(someone), minh);
    expect(publicly(bot)).toEqual([]);
  });

  test('to a comment of more than seven days, though its author has written another since', async () => {
    const bot = await startBot();
    await comments(bot, 'đẹp quá', { id: 'new' });
    await comments(bot, question, { id: 'old', at: bot.clock.now() - hours(169) });
    expect(bot.platform.asked).toEqual([]);
    expect(bot.platform.edges).toEqual([]);
  });

  test('where the rule is taken out: comments are kept, and that is all', async () => {
    const content = await realContent();
    const sendingRules = content.sendingRules.filter(
      ({ purposes }) => !purposes.includes('comment'),
    );
    const bot = await startBot({ content: { ...content, sendingRules } satisfies Content });
    await comments(bot, question);
    expect(bot.platform.asked).toEqual([]);
    expect(await bot.transcript()).toHaveLength(1);
  });
});

describe('a comment that is changed or taken back', () => {
  test('is known by its new words, and is not answered anew', async () => {
    const bot = await startBot();
    await comments(bot, 'đẹp quá');
    await comments(bot, question, { verb: 'edited' });
    expect((await bot.transcript())[0]).toMatchObject({ text: question });
    expect(bot.platform.asked).toEqual([]);
  });

  test('is blank once it is gone', async () => {
    const bot = await startBot();
    await comments(bot, question);
    await comments(bot, '', { verb: 'remove', message: undefined });
    const [line] = await bot.transcript();
    expect(line).toMatchObject({ text: '', removedAt: expect.any(Number) });
  });
});
