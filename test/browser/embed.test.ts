import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { breaches, inBrowser, listen, openBrowser, startChat } from '../support/chat-page.ts';
import type { ChatServer, Site } from '../support/chat-page.ts';

/** One line in a page of somebody else's. */

inBrowser('a site with our script', () => {
  let browser: Browser;
  let chat: ChatServer;
  let site: Site;
  let page: Page;
  let complaints: string[];

  const show = async (viewport = { width: 1280, height: 800 }): Promise<void> => {
    page = await browser.newPage({ viewport, locale: 'vi-VN' });
    complaints = [];
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (line) => {
      if (line.type() === 'error') complaints.push(line.text());
    });
    await page.goto(site.url);
  };
  const launcher = () => page.locator('[data-nhipcau] button');
  const inside = () => page.frameLocator('[data-nhipcau] iframe');

  beforeAll(async () => {
    browser = await openBrowser();
  });
  beforeEach(async () => {
    site = await listen((request, response) => {
      const script = request.url === '/' ? `<script src="${chat.url}/widget.js"></script>` : '';
      // As strict as a site can be that lets our script in.
      response.setHeader(
        'content-security-policy',
        `default-src 'none'; script-src ${chat.url}; frame-src ${chat.url}`,
      );
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(
        `<!doctype html><html lang="vi"><title>Trang khác</title><main><h1>Trang khác</h1></main>${script}</html>`,
      );
    });
    chat = await startChat({ env: { EMBED_ON: site.url } });
  });
  afterEach(async () => {
    await page.context().close();
    await site.close();
    await chat.stop();
  });
  afterAll(async () => {
    await browser.close();
  });

  test('gets a button of 56 pixels at the lower right, and no more than that', async () => {
    await show();
    const box = await launcher().boundingBox();
    expect(box).toEqual({ x: 1280 - 16 - 56, y: 800 - 16 - 56, width: 56, height: 56 });
    const clean = await browser.newPage();
    await clean.goto(`${site.url}/without`);
    const names = 'Object.getOwnPropertyNames(window).sort()';
    expect(await page.evaluate(names)).toEqual(await clean.evaluate(names));
    await clean.close();
    expect(await page.context().cookies()).toEqual([]);
    expect(page.frames()).toHaveLength(1);
    expect(await breaches(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('opens the chat in a frame where one can ask, without the column beside it', async () => {
    await show();
    await launcher().click();
    await inside().getByLabel('Câu hỏi của anh/chị').fill('mở quán cà phê thì đăng ký ở đâu');
    await page.keyboard.press('Enter');
    await inside().locator('.written article').first().waitFor();
    expect(await inside().getByText('Ai vận hành').isVisible()).toBe(false);
    expect(await launcher().getAttribute('aria-expanded')).toBe('true');
    expect(complaints).toEqual([]);
  });

  test('Esc closes it from inside and gives the keyboard back to the button', async () => {
    await show();
    await launcher().focus();
    await page.keyboard.press('Enter');
    await inside().getByRole('banner').getByRole('button', { name: 'Đóng' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.dataset.nhipcau')).toBe('');
    await inside().getByLabel('Câu hỏi của anh/chị').press('Escape');
    await page.locator('[data-nhipcau] iframe').waitFor({ state: 'hidden' });
    expect(await launcher().getAttribute('aria-expanded')).toBe('false');
    await page.keyboard.press('Enter');
    await page.locator('[data-nhipcau] iframe').waitFor({ state: 'visible' });
  });

  test('Esc closes what lies over the chat first', async () => {
    await show();
    await launcher().click();
    await inside().getByRole('button', { name: 'Thêm' }).click();
    await inside().getByText('Ai vận hành').waitFor();
    await page.keyboard.press('Escape');
    await inside().getByText('Ai vận hành').waitFor({ state: 'hidden' });
    expect(await page.locator('[data-nhipcau] iframe').isVisible()).toBe(true);
  });

  test('fills a phone, and closes by its own button', async () => {
    await show({ width: 360, height: 740 });
    await launcher().click();
    const close = inside().getByRole('banner').getByRole('button', { name: 'Đóng' });
    await close.waitFor();
    expect(await page.locator('[data-nhipcau] iframe').boundingBox()).toEqual({
      x: 0,
      y: 0,
      width: 360,
      height: 740,
    });
    expect(await launcher().isVisible()).toBe(false);
    await close.click();
    await page.locator('[data-nhipcau] iframe').waitFor({ state: 'hidden' });
    expect(await launcher().isVisible()).toBe(true);
  });
});

inBrowser('a site that may not show the chat', () => {
  test('gets a link to it in place of an empty frame', async () => {
    const browser = await openBrowser();
    const chat = await startChat();
    const site = await listen((_request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(`<!doctype html><title>Lạ</title><script src="${chat.url}/widget.js"></script>`);
    });
    try {
      const page = await browser.newPage();
      await page.goto(site.url);
      await page.locator('[data-nhipcau] button').click();
      const link = page.locator('[data-nhipcau] a');
      await link.waitFor();
      expect(await link.innerText()).toBe('Mở Nhịp Cầu ở thẻ mới');
      expect(await link.getAttribute('href')).toBe(chat.url);
      expect(await page.locator('[data-nhipcau] iframe').count()).toBe(0);
    } finally {
      await browser.close();
      await site.close();
      await chat.stop();
    }
  });
});
