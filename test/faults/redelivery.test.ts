import { afterAll, expect, test } from '@jest/globals';
import { Pool } from 'undici';
import { hours } from '../../src/clock.ts';
import { messages, turns } from '../../src/store/collections.ts';
import { eraseStep } from '../../src/tasks/erase.ts';
import { messageBody, startBot } from '../support/bot.ts';
import { ledgerOf } from '../support/ledger.ts';
import { questions } from '../support/load.ts';
import { startPlatform } from '../support/platform-server.ts';
import { cleanUp, makeHome, patience, startProgram, until } from '../support/process.ts';
import type { Home } from '../support/process.ts';
import { jobsIn, lookInto } from '../support/store-view.ts';
import { deliveryOf, headersOf, messengerEnv } from '../support/webhook.ts';
import type { Written } from '../support/webhook.ts';

afterAll(cleanUp);

const people = ['200000000000001', '200000000000002', '200000000000003', '200000000000004'];

function written(n: number): Written[] {
  const start = Date.now() - 60_000;
  return Array.from({ length: n }, (_, i) => ({
    mid: `m_again_${i}`,
    from: people[i % people.length]!,
    text: questions[i % questions.length]!,
    at: start + i * 100,
  }));
}

/** Each message alone four times, and once together with its neighbour; in any order, the same in every run. */
function shuffledDeliveries(all: readonly Written[]): Buffer[] {
  const alone = all.flatMap((message) => Array.from({ length: 4 }, () => deliveryOf(message)));
  const pairs = all.flatMap((message, i) =>
    i % 2 === 0 ? [deliveryOf(message, all[i + 1]!)] : [],
  );
  const deliveries = [...alone, ...pairs];
  let seed = 7;
  for (let i = deliveries.length - 1; i > 0; i--) {
    seed = (seed * 48_271) % 2_147_483_647;
    const j = seed % (i + 1);
    [deliveries[i], deliveries[j]] = [deliveries[j]!, deliveries[i]!];
  }
  return deliveries;
}

/** Eight at a time; what is not acknowledged is delivered again, as the platform would. */
async function deliverAll(url: string, deliveries: readonly Buffer[]): Promise<void> {
  const pool = new Pool(url, { connections: 8 });
  const waiting = [...deliveries];
  const carry = async (): Promise<void> => {
    for (let body = waiting.pop(); body; body = waiting.pop())
      while ((await post(pool, body)) !== 200) await new Promise((r) => setTimeout(r, 50));
  };
  await Promise.all(Array.from({ length: 8 }, carry));
  await pool.destroy();
}

async function post(pool: Pool, body: Buffer): Promise<number> {
  try {
    const path = '/webhooks/messenger';
    const answer = await pool.request({ path, method: 'POST', headers: headersOf(body), body });
    await answer.body.dump();
    return answer.statusCode;
  } catch {
    return 0;
  }
}

function effects(home: Home) {
  return lookInto(home, {}, async (store) => {
    const lines = await store.collection(messages).find({ where: {}, limit: 1_000 });
    const taken = await store.collection(turns).find({ where: {}, limit: 1_000 });
    return { asked: lines.filter(({ from }) => from === 'person').length, turns: taken.length };
  });
}

test(
  'every delivery five times, shuffled, across a kill and a restart, has one effect',
  async () => {
    const home = await makeHome();
    const platform = await startPlatform();
    platform.echoesTo(`${home.url}/webhooks/messenger`);
    const env = { LOG_LEVEL: 'warn', ...messengerEnv(platform.url) };
    const all = written(40);
    const deliveries = shuffledDeliveries(all);
    const half = deliveries.length / 2;

    const before = await startProgram(home, { env });
    await deliverAll(home.url, deliveries.slice(0, half));
    await before.kill();
    const after = await startProgram(home, { env });
    await deliverAll(home.url, deliveries.slice(half));
    await until(
      'all work is done',
      async () => (await jobsIn(home, {}, 'inbox', 'outbox')).length === 0,
    );

    const { unanswered, doubled } = ledgerOf(all, platform.brought);
    expect(unanswered).toEqual([]);
    expect(doubled).toEqual(new Map());
    expect(await effects(home)).toEqual({ asked: all.length, turns: all.length });
    expect(await jobsIn(home, {}, 'dead')).toEqual([]);
    await after.stop();
    await platform.close();
  },
  patience,
);

test('an event delivered again 36 hours later has no effect', async () => {
  const bot = await startBot();
  const body = messageBody({ text: questions[0] }, people[0]!, bot.clock);
  await bot.receives(body);
  const [sent, lines] = [bot.sent().length, await bot.transcript(people[0])];
  expect(sent).toBeGreaterThan(0);

  bot.clock.advance(hours(36));
  await bot.receives(body);
  expect(bot.sent()).toHaveLength(sent);
  expect(await bot.transcript(people[0])).toEqual(lines);
  await bot.stop();
});

test('what was erased does not come back by a delivery 36 hours later', async () => {
  const bot = await startBot();
  const body = messageBody({ text: questions[0] }, people[0]!, bot.clock);
  await bot.receives(body);
  const { contactId } = await bot.conversation(people[0]);
  while (!(await eraseStep(bot.store, contactId, bot.clock.now())));
  const sent = bot.sent().length;

  bot.clock.advance(hours(36));
  await bot.receives(body);
  expect(bot.sent()).toHaveLength(sent);
  expect(await bot.transcript(people[0])).toEqual([]);
  await bot.stop();
});
