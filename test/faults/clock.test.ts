import { expect, test } from '@jest/globals';
import { webEvent } from '../../src/channels/web.ts';
import { days, hours, minutes } from '../../src/clock.ts';
import type { Instant, Millis } from '../../src/clock.ts';
import type { ConversationId } from '../../src/ids.ts';
import { messages, turns } from '../../src/store/collections.ts';
import { startBot } from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { questions } from '../support/load.ts';
import { answerIdOf, answerPrefix, deliveryOf } from '../support/webhook.ts';

const person = '200000000000001';
const mids = ['m_clock_0', 'm_clock_1', 'm_clock_2'];

/** The person's n-th question, at the platform's own time. */
const question = (n: number, at: number): string =>
  deliveryOf({ mid: mids[n]!, from: person, text: questions[n]!, at }).toString();

function setBack({ clock }: Bot, by: Millis): void {
  clock.set((clock.now() - by) as Instant);
}

/** The questions in the order in which they were answered. */
async function answered(bot: Bot): Promise<string[]> {
  const lines = (await bot.transcript(person)).filter(({ from }) => from === 'bot');
  const asked = lines.map(({ id }) => mids.find((mid) => id.startsWith(answerPrefix(mid, person))));
  return [...new Set(asked.map((mid) => mid ?? 'none'))];
}

test('what came before and after the clock was set back is answered in its order', async () => {
  const bot = await startBot({ model: false });
  const start = bot.clock.now();
  await bot.takesIn(question(0, start));
  bot.clock.advance(minutes(1));
  await bot.takesIn(question(1, start + minutes(1)));
  setBack(bot, hours(1));
  await bot.takesIn(question(2, start + minutes(2)));
  await bot.useModel();
  await bot.settled();
  expect(await answered(bot)).toEqual(mids);
  await bot.stop();
});

test('the same on the web, where ours is the only clock', async () => {
  const bot = await startBot({ model: false });
  const chat = 'web/web/somebody' as ConversationId;
  const write = async (n: number): Promise<void> => {
    const event = webEvent({ id: `message-${n}`, text: questions[n] }, chat, bot.clock.now());
    await bot.app.receiver.accept([event], event.at);
  };
  await write(0);
  bot.clock.advance(minutes(1));
  await write(1);
  setBack(bot, hours(1));
  await write(2);
  await bot.useModel();
  await bot.settled();
  const turnsTaken = await bot.store
    .collection(turns)
    .find({ where: { conversationId: chat }, limit: 10 });
  const lines = await bot.store
    .collection(messages)
    .find({ where: { conversationId: chat }, sort: { by: 'seq', order: 'asc' }, limit: 50 });
  const firstAnswer = (n: number): number =>
    lines.findIndex(({ id }) => id.startsWith(answerIdOf(`${chat}/message-${n}`, chat)));
  expect(turnsTaken).toHaveLength(3);
  expect([0, 1, 2].map(firstAnswer)).toEqual([0, 1, 2].map(firstAnswer).sort((a, b) => a - b));
  expect(firstAnswer(0)).toBeGreaterThan(0);
  await bot.stop();
});

test('a clock set back neither closes a window nor makes it longer', async () => {
  const bot = await startBot();
  const messenger = bot.app.channels.get('messenger')!;
  const start = bot.clock.now();
  await bot.receives(question(0, start));
  setBack(bot, hours(1));
  await bot.receives(question(1, start - hours(1)));
  const { reach } = await bot.conversation(person);
  expect(reach.lastMessageAt).toBe(start);
  const mayAnswer = (at: number): boolean =>
    messenger.allows('answer', reach, at as Instant).allowed;
  expect(mayAnswer(start - hours(1))).toBe(true);
  expect(mayAnswer(start + days(1) - minutes(1))).toBe(true);
  expect(mayAnswer(start + days(1) + minutes(1))).toBe(false);
  await bot.stop();
});

test('a message dated in the future opens a window from its receipt', async () => {
  const bot = await startBot();
  await bot.receives(question(0, bot.clock.now() + days(30)));
  expect((await bot.conversation(person)).reach.lastMessageAt).toBe(bot.clock.now());
  await bot.stop();
});

test('answers leave in their order although the clock was set back between them', async () => {
  const bot = await startBot();
  await bot.receives(question(0, bot.clock.now()));
  setBack(bot, hours(1));
  await bot.receives(question(1, bot.clock.now() + hours(1) + minutes(1)));
  const order = bot.sent().map(({ call }) => call.message.metadata ?? '');
  const firstOf = (mid: string): number =>
    order.findIndex((mark) => mark.includes(answerPrefix(mid, person)));
  expect(firstOf(mids[0]!)).toBe(0);
  expect(firstOf(mids[1]!)).toBeGreaterThan(0);
  await bot.stop();
});
