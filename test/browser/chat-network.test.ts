import { expect, test } from '@jest/globals';
import { inBrowser } from '../support/chat-page.ts';
import { visits } from '../support/chat-visits.ts';

/** The chat page over a network that fails, over reloads, and in several tabs. */

const household = 'mở quán cà phê thì đăng ký hộ kinh doanh ở đâu';
const tax = 'thuế hộ kinh doanh tính sao';

inBrowser('the chat page over a bad network and in several tabs', () => {
  const visit = visits();
  const { open } = visit;

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
    expect(await visit.chat.sessions()).toBe(0);
    await page.context().setOffline(false);
    await answers.nth(1).waitFor();
    expect(
      (await visit.chat.lines()).filter(({ from }) => from === 'person').map(({ text }) => text),
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
    await visit.chat.officer('Chào chị, tôi là Minh.');
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
    expect((await visit.chat.lines()).filter(({ from }) => from === 'person')).toHaveLength(1);
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
    expect((await visit.chat.lines()).filter(({ from }) => from === 'person')).toHaveLength(1);
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
    expect(await visit.chat.sessions()).toBe(2);
  });

  test('asks again and again where no stream gets through', async () => {
    const { page, ask, answers } = await open();
    await page.route('**/widget/stream**', (route) => route.abort());
    await ask(household);
    await answers.first().waitFor();
    await ask(tax);
    await answers.nth(1).waitFor();
  });

  test('a second tab of the same browser follows the same conversation', async () => {
    const { page, ask, answers } = await open();
    const other = await page.context().newPage();
    await other.goto(visit.chat.url);
    await ask(household);
    await answers.first().waitFor();
    await other.locator('.written article').first().waitFor();
    expect(await other.locator('.bubble').innerText()).toContain(household);
  });

  test('two tabs keep what could not be sent beside each other', async () => {
    const { page, ask, answers } = await open();
    const other = await page.context().newPage();
    await other.goto(visit.chat.url);
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
      (await visit.chat.lines()).filter(({ from }) => from === 'person').map(({ text }) => text),
    ).toEqual([household, tax]);
    expect(await page.locator('.state').count()).toBe(0);
    expect(await page.evaluate('Object.keys(localStorage)')).toEqual(['nhipcau.token']);
  });

  test('what one tab forgets another does not send', async () => {
    const { page, ask, bubbles } = await open({ viewport: { width: 1280, height: 900 } });
    const other = await page.context().newPage();
    await other.goto(visit.chat.url);
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
    expect(await visit.chat.sessions()).toBe(0);
  });
});
