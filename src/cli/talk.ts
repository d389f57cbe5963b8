import path from 'node:path';
import { createInterface } from 'node:readline';
import { createApp, newProcessId } from '../app.ts';
import type { App } from '../app.ts';
import { httpSender } from '../channels/call.ts';
import { webEvent } from '../channels/web.ts';
import { systemClock } from '../clock.ts';
import { readConfig } from '../config.ts';
import { loadContent } from '../content/load.ts';
import type { Message } from '../conversation/message.ts';
import { readTree } from '../files.ts';
import { newId } from '../ids.ts';
import type { ConversationId } from '../ids.ts';
import { openLog } from '../log.ts';
import * as collections from '../store/collections.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { ensureModel } from '../training.ts';
import { runCommand } from './command.ts';
import { printable } from './printable.ts';

const root = path.join(import.meta.dirname, '..', '..');
const conversationId = 'web/web/terminal' as ConversationId;

/** `npm run talk`: the whole bot over a store in memory; what is typed goes the way of the web chat. */
await runCommand(async () => {
  const config = readConfig({
    STORE_URL: 'sqlite::memory:',
    PUBLIC_URL: process.env['PUBLIC_URL'],
  });
  const content = loadContent(await readTree(root));
  const log = openLog('silent');
  const store = await openStore(config.storeUrl, {
    processId: newProcessId(),
    clock: systemClock,
    log,
    role: 'server',
  });
  const world = {
    store,
    content,
    clock: systemClock,
    sender: httpSender(),
    log,
    roles: ['web', 'worker'] as const,
  };
  const app = await createApp(config, {
    ...world,
    dataKey: new Uint8Array(32),
    pagesDir: path.join(root, 'dist', 'pages'),
  });
  app.useModel(
    await ensureModel({
      intentsDir: path.join(root, 'intents'),
      dataDir: 'data',
      onProgress: ({ part }) =>
        process.stderr.write(`\rĐang học câu … ${Math.round(part * 100)} %`),
    }),
  );
  await talk(app, store);
  await app.stop();
  await store.close();
  return true;
});

async function talk(app: App, store: Store): Promise<void> {
  let seen = await say(app, store, { type: 'opened' }, 0);
  // Made only now: lines that come before somebody listens would be lost.
  const input = createInterface({ input: process.stdin, terminal: false });
  prompt();
  for await (const line of input) {
    if (!process.stdin.isTTY) console.log(line);
    if (line.trim() !== '') seen = await say(app, store, { type: 'text', text: line }, seen);
    prompt();
  }
  console.log();
}

function prompt(): void {
  process.stdout.write('\nAnh/chị: ');
}

type Said = { readonly type: 'opened' } | { readonly type: 'text'; readonly text: string };

/** Puts one event in, waits until it is answered, prints the answer; the seq of the last line seen. */
async function say(app: App, store: Store, said: Said, seen: number): Promise<number> {
  const now = systemClock.now();
  const event = webEvent(
    { id: newId<'event'>(), text: said.type === 'text' ? said.text : '/' },
    conversationId,
    now,
  );
  await app.receiver.accept([said.type === 'text' ? event : { ...event, type: 'opened' }], now);
  while ((app.worker?.busy() ?? 0) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const lines = await store.collection(collections.messages).find({
    where: { conversationId, seq: { gt: seen } },
    sort: { by: 'seq', order: 'asc' },
    limit: 50,
  });
  for (const line of lines) if (line.from !== 'person') print(line);
  return lines.at(-1)?.seq ?? seen;
}

function print({ text, choices = [], links = [] }: Message): void {
  console.log(`\nNhịp Cầu: ${printable(text, '\n          ')}`);
  for (const { title, url } of links)
    console.log(`          → ${printable(title)}: ${printable(url)}`);
  choices.forEach(({ title }, i) => {
    console.log(`          [${i + 1}] ${printable(title)}`);
  });
}
