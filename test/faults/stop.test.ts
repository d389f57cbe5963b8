import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { locks } from '../../src/store/collections.ts';
import { ledgerOf } from '../support/ledger.ts';
import { questions, startLoad } from '../support/load.ts';
import { manners, startPlatform } from '../support/platform-server.ts';
import type { PlatformServer } from '../support/platform-server.ts';
import { cleanUp, makeHome, patience, startProgram, until } from '../support/process.ts';
import type { Exit, Home, Program } from '../support/process.ts';
import { jobsIn, lookInto } from '../support/store-view.ts';
import { openChat } from '../support/web-chat.ts';
import { deliveryOf, headersOf, messengerEnv } from '../support/webhook.ts';

const person = '200000000000001';

let home: Home;
let platform: PlatformServer;
let program: Program;

const start = (): Promise<Program> =>
  startProgram(home, { env: { LOG_LEVEL: 'info', ...messengerEnv(platform.url) } });

beforeEach(async () => {
  home = await makeHome();
  platform = await startPlatform();
  program = await start();
}, patience);

afterEach(async () => {
  await cleanUp();
  await platform.close();
}, patience);

afterAll(cleanUp);

/** Ten seconds for the lanes, and some more because the machine may be busy with other things. */
const promised = 20_000;

async function stopInTime(it: Program): Promise<Exit> {
  it.signal('SIGTERM');
  await until('it has ended', () => it.exit() !== undefined, promised);
  return it.exited;
}

/** Lanes that nobody has let go. */
function heldLanes(): Promise<string[]> {
  return lookInto(home, {}, async (store) =>
    (await store.collection(locks).find({ where: {}, limit: 1_000 }))
      .filter(({ owner }) => owner !== '')
      .map(({ id }) => id),
  );
}

test(
  'asked to end under load it finishes what it began, ends with 0, and answers the rest when started again',
  async () => {
    platform.behaves(manners.slow);
    const load = startLoad({ url: home.url, people: 24, connections: 8, pauseMs: 5, name: 'stop' });
    await until('some are answered', () => platform.brought.length > 30);
    const { code, output } = await stopInTime(program);
    expect(code).toBe(0);
    expect(output).not.toContain('job could not be settled');
    expect(await heldLanes()).toEqual([]);

    program = await start();
    const acknowledged = load.acknowledged.length;
    await until('it goes on', () => load.acknowledged.length > acknowledged + 10);
    await load.stop();
    await until('all are answered', () => ledger().unanswered.length === 0);
    await until(
      'all is done',
      async () => (await jobsIn(home, {}, 'inbox', 'outbox')).length === 0,
    );
    // Nothing was torn apart: what was being sent was sent, and known to be.
    expect(ledger().doubled).toEqual(new Map());
    expect(await jobsIn(home, {}, 'dead')).toEqual([]);

    function ledger() {
      return ledgerOf(load.acknowledged, platform.brought);
    }
  },
  patience,
);

async function hears(mid: string): Promise<void> {
  const body = deliveryOf({ mid, from: person, text: questions[0]!, at: Date.now() });
  const answer = await fetch(`${home.url}/webhooks/messenger`, {
    method: 'POST',
    headers: headersOf(body),
    body,
  });
  expect(answer.status).toBe(200);
}

test(
  'a send that hangs does not keep it from ending, and is made again by the next start',
  async () => {
    platform.behaves(manners.hangs);
    await hears('m_hangs');
    await until('the call is under way', () => platform.calls() > 0);
    expect((await stopInTime(program)).code).toBe(0);
    platform.behaves(manners.well);
    program = await start();
    await until('it is answered', () => platform.brought.length > 0);
  },
  patience,
);

test(
  'people who hold connections open do not keep it from ending',
  async () => {
    const chat = await openChat(home.url);
    const stream = await fetch(`${home.url}/widget/stream?after=0`, {
      headers: { authorization: `Bearer ${chat.token}` },
    });
    expect(stream.status).toBe(200);
    const half = connect(home.port, '127.0.0.1', () => {
      half.write(
        'POST /webhooks/messenger HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf',
      );
    });
    half.on('error', () => undefined);
    const idle = connect(home.port, '127.0.0.1');
    idle.on('error', () => undefined);
    await until('they are connected', () => !half.connecting && !idle.connecting);
    expect((await stopInTime(program)).code).toBe(0);
    await stream.body?.cancel().catch(() => undefined);
    half.destroy();
    idle.destroy();
  },
  patience,
);

test(
  'asked a second time it ends at once',
  async () => {
    platform.behaves(manners.hangs);
    await hears('m_twice');
    await until('the call is under way', () => platform.calls() > 0);
    program.signal('SIGTERM');
    await until('it is stopping', () => program.output().includes('"stopping"'));
    program.signal('SIGINT');
    expect((await program.exited).code).toBe(1);
  },
  patience,
);
