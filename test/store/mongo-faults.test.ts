import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { jobs } from '../../src/store/collections.ts';
import { openStore } from '../../src/store/open.ts';
import {
  add,
  failure,
  ids,
  insert,
  job,
  lost,
  put,
  read,
  replace,
  startWorld,
  thing,
  things,
} from '../contracts/store-world.ts';
import type { World } from '../contracts/store-world.ts';
import { manualClock } from '../support/clock.ts';
import { hasMongod, startMongod } from '../support/mongo.ts';
import type { MongoServer } from '../support/mongo.ts';
import { someProcess } from '../support/stores.ts';

const suite = hasMongod() ? describe : describe.skip;

suite('MongoDB in trouble', () => {
  let server: MongoServer;
  let world: World;
  beforeAll(async () => {
    server = await startMongod();
  }, 60_000);
  afterAll(async () => {
    await server.stop();
  });
  beforeEach(async () => {
    world = await startWorld(server.kind);
  });
  afterEach(async () => {
    await breakCommand('off', {});
    await world.end();
  });

  /** Lets commands fail on the server, by its own means for tests. */
  const breakCommand = async (
    mode: 'off' | { times: number } | { skip: number },
    data: object,
  ): Promise<void> => {
    await server.client.db('admin').command({ configureFailPoint: 'failCommand', mode, data });
  };

  test('a commit whose result got lost is said to be unknown; reading again tells that it is done', async () => {
    const { store } = world;
    await put(store, thing('before'));
    // The server commits, and says that it could not make sure.
    const writeConcernError = {
      code: 64,
      codeName: 'WriteConcernFailed',
      errmsg: 'waiting for replication timed out',
    };
    await breakCommand(
      { times: 1_000 },
      { failCommands: ['commitTransaction'], writeConcernError },
    );
    const error = await failure(store.commit([insert(things, thing('one'))]));
    expect({ code: error.code, status: error.status }).toEqual({
      code: 'commit_unknown',
      status: 503,
    });
    await breakCommand('off', {});
    expect(await read(store, 'one')).toMatchObject({ id: 'one' });
    expect(await lost(store.commit([insert(things, thing('one'))]))).toEqual(['things/one']);
  });

  test('a commit that broke off for a moment is asked about again and found done', async () => {
    const { store } = world;
    await put(store, thing('before'));
    await breakCommand(
      { times: 1 },
      { failCommands: ['commitTransaction'], closeConnection: true },
    );
    await store.commit([insert(things, thing('one'))]);
    expect(await read(store, 'one')).toMatchObject({ id: 'one' });
  });

  test('a race that another transaction won is run again, for the whole group', async () => {
    const { store } = world;
    await breakCommand(
      { times: 2 },
      { failCommands: ['insert'], errorCode: 112, errorLabels: ['TransientTransactionError'] },
    );
    await Promise.all(['a', 'b', 'c'].map((id) => store.commit([insert(things, thing(id))])));
    expect(await store.collection(things).count({ group: 'a' }, 10)).toBe(3);
  });

  test('a write that the server refuses leaves nothing of its group', async () => {
    const { store } = world;
    const [one] = await put(store, thing('one'));
    await breakCommand({ times: 1 }, { failCommands: ['update'], errorCode: 96 });
    const commits = [
      store.commit([insert(things, thing('two'))]),
      store.commit([replace(things, one!, { rank: 2 })]),
    ];
    const codes = await Promise.all(commits.map(async (commit) => (await failure(commit)).code));
    expect(codes).toEqual(['store_unavailable', 'store_unavailable']);
    expect(await store.collection(things).count({ group: 'a' }, 10)).toBe(1);
    await store.commit([replace(things, one!, { rank: 3 })]);
  });

  test('a server that cannot be reached is told as 503, for every kind of work', async () => {
    const { store } = world;
    await breakCommand(
      { times: 1_000 },
      { failCommands: ['find', 'aggregate', 'update', 'insert'], closeConnection: true },
    );
    const work = [
      store.commit([insert(things, thing('one'))]),
      store.collection(things).get('one'),
      store.collection(things).find({ where: { group: 'a' }, limit: 1 }),
      store.claim('inbox', 'web', 1),
      store.ping(),
    ];
    for (const error of await Promise.all(work.map(failure))) {
      expect({ code: error.code, status: error.status }).toEqual({
        code: 'store_unavailable',
        status: 503,
      });
    }
  });

  test('a lane that was taken while the answer got lost is given back', async () => {
    const { store } = world;
    await store.commit([add('1')]);
    // The two looks for due lanes pass, the look at what was taken fails.
    await breakCommand({ skip: 2 }, { failCommands: ['find'], errorCode: 96 });
    expect((await failure(store.claim('inbox', 'web', 1))).code).toBe('store_unavailable');
    await breakCommand('off', {});
    expect(ids(await store.claim('inbox', 'web', 1))).toEqual(['1']);
  });

  test('a lane that an unknown commit took is given back', async () => {
    const { store } = world;
    const writeConcernError = {
      code: 64,
      codeName: 'WriteConcernFailed',
      errmsg: 'waiting for replication timed out',
    };
    await breakCommand(
      { times: 1_000 },
      { failCommands: ['commitTransaction'], writeConcernError },
    );
    const commit = store.commit([insert(jobs, job('1'), { claim: true })]);
    expect((await failure(commit)).code).toBe('commit_unknown');
    await breakCommand('off', {});
    expect(ids(await store.claim('inbox', 'web', 1))).toEqual(['1']);
  });

  test('a document that no BSON can hold fails alone', async () => {
    const { store } = world;
    let deep: unknown = 1;
    for (let n = 0; n < 200; n++) deep = { deep };
    const bad = failure(store.commit([insert(things, thing('bad', { inside: deep }))]));
    const alsoBad = failure(
      store.commit([insert(things, thing('bad', { inside: { 'a\0b': 1 } }))]),
    );
    await store.commit([insert(things, thing('good'))]);
    expect([(await bad).message, (await alsoBad).message].join()).toMatch(/levels.*NUL/);
  });

  test('indexes of an earlier release go, those of this one come', async () => {
    const { store, open } = world;
    await put(store, thing('one', { rank: 7 }));
    const other = {
      ...things,
      fields: ['contactId', 'group', 'rank', 'text'],
      compound: [['text', 'rank']],
    } as typeof things;
    const later = await open({ role: 'command', collections: [other] });
    expect(await later.collection(other).find({ where: { group: 'a' }, limit: 5 })).toHaveLength(1);
    const indexes = await server.client.db('nhipcau').collection('things').listIndexes().toArray();
    const names = indexes.map(({ name }) => String(name));
    expect(names).toContain('text_1_rank_1__id_1');
    expect(names).not.toContain('rank_1__id_1');
  });

  test('a database of a later release is left alone', async () => {
    const meta = server.client.db('nhipcau').collection<{ _id: string }>('meta');
    await meta.updateOne({ _id: 'layout' }, { $set: { value: 99 } });
    try {
      expect((await failure(world.open({ role: 'command' }))).code).toBe('store_newer');
    } finally {
      await meta.updateOne({ _id: 'layout' }, { $set: { value: 1 } });
    }
  });
});

