import { afterEach, describe, expect, test } from '@jest/globals';
import { days, hours, minutes, seconds } from '../../src/clock.ts';
import type { Instant } from '../../src/clock.ts';
import type { TaskBody } from '../../src/pipeline/queue.ts';
import * as collections from '../../src/store/collections.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { schedule } from '../../src/tasks/schedule.ts';
import type { Task } from '../../src/tasks/task.ts';
import { startBot, stopBots } from '../support/bot.ts';
import { manualClock } from '../support/clock.ts';
import type { ManualClock } from '../support/clock.ts';
import { temporaryFile } from '../support/files.ts';

const open: Store[] = [];
afterEach(async () => {
  await stopBots();
  await Promise.all(open.splice(0).map((store) => store.close()));
});

async function emptyStore(
  clock: ManualClock,
  url = 'sqlite::memory:',
  role: 'server' | 'command' = 'server',
) {
  const store = await openStore(url, { processId: `p-${open.length}`, clock, role });
  open.push(store);
  return store;
}

const task = (name: string, more: Partial<Task> = {}): Task => ({
  name,
  every: hours(1),
  missed: 'once',
  run: async () => undefined,
  ...more,
});
const queued = async (store: Store): Promise<string[]> =>
  (await store.collection(collections.jobs).find({ where: { queue: 'tasks' }, limit: 99 })).map(
    ({ body }) => (body as TaskBody).task,
  );

describe('a scheduled task', () => {
  test('is queued once in each slot, however often the timer looks', async () => {
    const clock = manualClock();
    const store = await emptyStore(clock);
    const tasks = [task('a'), task('on demand', { every: undefined as never })];
    for (let look = 0; look < 5; look++) await schedule(tasks, store, clock);
    expect(await queued(store)).toEqual(['a']);
    clock.advance(minutes(59.9));
    await schedule(tasks, store, clock);
    expect(await queued(store)).toEqual(['a']);
    clock.advance(minutes(0.1));
    await schedule(tasks, store, clock);
    expect(await queued(store)).toEqual(['a', 'a']);
  });

  test('is queued once though two look at the same moment', async () => {
    const clock = manualClock();
    const store = await emptyStore(clock);
    await Promise.all([schedule([task('a')], store, clock), schedule([task('a')], store, clock)]);
    expect(await queued(store)).toEqual(['a']);
  });

  test('is queued once though two processes look at the same database', async () => {
    const clock = manualClock();
    const url = `sqlite:${temporaryFile('two.db')}`;
    const one = await emptyStore(clock, url);
    const other = await emptyStore(clock, url, 'command');
    for (let hour = 0; hour < 5; hour++) {
      await Promise.all([schedule([task('a')], one, clock), schedule([task('a')], other, clock)]);
      clock.advance(hours(1));
    }
    expect(await queued(one)).toEqual(Array(5).fill('a'));
  });

  test('is not queued again for a slot whose job is done', async () => {
    const clock = manualClock();
    const store = await emptyStore(clock);
    await schedule([task('a')], store, clock);
    const [job] = await store
      .collection(collections.jobs)
      .find({ where: { queue: 'tasks' }, limit: 1 });
    await store.commit([{ op: 'remove', in: 'jobs', doc: { id: job!.id, version: job!.version } }]);
    await schedule([task('a')], store, clock);
    expect(await queued(store)).toEqual([]);
  });

  test('that was missed runs once for all missed slots, or not at all, as it says', async () => {
    const clock = manualClock();
    const store = await emptyStore(clock);
    const tasks = [task('catches up', { missed: 'once' }), task('lets go', { missed: 'skip' })];
    await schedule(tasks, store, clock);
    clock.advance(hours(10.75));
    await schedule(tasks, store, clock);
    expect((await queued(store)).sort()).toEqual(['catches up', 'catches up', 'lets go']);
    clock.advance(minutes(15));
    await schedule(tasks, store, clock);
    expect((await queued(store)).filter((name) => name === 'lets go')).toHaveLength(2);
  });

  test('waits quietly when the clock was set back, and goes on when time has caught up', async () => {
    const clock = manualClock();
    const store = await emptyStore(clock);
    await schedule([task('a')], store, clock);
    clock.set((clock.now() - hours(3)) as Instant);
    await schedule([task('a')], store, clock);
    expect(await queued(store)).toEqual(['a']);
    clock.advance(hours(4));
    await schedule([task('a')], store, clock);
    expect(await queued(store)).toEqual(['a', 'a']);
  });

  test('runs again at its next slot when the clock had stood months ahead for a moment', async () => {
    const clock = manualClock();
    const store = await emptyStore(clock);
    const right = clock.now();
    clock.set((right + days(200)) as Instant);
    await schedule([task('a')], store, clock);
    clock.set(right);
    await schedule([task('a')], store, clock);
    expect(await queued(store)).toEqual(['a']);
    clock.advance(hours(1));
    await schedule([task('a')], store, clock);
    expect(await queued(store)).toEqual(['a', 'a']);
  });
});

describe('the application', () => {
  test('runs its tasks, and leaves nothing of them behind', async () => {
    const bot = await startBot();
    await bot.app.tick();
    await bot.settled();
    for (let hour = 0; hour < 48; hour++) {
      bot.clock.advance(hours(1));
      await bot.app.tick();
      await bot.settled();
    }
    expect(await queued(bot.store)).toEqual([]);
    expect(await bot.dead()).toEqual([]);
    const daily = await bot.store.collection(collections.taskStates).get('retention');
    expect(bot.clock.now() - daily!.lastSlot).toBeLessThan(days(1));
  });

  test('goes on when the store was away for a tick', async () => {
    let isAway = true;
    const bot = await startBot({
      through: (store) => ({
        ...store,
        commit: async (writes) => {
          if (isAway) throw new Error('away');
          return store.commit(writes);
        },
      }),
    });
    await bot.app.tick();
    expect(bot.log().find(({ msg }) => msg === 'schedule failed')).toMatchObject({
      trace: expect.any(String),
    });
    isAway = false;
    bot.clock.advance(seconds(1));
    await bot.app.tick();
    await bot.settled();
    expect(await bot.store.collection(collections.taskStates).get('holds')).toBeDefined();
  });
});
