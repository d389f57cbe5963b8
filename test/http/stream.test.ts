import { afterEach, describe, expect, test } from '@jest/globals';
import type { Page } from '../../src/http/transcript.ts';
import { handBack, reply, take } from '../../src/pipeline/moderation.ts';
import { staffSeen } from '../../src/pipeline/staff.ts';
import { minh } from '../support/bot.ts';
import { browser, closeBrowsers, open, who } from '../support/browser.ts';
import { manualClock } from '../support/clock.ts';
import { listen } from '../support/http.ts';

afterEach(closeBrowsers);

const question = 'mở hộ kinh doanh ở đâu';

describe('the status', () => {
  test('says that the machine still learns, and no more once it has', async () => {
    const { bot, says, reads } = await browser({ model: false });
    expect((await reads()).status).toEqual({ handledBy: 'bot', starting: true });
    await says(question);
    expect(who(await reads())).toEqual(['person']);
    expect((await reads()).status).toEqual({ handledBy: 'bot', answering: true, starting: true });
    await bot.useModel();
    await bot.settled();
    expect(who(await reads())).toEqual(['person', 'bot']);
    expect((await reads()).status).toEqual({ handledBy: 'bot' });
  });

  test('says that an answer may come only while the bot has something to read', async () => {
    const { bot, conversationId, says, reads } = await browser({ model: false });
    await says(question);
    expect((await reads()).status.answering).toBe(true);
    // A person takes over: whatever is still unread, the bot will not answer.
    await take(bot.desk, conversationId, minh);
    expect((await reads()).status).toEqual({ handledBy: 'moderator', starting: true });
    await bot.useModel();
    await bot.settled();
    await handBack(bot.desk, conversationId, minh);
    expect((await reads()).status).toEqual({ handledBy: 'bot' });
  });

  test('says since when somebody waits, and in closed hours when people work again', async () => {
    const morning = await browser();
    await morning.says('gặp cán bộ');
    expect((await morning.reads()).status).toEqual({
      handledBy: 'bot',
      waitingSince: morning.bot.clock.now(),
    });

    // Thursday 2026-11-26, 20:00 in Việt Nam.
    const night = await browser({ clock: manualClock(Date.UTC(2026, 10, 26, 13)) });
    await night.bot.store.commit(await staffSeen(night.bot.store, night.bot.clock.now()));
    await night.says('gặp cán bộ');
    expect((await night.reads()).status).toEqual({
      handledBy: 'bot',
      waitingSince: night.bot.clock.now(),
      opensAt: Date.UTC(2026, 10, 27, 0, 30),
    });
  });

  test('promises no hour where nobody answers', async () => {
    const night = await browser({ clock: manualClock(Date.UTC(2026, 10, 26, 13)) });
    await night.says('gặp cán bộ');
    expect((await night.reads()).status).toEqual({
      handledBy: 'bot',
      waitingSince: night.bot.clock.now(),
    });
  });

  test('says who holds the conversation, and the colleague’s lines say who wrote them', async () => {
    const { bot, conversationId, says, reads } = await browser();
    await says('gặp cán bộ');
    const before = (await reads()).messages.at(-1)!.seq;
    await take(bot.desk, conversationId, minh);
    await reply(bot.desk, conversationId, minh, 'Chào chị, em là Minh.');
    expect((await reads()).status).toEqual({ handledBy: 'moderator' });
    expect((await reads(before)).messages).toMatchObject([
      { from: 'system', text: expect.stringContaining('Minh') },
      {
        from: 'moderator',
        by: { name: 'Minh', organisation: minh.organisation },
        text: 'Chào chị, em là Minh.',
      },
    ]);
    await says(question);
    expect((await reads()).messages.at(-1)).toMatchObject({ from: 'person' });
    await handBack(bot.desk, conversationId, minh);
    expect((await reads()).status).toEqual({ handledBy: 'bot' });
  });
});

describe('the stream', () => {
  test('catches up at once and then tells what comes, each line once', async () => {
    const { bot, says, follows } = await browser();
    await says(question);
    const stream = await follows(1);
    expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
    expect(stream.response.headers.get('cache-control')).toBe('no-store');
    const caught = await stream.next();
    expect(who(caught.data)).toEqual(['bot']);
    expect(caught.id).toBe('2');
    await says('thuế hộ kinh doanh bao nhiêu');
    const seen: number[] = [];
    while (!seen.includes(4))
      seen.push(...(await stream.next()).data.messages.map(({ seq }) => seq));
    expect(seen).toEqual([3, 4]);
    expect(bot.log().some(({ msg }) => msg === 'request failed')).toBe(false);
  });

  test('goes on where the browser stopped, by the id it remembers', async () => {
    const { says, site, headers } = await browser();
    await says(question);
    const stream = await listen<Page>(`${site.url}/widget/stream`, {
      ...headers,
      'last-event-id': '1',
    });
    expect((await stream.next()).data.messages.map(({ seq }) => seq)).toEqual([2]);
    stream.close();
  });

  test('tells a taking-over and a colleague’s line at once, to every open page', async () => {
    const page = await browser();
    await page.says('gặp cán bộ');
    const after = (await page.reads()).messages.at(-1)!.seq;
    const both = [await page.follows(after), await page.follows(after)];
    for (const stream of both) expect((await stream.next()).data.messages).toEqual([]);
    await take(page.bot.desk, page.conversationId, minh);
    for (const stream of both) {
      const { data } = await stream.next();
      expect(data.status).toEqual({ handledBy: 'moderator' });
      expect(who(data)).toEqual(['system']);
    }
  });

  test('shows nothing of other conversations', async () => {
    const one = await browser();
    const other = await open(one.bot, one.site);
    const stream = await one.follows();
    await stream.next();
    await other.says(question);
    await one.says('chào em');
    const { data } = await stream.next();
    expect(data.messages[0]?.text).toBe('chào em');
  });

  test('ends with its session', async () => {
    const { site, headers, follows } = await browser();
    const stream = await follows();
    await stream.next();
    await site.delete('/widget/session', headers);
    await expect(stream.next()).rejects.toThrow();
  });

  test('is open in twelve places at most', async () => {
    const { follows } = await browser();
    const open = await Promise.all(Array.from({ length: 12 }, () => follows()));
    await Promise.all(open.map((stream) => stream.next()));
    await expect(follows().then((stream) => stream.next())).rejects.toThrow();
  });

  test('ends with the process, so that the page comes back to the next one', async () => {
    const { bot, follows } = await browser();
    const stream = await follows();
    await stream.next();
    await bot.stop();
    await expect(stream.next()).rejects.toThrow();
  });
});
