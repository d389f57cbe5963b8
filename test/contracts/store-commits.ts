import { describe, expect, test } from '@jest/globals';
import type { ContactId } from '../../src/ids.ts';
import { sequences } from '../../src/store/collections.ts';
import type { Committed, Store, Write } from '../../src/store/store.ts';
import { check, insert, lost, put, read, remove, replace, thing, things } from './store-world.ts';
import type { World } from './store-world.ts';

/** All or nothing, checked against what was read. */
export function commitsContract(world: () => World): void {
  describe('a commit', () => {
    test('writes all of its documents, and they are read back as they were given', async () => {
      const { store } = world();
      const inside = {
        list: [1, 'hai', null, true],
        deep: { 'a.b': { $where: 'x' } },
        text: 'Ê Đê ‹một› 🌱',
      };
      const [made] = await put(store, thing('one', { inside }), thing('two'));
      expect(made).toEqual({ ...thing('one', { inside }), version: made?.version });
      expect(made?.version).toBeGreaterThan(0);
    });

    test('leaves out what is undefined', async () => {
      const { store } = world();
      const [made] = await put(store, { ...thing('one'), inside: undefined });
      expect(Object.keys(made ?? {})).not.toContain('inside');
    });

    test('replaces the version that was read, and the version moves', async () => {
      const { store } = world();
      const [made] = await put(store, thing('one'));
      await store.commit([replace(things, made!, { rank: 2 })]);
      const now = await read(store, 'one');
      expect(now.rank).toBe(2);
      expect(now.version).not.toBe(made!.version);
    });

    test('forgets a field that the new form of a document does not have', async () => {
      const { store } = world();
      const [made] = await put(store, thing('one', { text: 'chữ' }));
      const { text, ...rest } = made!;
      expect(text).toBe('chữ');
      await store.commit([{ op: 'replace', in: 'things', doc: rest }]);
      expect(await read(store, 'one')).not.toHaveProperty('text');
    });

    test('loses when a document moved on since it was read, and says which', async () => {
      const { store } = world();
      const [made, other] = await put(store, thing('one'), thing('two'));
      await store.commit([replace(things, made!, { rank: 2 })]);
      const keys = await lost(
        store.commit([replace(things, other!, { rank: 9 }), replace(things, made!, { rank: 3 })]),
      );
      expect(keys).toEqual(['things/one']);
      expect((await read(store, 'one')).rank).toBe(2);
      expect((await read(store, 'two')).rank).toBe(1);
    });

    test('loses when the key is taken', async () => {
      const { store } = world();
      await put(store, thing('one', { rank: 1 }));
      expect(
        await lost(
          store.commit([insert(things, thing('one', { rank: 2 })), insert(things, thing('two'))]),
        ),
      ).toEqual(['things/one']);
      expect(await store.collection(things).get('two')).toBeUndefined();
    });

    test('loses when what it would remove or replace is gone', async () => {
      const { store } = world();
      const [made] = await put(store, thing('one'));
      await store.commit([remove(things, made!)]);
      expect(await lost(store.commit([remove(things, made!)]))).toEqual(['things/one']);
      expect(await lost(store.commit([replace(things, made!, {})]))).toEqual(['things/one']);
    });

    test('names every document that moved on', async () => {
      const { store } = world();
      const [one, two] = await put(store, thing('one'), thing('two'));
      await store.commit([replace(things, one!, {}), remove(things, two!)]);
      const keys = await lost(
        store.commit(
          [replace(things, one!, {}), check(things, two!), insert(things, thing('one'))].slice(
            0,
            2,
          ),
        ),
      );
      expect([...keys].sort()).toEqual(['things/one', 'things/two']);
    });

    test('may check what it also writes', async () => {
      const { store } = world();
      const [one] = await put(store, thing('one'));
      await store.commit([check(things, one!), replace(things, one!, { rank: 5 })]);
      expect((await read(store, 'one')).rank).toBe(5);
    });

    test('of nothing but checks holds or loses like any other', async () => {
      const { store } = world();
      const [one] = await put(store, thing('one'));
      await store.commit([check(things, one!), check(things, { id: 'none', version: 0 })]);
      await store.commit([check(things, one!)]);
      expect((await read(store, 'one')).version).toBe(one!.version);
      await store.commit([replace(things, one!, {})]);
      expect(await lost(store.commit([check(things, one!)]))).toEqual(['things/one']);
      expect(await lost(store.commit([check(things, { id: 'one', version: 0 })]))).toEqual([
        'things/one',
      ]);
    });

    test('takes 500 writes', async () => {
      const { store } = world();
      await store.commit(Array.from({ length: 500 }, (_, n) => insert(things, thing(`n${n}`))));
      expect(await store.collection(things).count({ group: 'a' }, 1_000)).toBe(500);
    });
  });

  describe('a mistake of the program', () => {
    const faulty: [string, (store: Store) => Write[] | Promise<Write[]>][] = [
      [
        'more than 500 writes',
        () => Array.from({ length: 501 }, (_, n) => insert(things, thing(`n${n}`))),
      ],
      ['a collection that does not exist', () => [insert({ name: 'nothings' }, thing('one'))]],
      [
        'a document of another schema',
        () => [insert(things, { ...thing('one'), schema: 2 as never })],
      ],
      [
        'personal data without a contact',
        () => [insert(things, { ...thing('one'), contactId: undefined as never })],
      ],
      [
        'the same document twice',
        () => [insert(things, thing('one')), insert(things, thing('one'))],
      ],
      ['a document that cannot be kept', () => [insert(things, thing('one', { inside: 1n }))]],
      ['a document without an id', () => [insert(things, thing(''))]],
      [
        'replacing what was never read',
        () => [replace(things, { ...thing('one'), version: 0 }, {})],
      ],
    ];
    test.each(faulty)('%s is refused, and takes nobody with it', async (_, writes) => {
      const { store } = world();
      const good = store.commit([insert(things, thing('good'))]);
      const bad = store.commit(await writes(store));
      const alsoGood = store.commit([insert(things, thing('also good'))]);
      await expect(bad).rejects.toThrow(Error);
      await Promise.all([good, alsoGood]);
      expect(await store.collection(things).count({ group: 'a' }, 10)).toBe(2);
    });
  });

  describe('commits that arrive together', () => {
    test('are all written', async () => {
      const { store } = world();
      await Promise.all(
        Array.from({ length: 300 }, (_, n) => store.commit([insert(things, thing(`n${n}`))])),
      );
      expect(await store.collection(things).count({ group: 'a' }, 1_000)).toBe(300);
    });

    test('that want the same version: the first wins, only the others lose', async () => {
      const { store } = world();
      const [one] = await put(store, thing('one'));
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) =>
          store.commit([
            replace(things, one!, { rank: n }),
            insert(things, thing(`of ${n}`, { group: 'b' })),
          ]),
        ),
      );
      expect(results.map(({ status }) => status)).toEqual([
        'fulfilled',
        ...Array<string>(19).fill('rejected'),
      ]);
      expect((await read(store, 'one')).rank).toBe(0);
      expect(await store.collection(things).count({ group: 'b' }, 100)).toBe(1);
    });

    test('that insert the same key: one is written, the others are told once it is', async () => {
      const { store } = world();
      const results = await Promise.allSettled(
        Array.from({ length: 5 }, () => store.commit([insert(things, thing('one'))])),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await read(store, 'one')).toMatchObject({ id: 'one' });
    });

    test('a loser among them loses alone', async () => {
      const { store } = world();
      const [stale] = await put(store, thing('stale'));
      await store.commit([replace(things, stale!, {})]);
      const commits = Array.from({ length: 10 }, (_, n) =>
        store.commit(
          n === 5 ? [replace(things, stale!, { rank: 99 })] : [insert(things, thing(`n${n}`))],
        ),
      );
      const results = await Promise.allSettled(commits);
      expect(results.map(({ status }) => status === 'rejected')).toEqual(
        commits.map((_, n) => n === 5),
      );
    });

    test('remove and make anew within one group: the document is the new one', async () => {
      const { store } = world();
      const [one] = await put(store, thing('one', { rank: 1, text: 'cũ' }));
      await Promise.all([
        store.commit([remove(things, one!)]),
        store.commit([insert(things, thing('one', { rank: 2, text: 'mới' }))]),
      ]);
      expect(await read(store, 'one')).toMatchObject({ rank: 2, text: 'mới' });
    });

    test('a hundred that count on one document all get there by trying again', async () => {
      const { store } = world();
      await put(store, thing('counter', { rank: 0 }));
      let attempts = 0;
      const countOne = (): Promise<void> =>
        store.inTurn(['things/counter'], async () => {
          attempts++;
          const counter = await read(store, 'counter');
          await store.commit([replace(things, counter, { rank: counter.rank + 1 })]);
        });
      const persist = async (): Promise<void> => {
        while ((await lostOrDone(countOne())) === 'lost');
      };
      await Promise.all(Array.from({ length: 100 }, persist));
      expect((await read(store, 'counter')).rank).toBe(100);
      // The first round collides; from then on they go one after another.
      expect(attempts).toBeLessThanOrEqual(200);
    });
  });

  describe('a version', () => {
    test('never comes back, even when a document is removed and made anew', async () => {
      const { store } = world();
      const seen = new Set<number>();
      for (let round = 0; round < 5; round++) {
        const [made] = await put(store, thing('one'));
        await store.commit([replace(things, made!, {})]);
        const changed = await read(store, 'one');
        await store.commit([remove(things, changed)]);
        seen.add(made!.version).add(changed.version);
      }
      expect(seen.size).toBe(10);
    });

    test('guards a document that was erased and made anew from who still holds the old one', async () => {
      const { store } = world();
      const [before] = await put(store, thing('one', { contactId: 'old' as ContactId }));
      await store.commit([remove(things, before!)]);
      await put(store, thing('one', { contactId: 'new' as ContactId }));
      expect(await lost(store.commit([replace(things, before!, { rank: 7 })]))).toEqual([
        'things/one',
      ]);
      expect(await lost(store.commit([check(things, before!)]))).toEqual(['things/one']);
      expect(await read(store, 'one')).toMatchObject({ contactId: 'new', rank: 1 });
    });
  });

  describe('a check', () => {
    test('keeps two commits apart that each rely on what the other writes', async () => {
      const { store } = world();
      const [consent, registration] = await put(store, thing('consent'), thing('registration'));
      const results = await Promise.allSettled([
        store.commit([check(things, consent!), replace(things, registration!, { rank: 2 })]),
        store.commit([check(things, registration!), replace(things, consent!, { rank: 2 })]),
      ]);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    test('of absence keeps two commits apart that each rely on the other not being there', async () => {
      const { store } = world();
      const absent = (id: string): Write => check(things, { id, version: 0 });
      const results = await Promise.allSettled([
        store.commit([absent('b'), insert(things, thing('a'))]),
        store.commit([absent('a'), insert(things, thing('b'))]),
      ]);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await store.collection(things).count({ group: 'a' }, 10)).toBe(1);
    });
  });

  describe('a sequence', () => {
    const line = (id: string, of: string): Write => insert(things, thing(id), { sequence: of });
    const numbers = (commits: readonly Committed[]): number[] =>
      commits.flatMap(({ seq }) => [...seq.values()]);

    test('numbers documents without holes or doubles, whoever commits when', async () => {
      const { store } = world();
      const commits = await Promise.all(
        Array.from({ length: 60 }, (_, n) =>
          store.commit([line(`a${n}`, 'talk'), line(`b${n}`, 'talk')]),
        ),
      );
      expect(numbers(commits).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 120 }, (_, n) => n + 1),
      );
    });

    test('gives the number to the document and to who asked', async () => {
      const { store } = world();
      const { seq } = await store.commit([
        line('one', 'talk'),
        line('two', 'talk'),
        line('else', 'other talk'),
      ]);
      expect(Object.fromEntries(seq)).toEqual({ one: 1, two: 2, else: 1 });
      expect((await read(store, 'two')).seq).toBe(2);
    });

    test('keeps a document’s number when it is replaced', async () => {
      const { store } = world();
      await store.commit([line('one', 'talk')]);
      await store.commit([replace(things, await read(store, 'one'), { rank: 9 })]);
      expect(await read(store, 'one')).toMatchObject({ seq: 1, rank: 9 });
    });

    test('leaves no hole where a commit lost', async () => {
      const { store } = world();
      await put(store, thing('taken'));
      await Promise.allSettled([
        store.commit([line('one', 'talk')]),
        store.commit([line('lost', 'talk'), insert(things, thing('taken'))]),
        store.commit([line('two', 'talk')]),
      ]);
      expect((await read(store, 'two')).seq).toBe(2);
    });

    test('goes with what it numbered, and begins anew', async () => {
      const { store } = world();
      await store.commit([line('one', 'talk')]);
      const sequence = await store.collection(sequences).get('talk');
      expect(sequence).toMatchObject({ last: 1 });
      await store.commit([remove(sequences, sequence!), remove(things, await read(store, 'one'))]);
      expect(await store.collection(sequences).get('talk')).toBeUndefined();
      await store.commit([line('one', 'talk')]);
      expect((await read(store, 'one')).seq).toBe(1);
    });
  });
}

async function lostOrDone(commit: Promise<void>): Promise<'lost' | 'done'> {
  try {
    await commit;
    return 'done';
  } catch (error) {
    if ((error as Error).name === 'ConflictError') return 'lost';
    throw error;
  }
}
