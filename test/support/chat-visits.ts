import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { expectNoComplaints, openBrowser, openChatPage, startChat } from './chat-page.ts';
import type { ChatPage, ChatServer } from './chat-page.ts';

export interface Visits {
  /** The server of the test under way. */
  readonly chat: ChatServer;
  /** Opens the chat page, or what lies under `at`, as a visitor of their own. */
  open(options?: BrowserContextOptions, at?: string): Promise<ChatPage>;
}

/**
 * One browser for the tests around, a new server for each of them. Pages are closed after their test, which fails when
 * the browser complained of one.
 */
export function visits(): Visits {
  let browser: Browser;
  let chat: ChatServer;
  const opened: ChatPage[] = [];
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
  return {
    get chat() {
      return chat;
    },
    async open(options, at = '') {
      const page = await openChatPage(browser, chat.url + at, options);
      opened.push(page);
      return page;
    },
  };
}
