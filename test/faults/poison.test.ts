import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { minutes } from '../../src/clock.ts';
import type { DeadBody } from '../../src/pipeline/queue.ts';
import { jobs } from '../../src/store/collections.ts';
import type { Job } from '../../src/store/store.ts';
import { conversationOf, messageBody, signed, startBot } from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { manualClock } from '../support/clock.ts';
import { realContent } from '../support/content.ts';
import { questions } from '../support/load.ts';
import { fakeGraph } from '../support/platforms.ts';
import type { FakeGraph } from '../support/platforms.ts';
import { until } from '../support/process.ts';
import { freezingBeforeTurn, startProcess } from '../support/shared-store.ts';
import type { Process } from '../support/shared-store.ts';

const person = '200000000000001';
let births = 0;
const folder = mkdtempSync(path.join(tmpdir(), 'nhipcau-test-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function buried({ store }: Bot): Promise<Job<DeadBody>[]> {
  // Dead jobs all have this body: `bury` makes them.
  return store.collection(jobs).find({ where: { queue: 'dead' }, limit: 100 }) as Promise<
    Job<DeadBody>[]
  >;
}

/** Retries fall due as time passes. */
async function timePasses(bot: Bot): Promise<void> {
  for (let i = 0; i < 8; i++) {
    bot.clock.advance(minutes(5));
    await bot.settled();
  }
}

/** Content with a mistake that nobody foresaw: whoever answers about OCOP falls over it. */
async function poisonedContent() {
  const content = await realContent();
  return {
    ...content,
    answer: (intent: string) => {
      if (intent === 'ocop') throw new TypeError('Cannot read properties of undefined');
      return content.answer(intent);
    },
  };
}

test('an event that can never be answered is acknowledged, tried again, and buried with its reason', async () => {
  const bot = await startBot({ content: await poisonedContent() });
  await bot.hears('em muốn hỏi về sản phẩm OCOP', person);
  await timePasses(bot);
  const dead = await buried(bot);
  expect(dead.map(({ body, lane }) => [body.queue, body.reason, lane])).toEqual([
    ['inbox', 'TypeError', conversationOf(person)],
  ]);
  expect(bot.sent()).toEqual([]);
  await bot.stop();
});

test('the person of a poison event gets the answer to the next question, and others are not kept waiting', async () => {
  const bot = await startBot({ content: await poisonedContent() });
  await bot.hears('em muốn hỏi về sản phẩm OCOP', person);
  await bot.hears(questions[0]!, '200000000000002');
  expect(bot.sent().map(({ call }) => call.recipient.id)).toContain('200000000000002');
  await bot.hears(questions[0]!, person);
  expect(bot.sent().map(({ call }) => call.recipient.id)).not.toContain(person);
  await timePasses(bot);
  expect(bot.sent().map(({ call }) => call.recipient.id)).toContain(person);
  await bot.stop();
});

test('a job that takes its process down again and again is buried', async () => {
  const storeUrl = `sqlite:${path.join(folder, 'deadly.db')}`;
  const platform = fakeGraph();
  const clock = manualClock();
  const body = messageBody({ text: questions[0] }, person, clock);
  for (let deaths = 0; deaths < 6; deaths++) await dieWithin({ storeUrl, platform, body });

  const bot = await startBot({ storeUrl, platform, clock });
  await bot.settled();
  expect((await buried(bot)).map(({ body }) => [body.queue, body.reason])).toEqual([
    ['inbox', 'process_died'],
  ]);
  await bot.hears(questions[0]!, person);
  expect(bot.sent().length).toBeGreaterThan(0);
  await bot.stop();
});

/** A process that ends in the middle of the turn; its lane is found with its work half done. */
async function dieWithin(how: {
  readonly storeUrl: string;
  readonly platform: FakeGraph;
  readonly body: unknown;
}): Promise<void> {
  const ice = freezingBeforeTurn();
  const it = await startProcess({ ...how, name: `mortal-${++births}`, role: 'server', ...ice });
  await it.app.receiver.receive(it.app.channels.get('messenger')!, signed(how.body, it.clock));
  await Promise.race([ice.frozen, settledWithout(it)]);
  await it.app.worker?.stop(0);
  await it.store.close();
  ice.thaw();
  await it.app.stop();
}

/** Once it is buried, nobody freezes over it any more. */
async function settledWithout({ store }: Process): Promise<void> {
  await until('it is buried', async () => {
    const dead = await store.collection(jobs).find({ where: { queue: 'dead' }, limit: 1 });
    return dead.length > 0;
  });
}
