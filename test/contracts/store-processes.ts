import { describe, expect, test } from '@jest/globals';
import { seconds } from '../../src/clock.ts';
import { jobs, locks } from '../../src/store/collections.ts';
import type { Change, Store } from '../../src/store/store.ts';
import { manualClock } from '../support/clock.ts';
import {
  add,
  check,
  finish,
  ids,
  insert,
  job,
  lost,
  put,
  read,
  release,
  remove,
  replace,
  thing,
  things,
  until,
} from './store-world.ts';
import type { World } from './store-world.ts';

/** What processes tell each other, and what becomes of the work of one that falls silent. */
export function watchContract(world: () => World): void {
  describe('watching', () => {
    test('tells of what commits of this process changed', async () => {
      const { store } = world();
      const heard = listen(store);
      await store.commit([
        insert(things, thing('one', { group: 'x' })),
        insert(things, thing('two', { group: 'y' })),
      ]);
      expect(heard).toEqual([
        { topic: 'group', id: 'x' },
        { topic: 'group', id: 'y' },
      ]);
    });

    test('tells of a removal, too', async () => {
      const { store } = world();
      const [one] = await put(store, thing('one', { group: 'x' }));
      const heard = listen(store);
      await store.commit([remove(things, one!)]);
      expect(heard).toEqual([{ topic: 'group', id: 'x' }]);
    });

    test('says nothing of a commit that lost', async () => {
      const { store } = world();
      await put(store, thing('one'));
      const heard = listen(store);
      await lost(store.commit([insert(things, thing('one')), add('1')]));
      expect(heard).toEqual([]);
    });

    test('tells that work waits: added, freed again, left with more behind it', async () => {
      const { store } = world();
      const heard = listen(store);
      const inbox = { topic: 'jobs', id: 'inbox/web' };
      await store.commit([add('1', { order: 1 }), add('2', { order: 2 })]);
      expect(heard.splice(0)).toEqual([inbox]);
      const [claim] = await store.claim('inbox', 'web', 1);
      expect(heard.splice(0)).toEqual([]);
      await store.commit([add('3', { order: 3 })]);
      expect(heard.splice(0)).toEqual([]);
      await store.commit(finish(claim!));
      expect(heard.splice(0)).toEqual([inbox]);
    });

    test('does not wake anybody for a lane that is taken in the same commit, or left empty', async () => {
      const { store } = world();
      const heard = listen(store);
      const { claims } = await store.commit([insert(jobs, job('1'), { claim: true })]);
      await store.commit(finish(claims[0]!));
      expect(heard).toEqual([]);
    });

    test('ends when it is stopped, and a listener that fails harms nobody', async () => {
      const { store } = world();
      store.watch(() => {
        throw new Error('a broken listener');
      });
      const heard: Change[] = [];
      const stop = store.watch((changes) => heard.push(...changes));
      await put(store, thing('one'));
      stop();
      await put(store, thing('two'));
      expect(heard).toHaveLength(1);
    });
  });
}

