import { createHmac } from 'node:crypto';
import path from 'node:path';
import { beforeAll } from '@jest/globals';
import { createApp } from '../../src/app.ts';
import type { App } from '../../src/app.ts';
import type { WebhookRequest } from '../../src/channels/channel.ts';
import { webEvent } from '../../src/channels/web.ts';
import { seconds } from '../../src/clock.ts';
import type { Millis } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import type { Content } from '../../src/content/content.ts';
import type { Conversation } from '../../src/conversation/conversation.ts';
import type { Message } from '../../src/conversation/message.ts';
import type { ConversationId } from '../../src/ids.ts';
import { openLog } from '../../src/log.ts';
import type { Moderator } from '../../src/pipeline/moderation.ts';
import type { DeadBody } from '../../src/pipeline/queue.ts';
import type { ModerationPorts } from '../../src/pipeline/moderation.ts';
import * as collections from '../../src/store/collections.ts';
import { openStore } from '../../src/store/open.ts';
import { laneId } from '../../src/store/lane.ts';
import type { Job, QueueName, Store } from '../../src/store/store.ts';
import type { Role } from '../../src/world.ts';
import { manualClock } from './clock.ts';
import type { ManualClock } from './clock.ts';
import { realContent } from './content.ts';
import { realModel } from './model.ts';
import { fakeGraph } from './platforms.ts';
import type { FakeGraph, SentCall } from './platforms.ts';

export const pageId = '100000000000001';
export const appSecret = 'app-secret-of-tests';
export const someone = '200000000000001';

export interface BotOptions {
  readonly storeUrl?: string;
  readonly clock?: ManualClock;
  readonly platform?: FakeGraph;
  readonly roles?: readonly Role[];
  readonly content?: Content;
  /** false: the model is not there yet. */
  readonly model?: boolean;
  readonly channels?: 'messenger' | 'web only';
  readonly env?: Readonly<Record<string, string>>;
  /** What stands between the application and its store: a fault, or a gate that lets a test happen in between. */
  readonly through?: (store: Store) => Store;
}

export interface Bot {
  readonly app: App;
  readonly store: Store;
  readonly clock: ManualClock;
  readonly platform: FakeGraph;
  readonly content: Content;
  /** What moderators act on. */
  readonly desk: ModerationPorts;
  /** One delivery of Messenger, signed; done when nothing is left to do. */
  receives(body: unknown): Promise<void>;
  /** The same, without waiting for the answer. */
  takesIn(body: unknown): Promise<void>;
  /** A person writes on Messenger. */
  hears(text: string, from?: string): Promise<void>;
  /** A person presses a button. */
  presses(payload: string, from?: string): Promise<void>;
  /** A person writes or presses on the web page, as `{ text }` or `{ choice }`. */
  reads(
    said: { readonly text: string } | { readonly choice: string },
    browser?: string,
  ): Promise<void>;
  /** Waits until all due work is done. */
  settled(): Promise<void>;
  /** Waits until nothing is under way, though something may be due that the rate does not allow. */
  rests(): Promise<void>;
  /** Time passes, and what falls due is done. */
  waits(by: Millis): Promise<void>;
  /** What the platform was given, in order. */
  sent(): readonly SentCall[];
  texts(): readonly string[];
  conversation(of?: string): Promise<Conversation>;
  transcript(of?: string): Promise<Message[]>;
  dead(): Promise<Job<DeadBody>[]>;
  /** Log lines so far. */
  log(): readonly Readonly<Record<string, unknown>>[];
  useModel(): Promise<void>;
  stop(): Promise<void>;
}

// Read once for a file of tests, so that it is no part of the first one's time.
beforeAll(async () => {
  await Promise.all([realContent(), realModel()]);
}, 120_000);

let number = 0;

