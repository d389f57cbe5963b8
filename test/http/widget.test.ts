import { afterEach, describe, expect, test } from '@jest/globals';
import { seconds } from '../../src/clock.ts';
import { AppError } from '../../src/errors.ts';
import type { WidgetMessage } from '../../src/http/transcript.ts';
import type { ConversationId } from '../../src/ids.ts';
import * as collections from '../../src/store/collections.ts';
import { insert } from '../../src/store/store.ts';
import type { Bot } from '../support/bot.ts';
import { browser, closeBrowsers, open, who } from '../support/browser.ts';
import type { Browser } from '../support/browser.ts';
import { failing } from '../support/gate.ts';

afterEach(closeBrowsers);

const question = 'mở hộ kinh doanh ở đâu';

let n = 0;

describe('a posted message', () => {
  test('is stored, acknowledged with its number, and answered', async () => {
    const { says, reads } = await browser();
    const answer = await says(question);
    expect(answer.status).toBe(202);
    expect(answer.json()).toEqual({ seq: 1 });
    const { messages, status } = await reads();
    expect(who({ messages, status })).toEqual(['person', 'bot']);
    expect(messages[0]).toMatchObject({ seq: 1, text: question, choices: [] });
    expect(messages[1]).toMatchObject({
      seq: 2,
      text: expect.stringContaining('UBND'),
      choices: expect.arrayContaining([{ title: 'Gặp cán bộ', payload: expect.any(String) }]),
      feedback: true,
    });
    expect(status).toEqual({ handledBy: 'bot' });
  });

  test('under one id is one line, though it comes five times at once and once more later', async () => {
    const { post, reads } = await browser();
    const body = { id: 'same-id-1', text: question };
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(body)));
    answers.push(await post(body));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(202));
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['{"seq":1}']));
    expect(who(await reads())).toEqual(['person', 'bot']);
  });

  test('under the id of another browser is a line of its own', async () => {
    const one = await browser();
    const other = await open(one.bot, one.site);
    for (const { post } of [one, other]) await post({ id: 'same-id-2', text: question });
    for (const { reads } of [one, other]) expect(who(await reads())).toEqual(['person', 'bot']);
  });

  test('keeps the order in which it was posted, with growing numbers', async () => {
    const { says, reads } = await browser();
    for (const words of ['một', 'hai', 'ba']) await says(words);
    const { messages } = await reads();
    const said = messages.filter(({ from }) => from === 'person').map(({ text }) => text);
    expect(said).toEqual(['một', 'hai', 'ba']);
    const numbers = messages.map(({ seq }) => seq);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });

  test('may be a pressed choice, and shows the words that stood on the button', async () => {
    const { says, presses, reads } = await browser();
    await says(question);
    const [, answer] = (await reads()).messages;
    const button = answer!.choices[0]!;
    await presses(button.payload);
    const messages = (await reads(2)).messages;
    expect(messages[0]).toMatchObject({ from: 'person', text: button.title });
    expect(messages[1]).toMatchObject({ from: 'bot' });
  });

  test('may be a row of the opening page, pressed before anything was said', async () => {
    const { bot, presses, reads } = await browser();
    const [row, ...rest] = bot.content.menu;
    expect(rest.length).toBeGreaterThan(3);
    await presses('menu:business');
    const business = bot.content.menu.find(({ id }) => id === 'business');
    expect((await reads()).messages[0]?.text).toBe(business?.title);
    await presses('menu:all/2');
    const lines = (await reads()).messages.filter(({ from }) => from === 'person');
    expect(lines[1]?.text).toBe(bot.content.choices('opening').at(-1));
    expect(row).toBeDefined();
  });

  test('may be a button of an answer long out of sight', async () => {
    const { bot, presses, reads } = await browser();
    await presses('ask:ocop');
    expect((await reads()).messages[0]?.text).toBe(bot.content.topic('ocop')?.button);
    await presses({ payload: 'gone:away', title: 'Nút cũ' });
    expect((await reads()).messages.findLast(({ from }) => from === 'person')?.text).toBe('Nút cũ');
  });

  test('has its numbers covered before anybody sees them, the person too', async () => {
    const { says, reads } = await browser();
    await says('cccd của em 012345678901');
    const { messages } = await reads();
    expect(messages[0]?.text).toBe('cccd của em •••');
    expect(JSON.stringify(messages)).not.toContain('012345678901');
  });

  test.each<[string, unknown]>([
    ['nothing', {}],
    ['no id', { text: 'a' }],
    ['an id of other characters', { id: '../../..', text: 'a' }],
    ['an id that is a query', { id: { $gt: '' }, text: 'a' }],
    ['a text that is a program', { id: 'a1b2c3d4', text: { $where: 'sleep(9)' } }],
    ['an empty text', { id: 'a1b2c3d4', text: '  ' }],
    ['2,001 characters', { id: 'a1b2c3d4', text: 'a'.repeat(2_001) }],
    [
      'something more',
      JSON.parse(
        '{"id":"a1b2c3d4","text":"a","__proto__":{"from":"moderator"},"from":"moderator"}',
      ),
    ],
  ])('of %s is refused and told what a message looks like', async (_what, body) => {
    const { bot, site, headers } = await browser();
    const answer = await site.post('/widget/messages', body, headers);
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({
      code: 'invalid',
      message: 'A message is { id, text } or { id, choice }; text has 1–2000 characters.',
    });
    expect(await bot.store.collection(collections.messages).count({}, 9)).toBe(0);
  });

  test.each<[string, string | Uint8Array, number]>([
    ['no JSON', '{"id":', 400],
    ['a string', '"Chào"', 400],
    ['not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400],
    ['nested 9,000 levels deep', '['.repeat(9_000) + ']'.repeat(9_000), 400],
    ['30 kilobytes', JSON.stringify({ id: 'a1b2c3d4', text: 'a'.repeat(30_000) }), 413],
  ])('whose body is %s is refused', async (_what, body, status) => {
    const { site, headers } = await browser();
    const answer = await site.post('/widget/messages', body, headers);
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({ code: expect.any(String), message: expect.any(String) });
  });

  test('is not acknowledged while the store is away', async () => {
    let isAway = false;
    const away = (): Error =>
      new AppError('store_unavailable', 503, 'The database does not answer.');
    const { post, reads } = await browser({ through: failing(() => isAway, away) });
    isAway = true;
    const body = { id: 'a1b2c3d4', text: question };
    const refused = await post(body);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('2');
    isAway = false;
    expect((await post(body)).status).toBe(202);
    expect(who(await reads())[0]).toBe('person');
  });

  test('more than 60 times a minute from one visitor has to wait, and nobody else', async () => {
    const { bot, site, headers } = await browser({ model: false });
    const other = await open(bot, site);
    const say = (as = headers) =>
      site.post('/widget/messages', { id: `many-0000${++n}`, text: 'a' }, as);
    const statuses = await Promise.all(
      Array.from({ length: 70 }, async () => (await say()).status),
    );
    expect(statuses.filter((status) => status === 202)).toHaveLength(60);
    const refused = await say();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.json()).toMatchObject({ code: 'too_many' });
    expect((await say(other.headers)).status).toBe(202);
    bot.clock.advance(seconds(1));
    expect((await say()).status).toBe(202);
  });

  test('from one address goes on for twenty visitors who all write as fast as they may', async () => {
    const { bot, site } = await browser({ model: false });
    const say = (headers: Record<string, string>) =>
      site.post('/widget/messages', { id: `many-0000${++n}`, text: 'a' }, headers);
    const statuses: number[] = [];
    for (let visitor = 0; visitor < 20; visitor++) {
      const { headers } = await open(bot, site);
      const answers = await Promise.all(Array.from({ length: 60 }, () => say(headers)));
      statuses.push(...answers.map(({ status }) => status));
    }
    expect(statuses.filter((status) => status === 202)).toHaveLength(1_200);
    const { headers } = await open(bot, site);
    expect((await say(headers)).status).toBe(429);
  });

  test('with made-up tokens uses up nobody’s allowance but that of the address', async () => {
    const { site, post } = await browser({ model: false });
    for (let i = 0; i < 100; i++) {
      const headers = { authorization: `Bearer made-up-token-number-${i}` };
      const body = { id: `many-0000${++n}`, text: 'a' };
      expect((await site.post('/widget/messages', body, headers)).status).toBe(401);
    }
    expect((await post({ id: 'a1b2c3d4', text: 'a' })).status).toBe(202);
  });
});

