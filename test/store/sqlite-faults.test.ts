import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import Database from 'libsql';
import { all } from '../../src/store/collections.ts';
import { openStore } from '../../src/store/open.ts';
import type { CollectionDef, Store } from '../../src/store/store.ts';
import {
  add,
  failure,
  finish,
  ids,
  insert,
  put,
  read,
  remove,
  replace,
  startWorld,
  thing,
  things,
  until,
} from '../contracts/store-world.ts';
import type { Thing, World } from '../contracts/store-world.ts';
import { manualClock } from '../support/clock.ts';
import { someProcess, sqliteFile } from '../support/stores.ts';

describe('a SQLite file', () => {
  let world: World;
  let file: string;
  beforeEach(async () => {
    world = await startWorld(sqliteFile);
    file = world.place.url.slice('sqlite:'.length);
  });
  afterEach(async () => {
    await world.end();
  });
  /** The same file, seen from outside. */
  const look = <T>(work: (db: Database.Database) => T): T => {
    const db = new Database(file, { timeout: 1_000 });
    try {
      return work(db);
    } finally {
      db.close();
    }
  };

  test('has one server; a second one is told which file, in words', async () => {
    const error = await failure(world.open({ role: 'server' }));
    expect(error.code).toBe('store.locked');
    expect(error.message).toContain(file);
    expect(error.message).toContain('[store.locked]');
  });

  test('is free for the next server once the first has ended', async () => {
    await put(world.store, thing('one'));
    await world.store.close();
    const next = await world.open({ role: 'server' });
    expect(await read(next, 'one')).toMatchObject({ id: 'one' });
  });

  test('can be written by a command beside the server', async () => {
    const command = await world.open({ role: 'command' });
    await command.commit([insert(things, thing('one'))]);
    expect(await read(world.store, 'one')).toMatchObject({ id: 'one' });
  });

  test('is refused for a moment while somebody else writes for long, and nothing of it is done', async () => {
    const blocker = new Database(file);
    blocker.exec('BEGIN IMMEDIATE');
    const error = await failure(world.store.commit([insert(things, thing('one'))]));
    expect({ code: error.code, status: error.status }).toEqual({
      code: 'store_unavailable',
      status: 503,
    });
    blocker.exec('ROLLBACK');
    blocker.close();
    await world.store.commit([insert(things, thing('one'))]);
  });

  test('gives the lanes of a server that died to the next one, half-done work first', async () => {
    await world.store.commit([
      add('1', { order: 1 }),
      add('2', { order: 2 }),
      add('other', { lane: 'other' }),
    ]);
    const held = await world.store.claim('inbox', 'web', 1);
    expect(ids(held)).toEqual(['1']);
    // As after a crash: what lies in the file, without the closing words of the process.
    const copy = `${file}.after-the-crash`;
    copyFileSync(file, copy);
    copyFileSync(`${file}-wal`, `${copy}-wal`);
    const next = await openStore(`sqlite:${copy}`, {
      processId: someProcess(),
      clock: world.clock,
      collections: [...all, things],
    });
    try {
      const claims = await next.claim('inbox', 'web', 5);
      expect(claims.map(({ job, takenOver }) => [job.id, takenOver])).toEqual([
        ['1', true],
        ['other', false],
      ]);
      await next.commit(finish(claims[0]!));
      expect(await next.claim('inbox', 'web', 5)).toMatchObject([
        { job: { id: '2' }, takenOver: false },
      ]);
    } finally {
      await next.close();
    }
  });

  test('that is full fails the whole group, leaves nothing half done, and works again once there is room', async () => {
    const tight = await tightStore();
    await put(tight, thing('before', { rank: 1 }));
    const big = { inside: 'x'.repeat(200_000) };
    const commits = ['a', 'b', 'c'].map((id, n) =>
      tight.commit([insert(things, thing(id, n === 1 ? big : {})), add(`job ${id}`, { lane: id })]),
    );
    for (const error of await Promise.all(commits.map(failure))) {
      expect({ code: error.code, status: error.status }).toEqual({
        code: 'store_unavailable',
        status: 503,
      });
      expect(error.message).toContain('đĩa đã đầy');
    }
    expect(await tight.collection(things).count({ group: 'a' }, 10)).toBe(1);
    expect(await tight.claim('inbox', 'web', 5)).toEqual([]);
    const before = await read(tight, 'before');
    await tight.commit([replace(things, before, { rank: 2 })]);
    expect((await read(tight, 'before')).rank).toBe(2);
  });

  /** A store whose file may grow by a few pages only. */
  const tightStore = async (): Promise<Store> => {
    const exec = Database.prototype.exec;
    const tight = new Set<Database.Database>();
    Database.prototype.exec = function (this: Database.Database, sql: string) {
      if (!tight.has(this)) {
        tight.add(this);
        const [pages = 0] = this.prepare('PRAGMA page_count').raw().get() as number[];
        exec.call(this, `PRAGMA max_page_count = ${pages + 20}`);
      }
      return exec.call(this, sql);
    };
    try {
      return await world.open({ role: 'command' });
    } finally {
      Database.prototype.exec = exec;
    }
  };

  test('keeps no word of what was removed: not in the file, not in its log, not in the index', async () => {
    const { store } = world;
    const secret = 'Nguyễn Thị Bí Mật zqxjkv';
    await put(store, thing('one', { text: secret }), thing('two', { text: 'lời khác' }));
    expect(await bytesHold('zqxjkv')).toBe(true);
    await store.commit([remove(things, await read(store, 'one'))]);
    await store.close();
    expect(await bytesHold('zqxjkv')).toBe(false);
    expect(await bytesHold('loi khac')).toBe(true);
  });

  const bytesHold = async (word: string): Promise<boolean> => {
    const folder = path.dirname(file);
    return readdirSync(folder).some((name) => readFileSync(path.join(folder, name)).includes(word));
  };

  test('moves what was written from the log into the file when commits pause', async () => {
    await put(world.store, thing('one'));
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
    await until(() => statSync(`${file}-wal`).size === 0);
    expect(await read(world.store, 'one')).toMatchObject({ id: 'one' });
  });

  test('moves a large log beside commits that keep coming', async () => {
    const inside = 'x'.repeat(100_000);
    let largest = 0;
    let written = 0;
    await until(async () => {
      await put(world.store, thing(`n${written++}`, { inside }));
      const { size } = statSync(`${file}-wal`);
      largest = Math.max(largest, size);
      return largest > 16_000_000 && size < largest / 2;
    });
    expect(await read(world.store, 'n0')).toMatchObject({ inside });
  });

  test('forgets hints after an hour', async () => {
    await put(world.store, thing('one'));
    world.clock.advance(3_700_000 as never);
    await put(world.store, thing('two'));
    await until(() =>
      look((db) => (db.prepare('SELECT count(*) FROM changes').raw().get() as number[])[0] === 1),
    );
  });

  test('of an earlier release gains the fields and indexes of this one', async () => {
    await put(world.store, thing('one', { text: 'chữ' }));
    const later = {
      ...things,
      fields: ['contactId', 'group', 'rank', 'text'],
      compound: [['text', 'rank']],
    } as unknown as CollectionDef<Thing, 'text' | 'rank'>;
    const store = await world.open({ role: 'command', collections: [later] });
    expect(await store.collection(later).find({ where: { text: 'chữ' }, limit: 5 })).toHaveLength(
      1,
    );
    const indexes = look((db) =>
      db
        .prepare(`SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'things'`)
        .raw()
        .all(),
    );
    expect(indexes.flat()).toContain('ix_things_text_rank');
    expect(indexes.flat()).not.toContain('ix_things_rank');
  });

  test('of a later release is left alone', async () => {
    look((db) => db.exec(`UPDATE meta SET value = 99 WHERE name = 'layout'`));
    const error = await failure(world.open({ role: 'command' }));
    expect(error.code).toBe('store_newer');
  });

  test('that is no database is refused in words', async () => {
    const other = path.join(path.dirname(file), 'other.db');
    writeFileSync(other, 'Đây không phải cơ sở dữ liệu. '.repeat(100));
    const error = await failure(
      openStore(`sqlite:${other}`, { processId: someProcess(), clock: manualClock() }),
    );
    expect(error.code).toBe('store_unavailable');
    expect(error.message).toContain('không phải cơ sở dữ liệu');
  });

  test('waits for nobody to make its folder', async () => {
    const deep = path.join(path.dirname(file), 'a', 'b', 'c.db');
    const store = await openStore(`sqlite:${deep}`, {
      processId: someProcess(),
      clock: manualClock(),
    });
    await store.ping();
    await store.close();
  });
});

test('a store address of an unknown kind is refused in words', async () => {
  const error = await failure(openStore('postgres://x', { processId: 'p', clock: manualClock() }));
  expect(error.code).toBe('store_url');
});
