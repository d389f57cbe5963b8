import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { httpSender } from '../../src/channels/call.ts';
import { minutes, systemClock } from '../../src/clock.ts';
import type { Message } from '../../src/conversation/message.ts';
import type { ConversationId } from '../../src/ids.ts';
import { jobs, messages } from '../../src/store/collections.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { stopBots } from '../support/bot.ts';
import { questions } from '../support/load.ts';
import { fakeGraph } from '../support/platforms.ts';
import { zaloText } from '../support/platforms/zalo-oa.ts';
import { startZaloBot, stopZalo, zaloConversation } from '../support/platforms/zalo-world.ts';
import { cleanUp, makeHome, patience, startProgram, until } from '../support/process.ts';
import type { Home, Program } from '../support/process.ts';
import { startSides } from '../support/sides.ts';
import type { Side } from '../support/sides.ts';
import { openChat } from '../support/web-chat.ts';
import { answerIdOf } from '../support/webhook.ts';

/** Every platform at once, two of them ill: whoever writes on another one notices nothing. */

const peopleEach = 4;
const messagesEach = 2;

/** Something a person wrote. */
interface Asked {
  readonly side: Side;
  readonly from: string;
  readonly text: string;
  readonly at: number;
}

let home: Home;
let sides: readonly Side[];
let program: Program;
let store: Store;
let people = 0;
/** Everything that was ever asked, by the platforms' people. */
const all: Asked[] = [];
interface Wait {
  readonly channel: string;
  /** From writing to the first word of the answer, in ms. */
  readonly took: number;
}
/** How long people of platforms that were well waited: all of them well, or two of them ill. */
const waits: Record<'alone' | 'besideIll', Wait[]> = { alone: [], besideIll: [] };

beforeAll(async () => {
  home = await makeHome();
  sides = await startSides();
  const env = Object.assign({ LOG_LEVEL: 'warn' }, ...sides.map((side) => side.env)) as Record<
    string,
    string
  >;
  program = await startProgram(home, { env });
  store = await openStore(`sqlite:${path.join(home.dir, 'data', 'nhipcau.db')}`, {
    processId: 'onlooker',
    clock: systemClock,
    role: 'command',
  });
}, patience);

afterEach(async () => {
  await stopBots();
  await stopZalo();
});

afterAll(async () => {
  await store.close();
  await program.stop();
  await cleanUp();
  await Promise.all(sides.map((side) => side.close()));
}, patience);

function sideOf(name: string): Side {
  const found = sides.find((side) => side.name === name);
  if (!found) throw new Error(`No platform ${name}`);
  return found;
}

/** New people of that platform, all at once, each one message after another. */
async function ask(side: Side): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  const writeAll = async (from: string): Promise<void> => {
    for (let i = 0; i < messagesEach; i++) {
      const text = questions[asked.length % questions.length]!;
      asked.push({ side, from, text, at: Date.now() });
      expect(await side.post(home.url, text, from)).toBe(200);
    }
  };
  await Promise.all(Array.from({ length: peopleEach }, () => writeAll(side.person(++people))));
  all.push(...asked);
  return asked;
}

/** What one person asked, each with the platform's ids of what was said to it, as our transcript has them. */
async function talkOf({ side, from }: Asked) {
  const conversationId = `${side.name}/${side.account}/${from}` as ConversationId;
  const lines = await store
    .collection(messages)
    .find({ where: { conversationId }, sort: { by: 'seq', order: 'asc' }, limit: 500 });
  const answer = ({ id }: Message): Message[] =>
    lines.filter((line) => line.id.startsWith(answerIdOf(id, conversationId)));
  return lines
    .filter((line) => line.from === 'person')
    .map((line) => ({ text: line.text, answer: answer(line) }));
}

const isOut = ({ delivery }: Message): boolean => delivery?.state === 'sent';

async function answered(asked: readonly Asked[]): Promise<void> {
  await until('everybody is answered', async () => {
    const waiting = await store
      .collection(jobs)
      .find({ where: { queue: { in: ['inbox', 'outbox'] } }, limit: 500 });
    if (asked.some(({ side }) => waiting.some(({ channel }) => channel === side.name)))
      return false;
    const talks = await Promise.all(onePerPerson(asked).map(talkOf));
    return talks.flat().every(({ answer }) => answer.length > 0 && answer.every(isOut));
  });
}

function onePerPerson(asked: readonly Asked[]): readonly Asked[] {
  return [...new Map(asked.map((one) => [one.from, one])).values()];
}

/** Each question answered, in order; each call brought once, and nothing else. Gives how long each answer took. */
async function expectOnceAndInOrder(asked: readonly Asked[]): Promise<Wait[]> {
  const took: Wait[] = [];
  for (const person of onePerPerson(asked)) {
    const own = asked.filter(({ from }) => from === person.from);
    const talk = await talkOf(person);
    expect(talk.map(({ text }) => text)).toEqual(own.map(({ text }) => text));
    const calls = talk.map(({ answer }) => answer.flatMap(callsOf));
    for (const ids of calls) expect(ids).not.toEqual([]);
    const arrived = person.side.arrivals().filter(({ to }) => to === person.from);
    expect(arrived.map(({ platformId }) => platformId)).toEqual(calls.flat());
    calls.forEach(([first], i) => {
      const arrival = arrived.find(({ platformId }) => platformId === first)!;
      took.push({ channel: person.side.name, took: arrival.at - own[i]!.at });
    });
  }
  return took;
}

