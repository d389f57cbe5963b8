import { afterEach, describe, expect, test } from '@jest/globals';
import { minutes } from '../../src/clock.ts';
import { exportLines } from '../../src/cli/export.ts';
import type { Conversation } from '../../src/conversation/conversation.ts';
import type { LinkOffer } from '../../src/conversation/link.ts';
import * as collections from '../../src/store/collections.ts';
import { eraseContact } from '../../src/tasks/erase.ts';
import {
  eventBody,
  messageBody,
  minh,
  someone,
  startBot,
  stopBots,
  webConversationOf,
} from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { courseId, openCourse, registrationsOf, seatsTaken } from '../support/courses.ts';

afterEach(stopBots);

const browser = 'browser-1';
const there = webConversationOf(browser);

async function lastOn(bot: Bot, of: string): Promise<string> {
  return (await bot.transcript(of)).at(-1)?.text ?? '';
}

/** Asks on Messenger for a code. */
async function codeFor(bot: Bot): Promise<string> {
  await bot.hears('liên kết');
  const [, code = ''] = /“liên kết (\w{7})”/.exec(bot.texts().at(-1) ?? '') ?? [];
  expect(code).toMatch(/^[A-Z]\d/);
  return code;
}

async function offers(bot: Bot): Promise<LinkOffer[]> {
  return bot.store.collection(collections.linkOffers).find({ where: {}, limit: 9 });
}

/** The buttons under the last line of a conversation: yes and no. */
async function buttonsOn(bot: Bot, of: string): Promise<readonly [string, string]> {
  const [yes, no] = ((await bot.transcript(of)).at(-1)?.choices ?? []).map(
    ({ payload }) => payload,
  );
  return [yes ?? '', no ?? ''];
}

async function typedCode(bot: Bot): Promise<string> {
  const code = await codeFor(bot);
  await bot.reads({ text: code }, browser);
  return code;
}

async function linkBoth(bot: Bot): Promise<void> {
  await typedCode(bot);
  await bot.reads({ text: 'đồng ý' }, browser);
  await bot.hears('đúng rồi');
}

const both = async (bot: Bot): Promise<readonly Conversation[]> => [
  await bot.conversation(),
  await bot.conversation(there),
];

async function isLinked(bot: Bot): Promise<boolean> {
  const [here, web] = await both(bot);
  const names = (one: Conversation | undefined) =>
    one?.linked?.map((to) => to.conversationId) ?? [];
  const links = [names(here), names(web)];
  expect([
    [[], []],
    [[there], [here!.id]],
  ]).toContainEqual(links);
  return links[0]!.length > 0;
}

describe('“bỏ liên kết” written in a group', () => {
  /** As a link out of a group brings it. */
  const opens = (bot: Bot, ref: string): Promise<void> =>
    bot.receives(eventBody({ referral: { ref } }, someone, bot.clock));

  test('is asked about in the private chat it leads to, and done once that says so', async () => {
    const bot = await startBot();
    await linkBoth(bot);
    await opens(bot, 'unlinkAsk:');
    expect(bot.texts().at(-1)).toContain('muốn tách khung này');
    expect(await isLinked(bot)).toBe(true);
    const [yes, no] = await buttonsOn(bot, someone);
    await bot.presses(no);
    expect(bot.texts().at(-1)).toContain('vẫn nối');
    expect(await isLinked(bot)).toBe(true);
    await bot.presses(yes);
    expect(bot.texts().at(-1)).toContain('đã tách khung này ra');
    expect(await lastOn(bot, there)).toContain('vừa được tách ra');
    expect(await isLinked(bot)).toBe(false);
  });

  test('gives nobody a code, and asks nothing where nothing is linked', async () => {
    const bot = await startBot();
    await opens(bot, 'unlinkAsk:');
    expect(bot.texts().at(-1)).toContain('chưa nối với khung nào');
    await bot.presses('unlink:yes');
    expect(bot.texts().at(-1)).toContain('chưa nối với khung nào');
    expect(await offers(bot)).toEqual([]);
  });
});

