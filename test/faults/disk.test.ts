import { afterAll, expect, test } from '@jest/globals';
import path from 'node:path';
import { ledgerOf } from '../support/ledger.ts';
import { startLoad } from '../support/load.ts';
import { startPlatform } from '../support/platform-server.ts';
import { cleanUp, makeHome, patience, startProgram, statusOf, until } from '../support/process.ts';
import { smallDisk } from '../support/small-disk.ts';
import { openChat } from '../support/web-chat.ts';
import { messengerEnv } from '../support/webhook.ts';

afterAll(cleanUp);

test(
  'a full disk turns ready red, acknowledges nothing that is not stored, and is over once there is space',
  async () => {
    const home = await makeHome();
    const disk = smallDisk(home.dir);
    const platform = await startPlatform();
    const storeUrl = `sqlite:${path.join(disk.dir, 'nhipcau.db')}`;
    const env = { LOG_LEVEL: 'warn', STORE_URL: storeUrl, ...messengerEnv(platform.url) };
    const program = await startProgram(home, { env, inside: disk.inside });
    const ready = (): Promise<number | undefined> => statusOf(`${home.url}/health/ready`);
    const chat = await openChat(home.url);
    const load = startLoad({ url: home.url, people: 8, connections: 4, pauseMs: 50, name: 'disk' });
    await until('some are answered', () => platform.brought.length > 20);

    disk.fill(program.pid);
    await until('ready is red', async () => (await ready()) === 503);
    expect(await statusOf(`${home.url}/health/live`)).toBe(200);
    await until('deliveries are refused', () => load.failures() > 8);
    const acknowledged = load.acknowledged.length;
    expect(await chat.says('em chào')).toBe(503);
    const failures = load.failures();
    await until('they are still refused', () => load.failures() > failures + 8);
    expect(load.acknowledged).toHaveLength(acknowledged);

    disk.free(program.pid);
    await until('ready is green', async () => (await ready()) === 200);
    await until('it goes on', () => load.acknowledged.length > acknowledged + 20);
    expect(await chat.says('em chào')).toBe(202);
    await load.stop();
    await until('all are answered', () => unanswered().length === 0);
    // What had been sent when the disk was found full is not sent again.
    expect(ledgerOf(load.acknowledged, platform.brought).doubled).toEqual(new Map());
    expect((await program.stop()).code).toBe(0);
    await platform.close();

    function unanswered() {
      return ledgerOf(load.acknowledged, platform.brought).unanswered;
    }
  },
  patience,
);
