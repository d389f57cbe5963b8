import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { locks } from '../../src/store/collections.ts';
import { ledgerOf } from '../support/ledger.ts';
import type { Ledger } from '../support/ledger.ts';
import { questions, startLoad } from '../support/load.ts';
import type { Load } from '../support/load.ts';
import { hasMongod } from '../support/mongo.ts';
import { startMongod } from '../support/mongod-process.ts';
import type { Mongod } from '../support/mongod-process.ts';
import { manners, startPlatform } from '../support/platform-server.ts';
import type { PlatformServer } from '../support/platform-server.ts';
import {
  cleanUp,
  launch,
  makeHome,
  patience,
  startProgram,
  statusOf,
  until,
} from '../support/process.ts';
import type { Home, Program } from '../support/process.ts';
import { jobsIn, lookInto } from '../support/store-view.ts';
import { deliveryOf, headersOf, messengerEnv } from '../support/webhook.ts';
import { heldCalls, killUnderLoad } from './kill-run.ts';

const suite = hasMongod() ? describe : describe.skip;
const key = Buffer.alloc(32, 7).toString('base64');

suite('on MongoDB', () => {
  let mongod: Mongod;
  let home: Home;
  let platform: PlatformServer;
  let store: Record<string, string>;
  let env: Record<string, string>;
  let databases = 0;

  beforeAll(async () => {
    mongod = await startMongod();
  }, patience);

  afterAll(async () => {
    await mongod.stop();
  }, patience);

  beforeEach(async () => {
    home = await makeHome();
    platform = await startPlatform();
    store = { STORE_URL: mongod.url(`faults${++databases}`), DATA_KEY: key };
    env = { LOG_LEVEL: 'warn', ...store, ...messengerEnv(platform.url) };
  });

  afterEach(async () => {
    await cleanUp();
    await platform.close();
  }, patience);

  const ledger = (load: Load): Ledger => ledgerOf(load.acknowledged, platform.brought);

  async function settled(load: Load): Promise<void> {
    await until('all are answered', () => ledger(load).unanswered.length === 0);
    await until(
      'all is done',
      async () => (await jobsIn(home, env, 'inbox', 'outbox')).length === 0,
    );
    expect(await jobsIn(home, env, 'dead')).toEqual([]);
  }

  const ready = (): Promise<number | undefined> => statusOf(`${home.url}/health/ready`);

  test(
    'a program that is killed at random answers all it acknowledged, and doubles only what was being sent',
    async () => {
      const count = await killUnderLoad({ home, kills: 2, echoes: false, env: store });
      expect(count.acknowledged).toBeGreaterThan(10);
      expect(count.unanswered).toEqual([]);
      expect(count.unexplained).toEqual([]);
      expect(count.dead).toEqual([]);
    },
    patience,
  );

  test(
    'one of two workers freezes: the other takes over, and what the frozen one does later has no effect',
    async () => {
      platform.behaves({ ...manners.well, afterMs: 50 });
      await startProgram(home, { env, args: ['web'] });
      const workers = await Promise.all([startWorker(), startWorker()]);
      const load = startLoad({
        url: home.url,
        people: 24,
        connections: 8,
        pauseMs: 20,
        name: 'two',
      });
      await until('both have worked', () => platform.brought.length > 60);

      const [frozen] = workers;
      frozen.signal('SIGSTOP');
      const underWay = new Set(await heldCalls(home, env));
      await load.stop();
      await until('the other has done it all', () => ledger(load).unanswered.length === 0);
      await until('no lane is held', async () => (await heldLanes()).length === 0);
      const before = platform.brought.length;

      frozen.signal('SIGCONT');
      await settled(load);
      // What it was just sending goes out; it commits nothing, and takes up new work.
      const late = platform.brought.slice(before).map(({ jobId }) => jobId);
      for (const jobId of [...late, ...ledger(load).doubled.keys()])
        expect(underWay).toContain(jobId);
      await answersNow();
    },
    patience,
  );

  /** A worker beside the web process, ready to answer. */
  async function startWorker(): Promise<Program> {
    return startProgram(await makeHome(), { env, args: ['worker'] });
  }

  function heldLanes(): Promise<string[]> {
    return lookInto(home, env, async (store) =>
      (await store.collection(locks).find({ where: {}, limit: 1_000 }))
        .filter(({ owner }) => owner !== '')
        .map(({ id }) => id),
    );
  }

  async function answersNow(): Promise<void> {
    const from = '299999999999999';
    const body = deliveryOf({ mid: 'm_now', from, text: questions[0]!, at: Date.now() });
    const headers = headersOf(body);
    const answer = await fetch(`${home.url}/webhooks/messenger`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
    await until('it is answered', () => platform.brought.some(({ to }) => to === from));
  }

  /** Everything that is asked of it while the database is away. */
  async function expectRefusal(load: Load): Promise<void> {
    await until('ready is red', async () => (await ready()) === 503);
    expect(await statusOf(`${home.url}/health/live`)).toBe(200);
    const [failures, acknowledged] = [load.failures(), load.acknowledged.length];
    await until('deliveries are refused', () => load.failures() > failures + 8);
    expect(load.acknowledged).toHaveLength(acknowledged);
  }

  async function expectRecovery(load: Load): Promise<void> {
    await until('ready is green', async () => (await ready()) === 200);
    const { length } = load.acknowledged;
    await until('it goes on', () => load.acknowledged.length > length + 20);
  }

  test(
    'a database that does not answer, or is gone, is told as 503; nothing is lost, and it goes on when it is back',
    async () => {
      platform.echoesTo(`${home.url}/webhooks/messenger`);
      const program = await startProgram(home, { env });
      const load = startLoad({
        url: home.url,
        people: 8,
        connections: 4,
        pauseMs: 20,
        name: 'away',
      });
      await until('some are answered', () => platform.brought.length > 20);

      mongod.signal('SIGSTOP');
      await expectRefusal(load);
      mongod.signal('SIGCONT');
      await expectRecovery(load);

      await mongod.kill();
      await expectRefusal(load);
      await mongod.restart();
      await expectRecovery(load);

      await load.stop();
      await settled(load);
      expect(ledger(load).doubled).toEqual(new Map());
      expect((await program.stop()).code).toBe(0);
    },
    patience,
  );

  test(
    'a commit whose end nobody knows leaves no lane behind that nobody works',
    async () => {
      platform.echoesTo(`${home.url}/webhooks/messenger`);
      await startProgram(home, { env });
      const load = startLoad({
        url: home.url,
        people: 8,
        connections: 4,
        pauseMs: 20,
        name: 'unknown',
      });
      await until('some are answered', () => platform.brought.length > 20);
      // The server commits, and says that it could not make sure.
      const writeConcernError = { code: 64, codeName: 'WriteConcernFailed', errmsg: 'timed out' };
      await mongod.breakCommand(
        { times: 1_000_000 },
        { failCommands: ['commitTransaction'], writeConcernError },
      );
      const failures = load.failures();
      await until('deliveries are refused', () => load.failures() > failures + 8);
      await mongod.breakCommand('off', {});
      await load.stop();
      await settled(load);
      expect(ledger(load).doubled).toEqual(new Map());
    },
    patience,
  );

  test(
    'a mongod that is no replica set is refused with how to make one',
    async () => {
      const alone = await startMongod({ alone: true });
      const program = launch(home, { env: { ...env, STORE_URL: alone.url('x') } });
      const { code, output } = await program.exited;
      expect(code).toBe(1);
      expect(output).toContain('--replSet');
      expect(output).toContain('store_replica_set');
      await alone.stop();
    },
    patience,
  );
});
