import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { minutes } from '../../src/clock.ts';
import { AppError } from '../../src/errors.ts';
import { jobs } from '../../src/store/collections.ts';
import type { Job, QueueName, Store, Write } from '../../src/store/store.ts';
import { messageBody, signed } from '../support/bot.ts';
import { questions } from '../support/load.ts';
import { fakeGraph, graph } from '../support/platforms.ts';
import type { FakeGraph } from '../support/platforms.ts';
import { until } from '../support/process.ts';
import { startProcess } from '../support/shared-store.ts';
import type { Process, ProcessOptions } from '../support/shared-store.ts';

const person = '200000000000001';

let platform: FakeGraph;
let it: Process;

async function start(through: ProcessOptions['through']): Promise<void> {
  it = await startProcess({
    name: 'p',
    storeUrl: 'sqlite::memory:',
    platform,
    role: 'server',
    ...(through ? { through } : {}),
  });
}

beforeEach(() => {
  platform = fakeGraph();
});

afterEach(async () => {
  await it.app.stop();
  await it.store.close();
});

async function hears(text: string): Promise<void> {
  const body = messageBody({ text }, person, it.clock);
  await it.app.receiver.receive(it.app.channels.get('messenger')!, signed(body, it.clock));
}

function jobsIn(...queues: QueueName[]): Promise<Job[]> {
  return it.store.collection(jobs).find({ where: { queue: { in: queues } }, limit: 100 });
}

async function allDone(): Promise<void> {
  await until('all is done', async () => (await jobsIn('inbox', 'outbox')).length === 0);
}

/** Every job of the outbox that a commit takes away. */
const settles = (writes: readonly Write[]): boolean =>
  writes.some(
    ({ op, in: name, doc }) => op === 'remove' && name === 'jobs' && doc.id.startsWith('out/'),
  );

/** The store is away for the first commits of a kind: before they are made, or after, when nobody knows. */
function awayFor(times: number, which: typeof settles, when: 'before' | 'after') {
  const code = when === 'before' ? 'store_unavailable' : 'commit_unknown';
  return (store: Store): Store => ({
    ...store,
    commit: async (writes) => {
      if (!which(writes) || times-- <= 0) return store.commit(writes);
      if (when === 'after') await store.commit(writes);
      throw new AppError(code, 503, 'away');
    },
  });
}

test('when the store goes away after a send, only the commit is repeated, not the send', async () => {
  await start(awayFor(2, settles, 'before'));
  await hears(questions[0]!);
  await allDone();
  const marks = platform.sent.map(({ call }) => call.message.metadata);
  expect(marks.length).toBeGreaterThan(0);
  expect(new Set(marks).size).toBe(marks.length);
  expect(await jobsIn('dead')).toEqual([]);
});

test('when nobody knows whether what was sent was recorded, it is looked up and not sent again', async () => {
  await start(awayFor(2, settles, 'after'));
  await hears(questions[0]!);
  await allDone();
  const marks = platform.sent.map(({ call }) => call.message.metadata);
  expect(new Set(marks).size).toBe(marks.length);
  await until('its lane is let go', () => it.app.worker?.busy() === 0);
});

test('a platform that was down for long does not make the next fault the last', async () => {
  let faulty = false;
  await start((store) => ({
    ...store,
    commit: async (writes) => {
      if (!faulty || !settles(writes)) return store.commit(writes);
      faulty = false;
      throw new TypeError('a mistake that nobody foresaw');
    },
  }));
  platform.answers(graph.down);
  await hears(questions[0]!);
  for (let tries = 1; tries <= 8; tries++) {
    await until('it is tried', async () => ((await jobsIn('outbox'))[0]?.attempts ?? 0) >= tries);
    it.clock.advance(minutes(6));
  }
  faulty = true;
  platform.answers(undefined);
  await until('the mistake was made', () => !faulty);
  await until('it will be tried again', async () =>
    (await jobsIn('outbox')).some(({ dueAt }) => dueAt > it.clock.now()),
  );
  it.clock.advance(minutes(6));
  await allDone();
  expect(await jobsIn('dead')).toEqual([]);
});