suite('opening MongoDB', () => {
  const open = (url: string) => openStore(url, { processId: someProcess(), clock: manualClock() });

  test('a mongod that is no replica set is refused, and how to make one is said', async () => {
    const alone = await startAlone();
    try {
      const error = await failure(open(alone.url));
      expect(error.code).toBe('store_replica_set');
      expect(error.message).toContain('--replSet');
      expect(error.message).toContain('rs.initiate');
    } finally {
      await alone.stop();
    }
  }, 60_000);

  test('nobody there is told at once, and not after the driver’s half minute', async () => {
    const error = await failure(open(`mongodb://127.0.0.1:${await freePort()}/nhipcau`));
    expect({ code: error.code, status: error.status }).toEqual({
      code: 'store_unavailable',
      status: 503,
    });
  });
});

/** A mongod on its own, as a package manager installs it. */
async function startAlone(): Promise<{ url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const folder = mkdtempSync(path.join(tmpdir(), 'nhipcau-mongod-'));
  const binary = process.env['MONGOMS_SYSTEM_BINARY'] ?? '';
  const child = spawn(
    binary,
    ['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1'],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const url = `mongodb://127.0.0.1:${port}/nhipcau`;
  const client = new mongoose.mongo.MongoClient(url, { serverSelectionTimeoutMS: 30_000 });
  await client.connect();
  await client.close();
  return {
    url,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