describe('reading', () => {
  test('after a number gives what came later, and nothing twice', async () => {
    const { says, reads } = await browser();
    await says(question);
    await says('thuế hộ kinh doanh bao nhiêu');
    const all = (await reads()).messages;
    for (const { seq } of all) {
      expect((await reads(seq)).messages).toEqual(all.filter((line) => line.seq > seq));
    }
    expect((await reads(9_999)).messages).toEqual([]);
  });

  test.each(['-1', '1.5', 'abc', '1e99', 'NaN', '[]', '1; DROP TABLE messages'])(
    'after “%s” is refused in clear words',
    async (after) => {
      const { site, headers } = await browser();
      for (const way of ['messages', 'stream']) {
        const answer = await site.get(`/widget/${way}?after=${encodeURIComponent(after)}`, headers);
        expect(answer.status).toBe(400);
        expect(answer.json()).toEqual({
          code: 'invalid',
          message: expect.stringContaining('`after`'),
        });
      }
    },
  );

  test('comes in pages of 200, which a page reads on to the end', async () => {
    const { bot, conversationId, reads, follows } = await browser({ model: false });
    await fill(bot, conversationId, 450);
    const first = await reads();
    expect(first.messages).toHaveLength(200);
    const second = await reads(first.messages.at(-1)!.seq);
    const third = await reads(second.messages.at(-1)!.seq);
    expect(third.messages).toHaveLength(50);

    const stream = await follows();
    const seen: WidgetMessage[] = [];
    while (seen.length < 450) seen.push(...(await stream.next()).data.messages);
    expect(seen.map(({ text }) => text)).toEqual(
      Array.from({ length: 450 }, (_, i) => `dòng ${i}`),
    );
  });

  test('goes on over lines without words, however many there are', async () => {
    const { bot, conversationId, reads } = await browser({ model: false });
    await fill(bot, conversationId, 250, '');
    await fill(bot, conversationId, 1, 'sau cùng');
    expect((await reads()).messages.map(({ text }) => text)).toEqual(['sau cùng 0']);
  });

  test('shows no notes among colleagues', async () => {
    const { bot, conversationId, says, reads } = await browser({ model: false });
    await says(question);
    const { contactId } = await bot.conversation(conversationId);
    const note = {
      id: `${conversationId}/note` as never,
      schema: 1 as const,
      conversationId,
      contactId,
      channel: 'web',
      at: bot.clock.now(),
      from: 'moderator' as const,
      kind: 'note' as const,
      text: 'người này hay hỏi khó',
    };
    await bot.store.commit([
      insert(collections.messages, note as never, { sequence: conversationId }),
    ]);
    expect((await reads()).messages.map(({ text }) => text)).toEqual([question]);
  });

  /** Lines as they stand after a long talk. */
  async function fill(
    bot: Bot,
    conversationId: ConversationId,
    lines: number,
    words = 'dòng',
  ): Promise<void> {
    const known = await bot.store.collection(collections.messages).count({ conversationId }, 9_999);
    const writes = Array.from({ length: lines }, (_, i) => {
      const id = `${conversationId}/filled-${known + i}` as never;
      const line = {
        id,
        schema: 1,
        conversationId,
        contactId: 'c',
        channel: 'web',
        at: bot.clock.now(),
        from: 'person',
        kind: 'text',
        text: words && `${words} ${i}`,
      };
      return insert(collections.messages, line as never, { sequence: conversationId });
    });
    await bot.store.commit(writes);
  }
});

