import { afterEach, expect, test } from '@jest/globals';
import { days } from '../../src/clock.ts';
import type { Instant } from '../../src/clock.ts';
import { staffSeen, staffing } from '../../src/pipeline/staff.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { manualClock } from '../support/clock.ts';

let store: Store;
afterEach(() => store.close());

test('a sign of staff given while the clock stood months ahead promises nobody, and a right one counts', async () => {
  const clock = manualClock();
  store = await openStore('sqlite::memory:', { processId: 'p', clock, role: 'server' });
  const right = clock.now();
  clock.set((right + days(200)) as Instant);
  await store.commit(await staffSeen(store, clock.now()));
  clock.set(right);
  expect(await staffing(store, clock)()).toBe(false);
  await store.commit(await staffSeen(store, clock.now()));
  expect(await staffing(store, clock)()).toBe(true);
  clock.advance(days(7));
  expect(await staffing(store, clock)()).toBe(false);
});

test('who asks while the first look is under way gets the same answer', async () => {
  const clock = manualClock();
  store = await openStore('sqlite::memory:', { processId: 'p', clock, role: 'server' });
  await store.commit(await staffSeen(store, clock.now()));
  const isStaffed = staffing(store, clock);
  expect(await Promise.all([isStaffed(), isStaffed()])).toEqual([true, true]);
});
