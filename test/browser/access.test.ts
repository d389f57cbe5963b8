import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { breaches, inBrowser, sticksOut } from '../support/chat-page.ts';
import type { ChatPage } from '../support/chat-page.ts';
import { visits } from '../support/chat-visits.ts';

/** Who uses the chat page without a mouse, without seeing it, with large letters or on a small phone. */

const household = 'mở quán cà phê thì đăng ký hộ kinh doanh ở đâu';

inBrowser('the chat page', () => {
  const visit = visits();
  const { open } = visit;
  /** A conversation with all kinds of lines. */
  const talk = async ({ page, ask, answers }: ChatPage): Promise<void> => {
    await ask(household);
    await answers.nth(0).waitFor();
    await ask('thuế hộ kinh doanh tính sao');
    await answers.nth(1).waitFor();
    await visit.chat.officer('Chào chị, tôi là Minh ở Sở KH&CN.\n\nChị mở quán ở phường nào?');
    await page.locator('article.moderator').waitFor();
  };

  test.each(['light', 'dark'] as const)(
    'breaks no rule of WCAG 2.2 AA (%s)',
    async (colorScheme) => {
      const opening = await open({ colorScheme });
      expect(await breaches(opening.page)).toEqual([]);
      await talk(opening);
      expect(await breaches(opening.page)).toEqual([]);
      await opening.page.getByRole('button', { name: 'Thêm' }).click();
      expect(await breaches(opening.page)).toEqual([]);
      await opening.page.getByRole('button', { name: 'Xoá khỏi máy này' }).click();
      expect(await breaches(opening.page)).toEqual([]);
      const wide = await open({ colorScheme, viewport: { width: 1280, height: 900 } });
      expect(await breaches(wide.page)).toEqual([]);
      const notice = await open({ colorScheme }, '/privacy');
      expect(await breaches(notice.page)).toEqual([]);
    },
  );

  test.each([
    ['on a screen of 320 pixels', { width: 320, height: 640 }, ''],
    ['with text twice as large', { width: 360, height: 740 }, '200%'],
    ['with text twice as large on 320 pixels', { width: 320, height: 640 }, '200%'],
    ['enlarged four times on a desk', { width: 320, height: 225 }, ''],
  ])('nothing sticks out sideways %s', async (_, viewport, size) => {
    const opening = await open({ viewport });
    const { page, ask } = opening;
    await page.evaluate(`document.documentElement.style.fontSize = '${size}'`);
    expect(await sticksOut(page)).toBeLessThanOrEqual(0);
    await talk(opening);
    await ask(`https://vi.example/${'ratdai'.repeat(30)}`);
    await page.locator('.bubble').nth(2).waitFor();
    expect(await sticksOut(page)).toBeLessThanOrEqual(0);
    await page.getByRole('button', { name: 'Thêm' }).click();
    expect(await sticksOut(page)).toBeLessThanOrEqual(0);
    const notice = await open({ viewport }, '/privacy');
    await notice.page.evaluate(`document.documentElement.style.fontSize = '${size}'`);
    expect(await sticksOut(notice.page)).toBeLessThanOrEqual(0);
  });

  test('the field can be seen and used when the screen is very low', async () => {
    const { page, ask, answers } = await open({ viewport: { width: 320, height: 225 } });
    const field = await page.getByLabel('Câu hỏi của anh/chị').boundingBox();
    expect(field!.y + field!.height).toBeLessThanOrEqual(225);
    await ask(household);
    await answers.first().waitFor();
    const answer = await answers.first().boundingBox();
    expect(Math.round(answer!.y)).toBe(8);
  });

  test('what is pressed is at least 44 pixels high on a phone, choices 48', async () => {
    const opening = await open();
    await talk(opening);
    await opening.page.getByRole('button', { name: 'Thêm' }).click();
    const low = await opening.page.evaluate(`[...document.querySelectorAll('button, summary')]
      .filter((one) => one.getClientRects().length > 0)
      .map((one) => [one.textContent.trim(), one.getBoundingClientRect().height, one.matches('.choice') ? 48 : 44])
      .filter(([, height, least]) => height < least)`);
    expect(low).toEqual([]);
  });

  test('everything can be done with the keyboard alone', async () => {
    const { page, answers } = await open();
    const focused = (): Promise<string> =>
      page.evaluate(`(document.activeElement.innerText ?? '').trim() || document.activeElement.id`);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Tới ô gõ câu hỏi');
    await tabTo(page, focused, 'Thuế, hoá đơn');
    await page.keyboard.press('Enter');
    await answers.nth(0).waitFor();
    await tabTo(page, focused, 'Thuế hộ kinh doanh', 1);
    await page.keyboard.press('Enter');
    await answers.nth(1).waitFor();
    await tabTo(page, focused, 'Có ích');
    await page.keyboard.press('Enter');
    await page.getByText('Em cảm ơn anh/chị đã cho biết.').waitFor();
    await tabTo(page, focused, 'question');
    await page.keyboard.type('chu quan ca phe');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('hoi ve thue');
    await page.keyboard.press('Enter');
    await page.locator('.bubble').nth(3).waitFor();
    expect((await visit.chat.lines()).filter(({ from }) => from === 'person').at(-1)?.text).toBe(
      'chu quan ca phe\nhoi ve thue',
    );
  });

  test('where the keyboard is can always be seen', async () => {
    const { page } = await open({ viewport: { width: 1280, height: 900 } });
    const seen: string[] = [];
    for (let n = 0; n < 60; n += 1) {
      await page.keyboard.press('Tab');
      const [place, outline] = await page.evaluate<[string, string]>(
        `(({ outlineStyle, outlineWidth }) =>
          [document.activeElement.outerHTML.slice(0, 60), outlineStyle + ' ' + outlineWidth])(
          getComputedStyle(document.activeElement))`,
      );
      // After the last place the keyboard leaves the page.
      if (place.startsWith('<body')) break;
      expect([place, outline]).toEqual([place, 'solid 3px']);
      seen.push(place);
    }
    expect(seen.length).toBeGreaterThan(20);
  });

  test('the Enter that ends a syllable of Telex sends nothing', async () => {
    const { page } = await open();
    const field = page.getByLabel('Câu hỏi của anh/chị');
    await field.fill('mở quán');
    const enter = (isComposing: boolean): Promise<unknown> =>
      page.evaluate(`document.querySelector('#question').dispatchEvent(
        new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, isComposing: ${isComposing} }))`);
    await enter(true);
    expect(await field.inputValue()).toBe('mở quán');
    expect(await page.locator('.bubble').count()).toBe(0);
    await enter(false);
    expect(await page.locator('.bubble').count()).toBe(1);
  });

  test('words leave the page composed', async () => {
    const { ask, answers } = await open();
    await ask('mở quán cà phê thì đăng ký ở đâu'.normalize('NFD'));
    await answers.first().waitFor();
    expect((await visit.chat.lines())[0]?.text).toBe(
      'mở quán cà phê thì đăng ký ở đâu'.normalize('NFC'),
    );
  });

  test('says how much room is left near the end, and sends nothing that is too long', async () => {
    const { page, ask } = await open();
    const field = page.getByLabel('Câu hỏi của anh/chị');
    await field.fill('a'.repeat(1_799));
    expect(await page.locator('#length').innerText()).toBe('');
    await field.fill('a'.repeat(1_900));
    expect(await page.locator('#length').innerText()).toBe('Còn 100 ký tự');
    await ask('a'.repeat(2_035));
    expect(await page.locator('#length').innerText()).toContain('bớt 35 ký tự');
    expect(await field.inputValue()).toHaveLength(2_035);
    expect(await page.locator('.bubble').count()).toBe(0);
  });

  test('a screen reader hears new lines, and not the old ones again', async () => {
    const opening = await open();
    const { page, answers } = opening;
    await talk(opening);
    const log = page.getByRole('log', { name: 'Cuộc trò chuyện' });
    expect(await log.getAttribute('aria-busy')).toBeNull();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/widget/messages?**', async (route) => {
      await held;
      await route.continue();
    });
    await page.reload();
    expect(await log.getAttribute('aria-busy')).toBe('true');
    release();
    await answers.nth(2).waitFor();
    expect(await log.getAttribute('aria-busy')).toBeNull();
    expect(await page.locator('.bubble').first().innerText()).toMatch(/^Anh\/chị:/);
  });

  test('large letters are kept for the next visit', async () => {
    const { page } = await open({ viewport: { width: 1280, height: 900 } });
    const size = (): Promise<string> =>
      page.evaluate(`getComputedStyle(document.querySelector('.words')).fontSize`);
    expect(await size()).toBe('17px');
    await page.getByRole('switch', { name: 'Chữ to' }).click();
    expect(await size()).toBe('20px');
    await page.reload();
    expect(await page.getByRole('switch', { name: 'Chữ to' }).getAttribute('aria-checked')).toBe(
      'true',
    );
    expect(await size()).toBe('20px');
  });

  test('nothing moves for those who do not want it', async () => {
    const opening = await open({ reducedMotion: 'reduce' });
    await talk(opening);
    const moving = await opening.page.evaluate(`document.getAnimations().length`);
    expect(moving).toBe(0);
  });

  test('the notice says what is stored, for how long, and what is not known', async () => {
    const { page } = await open({}, '/privacy');
    const words = await page.locator('main').innerText();
    expect(words).toContain('tin nhắn, bình luận: 180 ngày');
    expect(words).toContain('xoá dữ liệu');
    expect(words).toContain('Em chưa chắc về nơi đặt máy chủ');
    expect(words).not.toMatch(/[{}]/);
    expect(await page.getByRole('link', { name: 'Về khung hỏi' }).getAttribute('href')).toBe('/');
  });
});

async function tabTo(
  page: Page,
  focused: () => Promise<string>,
  name: string,
  most = 40,
): Promise<void> {
  for (let n = 0; n < most; n += 1) {
    await page.keyboard.press('Tab');
    if ((await focused()) === name) return;
  }
  throw new Error(`No ${most} times Tab lead to “${name}”; the last was “${await focused()}”.`);
}
