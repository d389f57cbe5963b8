import { expect, test } from '@jest/globals';
import * as collections from '../../src/store/collections.ts';
import { inBrowser, openBrowser, openChatPage, startChat } from '../support/chat-page.ts';
import { visits } from '../support/chat-visits.ts';

/** The chat page in a real browser, over the real application. */

const household = 'mở quán cà phê thì đăng ký hộ kinh doanh ở đâu';
const tax = 'thuế hộ kinh doanh tính sao';

inBrowser('the chat page', () => {
  const visit = visits();
  const { open } = visit;

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
    expect(await visit.chat.sessions()).toBe(0);
    await ask(household);
    await answers.first().waitFor();
    expect(await visit.chat.sessions()).toBe(1);
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
    await visit.chat.officer('Chào chị, tôi xem câu hỏi của chị rồi.');
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
    const kept = await visit.chat.store
      .collection(collections.feedbacks)
      .find({ where: {}, limit: 9 });
    expect(kept.map(({ helpful, intent }) => ({ helpful, intent }))).toEqual([
      { helpful: true, intent: 'household_tax' },
    ]);
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
    expect((await visit.chat.lines()).at(-1)).toMatchObject({ from: 'person' });
    expect(await page.locator('.waiting').isVisible()).toBe(false);
    expect(await page.locator('#heard').textContent()).toBe('');
  });

  test('shows an officer by shape and words, and says who answers', async () => {
    const { page, ask, answers, status } = await open();
    await ask(household);
    await answers.first().waitFor();
    await visit.chat.officer('Chào chị, tôi là Minh.\nChị ở phường nào?');
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
    expect((await visit.chat.conversation()).waiting?.reason).toBe('asked_human');
  });

  test('shows markup that somebody writes as the words it is', async () => {
    const { page, ask, answers, bubbles } = await open();
    const evil =
      '<img src=x onerror="document.title=\'bad\'"><script>document.title="bad"</script>';
    await ask(evil);
    await answers.first().waitFor();
    await visit.chat.officer(`Chị đọc ${evil}`);
    await page.locator('article.moderator').waitFor();
    await visit.chat.botSays({
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
    expect(await visit.chat.lines()).toHaveLength(2);
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
