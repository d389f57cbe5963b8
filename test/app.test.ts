import { afterEach, describe, expect, test } from '@jest/globals';
import * as collections from '../src/store/collections.ts';
import { messageBody, someone, startBot, stopBots } from './support/bot.ts';
import type { Bot } from './support/bot.ts';
import { temporaryFile } from './support/files.ts';

afterEach(stopBots);

const courses = ({ store }: Bot) =>
  store.collection(collections.courses).find({ where: {}, limit: 50 });

describe('example courses', () => {
  test('are there where nobody but the web chat writes, once, and say that they are examples', async () => {
    const file = temporaryFile('examples.db');
    const first = await startBot({
      channels: 'web only',
      storeUrl: `sqlite:${file}`,
      model: false,
    });
    const seeded = await courses(first);
    expect(seeded.length).toBeGreaterThan(0);
    expect(seeded.every(({ example, state }) => example && state === 'open')).toBe(true);
    await first.stop();
    const again = await startBot({
      channels: 'web only',
      storeUrl: `sqlite:${file}`,
      model: false,
    });
    expect(await courses(again)).toEqual(seeded);
    expect(await again.store.collection(collections.seats).count({}, 50)).toBe(seeded.length);
  });

  test('are never there beside a real channel, where somebody could take them for real', async () => {
    const bot = await startBot({ model: false });
    expect(await courses(bot)).toEqual([]);
  });
});

describe('a process with one role', () => {
  test('that takes messages in stores them and answers nobody; another one answers', async () => {
    const file = temporaryFile('roles.db');
    const web = await startBot({ roles: ['web'], model: false, storeUrl: `sqlite:${file}` });
    expect(web.app.worker).toBeUndefined();
    await web.takesIn(messageBody({ text: 'mở hộ kinh doanh ở đâu' }, someone, web.clock));
    expect(await web.transcript()).toHaveLength(1);
    await web.app.tick();
    await web.stop();
    expect(web.sent()).toEqual([]);

    const worker = await startBot({
      roles: ['worker'],
      storeUrl: `sqlite:${file}`,
      clock: web.clock,
    });
    await worker.settled();
    expect(worker.sent()).toHaveLength(1);
  });
});

describe('a channel that is switched off', () => {
  test('keeps what waits for it, and goes on when it is back', async () => {
    const file = temporaryFile('off.db');
    const on = await startBot({ model: false, storeUrl: `sqlite:${file}` });
    await on.takesIn(messageBody({ text: 'mở hộ kinh doanh ở đâu' }, someone, on.clock));
    await on.stop();

    const off = await startBot({
      channels: 'web only',
      storeUrl: `sqlite:${file}`,
      clock: on.clock,
    });
    await off.rests();
    expect(await off.transcript()).toHaveLength(1);
    expect(await off.dead()).toEqual([]);
    await off.stop();

    const back = await startBot({ storeUrl: `sqlite:${file}`, clock: on.clock });
    await back.settled();
    expect(back.sent()).toHaveLength(1);
  });
});

test('a process that stops answers what it has begun, and begins nothing more', async () => {
  const bot = await startBot();
  await bot.takesIn(messageBody({ text: 'mở hộ kinh doanh ở đâu' }, someone, bot.clock));
  await bot.app.stop();
  const begun = bot.platform.asked.length;
  await bot.takesIn(messageBody({ text: 'chào em' }, '200000000000002', bot.clock));
  await bot.rests();
  expect(bot.platform.asked).toHaveLength(begun);
  expect(await bot.transcript('200000000000002')).toHaveLength(1);
});