describe('a code typed on another channel', () => {
  test('is asked about on both sides, and links once both have said yes', async () => {
    const bot = await startBot();
    await typedCode(bot);
    expect(await lastOn(bot, there)).toContain('Anh/chị muốn nối khung này');
    expect(bot.texts().at(-1)).toContain('Có phải anh/chị vừa gõ mã liên kết bên trang web không?');
    expect(await isLinked(bot)).toBe(false);
    await bot.hears('đúng rồi');
    expect(bot.texts().at(-1)).toContain('bên trang web nữa là xong');
    expect(await isLinked(bot)).toBe(false);
    await bot.reads({ text: 'đồng ý' }, browser);
    expect(await isLinked(bot)).toBe(true);
    expect(await lastOn(bot, there)).toContain('Đã nối khung này với khung chat bên Facebook');
    expect(bot.texts().at(-1)).toContain('Đã nối khung này với khung chat bên trang web');
    expect(await offers(bot)).toEqual([]);
  });

  test('is good once, not after its minutes, and not where it was given out', async () => {
    const bot = await startBot();
    const code = await codeFor(bot);
    await bot.hears(code);
    expect(bot.texts().at(-1)).toContain('chính khung này');
    await bot.reads({ text: code }, browser);
    await bot.reads({ text: code }, 'browser-2');
    expect(await lastOn(bot, webConversationOf('browser-2'))).toContain('không đúng, đã dùng');
    const later = await startBot();
    const old = await codeFor(later);
    await later.waits(minutes(10.1));
    await later.reads({ text: old }, browser);
    expect(await lastOn(later, there)).toContain('đã hết giờ');
    expect(await isLinked(later)).toBe(false);
  });

  test('stands nowhere in the store but in the line that tells it', async () => {
    const bot = await startBot();
    const code = await codeFor(bot);
    expect(JSON.stringify(await offers(bot))).not.toContain(code);
  });

  test('ends with the next one that is asked for', async () => {
    const bot = await startBot();
    const first = await codeFor(bot);
    const second = await codeFor(bot);
    expect(second).not.toBe(first);
    expect(await offers(bot)).toHaveLength(1);
    await bot.reads({ text: first }, browser);
    expect(await lastOn(bot, there)).toContain('không đúng');
  });

  test('links nothing when one side says no, and both hear of it', async () => {
    const bot = await startBot();
    await typedCode(bot);
    await bot.reads({ text: 'đồng ý' }, browser);
    const [yes] = await buttonsOn(bot, someone);
    await bot.hears('không phải');
    expect(await lastOn(bot, there)).toContain('không nối');
    expect(await isLinked(bot)).toBe(false);
    await bot.presses(yes);
    expect(bot.texts().at(-1)).toContain('đã hết giờ hoặc đã bỏ');
    expect(await isLinked(bot)).toBe(false);
  });

  test('links nothing when the second yes comes too late', async () => {
    const bot = await startBot();
    await typedCode(bot);
    await bot.reads({ text: 'đồng ý' }, browser);
    await bot.waits(minutes(11));
    await bot.hears('đúng rồi');
    expect(bot.texts().at(-1)).toContain('đã hết giờ');
    expect(await isLinked(bot)).toBe(false);
  });

  test('cannot be agreed to by anybody else', async () => {
    const bot = await startBot();
    await typedCode(bot);
    const [yes] = await buttonsOn(bot, there);
    await bot.reads({ choice: yes }, 'browser-3');
    expect(await lastOn(bot, webConversationOf('browser-3'))).toContain('chưa nối gì cả');
    expect((await offers(bot))[0]?.agreed).toEqual([]);
  });
});

describe('under fault', () => {
  test('both say yes at the same moment: linked once, nobody is left waiting', async () => {
    const bot = await startBot();
    await typedCode(bot);
    const [yes] = await buttonsOn(bot, there);
    await Promise.all([
      bot.takesIn(messageBody({ text: yes, quick_reply: { payload: yes } }, someone, bot.clock)),
      bot.reads({ choice: yes }, browser),
    ]);
    await bot.settled();
    expect(await isLinked(bot)).toBe(true);
    expect(await offers(bot)).toEqual([]);
    expect(await bot.dead()).toEqual([]);
    for (const side of [someone, there])
      expect(
        (await bot.transcript(side)).filter(({ text }) => text.startsWith('Đã nối')),
      ).toHaveLength(1);
  });

  test('every message delivered again changes nothing', async () => {
    const bot = await startBot();
    const ask = messageBody({ text: 'liên kết' }, someone, bot.clock);
    await bot.receives(ask);
    await bot.receives(ask);
    const [, code = ''] = /“liên kết (\w{7})”/.exec(bot.texts().at(-1) ?? '') ?? [];
    await bot.reads({ text: code }, browser);
    const yes = messageBody({ text: 'đúng rồi' }, someone, bot.clock);
    for (let copy = 0; copy < 3; copy++) await bot.receives(yes);
    expect((await offers(bot))[0]?.agreed).toHaveLength(1);
    await bot.reads({ text: 'đồng ý' }, browser);
    await bot.receives(yes);
    await bot.receives(ask);
    expect(await isLinked(bot)).toBe(true);
    expect(await offers(bot)).toEqual([]);
  });
});