/** The whole application over a database in memory, a clock that stands still and a fake platform. */
export async function startBot(options: BotOptions = {}): Promise<Bot> {
  const clock = options.clock ?? manualClock();
  const platform = options.platform ?? fakeGraph();
  const content = options.content ?? (await realContent());
  const config = readConfig({
    PUBLIC_URL: 'http://localhost:3000',
    ...messengerEnv(options),
    ...options.env,
  });
  const lines: string[] = [];
  const log = openLog('debug', { write: (line) => lines.push(line) });
  const store = await openStore(options.storeUrl ?? 'sqlite::memory:', {
    processId: `test-${++number}`,
    clock,
    log,
    role: 'server',
  });
  const app = await createApp(config, {
    store: options.through?.(store) ?? store,
    content,
    clock,
    log,
    sender: platform,
    dataKey: new Uint8Array(32).fill(7),
    roles: options.roles ?? ['web', 'worker'],
    pagesDir: path.join(import.meta.dirname, 'pages'),
  });
  const stop = async (): Promise<void> => {
    running.delete(stop);
    await app.stop();
    await store.close();
  };
  running.add(stop);
  const useModel = async (): Promise<void> => {
    app.useModel(await realModel());
  };
  if (options.model !== false) await useModel();
  const settled = (): Promise<void> => settle(app, store, clock, lines);
  const takesIn = (body: unknown): Promise<void> => {
    const channel = app.channels.get('messenger');
    if (!channel) throw new Error('This bot has no Messenger.');
    return app.receiver.receive(channel, signed(body, clock));
  };
  const receives = async (body: unknown): Promise<void> => {
    await takesIn(body);
    await settled();
  };
  return {
    app,
    store,
    clock,
    platform,
    content,
    desk: { store, clock, content: () => content, channels: app.channels, holdFor: config.holdFor },
    takesIn,
    receives,
    hears: (text, from = someone) => receives(messageBody({ text }, from, clock)),
    presses: (payload, from = someone) =>
      receives(messageBody({ text: payload, quick_reply: { payload } }, from, clock)),
    reads: async (said, browser = 'browser-1') => {
      const posted = { id: `web-test-${++number}`, ...said };
      const event = webEvent(posted, webConversationOf(browser), clock.now());
      await app.receiver.accept([event], clock.now());
      await settled();
    },
    settled,
    rests: () => rest(app, platform),
    async waits(by) {
      clock.advance(by);
      await settled();
    },
    sent: () => platform.sent,
    texts: () => platform.sent.map(({ text }) => text),
    conversation: async (of = someone) => {
      const found = await store.collection(collections.conversations).get(conversationOf(of));
      if (!found) throw new Error(`No conversation of ${of}`);
      return found;
    },
    transcript: (of = someone) =>
      store.collection(collections.messages).find({
        where: { conversationId: conversationOf(of) },
        sort: { by: 'seq', order: 'asc' },
        limit: 500,
      }),
    dead: async () =>
      (await store
        .collection(collections.jobs)
        .find({ where: { queue: 'dead' }, limit: 500 })) as Job<DeadBody>[],
    log: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    useModel,
    stop,
  };
}

const running = new Set<() => Promise<void>>();

/** For `afterEach`: bots that a test left running, because it failed or because it had no reason to stop them. */
export async function stopBots(): Promise<void> {
  await Promise.all([...running].map((stop) => stop()));
}

/** Of a person on Messenger; a whole id is one already. */
export function conversationOf(person: string): ConversationId {
  return (person.includes('/') ? person : `messenger/${pageId}/${person}`) as ConversationId;
}

/** Of a browser on the web page. */
export function webConversationOf(browser: string): ConversationId {
  return `web/web/${browser}` as ConversationId;
}

export const minh: Moderator = {
  id: 'terminal/Minh',
  name: 'Minh',
  organisation: 'Sở Khoa học và Công nghệ',
  organisationId: 'so-khcn' as Moderator['organisationId'],
  via: 'terminal',
};
export const hoa: Moderator = { ...minh, id: 'terminal/Hoa', name: 'Hoa' };

function messengerEnv({ channels = 'messenger' }: BotOptions): Record<string, string> {
  if (channels === 'web only') return {};
  return {
    MESSENGER_APP_SECRET: appSecret,
    MESSENGER_VERIFY_TOKEN: 'verify-token-of-tests',
    MESSENGER_PAGE_TOKEN: 'page-token-of-tests',
    MESSENGER_PAGE_ID: pageId,
    GRAPH_API_BASE: 'http://127.0.0.1:9/v25.0',
  };
}

let mid = 0;

