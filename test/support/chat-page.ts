import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, jest } from '@jest/globals';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { createApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import type { Clock, Instant } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import type { Conversation } from '../../src/conversation/conversation.ts';
import type { Message } from '../../src/conversation/message.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import type { OrganisationId } from '../../src/ids.ts';
import { newId } from '../../src/ids.ts';
import { openLog } from '../../src/log.ts';
import { reply } from '../../src/pipeline/moderation.ts';
import type { ModerationPorts, Moderator } from '../../src/pipeline/moderation.ts';
import { speak } from '../../src/pipeline/speak.ts';
import * as collections from '../../src/store/collections.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { realContent } from './content.ts';
import { realModel } from './model.ts';
import { fakeGraph } from './platforms.ts';

// A browser on a busy machine takes its time; nothing here is judged by it.
jest.setTimeout(90_000);

const root = path.join(import.meta.dirname, '..', '..');
const program = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Tests in a real browser. Where there is none they are shown as skipped; in CI that is a failure. */
export const inBrowser =
  existsSync(program) || process.env['CI'] ? describe : (describe.skip as typeof describe);

export function openBrowser(): Promise<Browser> {
  const quiet = ['quic', 'background-networking', 'component-update', 'sync'];
  return chromium.launch({
    executablePath: program,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run'].concat(
      quiet.map((what) => `--disable-${what}`),
    ),
  });
}

export interface ChatServer {
  readonly url: string;
  readonly store: Store;
  readonly desk: ModerationPorts;
  /** All lines of the one conversation there is, in order. */
  lines(): Promise<Message[]>;
  conversation(): Promise<Conversation>;
  sessions(): Promise<number>;
  /** An officer takes over and answers. */
  officer(words: string): Promise<void>;
  /** A line of the bot that no flow would write. */
  botSays(words: Reply): Promise<void>;
  useModel(): Promise<void>;
  stop(): Promise<void>;
}

export const minh: Moderator = {
  id: 'officer-1',
  name: 'Minh',
  organisation: 'Sở KH&CN',
  organisationId: 'so-khcn' as OrganisationId,
  via: 'terminal',
};

/** Thursday 2026-11-26 09:14 in Việt Nam, inside working hours; from there it walks on. */
const begins = Date.UTC(2026, 10, 26, 2, 14);
const startedAt = Date.now();
const clock: Clock = {
  now: () => (begins + Date.now() - startedAt) as Instant,
  elapsed: systemClock.elapsed,
};

let number = 0;