/** Only for stores that several processes can have open. */
export function processesContract(world: () => World): void {
  const command = { role: 'command' } as const;

  describe('two processes on one store', () => {
    test('hear of each other’s commits', async () => {
      const { store, open } = world();
      const other = await open(command);
      const here = listen(store);
      const there = listen(other);
      await put(other, thing('one', { group: 'from there' }));
      await until(() => here.some(({ id }) => id === 'from there'));
      await put(store, thing('two', { group: 'from here' }));
      await until(() => there.some(({ id }) => id === 'from here'));
      await other.commit([add('1')]);
      await until(() => here.some(({ topic, id }) => topic === 'jobs' && id === 'inbox/web'));
      // Once each: one's own commits do not come back as somebody else's.
      expect(here.filter(({ id }) => id === 'from here')).toHaveLength(1);
      expect(there.filter(({ id }) => id === 'from there')).toHaveLength(1);
    });

    test('see what the other has committed', async () => {
      const { store, open } = world();
      const other = await open(command);
      const [one] = await put(store, thing('one'));
      await other.commit([replace(things, await read(other, 'one'), { rank: 2 })]);
      expect((await read(store, 'one')).rank).toBe(2);
      expect(await lost(store.commit([replace(things, one!, { rank: 3 })]))).toEqual([
        'things/one',
      ]);
    });

    test('draw different versions, and numbers of one sequence without holes or doubles', async () => {
      const { store, open } = world();
      const both = [store, await open(command)];
      const commits = await Promise.all(
        Array.from({ length: 40 }, (_, n) =>
          both[n % 2]!.commit([insert(things, thing(`n${n}`), { sequence: 'talk' })]),
        ),
      );
      const numbers = commits.flatMap(({ seq }) => [...seq.values()]);
      expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
      const found = await store.collection(things).find({ where: { group: 'a' }, limit: 100 });
      expect(new Set(found.map(({ version }) => version)).size).toBe(40);
    });

    test('never both write on what the other relied on', async () => {
      const { store, open } = world();
      const other = await open(command);
      for (let round = 0; round < 10; round++) {
        const [consent, registration] = await put(
          store,
          thing(`consent ${round}`),
          thing(`registration ${round}`),
        );
        const results = await Promise.allSettled([
          store.commit([check(things, consent!), replace(things, registration!, { rank: 2 })]),
          other.commit([check(things, registration!), replace(things, consent!, { rank: 2 })]),
          store.commit([
            check(things, { id: `b ${round}`, version: 0 }),
            insert(things, thing(`a ${round}`)),
          ]),
          other.commit([
            check(things, { id: `a ${round}`, version: 0 }),
            insert(things, thing(`b ${round}`)),
          ]),
        ]);
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
      }
    });

    test('insert one key once', async () => {
      const { store, open } = world();
      const both = [store, await open(command)];
      for (let round = 0; round < 10; round++) {
        const results = await Promise.allSettled(
          both.map((one, n) => one.commit([insert(things, thing(`n${round}`, { rank: n }))])),
        );
        expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      }
    });

    test('share the lanes between them', async () => {
      const { store, open } = world();
      const other = await open(command);
      await store.commit(Array.from({ length: 30 }, (_, n) => add(`${n}`, { lane: `lane ${n}` })));
      const claims = await Promise.all(
        [store, other, store, other].map((one) => one.claim('inbox', 'web', 10)),
      );
      const rest = await store.claim('inbox', 'web', 50);
      expect(new Set([...claims.flat(), ...rest].map((claim) => claim.job.id)).size).toBe(30);
      expect([...claims.flat(), ...rest]).toHaveLength(30);
    });
  });

  describe('a process that falls silent', () => {
    test('loses its lanes after six seconds of the other’s clock, and cannot commit any more', async () => {
      const { store, open, clock } = world();
      const silent = await open({ ...command, clock: manualClock() });
      await silent.commit([add('1', { order: 1 }), add('2', { order: 2 })]);
      const [held] = await silent.claim('inbox', 'web', 1);
      expect(await store.claim('inbox', 'web', 1)).toEqual([]);
      clock.advance(seconds(5));
      expect(await store.claim('inbox', 'web', 1)).toEqual([]);
      clock.advance(seconds(2));
      const [taken] = await store.claim('inbox', 'web', 1);
      expect(taken).toMatchObject({ job: { id: '1' }, takenOver: true });
      expect(await lost(silent.commit(finish(held!)))).toEqual(['locks/inbox/web/lane']);
      await store.commit(finish(taken!));
      expect(await store.claim('inbox', 'web', 1)).toMatchObject([
        { job: { id: '2' }, takenOver: false },
      ]);
    });

    test('keeps its lanes as long as it shows signs of life', async () => {
      const { store, open, clock } = world();
      const clockThere = manualClock();
      const busy = await open({ ...command, clock: clockThere });
      await busy.commit([add('1')]);
      const [held] = await busy.claim('inbox', 'web', 1);
      for (let n = 0; n < 10; n++) {
        clock.advance(seconds(2));
        clockThere.advance(seconds(2));
        await busy.claim('outbox', 'web', 1);
        expect(await store.claim('inbox', 'web', 1)).toEqual([]);
      }
      await busy.commit(finish(held!));
    });

    test('has its half-done job looked at first, even if an earlier one has come', async () => {
      const { store, open, clock } = world();
      const silent = await open({ ...command, clock: manualClock() });
      await silent.commit([add('1', { order: 1 })]);
      await silent.claim('inbox', 'web', 1);
      await store.claim('inbox', 'web', 1);
      await store.commit([add('0', { order: 0 })]);
      clock.advance(seconds(7));
      const [taken] = await store.claim('inbox', 'web', 1);
      expect(taken).toMatchObject({ job: { id: '1' }, takenOver: true });
      await store.commit([release(taken!)]);
      expect(await store.claim('inbox', 'web', 1)).toMatchObject([
        { job: { id: '0' }, takenOver: false },
      ]);
    });

    test('and is not judged by clocks that are set: only by how long it was silent', async () => {
      const { store, open, clock } = world();
      const other = await open({ ...command, clock: manualClock(0) });
      await other.commit([add('1')]);
      await other.claim('inbox', 'web', 1);
      expect(await store.claim('inbox', 'web', 1)).toEqual([]);
      clock.set((clock.now() - 86_400_000) as never);
      expect(await store.claim('inbox', 'web', 1)).toEqual([]);
    });

    test('by closing leaves its lanes at once', async () => {
      const { store, open } = world();
      const leaving = await open(command);
      await leaving.commit([add('1')]);
      const [held] = await leaving.claim('inbox', 'web', 1);
      await leaving.close();
      const [taken] = await store.claim('inbox', 'web', 1);
      expect(taken).toMatchObject({ job: { id: '1' }, takenOver: true });
      expect(taken!.lock.version).not.toBe(held!.lock.version);
      expect(await store.collection(locks).get(taken!.lock.id)).toMatchObject({
        owner: taken!.lock.owner,
      });
      expect(ids([taken!])).toEqual(['1']);
    });
  });
}

function listen(store: Store): Change[] {
  const heard: Change[] = [];
  store.watch((changes) => heard.push(...changes));
  return heard;
}