/** A message of a person as Messenger wraps it. */
export function messageBody(
  message: Record<string, unknown>,
  from: string,
  clock: { now(): number },
): unknown {
  return eventBody({ message: { mid: `m_test_${++mid}`, ...message } }, from, clock);
}

/** Any event of a person as Messenger wraps it. */
export function eventBody(
  what: Record<string, unknown>,
  from: string,
  clock: { now(): number },
): unknown {
  const timestamp = clock.now();
  const event = { sender: { id: from }, recipient: { id: pageId }, timestamp, ...what };
  return { object: 'page', entry: [{ id: pageId, time: timestamp, messaging: [event] }] };
}

/** An echo of what the Page said to a person; without `metadata` of ours it is a colleague in the Page's inbox. */
export function echoBody(
  message: Record<string, unknown>,
  to: string,
  clock: { now(): number },
): unknown {
  return eventBody(
    {
      sender: { id: pageId },
      recipient: { id: to },
      message: { mid: `m_echo_${++mid}`, is_echo: true, app_id: 26390203743090, ...message },
    },
    pageId,
    clock,
  );
}

/** A request as Messenger signs it. */
export function signed(body: unknown, clock: { now(): number }): WebhookRequest {
  const isReady = typeof body === 'string' || body instanceof Uint8Array;
  const bytes = Buffer.from(isReady ? body : JSON.stringify(body));
  const signature = createHmac('sha256', appSecret).update(bytes).digest('hex');
  return {
    method: 'POST',
    query: {},
    headers: { 'x-hub-signature-256': `sha256=${signature}` },
    body: bytes,
    receivedAt: clock.now() as WebhookRequest['receivedAt'],
  };
}

/** Until nothing is under way and nothing is due; fails loudly once nothing has been logged for 45 s. */
async function settle(
  app: App,
  store: Store,
  clock: ManualClock,
  lines: readonly string[],
): Promise<void> {
  let logged = -1;
  let until = 0;
  app.worker?.wake();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    const due = await dueJobs(store, clock);
    if ((app.worker?.busy() ?? 0) === 0 && (due === 0 || !app.worker)) return;
    if (lines.length > logged) until = performance.now() + seconds(45);
    logged = lines.length;
    if (performance.now() > until) throw new Error(`Still ${due} jobs due, and nothing moves.`);
    app.worker?.wake();
  }
}

/** Heads of free lanes that are due. Of jobs of one moment the head is the one that was begun and waits to be tried again. */
async function dueJobs(store: Store, clock: ManualClock): Promise<number> {
  const heads = new Map<string, Job>();
  for (const queue of ['inbox', 'outbox', 'tasks'] as const)
    for await (const job of jobsIn(store, queue)) {
      const lane = laneId(job);
      const head = heads.get(lane);
      const isBegun = job.order === head?.order && job.dueAt > head.dueAt;
      if (!head || job.order < head.order || isBegun) heads.set(lane, job);
    }
  const due = [...heads].filter(([, { dueAt }]) => dueAt <= clock.now()).map(([lane]) => lane);
  const held = new Set<string>();
  for (let i = 0; i < due.length; i += 500)
    for (const { id, owner } of await store
      .collection(collections.locks)
      .getMany(due.slice(i, i + 500)))
      if (owner !== '') held.add(id);
  return due.length - held.size;
}

async function* jobsIn(store: Store, queue: QueueName): AsyncGenerator<Job> {
  let after: { readonly value: string; readonly id: string } | undefined;
  for (;;) {
    const page = await store
      .collection(collections.jobs)
      .find({ where: { queue }, limit: 500, ...(after ? { after } : {}) });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < 500) return;
    after = { value: last.id, id: last.id };
  }
}

/** Nothing has moved for ten looks: no lane begun or ended, nothing asked of the platform. */
async function rest(app: App, platform: FakeGraph): Promise<void> {
  const state = (): string => `${app.worker?.busy() ?? 0}/${platform.asked.length}`;
  for (let still = 0; still < 10;) {
    const before = state();
    app.worker?.wake();
    await new Promise((resolve) => setTimeout(resolve, 2));
    still = state() === before ? still + 1 : 0;
  }
}