describe('a judgement of an answer', () => {
  const feedbacks = (bot: Bot) =>
    bot.store.collection(collections.feedbacks).find({ where: {}, limit: 9 });

  async function answered(): Promise<Browser & { readonly id: string }> {
    const page = await browser();
    await page.says(question);
    return { ...page, id: (await page.reads()).messages[1]!.id };
  }

  test.each([true, false])('(helpful: %p) is kept with the topic it was about', async (helpful) => {
    const { bot, site, headers, id } = await answered();
    const answer = await site.post('/widget/feedback', { id, helpful }, headers);
    await bot.settled();
    expect(answer.status).toBe(202);
    expect(await feedbacks(bot)).toMatchObject([{ helpful, intent: 'household_registration' }]);
  });

  test('of an older answer is kept with the topic of that answer', async () => {
    const { bot, site, headers, says, id } = await answered();
    await says('thuế hộ kinh doanh tính thế nào');
    await site.post('/widget/feedback', { id, helpful: false }, headers);
    await bot.settled();
    expect(await feedbacks(bot)).toMatchObject([
      { helpful: false, intent: 'household_registration' },
    ]);
  });

  test('counts once, whatever is pressed afterwards', async () => {
    const { bot, site, headers, id } = await answered();
    for (const helpful of [true, true, false]) {
      expect((await site.post('/widget/feedback', { id, helpful }, headers)).status).toBe(202);
      await bot.settled();
    }
    expect(await feedbacks(bot)).toMatchObject([{ helpful: true }]);
  });

  test('of something that is no answer here is not found', async () => {
    const { site, headers, reads, bot } = await answered();
    const [own] = (await reads()).messages;
    for (const id of [own!.id, 'web/web/x/re/y/0', '__proto__'])
      expect((await site.post('/widget/feedback', { id, helpful: true }, headers)).status).toBe(
        404,
      );
    expect(await feedbacks(bot)).toEqual([]);
  });

  test.each([
    [{}],
    [{ id: 'x' }],
    [{ id: 'x', helpful: 'yes' }],
    [{ id: {}, helpful: true }],
    [{ id: 'x', helpful: true, more: 1 }],
  ])('that is %j is refused in clear words', async (body) => {
    const { site, headers } = await answered();
    const answer = await site.post('/widget/feedback', body, headers);
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({
      code: 'invalid',
      message: 'Feedback is { id, helpful }: the id of an answer, and true or false.',
    });
  });
});

test('no answer of the chat is kept by anybody on the way', async () => {
  const { site, headers, says } = await browser();
  for (const answer of [await says('chào'), await site.get('/widget/messages', headers)])
    expect(answer.headers.get('cache-control')).toBe('no-store');
});
