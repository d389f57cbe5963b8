import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import * as collections from '../../src/store/collections.ts';
import {
  expectNoComplaints,
  inBrowser,
  openBrowser,
  openChatPage,
  startChat,
} from '../support/chat-page.ts';
import type { ChatPage, ChatServer } from '../support/chat-page.ts';

/** The chat page in a real browser, over the real application. */

const household = 'mở quán cà phê thì đăng ký hộ kinh doanh ở đâu';
const tax = 'thuế hộ kinh doanh tính sao';

inBrowser('the chat page', () => {
  let browser: Browser;
  let chat: ChatServer;
  const opened: ChatPage[] = [];
  const open = async (options?: BrowserContextOptions): Promise<ChatPage> => {
    const page = await openChatPage(browser, chat.url, options);
    opened.push(page);
    return page;
  };

  beforeAll(async () => {
    browser = await openBrowser();
  });
  beforeEach(async () => {
    chat = await startChat();
  });
  afterEach(async () => {
    const pages = opened.splice(0);
    for (const { page } of pages) await page.context().close();
    await chat.stop();
    pages.forEach(expectNoComplaints);
  });
  afterAll(async () => {
    await browser.close();
  });

  test('shows the opening and its five rows before any script runs', async () => {
    const { page } = await open({ javaScriptEnabled: false });
    expect(await page.locator('.words').innerText()).toContain('Em là máy, không phải cán bộ');
    expect(await page.locator('.choice').allInnerTexts()).toEqual([
      'Đăng ký kinh doanh',
      'Thuế, hoá đơn',
      'Vay vốn, hỗ trợ',
      'Lớp học, cuộc thi',
      'Mục khác',
    ]);
    expect(await page.locator('header').innerText()).toContain('không phải cán bộ');
  });

  test('opens a conversation with the first message, not with the page', async () => {
    const { page, ask, answers } = await open();
    await page.waitForLoadState('networkidle');
    expect(await chat.sessions()).toBe(0);
    await ask(household);
    await answers.first().waitFor();
    expect(await chat.sessions()).toBe(1);
  });

  test('answers a typed question on a sheet with its sources and day', async () => {
    const { ask, answers, bubbles } = await open();
    await ask(household);
    await answers.first().waitFor();
    expect(await bubbles.allInnerTexts()).toEqual([expect.stringContaining(household)]);
    expect(await answers.locator('.title').innerText()).toContain('Đăng ký hộ kinh doanh');
    expect(await answers.locator('.foot').innerText()).toMatch(
      /^Nơi làm: .+\nNguồn: .+\nTính đến \d\d\/\d\d\/\d{4} · máy trả lời tự động$/,
    );
  });

  test('scrolls a long answer to its top', async () => {
    const { page, ask, answers } = await open({ viewport: { width: 360, height: 480 } });
    await ask(tax);
    await answers.first().waitFor();
    const log = await page.locator('#log').boundingBox();
    const answer = await answers.first().boundingBox();
    expect(answer!.height).toBeGreaterThan(log!.height);
    expect(Math.round(answer!.y - log!.y)).toBe(8);
  });

  test('says that an answer goes on below the composer, until its end is in sight', async () => {
    const { page, ask, answers } = await open();
    await ask(household);
    await answers.first().waitFor();
    const more = page.getByRole('button', { name: 'Còn nữa ↓' });
    const last = answers.first().getByRole('button').last();
    const isInSight = async (): Promise<boolean> => {
      const [desk, row] = [await page.locator('.desk').boundingBox(), await last.boundingBox()];
      return row!.y + row!.height <= desk!.y;
    };
    expect(await isInSight()).toBe(false);
    await more.focus();
    for (let screens = 0; screens < 5 && (await more.isVisible()); screens++) {
      await page.keyboard.press('Enter');
      await page.waitForTimeout(800);
    }
    expect(await isInSight()).toBe(true);
    expect(await more.isVisible()).toBe(false);
    // The keyboard stays in the conversation, though its button is gone.
    expect(await page.evaluate('document.activeElement.id')).toBe('log');
  });

  test('leaves a person who has scrolled up where they are, and says that something is new', async () => {
    const { page, ask, answers } = await open();
    await ask(household);
    await answers.first().waitFor();
    await page.mouse.move(180, 400);
    await page.mouse.wheel(0, -2_000);
    await page.waitForFunction('document.querySelector("#log").scrollTop === 0');
    await chat.officer('Chào chị, tôi xem câu hỏi của chị rồi.');
    await page.getByText('Có tin mới').click();
    const words = page.getByText('Chào chị, tôi xem câu hỏi của chị rồi.');
    await words.waitFor();
    expect(await page.getByText('Có tin mới').isVisible()).toBe(false);
    expect(await page.evaluate('document.querySelector("#log").scrollTop')).toBeGreaterThan(0);
  });

  test('a row asks like a typed question, and the transcript keeps its words', async () => {
    const { page, answers, bubbles } = await open();
    await page.getByRole('button', { name: 'Đăng ký kinh doanh' }).first().click();
    await answers.first().waitFor();
    expect(await answers.getByRole('button', { name: 'Mở hộ kinh doanh' }).count()).toBe(1);
    await page.reload();
    await answers.first().waitFor();
    expect(await bubbles.allInnerTexts()).toEqual([expect.stringContaining('Đăng ký kinh doanh')]);
  });

  test('buttons of header and side column stand in the transcript with their words, too', async () => {
    const { page, answers, bubbles } = await open({ viewport: { width: 1280, height: 900 } });
    await page.getByRole('button', { name: 'Sản phẩm, bán hàng' }).click();
    await answers.nth(0).waitFor();
    await page.getByRole('banner').getByRole('button', { name: 'Gặp cán bộ' }).click();
    await answers.nth(1).waitFor();
    await page.reload();
    await answers.nth(1).waitFor();
    expect(await bubbles.allInnerTexts()).toEqual([
      expect.stringContaining('Sản phẩm, bán hàng'),
      expect.stringContaining('Gặp cán bộ'),
    ]);
  });

  test('the rows of an answer fold away once a newer one stands below', async () => {
    const { page, ask, answers } = await open();
    await ask(household);
    await answers.nth(0).locator('.choice').first().waitFor();
    await ask(tax);
    await answers.nth(1).waitFor();
    expect(await answers.nth(0).locator('.choice').first().isVisible()).toBe(false);
    await answers.nth(0).getByText('Xem lại các lựa chọn').click();
    await answers.nth(0).locator('.choice').first().click();
    await answers.nth(2).waitFor();
    expect(await page.locator('.bubble').count()).toBe(3);
  });

  test('hands over a judgement once, with words, under the newest answer alone', async () => {
    const { page, ask, answers } = await open();
    await ask(household);
    await answers.nth(0).getByRole('button', { name: 'Có ích' }).waitFor();
    await ask(tax);
    await answers.nth(1).getByRole('button', { name: 'Chưa đúng' }).waitFor();
    expect(await page.getByRole('button', { name: 'Có ích' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Có ích' }).click();
    await page.getByText('Em cảm ơn anh/chị đã cho biết.').waitFor();
    expect(await page.locator('.marks').count()).toBe(0);
    const kept = await chat.store.collection(collections.feedbacks).find({ where: {}, limit: 9 });
    expect(kept.map(({ helpful, intent }) => ({ helpful, intent }))).toEqual([
      { helpful: true, intent: 'household_tax' },
    ]);
  });

  test('shows the conversation again after a reload, each line once and in order', async () => {
    const { page, ask, answers } = await open();
    await ask(household);
    await answers.nth(0).waitFor();
    await ask(tax);
    await answers.nth(1).waitFor();
    const read = (): Promise<string[]> =>
      page.locator('.written .bubble, .written .words').allInnerTexts();
    const before = await read();
    await page.reload();
    await answers.nth(1).waitFor();
    expect(await read()).toEqual(before);
    expect(before).toHaveLength(4);
  });

  test('keeps what is said without network and sends it once, in order, when it is back', async () => {
    const { page, ask, answers, bubbles, status } = await open();
    await page.context().setOffline(true);
    await ask(household);
    await ask(tax);
    await page.getByText('Mất mạng – tin sẽ gửi khi có mạng lại.').waitFor();
    expect(await page.getByText('Chưa gửi – chờ có mạng').count()).toBe(2);
    expect(await chat.sessions()).toBe(0);
    await page.context().setOffline(false);
    await answers.nth(1).waitFor();
    expect(
      (await chat.lines()).filter(({ from }) => from === 'person').map(({ text }) => text),
    ).toEqual([household, tax]);
    expect(await bubbles.count()).toBe(2);
    expect(await page.locator('.state').count()).toBe(0);
    expect(await status.innerText()).toBe('');
  });

  test('catches up after the network was away', async () => {
    const { page, ask, answers, status } = await open();
    await ask(household);
    await answers.first().waitFor();
    await page.context().setOffline(true);
    await page.getByText('Mất mạng').waitFor();
    await chat.officer('Chào chị, tôi là Minh.');
    await page.context().setOffline(false);
    await page.locator('article.moderator').waitFor();
    expect(await page.locator('article.moderator').innerText()).toContain('Chào chị, tôi là Minh.');
    expect(await status.innerText()).toContain('đang trả lời anh/chị');
  });

  test('keeps what could not be sent over a reload', async () => {
    const { page, ask, answers } = await open();
    await page.route('**/widget/**', (route) => route.abort());
    await ask(household);
    await page.getByText('Đang gửi…').waitFor();
    await page.reload();
    await page.getByText(household).waitFor();
    await page.unroute('**/widget/**');
    await answers.first().waitFor();
    expect((await chat.lines()).filter(({ from }) => from === 'person')).toHaveLength(1);
  });

  test('a message whose acknowledgement was lost is sent again under its id and stands there once', async () => {
    const { page, ask, answers, bubbles } = await open();
    const ids: string[] = [];
    await page.route('**/widget/messages', async (route) => {
      ids.push((route.request().postDataJSON() as { id: string }).id);
      if (ids.length > 1) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await ask(household);
    await answers.first().waitFor();
    expect(new Set(ids).size).toBe(1);
    expect(ids.length).toBeGreaterThan(1);
    expect(await bubbles.count()).toBe(1);
    expect((await chat.lines()).filter(({ from }) => from === 'person')).toHaveLength(1);
  });

  test('a session that is over is replaced by a new one, and the message is kept', async () => {
    const { page, ask, answers, bubbles } = await open();
    await ask(household);
    await answers.first().waitFor();
    await page.evaluate('localStorage.setItem("nhipcau.token", "x".repeat(43))');
    await ask(tax);
    await page.getByText('Cuộc trò chuyện trước đã hết hạn').waitFor();
    await answers.first().waitFor();
    expect(await bubbles.allInnerTexts()).toEqual([expect.stringContaining(tax)]);
    expect(await chat.sessions()).toBe(2);
  });

  test('asks again and again where no stream gets through', async () => {
    const { page, ask, answers } = await open();
    await page.route('**/widget/stream**', (route) => route.abort());
    await ask(household);
    await answers.first().waitFor();
    await ask(tax);
    await answers.nth(1).waitFor();
  });

  test('says that an answer is being made while it takes longer', async () => {
    const { page, ask, answers } = await open();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(/\/widget\/(messages\?|stream)/, async (route) => {
      await held;
      await route.continue();
    });
    await ask(household);
    await page.locator('.waiting').waitFor();
    expect(await page.locator('#heard').innerText()).toBe('Đang trả lời…');
    release();
    await answers.first().waitFor();
    expect(await page.locator('.waiting').isVisible()).toBe(false);
    expect(await page.locator('#heard').textContent()).toBe('');
  });

  test('says nothing of an answer where none is due: the bot is not sure, and a person is waited for', async () => {
    const { page, ask, answers, bubbles } = await open();
    await page.getByRole('banner').getByRole('button', { name: 'Gặp cán bộ' }).click();
    await answers.first().waitFor();
    await ask('chiều nay ở đây mưa quá trời');
    // Once it is said that a person is waited for; then no more.
    await answers.nth(1).waitFor();
    await ask('chiều nay ở đây mưa quá trời mưa');
    await bubbles.nth(2).waitFor();
    // Longer than the sign takes to appear.
    await page.waitForTimeout(1_500);
    expect((await chat.lines()).at(-1)).toMatchObject({ from: 'person' });
    expect(await page.locator('.waiting').isVisible()).toBe(false);
    expect(await page.locator('#heard').textContent()).toBe('');
  });

  test('shows an officer by shape and words, and says who answers', async () => {
    const { page, ask, answers, status } = await open();
    await ask(household);
    await answers.first().waitFor();
    await chat.officer('Chào chị, tôi là Minh.\nChị ở phường nào?');
    const sheet = page.locator('article.moderator');
    await sheet.waitFor();
    expect(await sheet.locator('.who').innerText()).toMatch(/Cán bộ Minh · Sở KH&CN · \d\d:\d\d/);
    expect(await sheet.locator('.badge').innerText()).toBe('M');
    const edge = (of: string): Promise<string> =>
      page.evaluate(
        `getComputedStyle(document.querySelector('.written article.${of} .sheet')).borderLeftWidth`,
      );
    expect(await edge('moderator')).toBe('3px');
    expect(await edge('bot')).toBe('1px');
    await page.getByText('Cán bộ Minh · Sở KH&CN đang trả lời anh/chị. Em tạm dừng.').waitFor();
    await ask(tax);
    await page.locator('.bubble').nth(1).waitFor();
    // Longer than the sign takes to appear.
    await page.waitForTimeout(1_500);
    expect(await page.locator('.waiting').isVisible()).toBe(false);
    expect(await status.innerText()).toContain('đang trả lời anh/chị');
  });

  test('who asks for a person reads since when they wait', async () => {
    const { page, answers, status } = await open();
    await page.getByRole('banner').getByRole('button', { name: 'Gặp cán bộ' }).click();
    await answers.first().waitFor();
    await page.getByText(/^Đang chờ cán bộ từ \d\d:\d\d/).waitFor();
    expect(await status.innerText()).toMatch(/^Đang chờ cán bộ từ 09:\d\d/);
    expect((await chat.conversation()).waiting?.reason).toBe('asked_human');
  });

  test('shows markup that somebody writes as the words it is', async () => {
    const { page, ask, answers, bubbles } = await open();
    const evil =
      '<img src=x onerror="document.title=\'bad\'"><script>document.title="bad"</script>';
    await ask(evil);
    await answers.first().waitFor();
    await chat.officer(`Chị đọc ${evil}`);
    await page.locator('article.moderator').waitFor();
    await chat.botSays({
      type: 'card',
      title: evil,
      body: 'Xem https://dichvucong.gov.vn/?a=1&b=2. Hết.',
      links: [
        { title: 'Cổng dịch vụ công', url: 'https://dichvucong.gov.vn' },
        { title: 'Bẫy', url: 'javascript:document.title="bad"' },
      ],
    });
    const card = answers.last();
    await card.getByText('Cổng dịch vụ công').waitFor();
    expect(await bubbles.first().innerText()).toContain(evil);
    expect(await page.locator('.written img, .written script').count()).toBe(0);
    const links = await page.evaluate(
      `[...document.querySelectorAll('.written a')].map(({ href, rel, target }) => [href, rel, target])`,
    );
    expect(links).toEqual([
      ['https://dichvucong.gov.vn/?a=1&b=2', 'noopener noreferrer', '_blank'],
      ['https://dichvucong.gov.vn/', 'noopener noreferrer', '_blank'],
    ]);
    expect(await page.title()).not.toBe('bad');
  });

  test('a second tab of the same browser follows the same conversation', async () => {
    const { page, ask, answers } = await open();
    const other = await page.context().newPage();
    await other.goto(chat.url);
    await ask(household);
    await answers.first().waitFor();
    await other.locator('.written article').first().waitFor();
    expect(await other.locator('.bubble').innerText()).toContain(household);
  });

  test('two tabs keep what could not be sent beside each other', async () => {
    const { page, ask, answers } = await open();
    const other = await page.context().newPage();
    await other.goto(chat.url);
    await page.context().route('**/widget/**', (route) => route.abort());
    await ask(household);
    await page.getByText('Đang gửi…').waitFor();
    await other.getByLabel('Câu hỏi của anh/chị').fill(tax);
    await other.keyboard.press('Enter');
    await other.getByText('Đang gửi…').waitFor();
    await other.close();
    await page.reload();
    await page.context().unroute('**/widget/**');
    await answers.nth(1).waitFor();
    expect(
      (await chat.lines()).filter(({ from }) => from === 'person').map(({ text }) => text),
    ).toEqual([household, tax]);
    expect(await page.locator('.state').count()).toBe(0);
    expect(await page.evaluate('Object.keys(localStorage)')).toEqual(['nhipcau.token']);
  });

  test('what one tab forgets another does not send', async () => {
    const { page, ask, bubbles } = await open({ viewport: { width: 1280, height: 900 } });
    const other = await page.context().newPage();
    await other.goto(chat.url);
    await page.context().route('**/widget/**', (route) => route.abort());
    await ask(household);
    await page.getByText('Đang gửi…').waitFor();
    await other.getByRole('button', { name: 'Xoá khỏi máy này' }).click();
    await other.getByRole('dialog').getByRole('button', { name: 'Xoá khỏi máy này' }).click();
    await other.getByText('Đã xoá khỏi máy này.').waitFor();
    await bubbles.first().waitFor({ state: 'detached' });
    await page.context().unroute('**/widget/**');
    await page.reload();
    await page.waitForLoadState('networkidle');
    expect(await bubbles.count()).toBe(0);
    expect(await page.evaluate('Object.keys(localStorage)')).toEqual([]);
    expect(await chat.sessions()).toBe(0);
  });

  test('forgets the conversation on this machine when asked to, and says what stays', async () => {
    const { page, ask, answers, bubbles } = await open({ viewport: { width: 1280, height: 900 } });
    await ask(household);
    await answers.first().waitFor();
    await page.getByRole('button', { name: 'Xoá khỏi máy này' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.innerText()).toContain('Tin đã gửi thì Nhịp Cầu vẫn còn lưu');
    await dialog.getByRole('button', { name: 'Giữ lại' }).click();
    expect(await bubbles.count()).toBe(1);
    await page.getByRole('button', { name: 'Xoá khỏi máy này' }).click();
    await dialog.getByRole('button', { name: 'Xoá khỏi máy này' }).click();
    await page.getByText('Đã xoá khỏi máy này.').waitFor();
    expect(await bubbles.count()).toBe(0);
    expect(await page.evaluate('Object.keys(localStorage)')).toEqual([]);
    await page.reload();
    await page.waitForLoadState('networkidle');
    expect(await bubbles.count()).toBe(0);
    expect(await chat.lines()).toHaveLength(2);
  });
});

inBrowser('the chat page while the sentences are still being learnt', () => {
  test('says so, and shows the answer when it comes', async () => {
    const browser = await openBrowser();
    const chat = await startChat({ model: false });
    try {
      const { page, ask, answers, status, complaints } = await openChatPage(browser, chat.url);
      await ask(household);
      await page.getByText('Em đang khởi động').waitFor();
      await chat.useModel();
      await answers.first().waitFor();
      expect(await status.innerText()).toBe('');
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      await chat.stop();
    }
  });
});
