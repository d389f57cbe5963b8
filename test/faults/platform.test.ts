import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { messages } from '../../src/store/collections.ts';
import { ledgerOf, orderOf } from '../support/ledger.ts';
import { questions } from '../support/load.ts';
import { manners, startPlatform } from '../support/platform-server.ts';
import type { PlatformServer } from '../support/platform-server.ts';
import { cleanUp, makeHome, patience, startProgram, until } from '../support/process.ts';
import type { Home, Program } from '../support/process.ts';
import { jobsIn, lookInto } from '../support/store-view.ts';
import { openChat } from '../support/web-chat.ts';
import { deliveryOf, headersOf, messengerEnv } from '../support/webhook.ts';
import type { Written } from '../support/webhook.ts';

const unlucky = '299999999999999';

let home: Home;
let platform: PlatformServer;
let program: Program;
/** Other people in every test, and what they wrote. */
let people: readonly string[];
let written: Written[];
let crowd = 0;

beforeAll(async () => {
  home = await makeHome();
  platform = await startPlatform();
  program = await startProgram(home, {
    env: { LOG_LEVEL: 'warn', ...messengerEnv(platform.url) },
  });
}, patience);

beforeEach(() => {
  crowd++;
  people = Array.from({ length: 6 }, (_, i) => `2${crowd}000000000000${i}`);
  written = [];
  platform.behaves(manners.well);
});

afterAll(async () => {
  await program.stop();
  await cleanUp();
  await platform.close();
}, patience);

/** Everybody writes that many messages, one after another; each is acknowledged at once. */
async function write(times: number, from: readonly string[] = people): Promise<void> {
  for (let i = 0; i < times; i++)
    for (const person of from) {
      const text = questions[written.length % questions.length]!;
      const message = { mid: `m_${crowd}_${written.length}`, from: person, text, at: Date.now() };
      const body = deliveryOf(message);
      const answer = await fetch(`${home.url}/webhooks/messenger`, {
        method: 'POST',
        headers: headersOf(body),
        body,
      });
      await answer.body?.cancel();
      expect(answer.status).toBe(200);
      written.push(message);
    }
}

/** The same; returns once the platform has been called about it. */
async function writeAndBeSent(times: number, from: readonly string[] = people): Promise<void> {
  const before = platform.calls();
  await write(times, from);
  await until('the platform is called', () => platform.calls() > before);
}

async function allAnswered(): Promise<void> {
  await until(
    'everything is answered',
    () => ledgerOf(written, platform.brought).unanswered.length === 0,
  );
  await until(
    'nothing waits',
    async () => (await jobsIn(home, {}, 'inbox', 'outbox')).length === 0,
  );
}

async function expectOrderKept(from: readonly string[] = people): Promise<void> {
  for (const person of from) {
    const own = written.filter((message) => message.from === person);
    expect(orderOf(person, own, platform.brought)).toEqual(own.map(({ mid }) => mid));
  }
  expect(await jobsIn(home, {}, 'dead')).toEqual([]);
}

/** Every call of every line, in the order of the transcript. */
async function expectCallsInOrder(): Promise<void> {
  const lines = await lookInto(home, {}, (store) =>
    store.collection(messages).find({ where: {}, limit: 1_000 }),
  );
  for (const person of people) {
    const own = lines
      .filter(({ from, conversationId }) => from === 'bot' && conversationId.endsWith(person))
      .sort((a, b) => a.seq - b.seq);
    const told = platform.brought.filter(({ to }) => to === person);
    expect([...new Set(told.map(({ messageId }) => messageId))]).toEqual(own.map(({ id }) => id));
  }
}

test(
  'while the platform is down, throttles or is slow nothing is lost, and everybody keeps their order',
  async () => {
    platform.behaves(manners.down);
    await writeAndBeSent(2);
    platform.behaves(manners.tooMany);
    await writeAndBeSent(1);
    platform.behaves(manners.slow);
    await write(1);
    await allAnswered();
    await expectOrderKept();
    await expectCallsInOrder();
    expect(ledgerOf(written, platform.brought).doubled).toEqual(new Map());
  },
  patience,
);

test(
  'while the platform is down the web chat answers as ever',
  async () => {
    platform.behaves(manners.down);
    await writeAndBeSent(2);
    const chat = await openChat(home.url);
    expect(await chat.says(questions[0]!)).toBe(202);
    await until('the chat is answered', async () => (await chat.answers()).length > 0);
    expect(ledgerOf(written, platform.brought).answered).toBe(0);
    platform.behaves(manners.well);
    await allAnswered();
  },
  patience,
);

test(
  'a call that hangs keeps only its own person waiting, and is made again',
  async () => {
    platform.behaves((to) => (to === unlucky ? manners.hangs : manners.well));
    await writeAndBeSent(2, [unlucky]);
    await write(2);
    await until('everybody else is answered', () => {
      const { unanswered } = ledgerOf(written, platform.brought);
      return unanswered.every(({ from }) => from === unlucky);
    });
    expect(platform.brought.filter(({ to }) => to === unlucky)).toEqual([]);
    platform.behaves(manners.well);
    await allAnswered();
    await expectOrderKept([...people, unlucky]);
  },
  patience,
);

test(
  'an answer of the platform that gets lost is settled by the echo: nobody reads it twice',
  async () => {
    platform.echoesTo(`${home.url}/webhooks/messenger`);
    platform.behaves(manners.losesAnswer);
    await write(2);
    await allAnswered();
    await expectOrderKept();
    expect(ledgerOf(written, platform.brought).doubled).toEqual(new Map());
  },
  patience,
);
