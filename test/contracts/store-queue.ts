import { describe, expect, test } from '@jest/globals';
import { later, minutes, seconds } from '../../src/clock.ts';
import type { Instant } from '../../src/clock.ts';
import { jobs, locks } from '../../src/store/collections.ts';
import type { Claim, Job, Store } from '../../src/store/store.ts';
import {
  add,
  check,
  finish,
  ids,
  insert,
  job,
  lost,
  put,
  release,
  remove,
  replace,
  thing,
  things,
} from './store-world.ts';
import type { World } from './store-world.ts';

/** Lanes: in order, one job at a time, side by side. */
export function queueContract(world: () => World): void {
  const claimOne = async (store: Store): Promise<Claim> => {
    const [claim] = await store.claim('inbox', 'web', 1);
    if (!claim) throw new Error('Nothing could be claimed.');
    return claim;
  };

  describe('a lane', () => {
    test('gives its first job to one worker, and nothing more until that one is done', async () => {
      const { store } = world();
      await store.commit([add('1', { order: 1 }), add('2', { order: 2 })]);
      const claim = await claimOne(store);
      expect(claim.job).toMatchObject({ id: '1', body: { n: '1' } });
      expect(claim.takenOver).toBe(false);
      expect(await store.claim('inbox', 'web', 5)).toEqual([]);
      await store.commit(finish(claim));
      expect(ids(await store.claim('inbox', 'web', 5))).toEqual(['2']);
    });

    test('is worked by order, and by arrival where the order is equal', async () => {
      const { store } = world();
      for (const [id, order] of [
        ['c', 5],
        ['a', 1],
        ['d', 5],
        ['b', 1],
        ['e', 5],
      ] as const) {
        await store.commit([add(id, { order })]);
      }
      expect(await workAll(store)).toEqual(['a', 'b', 'c', 'd', 'e']);
    });

    test('is worked by order when all of its jobs arrive in one commit', async () => {
      const { store } = world();
      await store.commit([add('b', { order: 2 }), add('a', { order: 1 }), add('c', { order: 2 })]);
      expect(await workAll(store)).toEqual(['a', 'b', 'c']);
    });

    test('keeps its jobs in order when thousands wait', async () => {
      const { store } = world();
      for (let n = 0; n < 10_000; n += 500) {
        await store.commit(
          Array.from({ length: 500 }, (_, k) => add(`${n + k}`, { order: n + k })),
        );
      }
      const first = await claimOne(store);
      await store.commit(finish(first));
      expect([first.job.id, (await claimOne(store)).job.id]).toEqual(['0', '1']);
    }, 60_000);

    test('lets an earlier job in first, unless it is being worked', async () => {
      const { store } = world();
      await store.commit([add('later', { order: 5 })]);
      await store.commit([add('early', { order: 1 })]);
      const claim = await claimOne(store);
      expect(claim.job.id).toBe('early');
      await store.commit([add('earlier still', { order: 0 })]);
      await store.commit(finish(claim));
      expect(await workAll(store)).toEqual(['earlier still', 'later']);
    });

    test('waits as a whole while its head is not due, and other lanes do not', async () => {
      const { store, clock } = world();
      const dueAt = later(clock.now(), seconds(10));
      await store.commit([
        add('slow', { order: 1, dueAt }),
        add('behind', { order: 2 }),
        add('other', { lane: 'other' }),
      ]);
      expect(ids(await store.claim('inbox', 'web', 5))).toEqual(['other']);
      clock.advance(seconds(10));
      expect(ids(await store.claim('inbox', 'web', 5))).toEqual(['slow']);
    });

    test('waits for a retry of its head', async () => {
      const { store, clock } = world();
      await store.commit([add('1', { order: 1 }), add('2', { order: 2 })]);
      const claim = await claimOne(store);
      const dueAt = later(clock.now(), seconds(30));
      await store.commit([replace<Job>(jobs, claim.job, { dueAt, attempts: 1 }), release(claim)]);
      expect(await store.claim('inbox', 'web', 5)).toEqual([]);
      clock.advance(seconds(30));
      const again = await claimOne(store);
      expect(again.job).toMatchObject({ id: '1', attempts: 1 });
    });

    test('lets an earlier job pass a head that waits for its retry', async () => {
      const { store, clock } = world();
      await store.commit([add('1', { order: 1 })]);
      const claim = await claimOne(store);
      await store.commit([add('0', { order: 0 })]);
      const dueAt = later(clock.now(), minutes(1));
      await store.commit([replace<Job>(jobs, claim.job, { dueAt }), release(claim)]);
      expect((await claimOne(store)).job.id).toBe('0');
    });

    test('goes on with the next job when its head is buried', async () => {
      const { store } = world();
      await store.commit([add('1', { order: 1 }), add('2', { order: 2 })]);
      const claim = await claimOne(store);
      await store.commit([replace<Job>(jobs, claim.job, { queue: 'dead' }), release(claim)]);
      expect((await claimOne(store)).job.id).toBe('2');
      expect(await store.claim('dead', 'web', 5)).toEqual([]);
      expect(await store.collection(jobs).get(claim.job.id)).toMatchObject({ queue: 'dead' });
    });

    test('takes a dead job back at the end of its order', async () => {
      const { store } = world();
      await store.commit([add('1', { order: 1 }), add('2', { order: 1 })]);
      const claim = await claimOne(store);
      await store.commit([replace<Job>(jobs, claim.job, { queue: 'dead' }), release(claim)]);
      const dead = await store.collection(jobs).get(claim.job.id);
      await store.commit([replace<Job>(jobs, dead!, { queue: 'inbox' })]);
      expect(await workAll(store)).toEqual(['2', '1']);
    });

    test('loses a job that somebody removes from its middle, and keeps the rest', async () => {
      const { store } = world();
      await store.commit(['1', '2', '3'].map((id) => add(id, { order: Number(id) })));
      const middle = await store.collection(jobs).get(job('2').id);
      await store.commit([remove(jobs, middle!)]);
      expect(await workAll(store)).toEqual(['1', '3']);
    });

    test('loses its waiting head to somebody who removes it', async () => {
      const { store } = world();
      await store.commit(['1', '2'].map((id) => add(id, { order: Number(id) })));
      const head = await store.collection(jobs).get(job('1').id);
      await store.commit([remove(jobs, head!)]);
      expect(await workAll(store)).toEqual(['2']);
    });

    test('is kept when it is empty, and can be removed when its person is erased', async () => {
      const { store } = world();
      await store.commit([add('1')]);
      const claim = await claimOne(store);
      await store.commit(finish(claim));
      const lock = await store.collection(locks).get(claim.lock.id);
      expect(lock).toMatchObject({
        id: 'inbox/web/lane',
        queue: 'inbox',
        channel: 'web',
        lane: 'lane',
        owner: '',
      });
      await store.commit([remove(locks, lock!)]);
      expect(await store.collection(locks).get(claim.lock.id)).toBeUndefined();
      await store.commit([add('2')]);
      expect((await claimOne(store)).lock.version).not.toBe(claim.lock.version);
    });

    test('of the same name in another queue or channel is another lane', async () => {
      const { store } = world();
      await store.commit([
        add('in'),
        add('out', { queue: 'outbox' }),
        add('else', { channel: 'messenger' }),
      ]);
      expect(ids(await store.claim('inbox', 'web', 5))).toEqual(['in']);
      expect(ids(await store.claim('outbox', 'web', 5))).toEqual(['out']);
      expect(ids(await store.claim('inbox', 'messenger', 5))).toEqual(['else']);
    });
  });

  describe('a claim', () => {
    test('takes as many lanes as it asks for, the longest waiting first', async () => {
      const { store } = world();
      await store.commit(
        [30, 10, 20].map((at) => add(`at ${at}`, { lane: `lane ${at}`, createdAt: at as Instant })),
      );
      expect(ids(await store.claim('inbox', 'web', 2))).toEqual(['at 10', 'at 20']);
      expect(ids(await store.claim('inbox', 'web', 2))).toEqual(['at 30']);
    });

    test('does not let fresh work starve a retry that has come due', async () => {
      const { store, clock } = world();
      const dueAt = later(clock.now(), seconds(1));
      await store.commit([add('retry', { lane: 'retry', dueAt })]);
      clock.advance(seconds(5));
      await store.commit([add('fresh', { lane: 'fresh', createdAt: clock.now() })]);
      expect(ids(await store.claim('inbox', 'web', 1))).toEqual(['retry']);
    });

    test('finds work that is due now by any clock, even one that was set back', async () => {
      const { store, clock } = world();
      await store.commit([add('1', { createdAt: clock.now() })]);
      clock.set((clock.now() - minutes(60)) as Instant);
      expect(ids(await store.claim('inbox', 'web', 1))).toEqual(['1']);
    });

    test('gives each lane to one of many who ask at once', async () => {
      const { store } = world();
      await store.commit(Array.from({ length: 40 }, (_, n) => add(`${n}`, { lane: `lane ${n}` })));
      const claims = await Promise.all(
        Array.from({ length: 20 }, () => store.claim('inbox', 'web', 5)),
      );
      expect(new Set(claims.flatMap(ids)).size).toBe(40);
      expect(claims.flat()).toHaveLength(40);
    });

    test('sees past 20,000 waiting lanes of another channel and 50,000 jobs that are not due', async () => {
      const { store, clock, kind } = world();
      const dueAt = later(clock.now(), minutes(60));
      for (let n = 0; n < 50_000 * kind.crowd; n += 500) {
        const future = Array.from({ length: 500 }, (_, k) =>
          add(`f${n + k}`, { lane: `f${n + k}`, dueAt }),
        );
        await store.commit(future);
      }
      for (let n = 0; n < 20_000 * kind.crowd; n += 500) {
        const paused = Array.from({ length: 500 }, (_, k) =>
          add(`p${n + k}`, { lane: `p${n + k}`, channel: 'paused' }),
        );
        await store.commit(paused);
      }
      await store.commit([add('due', { createdAt: clock.now() })]);
      expect(ids(await store.claim('inbox', 'web', 10))).toEqual(['due']);
    }, 300_000);
  });

  describe('an insert that claims', () => {
    const addClaiming = (id: string, fields: Partial<Job> = {}) =>
      insert(jobs, job(id, fields), { claim: true });

    test('takes the free lane of its job in the same commit', async () => {
      const { store } = world();
      const { claims } = await store.commit([addClaiming('1')]);
      expect(claims).toMatchObject([{ job: { id: '1', body: { n: '1' } }, takenOver: false }]);
      expect(await store.claim('inbox', 'web', 5)).toEqual([]);
      await store.commit(finish(claims[0]!));
      expect(await store.collection(jobs).get(job('1').id)).toBeUndefined();
    });

    test('only adds the job when the lane is held, or another job is first', async () => {
      const { store } = world();
      const first = await store.commit([addClaiming('2', { order: 2 })]);
      expect((await store.commit([addClaiming('3', { order: 3 })])).claims).toEqual([]);
      expect((await store.commit([addClaiming('1', { order: 1 })])).claims).toEqual([]);
      await store.commit(finish(first.claims[0]!));
      expect((await store.commit([addClaiming('4', { order: 4 })])).claims).toEqual([]);
      expect(await workAll(store)).toEqual(['1', '3', '4']);
    });

    test('takes the lane for the first of several jobs', async () => {
      const { store } = world();
      const { claims } = await store.commit([
        addClaiming('2', { order: 2 }),
        addClaiming('1', { order: 1 }),
      ]);
      expect(ids(claims)).toEqual(['1']);
    });

    test('takes no lane for a job that is not due', async () => {
      const { store, clock } = world();
      const dueAt = later(clock.now(), seconds(1));
      expect((await store.commit([addClaiming('1', { dueAt })])).claims).toEqual([]);
    });

    test('takes a lane that is left in the same commit', async () => {
      const { store } = world();
      const { claims } = await store.commit([addClaiming('1', { order: 1 })]);
      const next = await store.commit([...finish(claims[0]!), addClaiming('2', { order: 2 })]);
      expect(ids(next.claims)).toEqual(['2']);
    });
  });

  describe('a lock', () => {
    test('keeps who lost the lane from committing', async () => {
      const { store } = world();
      await store.commit([add('1')]);
      const stale = await claimOne(store);
      await store.commit([release(stale)]);
      const fresh = await claimOne(store);
      expect(fresh.job.id).toBe('1');
      expect(
        await lost(store.commit([...finish(stale), insert(things, thing('by a ghost'))])),
      ).toEqual(['locks/inbox/web/lane']);
      expect(await store.collection(things).get('by a ghost')).toBeUndefined();
      await store.commit(finish(fresh));
    });

    test('holds for a commit that only checks it', async () => {
      const { store } = world();
      await store.commit([add('1')]);
      const claim = await claimOne(store);
      await store.commit([check(locks, claim.lock), insert(things, thing('note'))]);
      await store.commit([release(claim)]);
      expect(await lost(store.commit([check(locks, claim.lock)]))).toEqual([
        'locks/inbox/web/lane',
      ]);
    });

    test('is not given back by who no longer has it', async () => {
      const { store } = world();
      await store.commit([add('1')]);
      const stale = await claimOne(store);
      await store.commit([release(stale)]);
      await claimOne(store);
      expect(await lost(store.commit([release(stale)]))).toHaveLength(1);
      expect(await store.claim('inbox', 'web', 1)).toEqual([]);
    });

    test('may be given back while jobs come and go in its lane', async () => {
      const { store } = world();
      await store.commit([add('1')]);
      const claim = await claimOne(store);
      await Promise.all(
        ['2', '3', '4'].map((id) => store.commit([add(id, { order: Number(id) })])),
      );
      await store.commit(finish(claim));
      expect(await workAll(store)).toEqual(['2', '3', '4']);
    });
  });

  describe('work in many lanes at once', () => {
    test('is done once each and in order, whoever claims', async () => {
      const { store } = world();
      const done: string[] = [];
      await Promise.all(
        Array.from({ length: 60 }, (_, n) =>
          store.commit([
            add(`${n % 6}/${Math.floor(n / 6)}`, { lane: `${n % 6}`, order: Math.floor(n / 6) }),
          ]),
        ),
      );
      const work = async (): Promise<void> => {
        for (;;) {
          const claims = await store.claim('inbox', 'web', 2);
          if (claims.length === 0) return;
          for (const claim of claims) {
            done.push(claim.job.id);
            await store.commit(finish(claim));
          }
        }
      };
      await Promise.all([work(), work(), work()]);
      await work();
      for (let lane = 0; lane < 6; lane++) {
        const inLane = done.filter((id) => id.startsWith(`${lane}/`));
        expect(inLane).toEqual(Array.from({ length: 10 }, (_, n) => `${lane}/${n}`));
      }
    });
  });

  describe('documents and jobs of one commit', () => {
    test('are there together or not at all', async () => {
      const { store } = world();
      await put(store, thing('taken'));
      await lost(store.commit([add('1'), insert(things, thing('taken'))]));
      expect(await store.claim('inbox', 'web', 1)).toEqual([]);
      await store.commit([add('1'), insert(things, thing('free'))]);
      expect(ids(await store.claim('inbox', 'web', 1))).toEqual(['1']);
    });
  });
}

async function workAll(store: Store): Promise<string[]> {
  const done: string[] = [];
  for (;;) {
    const [claim] = await store.claim('inbox', 'web', 1);
    if (!claim) return done;
    done.push(claim.job.id);
    await store.commit(finish(claim));
  }
}