/** The platform's ids of the calls that brought this line, in order. */
function callsOf({ delivery }: Message): string[] {
  const part = (job: string): number => Number(job.slice(job.lastIndexOf('/') + 1));
  return Object.entries(delivery?.sent ?? {})
    .sort(([a], [b]) => part(a) - part(b))
    .map(([, platformId]) => platformId);
}

function reached(asked: readonly Asked[]): number {
  const whom = new Set(asked.map(({ from }) => from));
  return asked[0]!.side.arrivals().filter(({ to }) => whom.has(to)).length;
}

/** Asks, and comes back once the platform has been called about it. */
async function askInVain(side: Side): Promise<readonly Asked[]> {
  const before = side.calls();
  const asked = await ask(side);
  await until(`${side.name} is called`, () => side.calls() > before);
  return asked;
}

/** The wait that no more than this share of the people exceeded, in ms. */
function wait(of: keyof typeof waits, share: number, side?: Side): number {
  const sorted = waits[of]
    .filter(({ channel }) => side === undefined || channel === side.name)
    .map(({ took }) => took)
    .sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

test(
  'while all platforms are well everybody is answered in order, once',
  async () => {
    const asked = (await Promise.all(sides.map(ask))).flat();
    await answered(asked);
    waits.alone.push(...(await expectOnceAndInOrder(asked)));
  },
  patience,
);

test.each([
  // The first is left to hang until the program itself gives up.
  { hangs: 'telegram', throttles: 'messenger', end: 'is given up' },
  { hangs: 'messenger', throttles: 'zalo-bot', end: 'breaks off' },
  { hangs: 'zalo', throttles: 'telegram', end: 'breaks off' },
  { hangs: 'zalo-bot', throttles: 'messenger', end: 'breaks off' },
])(
  'while $hangs hangs and $throttles throttles the others are answered as ever, and theirs afterwards, once',
  async ({ hangs, throttles, end }) => {
    const [hanging, throttling] = [sideOf(hangs), sideOf(throttles)];
    hanging.is('hangs');
    throttling.is('throttles');
    const inVain = [await askInVain(hanging), await askInVain(throttling)];

    const well = sides.filter((side) => side !== hanging && side !== throttling);
    const chat = await openChat(home.url);
    const [others] = await Promise.all([
      Promise.all(well.map(ask)).then((asked) => asked.flat()),
      chat.says(questions[0]!),
    ]);
    await answered(others);
    await until('the web chat is answered', async () => (await chat.answers()).length > 0);
    // All that while, nobody of the ill ones has heard a word.
    expect(inVain.map(reached)).toEqual([0, 0]);
    waits.besideIll.push(...(await expectOnceAndInOrder(others)));

    for (const side of [hanging, throttling]) side.is('well');
    if (end === 'breaks off') hanging.breaksOff();
    for (const asked of inVain) {
      await answered(asked);
      await expectOnceAndInOrder(asked);
    }
  },
  patience,
);

test('at the end nothing is lost, dead or waiting, and nobody was slowed down by others’ trouble', async () => {
  await expectOnceAndInOrder(all);
  expect(await store.collection(jobs).find({ where: { queue: 'dead' }, limit: 9 })).toEqual([]);
  const figures = sides.map((side) => {
    const [count, both] = [
      all.filter((asked) => asked.side === side).length,
      (share: number) => `${wait('alone', share, side)}/${wait('besideIll', share, side)} ms`,
    ];
    return `${side.name} ${count} (p50 ${both(0.5)}, p99 ${both(0.99)})`;
  });
  process.stderr.write(`answered once, alone/beside two ill ones: ${figures.join(', ')}\n`);
  // A call may hang for ten seconds; whoever waited for another's would have waited for that long.
  expect(wait('besideIll', 0.5)).toBeLessThan(10 * Math.max(100, wait('alone', 0.5)));
});

test('while Zalo asks for a minute’s rest Messenger is answered, and Zalo’s people after it, once', async () => {
  const [graph, out] = [fakeGraph(), httpSender()];
  const platform = {
    ...graph,
    send: (call: Parameters<typeof out.send>[0]) =>
      (call.url.includes('/v25.0/') ? graph : out).send(call),
    close: out.close,
  };
  const { bot, zalo, takesIn } = await startZaloBot({ channels: 'messenger', platform });
  zalo.behaves({ type: 'error', error: -32, message: 'Rate limit' });
  await takesIn(zaloText(questions[0]!, bot.clock.now()));
  await until('Zalo refuses', () => zalo.calls() > 0);
  await bot.hears(questions[0]!);
  expect(bot.texts().length).toBeGreaterThan(0);
  expect(zalo.sent).toEqual([]);

  zalo.behaves({ type: 'well' });
  await bot.waits(minutes(1));
  const lines = (await bot.transcript(zaloConversation())).filter(({ from }) => from === 'bot');
  expect(zalo.sent.map(({ messageId }) => messageId)).toEqual(lines.flatMap(callsOf));
  expect(lines.length).toBeGreaterThan(0);
});
