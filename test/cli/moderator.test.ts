import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { act } from '../../src/cli/moderator.ts';
import type { Desk } from '../../src/cli/moderator.ts';
import { printable } from '../../src/cli/printable.ts';
import { days, hours } from '../../src/clock.ts';
import { AppError } from '../../src/errors.ts';
import type { JobId } from '../../src/ids.ts';
import { deadLetters } from '../../src/pipeline/dead.ts';
import { take } from '../../src/pipeline/moderation.ts';
import * as collections from '../../src/store/collections.ts';
import { insert, remove } from '../../src/store/store.ts';
import type { Job } from '../../src/store/store.ts';
import {
  conversationOf,
  eventBody,
  messageBody,
  minh,
  someone,
  startBot,
  stopBots,
} from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { graph } from '../support/platforms.ts';

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

test('who waits while the thread is in the Page’s inbox is listed, with where to answer', async () => {
  const bot = await startBot();
  await bot.hears('gặp cán bộ');
  await act(deskOf(bot), ['waiting']);
  expect(printed.join('\n')).toContain('xin gặp cán bộ');
  expect(printed.join('\n')).not.toContain('hộp thư');
  const passed = { new_owner_app_id: '263902037430900' };
  await bot.receives(eventBody({ pass_thread_control: passed }, someone, bot.clock));
  printed = [];
  await act(deskOf(bot), ['waiting']);
  await act(deskOf(bot), ['show', here]);
  for (const lines of [printed[0], printed[1]])
    expect(lines).toMatch(/xin gặp cán bộ.*trả lời ở hộp thư của Trang/);
});

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

describe('the list of who waits', () => {
  test('shows what the person said, not what the bot answered; urgent first, then who waits longest', async () => {
    const bot = await startBot();
    const say = (text: string, who: string) => bot.receives(messageBody({ text }, who, bot.clock));
    await say('gặp cán bộ', '300000000000001');
    bot.clock.advance(hours(1));
    await say('gặp cán bộ', '300000000000002');
    await say('thuế hộ kinh doanh tính sao', '300000000000002');
    bot.clock.advance(hours(1));
    await say('gặp cán bộ', '300000000000003');
    await say('em vừa chuyển tiền cho lừa đảo rồi', '300000000000003');
    await act(deskOf(bot), ['waiting']);
    expect(printed.map((line) => /“(.*)”$/.exec(line)?.[1])).toEqual([
      'em vừa chuyển tiền cho lừa đảo rồi',
      'gặp cán bộ',
      'thuế hộ kinh doanh tính sao',
    ]);
  });
});

describe('what was given up', () => {
  test('is listed with its reason in words and nobody’s words, and sent once it is put back', async () => {
    const bot = await startBot();
    bot.platform.answersNext(graph.badParameter);
    await bot.hears('mở hộ kinh doanh ở đâu, bí mật gia truyền');
    expect(await bot.dead()).not.toEqual([]);
    await act(deskOf(bot), ['dead']);
    expect(printed.join('\n')).toContain('nền tảng từ chối');
    expect(printed.join('\n')).not.toMatch(/gia truyền|200000000000001/);
    const code = /^[0-9a-f]{8}/.exec(printed[0] ?? '')?.[0] ?? '';
    await act(deskOf(bot), ['show', here]);
    expect(printed.at(-1)).toContain('[chưa gửi được: nền tảng từ chối');

    bot.clock.advance(hours(13));
    await take(bot.desk, here, minh);
    await bot.settled();
    const before = bot.sent().length;
    await act(deskOf(bot), ['again', code]);
    await bot.settled();
    expect(await bot.dead()).toEqual([]);
    expect(bot.sent().length).toBeGreaterThan(before);
    const last = (await bot.transcript()).filter(({ from }) => from === 'bot').at(-1);
    expect(last?.delivery).toMatchObject({ state: 'sent' });
    const records = await bot.store
      .collection(collections.audit)
      .find({ where: { objectId: here }, limit: 9 });
    expect(records).toContainEqual(
      expect.objectContaining({ action: 'letter.again', actorId: minh.id }),
    );
  });

  test('is answered after all when a question is put back, behind what was asked since', async () => {
    const bot = await startBot();
    await bot.hears('chào em');
    const job = await deadQuestion(bot);
    await act(deskOf(bot), ['dead']);
    const code = /^[0-9a-f]{8}/.exec(printed[0] ?? '')?.[0] ?? '';
    expect(printed.join('\n')).toContain('lỗi chương trình không lường trước (TypeError)');
    const before = bot.sent().length;
    await act(deskOf(bot), ['again', code]);
    await bot.settled();
    expect(bot.sent().length).toBeGreaterThan(before);
    expect(await bot.store.collection(collections.jobs).get(job)).toBeUndefined();
  });

  test('is marked on the list once what the person wrote is gone from it', async () => {
    const bot = await startBot();
    await bot.hears('chào em');
    await deadQuestion(bot);
    bot.clock.advance(days(8));
    await bot.app.tick();
    await bot.settled();
    await act(deskOf(bot), ['dead']);
    expect(printed.join('\n')).toContain('câu của người dân chưa được trả lời  (đã xoá lời)');
  });

  test('is refused when its conversation is gone, and when there is no such code', async () => {
    const bot = await startBot();
    await bot.hears('chào em');
    await deadQuestion(bot);
    const [letter] = await deadLetters(bot.store);
    const gone = await bot.conversation();
    await bot.store.commit([remove(collections.conversations, gone)]);
    await expect(act(deskOf(bot), ['again', letter?.code ?? ''])).rejects.toMatchObject({
      code: 'gone',
    });
    await expect(act(deskOf(bot), ['again', '00000000'])).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await bot.dead()).toHaveLength(1);
  });
});

/** A question that fell over a defect and was buried, as the worker leaves it. */
async function deadQuestion(bot: Bot): Promise<JobId> {
  const id = 'in/messenger/dead-question' as JobId;
  const { contactId, account, address } = await bot.conversation();
  const event = {
    type: 'text',
    id: 'messenger/dead-question',
    channel: 'messenger',
    account,
    address,
    conversationId: here,
    at: bot.clock.now(),
    text: 'mở hộ kinh doanh ở đâu',
  };
  const body = {
    queue: 'inbox',
    reason: 'TypeError',
    at: bot.clock.now(),
    body: { event, receivedAt: bot.clock.now() },
  };
  const job = {
    id,
    schema: 1,
    queue: 'dead' as const,
    channel: 'messenger',
    lane: here,
    order: 1,
    dueAt: bot.clock.now(),
    attempts: 5,
    faults: 5,
    createdAt: bot.clock.now(),
    cause: 'trace' as Job['cause'],
    contactId,
    body,
  };
  await bot.store.commit([insert<Job>(collections.jobs, job)]);
  return id;
}