describe('linked conversations are one person', () => {
  test('to a course: one place, whichever channel it was asked for on', async () => {
    const bot = await startBot();
    await openCourse(bot.store, bot.clock.now());
    await bot.presses(`register:${courseId}`);
    for (const words of ['đồng ý', 'Y Pốt Niê', '0905 123 456', 'đúng rồi']) await bot.hears(words);
    await linkBoth(bot);
    await bot.reads({ choice: `register:${courseId}` }, browser);
    expect(await lastOn(bot, there)).toContain('đã có tên');
    expect(await registrationsOf(bot.store)).toHaveLength(1);
  });

  test('to a course that is asked for on both at the same moment', async () => {
    const bot = await startBot();
    await openCourse(bot.store, bot.clock.now());
    await linkBoth(bot);
    await bot.presses(`register:${courseId}`);
    for (const words of ['đồng ý', 'Y Pốt Niê', '0905 123 456']) await bot.hears(words);
    await bot.reads({ choice: `register:${courseId}` }, browser);
    for (const text of ['đồng ý', 'Y Pốt Niê', '0905 123 457']) await bot.reads({ text }, browser);
    await Promise.all([
      bot.takesIn(messageBody({ text: 'đúng rồi' }, someone, bot.clock)),
      bot.reads({ text: 'đúng rồi' }, browser),
    ]);
    await bot.settled();
    expect(await registrationsOf(bot.store)).toHaveLength(1);
    expect(await seatsTaken(bot.store)).toBe(1);
    expect(await bot.dead()).toEqual([]);
  });

  test('to erasure: both are gone, whichever was named', async () => {
    const bot = await startBot();
    await linkBoth(bot);
    await eraseContact(bot.desk, await bot.conversation(there), minh);
    expect(await bot.store.collection(collections.conversations).count({}, 9)).toBe(0);
    expect(await bot.store.collection(collections.messages).count({}, 9)).toBe(0);
    expect(await bot.store.collection(collections.contacts).count({}, 9)).toBe(0);
  });

  test('to export: one name', async () => {
    const bot = await startBot();
    await linkBoth(bot);
    const rows: { collection: string; person?: string }[] = [];
    const options = { personal: false, cipher: undefined, only: ['conversations', 'messages'] };
    await exportLines(bot.store, bot.clock, options, async (line) => {
      rows.push(JSON.parse(line) as (typeof rows)[number]);
    });
    expect(rows.length).toBeGreaterThan(4);
    expect(new Set(rows.map(({ person }) => person)).size).toBe(1);
  });

  test('until one of them is parted again, of which both hear', async () => {
    const bot = await startBot();
    await linkBoth(bot);
    await bot.hears('bỏ liên kết');
    expect(bot.texts().at(-1)).toContain('Em đã tách khung này ra');
    expect(await lastOn(bot, there)).toContain('Khung chat bên Facebook vừa được tách ra');
    expect(await isLinked(bot)).toBe(false);
    await eraseContact(bot.desk, await bot.conversation(), minh);
    expect(await bot.store.collection(collections.conversations).count({}, 9)).toBe(1);
  });

  test('three of them know each other, and two still do when one goes', async () => {
    const bot = await startBot();
    await linkBoth(bot);
    const third = '200000000000003';
    await bot.hears('liên kết', third);
    const [, code = ''] = /“liên kết (\w{7})”/.exec(bot.texts().at(-1) ?? '') ?? [];
    await bot.reads({ text: code }, browser);
    await bot.reads({ text: 'đồng ý' }, browser);
    await bot.hears('đúng rồi', third);
    const counts = async () =>
      Promise.all(
        [someone, there, third].map(async (of) => (await bot.conversation(of)).linked?.length),
      );
    expect(await counts()).toEqual([2, 2, 2]);
    await bot.reads({ text: 'bỏ liên kết' }, browser);
    expect(await counts()).toEqual([1, undefined, 1]);
  });
});

test('what somebody typed here for another’s code goes with the one who typed it', async () => {
  const bot = await startBot();
  await typedCode(bot);
  await eraseContact(bot.desk, await bot.conversation(there), minh);
  expect(await offers(bot)).toEqual([]);
  expect(JSON.stringify(await bot.conversation())).not.toContain(browser);
});
