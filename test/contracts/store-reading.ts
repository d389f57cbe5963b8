import { describe, expect, test } from '@jest/globals';
import type { ContactId } from '../../src/ids.ts';
import type { CollectionDef, Doc, Find, SearchQuery, Store } from '../../src/store/store.ts';
import { personal } from '../support/personal.ts';
import { failure, insert, put, read, remove, replace, thing, things } from './store-world.ts';
import type { Thing, World } from './store-world.ts';

/** What is found, in which order, and what cannot be read. */
export function readingContract(world: () => World): void {
  const find = async (
    query: Partial<Find<Thing, 'contactId' | 'group' | 'rank'>>,
  ): Promise<string[]> => {
    const found = await world()
      .store.collection(things)
      .find({ where: {}, limit: 100, ...query });
    return found.map(({ id }) => id);
  };

  describe('reading', () => {
    test('a document that is not there is undefined, and many leave it out', async () => {
      const { store } = world();
      await put(store, thing('a'), thing('b'));
      expect(await store.collection(things).get('none')).toBeUndefined();
      const many = await store.collection(things).getMany(['b', 'none', 'a', 'b']);
      expect(many.map(({ id }) => id).sort()).toEqual(['a', 'b']);
      expect(await store.collection(things).getMany([])).toEqual([]);
    });

    test('sees what was committed before', async () => {
      const { store } = world();
      await store.commit([insert(things, thing('a'))]);
      expect(await find({ where: { group: 'a' } })).toEqual(['a']);
    });
  });

  describe('finding', () => {
    const seed = async (): Promise<void> => {
      await put(
        world().store,
        thing('e', { rank: 1 }),
        thing('d', { rank: 2 }),
        thing('c', { rank: 2 }),
        thing('b', { rank: 3, group: 'b' }),
        thing('a', { rank: 4, contactId: 'c2' as ContactId }),
      );
    };

    test('goes by equality, range and choice, alone and together', async () => {
      await seed();
      expect(await find({ where: { group: 'b' } })).toEqual(['b']);
      expect(await find({ where: { rank: { gt: 1, lt: 4 } } })).toEqual(['b', 'c', 'd']);
      expect(await find({ where: { rank: { gte: 2, lte: 3 } } })).toEqual(['b', 'c', 'd']);
      expect(await find({ where: { rank: { in: [1, 4, 9] } } })).toEqual(['a', 'e']);
      expect(
        await find({ where: { contactId: { in: ['c2' as ContactId] }, rank: { gte: 4 } } }),
      ).toEqual(['a']);
      expect(await find({ where: { group: 'a', rank: { lt: 3 } } })).toEqual(['c', 'd', 'e']);
      expect(await find({ where: { rank: { in: [] } } })).toEqual([]);
    });

    test('sorts by a field, ties by id, both ways; without a sort by id', async () => {
      await seed();
      expect(await find({})).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(await find({ sort: { by: 'rank', order: 'asc' } })).toEqual(['e', 'c', 'd', 'b', 'a']);
      expect(await find({ sort: { by: 'rank', order: 'desc' } })).toEqual([
        'a',
        'b',
        'd',
        'c',
        'e',
      ]);
      expect(
        await find({ where: { group: 'a' }, sort: { by: 'rank', order: 'desc' }, limit: 2 }),
      ).toEqual(['a', 'd']);
    });

    test('pages by the last row of the page before, without a gap or a double', async () => {
      const { store } = world();
      await put(
        store,
        ...Array.from({ length: 25 }, (_, n) =>
          thing(`n${String(n).padStart(2, '0')}`, { rank: n % 3 }),
        ),
      );
      for (const order of ['asc', 'desc'] as const) {
        const whole = await find({ sort: { by: 'rank', order } });
        expect(await pages(store, { where: {}, sort: { by: 'rank', order } })).toEqual(whole);
      }
      expect(await pages(store, { where: { group: 'a' } })).toEqual(
        await find({ where: { group: 'a' } }),
      );
    });

    test('is not disturbed in its paging by what comes or goes meanwhile', async () => {
      const { store } = world();
      await put(store, ...[1, 2, 3, 4].map((rank) => thing(`n${rank}`, { rank })));
      const sort = { by: 'rank', order: 'asc' } as const;
      const after = { value: 2, id: 'n2' };
      await store.commit([
        remove(things, await read(store, 'n2')),
        insert(things, thing('n0', { rank: 0 })),
      ]);
      expect(await find({ sort, after })).toEqual(['n3', 'n4']);
    });

    test('counts up to a bound', async () => {
      const { store } = world();
      await put(store, ...Array.from({ length: 12 }, (_, n) => thing(`n${n}`)));
      expect(await store.collection(things).count({ group: 'a' }, 100)).toBe(12);
      expect(await store.collection(things).count({ group: 'a' }, 10)).toBe(10);
      expect(await store.collection(things).count({ group: 'none' }, 10)).toBe(0);
    });

    test('follows a document whose field has changed', async () => {
      const { store } = world();
      const [one] = await put(store, thing('one', { group: 'a' }));
      await store.commit([replace(things, one!, { group: 'b' })]);
      expect(await find({ where: { group: 'a' } })).toEqual([]);
      expect(await find({ where: { group: 'b' } })).toEqual(['one']);
    });

    test('by what no index begins to serve is a mistake of the program', async () => {
      const { store } = world();
      const anyFind = store.collection(things).find as (query: unknown) => Promise<unknown>;
      await expect(anyFind({ where: { text: 'x' }, limit: 1 })).rejects.toThrow('text');
      const bare: CollectionDef<Thing, 'group' | 'rank'> = {
        name: 'things',
        schema: 1,
        fields: ['group', 'rank'],
        compound: [['group', 'rank']],
      };
      await expect(store.collection(bare).find({ where: { rank: 1 }, limit: 1 })).rejects.toThrow(
        'No index',
      );
    });

    test('of personal data goes by contact in every collection that holds any', async () => {
      const { store } = world();
      expect(personal.map(({ name }) => name)).toContain('messages');
      for (const def of personal) {
        expect(
          await store.collection(def).find({ where: { contactId: 'c1' as ContactId }, limit: 5 }),
        ).toEqual([]);
      }
    });
  });

  describe('search', () => {
    const search = async (text: string, rest: Partial<SearchQuery> = {}): Promise<string[]> =>
      (await world().store.search({ in: 'things', text, limit: 50, ...rest })).map(({ id }) => id);
    const seed = async (): Promise<void> => {
      const texts = [
        'Em muốn vay vốn khởi nghiệp',
        'Đăng ký lớp học ở Ea Kar',
        'vay VON mở quán, khởi nghiệp',
        'vốn vay',
      ];
      for (const [n, text] of texts.entries()) {
        await world().store.commit([
          insert(things, thing(`${n}`, { text, rank: n, group: n % 2 ? 'odd' : 'even' })),
        ]);
      }
    };

    test('finds with and without marks, in capitals or not, newest first', async () => {
      await seed();
      expect(await search('vay von')).toEqual(['3', '2', '0']);
      expect(await search('VAY VỐN')).toEqual(['3', '2', '0']);
      expect(await search('dang ky')).toEqual(['1']);
      expect(await search('đăng')).toEqual(['1']);
      expect(await search('chim')).toEqual([]);
    });

    test('wants every syllable, and quoted ones side by side', async () => {
      await seed();
      expect(await search('vay khoi')).toEqual(['2', '0']);
      expect(await search('"vay von"')).toEqual(['2', '0']);
      expect(await search('"khởi nghiệp" “mở quán”')).toEqual(['2']);
      expect(await search('"von khoi"')).toEqual(['0']);
      expect(await search('nghi')).toEqual([]);
    });

    test('is narrowed by tokens, whatever they are made of', async () => {
      await seed();
      expect(await search('von', { tokens: ['group:odd'] })).toEqual(['3']);
      expect(await search('von', { tokens: ['group:even'] })).toEqual(['2', '0']);
      expect(await search('von', { tokens: ['group:'] })).toEqual([]);
      expect(await search('group odd')).toEqual([]);
    });

    test('pages from the last hit on', async () => {
      await seed();
      const [first] = await world().store.search({ in: 'things', text: 'von', limit: 1 });
      expect(first).toEqual({ id: '3', at: 3 });
      expect(await search('von', { before: first!, limit: 1 })).toEqual(['2']);
      await world().store.commit([remove(things, await read(world().store, '3'))]);
      expect(await search('von', { before: first! })).toEqual(['2', '0']);
    });

    test('follows the document: changed, blanked, removed', async () => {
      const { store } = world();
      await seed();
      await store.commit([replace(things, await read(store, '1'), { text: 'vốn mới' })]);
      expect(await search('von')).toEqual(['3', '2', '1', '0']);
      expect(await search('dang ky')).toEqual([]);
      const { text: _text, ...blank } = await read(store, '2');
      await store.commit([
        { op: 'replace', in: 'things', doc: blank },
        remove(things, await read(store, '0')),
      ]);
      expect(await search('von')).toEqual(['3', '1']);
      await store.commit([replace(things, await read(store, '2'), { text: 'lại có vốn' })]);
      expect(await search('von')).toEqual(['3', '2', '1']);
    });

    test.each([
      '',
      '   ',
      '"',
      '“”',
      '* OR "',
      "'; DROP TABLE x",
      'NEAR(a b)',
      'text:vay',
      '(',
      '\u0000',
      '$where',
    ])('takes %j as words, not as a command', async (text) => {
      await seed();
      expect(await search(text)).toEqual([]);
    });

    test('finds names written in letters of Ê Đê', async () => {
      const { store } = world();
      await put(store, thing('one', { text: 'H’Loan Niê, buôn Čuôr Đăng' }));
      expect(await search('nie cuor dang')).toEqual(['one']);
    });
  });

  describe('a document of another release', () => {
    const older = { ...things, name: 'things' } as CollectionDef<Thing, 'group'>;

    test('is brought up to today’s form when it is read', async () => {
      const { store } = world();
      await put(store, thing('one', { rank: 20 }));
      const today = {
        ...older,
        schema: 2,
        upcast: (stored: unknown) => ({
          ...(stored as Thing),
          schema: 2,
          stars: (stored as Thing).rank / 10,
        }),
      } as unknown as CollectionDef<Thing & { stars: number }, 'group'>;
      const made = await read(store, 'one');
      expect(await store.collection(today).get('one')).toEqual({ ...made, schema: 2, stars: 2 });
      expect(await store.collection(today).find({ where: { group: 'a' }, limit: 5 })).toHaveLength(
        1,
      );
    });

    test.each([
      ['of a later schema', { ...older, schema: 0 }],
      ['without a way to today’s form', { ...older, schema: 2 }],
      [
        'whose form is unknown',
        {
          ...older,
          schema: 2,
          upcast: (): Doc => {
            throw new Error('no rank');
          },
        },
      ],
    ])('%s is refused by name', async (_, def) => {
      const { store } = world();
      await put(store, thing('one'));
      const other = def as unknown as CollectionDef<Thing, 'group'>;
      const error = await failure(store.collection(other).get('one'));
      expect(error.code).toBe('document_unreadable');
      expect(error.message).toContain('things/one');
    });
  });

  describe('a store', () => {
    test('says whether it can write', async () => {
      await world().store.ping();
    });

    test('that is closed refuses everything', async () => {
      const store = await closed(world().store);
      expect((await failure(store.commit([insert(things, thing('one'))]))).code).toBe(
        'store_unavailable',
      );
      expect((await failure(store.claim('inbox', 'web', 1))).code).toBe('store_unavailable');
      expect((await failure(store.collection(things).get('one'))).code).toBe('store_unavailable');
      expect((await failure(store.ping())).status).toBe(503);
    });

    test('that is closed has written what was under way', async () => {
      const { store, kind, open } = world();
      const commits = Promise.all(
        [1, 2, 3].map((n) => store.commit([insert(things, thing(`n${n}`))])),
      );
      await store.close();
      await commits;
      if (!kind.shared) return;
      expect(await (await open()).collection(things).count({ group: 'a' }, 10)).toBe(3);
    });
  });
}

async function pages(
  store: Store,
  query: Omit<Find<Thing, 'group' | 'rank'>, 'limit' | 'after'>,
): Promise<string[]> {
  const found: Thing[] = [];
  for (;;) {
    const last = found.at(-1);
    const after = last && { value: query.sort?.by === 'rank' ? last.rank : '', id: last.id };
    const page = await store
      .collection(things)
      .find({ ...query, limit: 4, ...(after ? { after } : {}) });
    if (page.length === 0) return found.map(({ id }) => id);
    found.push(...page);
  }
}

async function closed(store: Store): Promise<Store> {
  await store.close();
  return store;
}