/** The real application on a port of this machine, over a database in memory. */
export async function startChat(
  options: { readonly model?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<ChatServer> {
  buildPages();
  const content = await realContent();
  const log = openLog('silent');
  const store = await openStore('sqlite::memory:', {
    processId: `chat-${++number}`,
    clock,
    log,
    role: 'server',
  });
  const config = readConfig(options.env ?? {});
  const app = await createApp(config, {
    store,
    content,
    clock,
    log,
    sender: fakeGraph(),
    dataKey: new Uint8Array(32).fill(7),
    roles: ['web', 'worker'],
    pagesDir: path.join(root, 'dist', 'pages'),
  });
  const useModel = async (): Promise<void> => {
    app.useModel(await realModel());
  };
  if (options.model !== false) await useModel();
  const site = await listen(app.http);
  const desk = {
    store,
    clock,
    content: () => content,
    channels: app.channels,
    holdFor: config.holdFor,
  };
  return {
    url: site.url,
    store,
    desk,
    lines: async () => linesOf(store, await onlyConversation(store)),
    conversation: () => onlyConversation(store),
    sessions: async () =>
      (await store.collection(collections.webSessions).find({ where: {}, limit: 9 })).length,
    officer: async (words) => {
      await reply(desk, (await onlyConversation(store)).id, minh, words);
    },
    botSays: async (words) => sayAsBot(desk, await onlyConversation(store), words),
    useModel,
    async stop() {
      await site.close();
      await app.stop();
      await store.close();
    },
  };
}

/** `npm test` has built them; a narrow run after a change builds them here. */
function buildPages(): void {
  const source = path.join(root, 'src', 'browser', 'widget');
  const built = path.join(root, 'dist', 'pages', 'widget.js');
  const newest = Math.max(...readdirSync(source).map((name) => changed(path.join(source, name))));
  if (existsSync(built) && changed(built) >= newest) return;
  const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const { status, stderr } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The pages could not be built: ${stderr}`);
}

function changed(file: string): number {
  return statSync(file).mtimeMs;
}

export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves on a free port of this machine. */
export async function listen(handler: RequestListener): Promise<Site> {
  const http: Server = createServer(handler);
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve);
  });
  // A server that listens on a port has an address with one.
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        http.close(() => {
          resolve();
        });
        http.closeAllConnections();
      }),
  };
}

async function onlyConversation(store: Store): Promise<Conversation> {
  const all = await store.collection(collections.conversations).find({ where: {}, limit: 2 });
  const [only] = all;
  if (!only || all.length > 1) throw new Error(`There are ${all.length} conversations, not one.`);
  return only;
}

function linesOf(store: Store, { id }: Conversation): Promise<Message[]> {
  return store.collection(collections.messages).find({
    where: { conversationId: id },
    sort: { by: 'seq', order: 'asc' },
    limit: 500,
  });
}

async function sayAsBot(
  { store, channels }: ModerationPorts,
  conversation: Conversation,
  words: Reply,
): Promise<void> {
  const channel = channels.get('web');
  if (!channel) throw new Error('The web chat is not on.');
  const { writes } = speak([words], {
    channel,
    conversation,
    from: 'bot',
    purpose: 'answer',
    now: clock.now(),
    trace: newId<'trace'>(),
    idBase: `${conversation.id}/said/${newId<'message'>()}`,
    claim: false,
  });
  await store.commit(writes);
}

export interface ChatPage {
  readonly page: Page;
  /** What the browser complained of: broken rules of the page's own security policy, errors of its scripts. */
  readonly complaints: readonly string[];
  ask(words: string): Promise<void>;
  /** Sheets of the bot or of an officer below the opening. */
  readonly answers: Locator;
  readonly bubbles: Locator;
  readonly status: Locator;
}

/** Opens the chat as on a phone, at the time of the server. */
export async function openChatPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<ChatPage> {
  const context = await browser.newContext({
    viewport: { width: 360, height: 740 },
    locale: 'vi-VN',
    ...options,
  });
  await context.addInitScript((ahead) => {
    const real = Date.now.bind(Date);
    Date.now = () => real() + ahead;
  }, begins - startedAt);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (line) => {
    // A request that failed is what some tests are about.
    if (line.type() === 'error' && !line.text().startsWith('Failed to load resource'))
      complaints.push(line.text());
  });
  await page.goto(url);
  return {
    page,
    complaints,
    async ask(words) {
      await page.getByLabel('Câu hỏi của anh/chị').fill(words);
      await page.keyboard.press('Enter');
    },
    answers: page.locator('.written article'),
    bubbles: page.locator('.bubble'),
    status: page.locator('#status'),
  };
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What runs in the page is given as text: tests are type-checked without the names of a browser. */
const runAxe = `axe
  .run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
  .then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' at ' + target.join(' '))))`;

/** Breaches of WCAG 2.2 A and AA that axe finds, each as `rule at place`. */
export async function breaches(page: Page): Promise<string[]> {
  // What is just appearing is half transparent; judged is what stays.
  await page.evaluate(atRest);
  await page.evaluate(axe);
  return page.evaluate<string[]>(runAxe);
}

const atRest = `Promise.allSettled(
  document
    .getAnimations()
    .filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity)
    .map(({ finished }) => finished),
)`;

const measure = `(() => {
  const { clientWidth, scrollWidth } = document.documentElement;
  const log = document.querySelector('#log');
  const shown = [...document.querySelectorAll('body *')].filter((one) => !one.closest('.only-heard'));
  const right = Math.max(...shown.map((one) => one.getBoundingClientRect().right));
  return Math.max(
    scrollWidth - clientWidth,
    log ? log.scrollWidth - log.clientWidth : 0,
    Math.floor(right) - clientWidth,
  );
})()`;

/** How many pixels stick out to the right of what can be seen, of the page or of anything in it. */
export function sticksOut(page: Page): Promise<number> {
  return page.evaluate<number>(measure);
}

export function expectNoComplaints({ complaints }: ChatPage): void {
  expect(complaints).toEqual([]);
}
