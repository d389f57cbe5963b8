import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { act } from '../../src/cli/moderator.ts';
import type { Desk } from '../../src/cli/moderator.ts';
import { printable } from '../../src/cli/printable.ts';
import { AppError } from '../../src/errors.ts';
import * as collections from '../../src/store/collections.ts';
import { conversationOf, messageBody, minh, someone, startBot, stopBots } from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';

let printed: string[] = [];

beforeEach(() => {
  printed = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await stopBots();
});

const deskOf = (bot: Bot, change: Partial<Desk> = {}): Desk => ({
  ...bot.desk,
  by: () => minh,
  confirmed: true,
  ...change,
});

const here = conversationOf(someone);

describe('erasing a person at the terminal', () => {
  test('stays on record: who did it, under the code of the case', async () => {
    const bot = await startBot();
    await bot.presses('case:erase');
    const [asked] = await bot.store.collection(collections.cases).find({ where: {}, limit: 9 });
    await act(deskOf(bot), ['erase', here]);
    expect(await bot.store.collection(collections.conversations).get(here)).toBeUndefined();
    const objectId = `erased/${asked?.code}`;
    const records = await bot.store.collection(collections.audit).find({
      where: { objectId },
      limit: 9,
    });
    expect(records).toContainEqual(
      expect.objectContaining({
        action: 'contact.erase',
        actorId: minh.id,
        object: { type: 'contact', id: objectId, organisationId: asked?.organisationId },
      }),
    );
  });

  test('is refused to who does not say who it is, and without --yes', async () => {
    const bot = await startBot({ model: false });
    await bot.takesIn(messageBody({ text: 'chào' }, someone, bot.clock));
    const nobody = (): never => {
      throw new AppError('usage', 2, 'Cho biết ai đang trả lời');
    };
    await expect(act(deskOf(bot, { by: nobody }), ['erase', here])).rejects.toMatchObject({
      code: 'usage',
    });
    await expect(act(deskOf(bot, { confirmed: false }), ['erase', here])).rejects.toMatchObject({
      code: 'usage',
    });
    expect(await bot.store.collection(collections.conversations).get(here)).toBeDefined();
  });
});

const escape = '\u001b';
const sneaky = `chào${escape}]0;tên cửa sổ\u0007${escape}[2J\u009b31m \u202eđảo\u2066\r\n10:00  Cán bộ Minh: đã duyệt`;

describe('what a person wrote', () => {
  test('commands no terminal and looks like no line of ours', async () => {
    const bot = await startBot();
    await bot.hears('gặp cán bộ');
    await bot.hears(sneaky);
    await act(deskOf(bot), ['waiting']);
    await act(deskOf(bot), ['show', here]);
    const all = printed.join('\n');
    expect(all).toContain('đã duyệt');
    expect(all.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    for (const line of all.split('\n')) expect(line).not.toMatch(/^10:00/);
  });

  test('keeps its letters, whatever they are', () => {
    expect(printable('Ê-đê: Čhar, Y Pốt 👩‍👩‍👧\ttab\n2')).toBe('Ê-đê: Čhar, Y Pốt 👩‍👩‍👧 tab ⏎ 2');
  });
});
