import { afterEach, describe, expect, test } from '@jest/globals';
import { exportLines } from '../../src/cli/export.ts';
import type { ExportOptions } from '../../src/cli/export.ts';
import { exported, inside } from '../../src/cli/export/rows.ts';
import { reply } from '../../src/pipeline/moderation.ts';
import { cipherOf } from '../../src/store/cipher.ts';
import * as collections from '../../src/store/collections.ts';
import { conversationOf, eventBody, minh, someone, startBot, stopBots } from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { courseId, openCourse } from '../support/courses.ts';

afterEach(stopBots);

const cipher = cipherOf(new Uint8Array(32).fill(7));

type Row = Readonly<Record<string, unknown>>;

async function run(bot: Bot, options: Partial<ExportOptions> = {}) {
  const rows: Row[] = [];
  const counts = await exportLines(
    bot.store,
    bot.clock,
    { personal: false, cipher: undefined, only: [], ...options },
    (line) => {
      expect(line.endsWith('}\n')).toBe(true);
      rows.push(JSON.parse(line) as Row);
      return Promise.resolve();
    },
  );
  return { rows, counts, text: JSON.stringify(rows) };
}

const of = (rows: readonly Row[], name: string): readonly Row[] =>
  rows.filter(({ collection }) => collection === name);

/** Somebody who has left traces everywhere. */
async function busyBot(): Promise<Bot> {
  const bot = await startBot();
  await openCourse(bot.store, bot.clock.now());
  await bot.hears('mở hộ kinh doanh ở đâu, em là Hạnh');
  await bot.hears('sai rồi');
  await bot.hears('bí mật gia truyền');
  await bot.presses(`register:${courseId}`);
  for (const words of ['đồng ý', 'Y Pốt Niê Kđăm', '0905 123 456', 'đúng rồi'])
    await bot.hears(words);
  await bot.presses('callMe:');
  for (const words of ['đồng ý', '0905 123 456', 'đúng rồi']) await bot.hears(words);
  await bot.presses('case:access');
  await bot.receives(eventBody({ brand_new: { words: 'lời lạ' } }, someone, bot.clock));
  await reply(bot.desk, conversationOf(someone), minh, 'Chào anh Pốt.');
  await bot.settled();
  return bot;
}

describe('an export', () => {
  test('without --personal tells nobody’s name, number, words or address', async () => {
    const bot = await busyBot();
    const { rows, text, counts } = await run(bot);
    for (const secret of [
      someone,
      'Pốt',
      'Hạnh',
      '905123456',
      '905 123 456',
      'gia truyền',
      'gia truyen',
      'lời lạ',
      'sealed',
      'phoneHash',
      'Minh',
      (await bot.conversation()).contactId,
    ])
      expect([secret, text.includes(secret)]).toEqual([secret, false]);
    expect(counts.get('messages')).toBeGreaterThan(15);
    for (const name of ['turns', 'registrations', 'callbacks', 'consents', 'cases', 'audit'])
      expect([name, of(rows, name).length > 0]).toEqual([name, true]);
    const [turn] = of(rows, 'turns');
    expect(turn).toMatchObject({
      flow: 'faq',
      understood: { decision: 'answer', intents: expect.any(Array) },
    });
    // One person is one name within an export, so that it can be counted.
    const people = new Set(rows.flatMap(({ person }) => (person === undefined ? [] : [person])));
    expect(people.size).toBe(1);
    const again = await run(bot);
    expect(again.text).not.toContain([...people][0]);
  });

  test('with --personal has the words, and numbers readable under the key; it is on record', async () => {
    const bot = await busyBot();
    const { rows, text } = await run(bot, { personal: true, cipher });
    expect(text).toContain('Y Pốt Niê Kđăm');
    expect(of(rows, 'registrations')).toMatchObject([{ fullName: 'Y Pốt Niê Kđăm' }]);
    expect(of(rows, 'registrations')[0]?.['phone']).toMatch(/905123456$/);
    for (const hidden of ['sealed', 'phoneHash']) expect(text).not.toContain(hidden);
    expect(of(rows, 'audit')).toContainEqual(expect.objectContaining({ action: 'data.export' }));
  });

  test('has comments under the Page’s posts, known as such and only with --personal by their words', async () => {
    const bot = await startBot();
    const value = {
      item: 'comment',
      verb: 'add',
      comment_id: 'p1_c1',
      post_id: 'p1',
      from: { id: someone, name: 'Hạnh' },
      message: 'Sản phẩm nhà em đẹp quá',
      created_time: Math.floor(bot.clock.now() / 1_000),
    };
    const changes = [{ field: 'feed', value }];
    await bot.receives({ object: 'page', entry: [{ id: '100000000000001', time: 1, changes }] });
    await bot.hears('chào em');
    const whole = await run(bot, { personal: true, cipher });
    expect(of(whole.rows, 'messages')).toContainEqual(
      expect.objectContaining({ kind: 'comment', from: 'person', text: value.message }),
    );
    const plain = await run(bot);
    const kinds = of(plain.rows, 'messages').map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'comment')).toHaveLength(1);
    expect(plain.text).not.toContain(value.message);
  });

  test('with --personal but without the key leaves the numbers out', async () => {
    const bot = await busyBot();
    const { rows, text } = await run(bot, { personal: true });
    expect(of(rows, 'registrations')[0]).not.toHaveProperty('phone');
    expect(text).not.toContain('sealed');
  });

  test('under another key ends with a reason instead of half the truth', async () => {
    const bot = await busyBot();
    const other = cipherOf(new Uint8Array(32).fill(8));
    await expect(run(bot, { personal: true, cipher: other })).rejects.toMatchObject({
      code: 'data_key_wrong',
    });
  });

  test('never has keys, tokens or bookkeeping, whatever is asked for', async () => {
    const bot = await busyBot();
    for (const personal of [true, false]) {
      const { rows } = await run(bot, { personal, cipher });
      const names = new Set(rows.map(({ collection }) => collection));
      for (const { name } of inside) expect(names).not.toContain(name);
    }
    await expect(run(bot, { only: ['secrets'] })).rejects.toMatchObject({ code: 'usage' });
  });

  test('of one collection has no other, and of many pages all', async () => {
    const bot = await startBot({ model: false });
    for (let batch = 0; batch < 12; batch++) {
      const messaging = Array.from({ length: 100 }, (_, i) => ({
        sender: { id: someone },
        recipient: { id: '100000000000001' },
        timestamp: bot.clock.now(),
        message: { mid: `many-${batch}-${i}`, text: `dòng ${i}` },
      }));
      await bot.takesIn({ object: 'page', entry: [{ id: '100000000000001', messaging }] });
    }
    const { rows, counts } = await run(bot, { only: ['messages'] });
    expect(rows).toHaveLength(1_200);
    expect(new Set(rows.map(({ seq }) => seq)).size).toBe(1_200);
    expect([...counts]).toEqual([['messages', 1_200]]);
  });

  test('has decided of every collection whether it goes out', () => {
    const decided = [...exported.map(([{ name }]) => name), ...inside.map(({ name }) => name)];
    expect(decided.sort()).toEqual(collections.all.map(({ name }) => name).sort());
  });
});
