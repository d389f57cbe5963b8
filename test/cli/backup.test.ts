import { afterEach, describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { backup } from '../../src/cli/backup.ts';
import type { Instant } from '../../src/clock.ts';
import * as collections from '../../src/store/collections.ts';
import { openStore } from '../../src/store/open.ts';
import { eraseStep } from '../../src/tasks/erase.ts';
import { messageBody, startBot, stopBots } from '../support/bot.ts';
import { manualClock } from '../support/clock.ts';
import { temporaryFile } from '../support/files.ts';
import { someProcess } from '../support/stores.ts';

afterEach(stopBots);

const at = Date.UTC(2026, 10, 25, 1, 30, 7) as Instant;

/** Runs the command; what it printed. */
async function run(file: string, ...args: string[]): Promise<string> {
  const lines: string[] = [];
  await backup(args, { STORE_URL: `sqlite:${file}` }, at, (line) => lines.push(line));
  return lines.join('\n');
}

describe('a backup', () => {
  test('is whole and checked while the server goes on writing, and can be started from', async () => {
    const file = temporaryFile('nhipcau.db');
    const bot = await startBot({ storeUrl: `sqlite:${file}` });
    await bot.hears('mở hộ kinh doanh ở đâu');
    const busy = Array.from({ length: 30 }, (_, n) =>
      bot.takesIn(messageBody({ text: `câu ${n}` }, `2${String(n).padStart(14, '0')}`, bot.clock)),
    );
    const to = path.join(path.dirname(file), 'copy', 'nhipcau.db');
    expect(await run(file, to)).toContain('Đã sao lưu và kiểm tra');
    expect(statSync(to).mode & 0o777).toBe(0o600);
    expect(readdirSync(path.dirname(to))).toEqual(['nhipcau.db']);
    await Promise.all(busy);
    await bot.settled();
    expect(await bot.dead()).toEqual([]);

    const copy = await openStore(`sqlite:${to}`, {
      processId: someProcess(),
      clock: manualClock(),
    });
    const lines = await copy
      .collection(collections.messages)
      .find({ where: { conversationId: (await bot.conversation()).id }, limit: 9 });
    expect(lines.map(({ from }) => from).sort()).toEqual(['bot', 'person']);
    expect(await copy.search({ in: 'messages', text: 'ho kinh doanh', limit: 9 })).toHaveLength(1);
    await copy.close();
  });

  test('holds nothing of who was erased before', async () => {
    const file = temporaryFile('nhipcau.db');
    const bot = await startBot({ storeUrl: `sqlite:${file}` });
    await bot.hears('bí mật gia truyền');
    const { contactId } = await bot.conversation();
    while (!(await eraseStep(bot.store, contactId, bot.clock.now())));
    const to = path.join(path.dirname(file), 'copy.db');
    await run(file, to);
    const bytes = readFileSync(to);
    expect(bytes.includes('gia truyền')).toBe(false);
    expect(bytes.includes('gia truyen')).toBe(false);
  });

  test('never takes the place of another file', async () => {
    const file = temporaryFile('nhipcau.db');
    await startBot({ storeUrl: `sqlite:${file}` });
    const to = path.join(path.dirname(file), 'copy.db');
    writeFileSync(to, 'của người khác');
    await expect(run(file, to)).rejects.toMatchObject({ code: 'backup_exists' });
    expect(readFileSync(to, 'utf8')).toBe('của người khác');
  });

  test('of a damaged file is no backup, and leaves nothing behind', async () => {
    const file = temporaryFile('nhipcau.db');
    const bot = await startBot({ storeUrl: `sqlite:${file}` });
    for (let n = 0; n < 30; n++) await bot.hears(`câu số ${n} ${'dài '.repeat(100)}`);
    await bot.stop();
    const bytes = readFileSync(file);
    bytes.fill(0xff, 8_192, bytes.length - 4_096);
    writeFileSync(file, bytes);
    const to = path.join(path.dirname(file), 'copy.db');
    await expect(run(file, to)).rejects.toMatchObject({
      code: expect.stringMatching(/^(store_unavailable|backup_damaged)$/),
    });
    expect(readdirSync(path.dirname(file)).filter((name) => name.startsWith('copy'))).toEqual([]);
  });

  test('of a file that is not there makes none', async () => {
    const file = temporaryFile('nhipcau.db');
    await expect(run(file, `${file}.copy`)).rejects.toMatchObject({ code: 'backup_source' });
    expect(existsSync(file)).toBe(false);
  });

  test('of MongoDB is told in a sentence, without the address that may hold a password', async () => {
    const environment = {
      STORE_URL: 'mongodb://user:mat-khau@db/nhipcau',
      DATA_KEY: Buffer.alloc(32, 7).toString('base64'),
    };
    const made = backup([], environment, at, () => undefined);
    await expect(made).rejects.toThrow('mongodump');
    await expect(made).rejects.not.toThrow('mat-khau');
  });

  test('of two names is wrong use', async () => {
    await expect(run('a.db', 'b', 'c')).rejects.toMatchObject({ code: 'usage' });
  });
});
