import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { days, hours } from '../../src/clock.ts';
import type { AuditRecord } from '../../src/conversation/audit.ts';
import type { ContactId } from '../../src/ids.ts';
import { handBack, reply, take } from '../../src/pipeline/moderation.ts';
import { holdCase } from '../../src/pipeline/proof.ts';
import { forgottenKey } from '../../src/pipeline/receive.ts';
import * as collections from '../../src/store/collections.ts';
import { insert } from '../../src/store/store.ts';
import type { AnyCollection, CollectionDef, Doc } from '../../src/store/store.ts';
import { eraseContact, eraseStep } from '../../src/tasks/erase.ts';
import { until } from '../contracts/store-world.ts';
import {
  conversationOf,
  echoBody,
  eventBody,
  messageBody,
  minh,
  someone,
  startBot,
  stopBots,
} from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { courseId, openCourse, registrationsOf, seatsTaken } from '../support/courses.ts';
import { temporaryFile } from '../support/files.ts';
import { gate } from '../support/gate.ts';
import { hasMongod, startMongod } from '../support/mongo.ts';
import { personal } from '../support/personal.ts';
import { graph } from '../support/platforms.ts';

afterEach(stopBots);

const other = '200000000000002';
const here = conversationOf(someone);

/** As the command does it. */
async function erase(bot: Bot, contactId: ContactId): Promise<void> {
  while (!(await eraseStep(bot.store, contactId, bot.clock.now())));
}

const contactOf = async (bot: Bot, of = someone): Promise<ContactId> =>
  (await bot.conversation(of)).contactId;

/** What of a person is left, by collection. */
async function left(bot: Bot, contactId: ContactId): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const def of personal) {
    const n = await bot.store.collection(def).count({ contactId }, 999);
    if (n > 0) counts[def.name] = n;
  }
  return counts;
}

/** Somebody who has done everything one can do. */
async function busyPerson(bot: Bot, from = someone): Promise<void> {
  await bot.hears('mở hộ kinh doanh ở đâu', from);
  await bot.hears('sai rồi', from);
  await bot.hears('chỗ nộp hồ sơ không đúng, bí mật gia truyền', from);
  await bot.presses(`register:${courseId}`, from);
  for (const words of [
    'đồng ý',
    'Y Pốt Niê Kđăm',
    from === someone ? '0905 123 456' : '0905 123 457',
    'đúng rồi',
  ])
    await bot.hears(words, from);
  await bot.hears('gặp cán bộ', from);
  await bot.receives(eventBody({ delivery: { watermark: bot.clock.now() } }, from, bot.clock));
  await bot.receives(
    eventBody(
      { message: { mid: `odd-${from}`, attachments: [{ type: 'weird' }] } },
      from,
      bot.clock,
    ),
  );
  await reply(bot.desk, conversationOf(from), minh, 'Chào anh Pốt, em là Minh.');
  await bot.receives(echoBody({ text: 'Thêm lời từ hộp thư' }, from, bot.clock));
  bot.platform.answersNext(graph.badParameter);
  await reply(bot.desk, conversationOf(from), minh, 'Câu này không tới.');
  await bot.settled();
}

/** A number to call back, and a copy of what is stored. */
async function asksForMore(bot: Bot): Promise<void> {
  await back(bot);
  await bot.presses('callMe:');
  for (const words of ['đồng ý', '0905 123 456', 'đúng rồi']) await bot.hears(words);
  await bot.presses('case:access');
}

async function back(bot: Bot): Promise<void> {
  const known = await bot.store.collection(collections.conversations).get(here);
  if (known?.handledBy === 'moderator') await handBack(bot.desk, here, minh);
}

function everything(bot: Bot, def: AnyCollection): Promise<Doc[]> {
  return bot.store.collection(def as unknown as CollectionDef<Doc, never>).find({
    where: {},
    limit: 9_999,
  });
}

/** The collections that hold the platform's number of the person anywhere. */
async function named(bot: Bot): Promise<string[]> {
  const found = await Promise.all(
    collections.all.map(async (def) => {
      const docs = await everything(bot, def);
      return JSON.stringify(docs).includes(someone) ? [def.name] : [];
    }),
  );
  return found.flat();
}

describe('erasing a person', () => {
  test('leaves no document of theirs, and every document of others', async () => {
    const bot = await startBot();
    await openCourse(bot.store, bot.clock.now());
    await busyPerson(bot);
    await busyPerson(bot, other);
    const mine = await contactOf(bot);
    const theirs = await contactOf(bot, other);
    const before = await left(bot, mine);
    for (const name of [
      'conversations',
      'contacts',
      'messages',
      'turns',
      'registrations',
      'keys',
      'feedbacks',
      'receipts',
      'unread',
      'jobs',
    ])
      expect(before[name]).toBeGreaterThan(0);
    const untouched = await left(bot, theirs);

    await erase(bot, mine);
    expect(await left(bot, mine)).toEqual({});
    expect(await left(bot, theirs)).toEqual(untouched);
    expect(await bot.store.search({ in: 'messages', text: 'gia truyền', limit: 9 })).toHaveLength(
      1,
    );
  });

  test('frees the seat, and the number may be registered again', async () => {
    const bot = await startBot();
    await openCourse(bot.store, bot.clock.now());
    await busyPerson(bot);
    expect(await seatsTaken(bot.store)).toBe(1);
    await erase(bot, await contactOf(bot));
    expect(await seatsTaken(bot.store)).toBe(0);
    await bot.presses(`register:${courseId}`, other);
    for (const words of ['đồng ý', 'H’Hen Niê', '0905 123 456', 'đúng rồi'])
      await bot.hears(words, other);
    expect(await registrationsOf(bot.store)).toHaveLength(1);
  });

  test('keeps the proof of what was agreed to and asked for, without words or numbers', async () => {
    const bot = await startBot();
    await openCourse(bot.store, bot.clock.now());
    await busyPerson(bot);
    bot.clock.advance(hours(1));
    const contactId = await contactOf(bot);
    await erase(bot, contactId);
    const consents = await bot.store
      .collection(collections.consents)
      .find({ where: { contactId }, limit: 9 });
    expect(consents).toMatchObject([{ purpose: 'course', wording: 'consent.course.v1' }]);
    // Ids are random digits and letters: only the whole number is the number.
    expect(JSON.stringify(consents)).not.toMatch(/905[ .]?123[ .]?456|Pốt/);
  });

  test('leaves none of their words in any byte of the database', async () => {
    const file = temporaryFile('erased.db');
    const bot = await startBot({ storeUrl: `sqlite:${file}` });
    await openCourse(bot.store, bot.clock.now());
    await busyPerson(bot);
    await erase(bot, await contactOf(bot));
    await bot.stop();
    for (const name of readdirSync(path.dirname(file))) {
      const bytes = readFileSync(path.join(path.dirname(file), name));
      for (const words of [
        'gia truyền',
        'gia truyen',
        'Kđăm',
        '0905123456',
        'Chào anh Pốt',
        'hộp thư',
      ])
        expect([name, words, bytes.includes(words)]).toEqual([name, words, false]);
    }
  });

  test('leaves nothing that names them: neither in the log and the register nor in any byte', async () => {
    const file = temporaryFile('nameless.db');
    const bot = await startBot({ storeUrl: `sqlite:${file}` });
    await openCourse(bot.store, bot.clock.now());
    await busyPerson(bot);
    await asksForMore(bot);
    const mine = await contactOf(bot);
    expect(await named(bot)).toEqual(
      expect.arrayContaining(['audit', 'cases', 'consents', 'jobs', 'locks', 'sequences']),
    );
    await erase(bot, mine);
    // Hints between processes hold ids for an hour.
    bot.clock.advance(hours(2));
    await bot.app.tick();
    await bot.settled();
    await until(async () => !(await named(bot)).includes('changes'));
    expect(await named(bot)).toEqual([]);

    const [asked] = await everything(bot, collections.cases);
    expect(asked).toMatchObject({ kind: 'access', conversationId: '', contactId: mine });
    const acts = await everything(bot, collections.audit);
    expect(acts.length).toBeGreaterThan(2);
    const token = `erased/${(asked as unknown as { code: string }).code}`;
    for (const one of acts) expect(one).toMatchObject({ objectId: token, object: { id: token } });
    expect(acts).toContainEqual(
      expect.objectContaining({ action: 'conversation.take', actorId: minh.id }),
    );
    await bot.stop();
    for (const name of readdirSync(path.dirname(file)))
      expect([name, readFileSync(path.join(path.dirname(file), name)).includes(someone)]).toEqual([
        name,
        false,
      ]);
  });

  const onMongo = hasMongod() ? test : test.skip;
  onMongo(
    'leaves nothing that names them on MongoDB, either',
    async () => {
      const server = await startMongod();
      try {
        const bot = await startBot({ storeUrl: server.url('nameless') });
        await openCourse(bot.store, bot.clock.now());
        await busyPerson(bot);
        await asksForMore(bot);
        await erase(bot, await contactOf(bot));
        expect((await named(bot)).filter((name) => name !== 'changes')).toEqual([]);
      } finally {
        await stopBots();
        await server.stop();
      }
    },
    60_000,
  );

  test('takes their name out of a log of any length', async () => {
    const bot = await startBot();
    await bot.hears('gặp cán bộ');
    const contactId = await contactOf(bot);
    await bot.store.commit(
      Array.from({ length: 400 }, (_, n) =>
        insert<AuditRecord>(collections.audit, {
          id: `act-${n}`,
          schema: 1,
          at: bot.clock.now(),
          action: 'conversation.read',
          actor: { id: 'system' },
          object: { type: 'conversation', id: here },
          requestId: 'r',
          address: 'terminal',
          actorId: 'system',
          objectId: here,
        }),
      ),
    );
    await erase(bot, contactId);
    expect((await named(bot)).filter((name) => name !== 'changes')).toEqual([]);
    const objectId = `erased/${contactId}`;
    expect(await bot.store.collection(collections.audit).count({ objectId }, 999)).toBe(400);
  });

  test('leaves what an official holds as it is', async () => {
    const bot = await startBot();
    await asksForMore(bot);
    const [asked] = await everything(bot, collections.cases);
    await holdCase(bot.desk, (asked as unknown as { code: string }).code, minh, true);
    await erase(bot, await contactOf(bot));
    expect(await everything(bot, collections.cases)).toMatchObject([
      { conversationId: here, hold: true },
    ]);
  });

  test('of thousands of lines takes some steps', async () => {
    const bot = await startBot({ model: false });
    for (let batch = 0; batch < 5; batch++) {
      const messaging = Array.from({ length: 100 }, (_, i) => ({
        sender: { id: someone },
        recipient: { id: '100000000000001' },
        timestamp: bot.clock.now(),
        message: { mid: `many-${batch}-${i}`, text: `dòng ${i}` },
      }));
      await bot.takesIn({ object: 'page', entry: [{ id: '100000000000001', messaging }] });
    }
    const contactId = await contactOf(bot);
    expect(await eraseContact(bot.desk, await bot.conversation(), minh)).toBeGreaterThan(1);
    expect(await left(bot, contactId)).toEqual({});
  });
});

describe('after erasing', () => {
  test('a late copy of what was erased does not bring it back, for two days', async () => {
    const bot = await startBot();
    const text = messageBody({ text: 'mở hộ kinh doanh ở đâu' }, someone, bot.clock);
    const odd = eventBody(
      { message: { mid: 'odd', attachments: [{ type: 'weird' }] } },
      someone,
      bot.clock,
    );
    const echo = echoBody({ text: 'Chị Hoa đây' }, someone, bot.clock);
    for (const body of [text, odd, echo]) await bot.receives(body);
    const sent = bot.sent().length;
    await erase(bot, await contactOf(bot));
    bot.clock.advance(hours(40));
    await Promise.all([text, odd, echo, text].map((body) => bot.takesIn(body)));
    await bot.settled();
    expect(await bot.store.collection(collections.conversations).get(here)).toBeUndefined();
    expect(await bot.store.collection(collections.messages).count({}, 9)).toBe(0);
    expect(await bot.store.collection(collections.unread).count({}, 9)).toBe(0);
    expect(bot.sent()).toHaveLength(sent);
  });

  test('the person may write again, and is a stranger', async () => {
    const bot = await startBot();
    await bot.hears('chào em');
    const before = await contactOf(bot);
    await erase(bot, before);
    await bot.hears('mở hộ kinh doanh ở đâu');
    expect(await contactOf(bot)).not.toBe(before);
    expect(await bot.transcript()).toHaveLength(2);
    expect((await bot.transcript())[0]?.seq).toBe(1);
  });

  test('an old colleague’s line does not stand up in the new talk', async () => {
    const bot = await startBot();
    await bot.hears('chào em');
    const echo = echoBody({ text: 'Chị Hoa đây' }, someone, bot.clock);
    await bot.receives(echo);
    await erase(bot, await contactOf(bot));
    await bot.hears('chào em');
    await bot.receives(echo);
    expect(await bot.conversation()).toMatchObject({ handledBy: 'bot', hold: 0 });
  });

  test('what was still to be sent is not sent', async () => {
    const bot = await startBot();
    bot.platform.answersNext(graph.down);
    await bot.hears('mở hộ kinh doanh ở đâu');
    await erase(bot, await contactOf(bot));
    await bot.waits(hours(1));
    expect(bot.sent()).toEqual([]);
    expect(await bot.dead()).toEqual([]);
  });
});

describe('at the very moment of erasing', () => {
  test('a call on its way to the platform is not reported as a failure', async () => {
    const bot = await startBot();
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    bot.platform.answersNext(async (call, n) => {
      await held;
      return graph.ok(call, n);
    });
    await bot.takesIn(messageBody({ text: 'mở hộ kinh doanh ở đâu' }, someone, bot.clock));
    while (bot.platform.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    const contactId = await contactOf(bot);
    await erase(bot, contactId);
    letGo();
    await bot.settled();
    expect(await left(bot, contactId)).toEqual({});
    expect(await bot.dead()).toEqual([]);
    await bot.hears('chào em');
    expect(bot.sent()).toHaveLength(2);
  });

  test('a line that is being stored goes, too', async () => {
    const storing = gate((writes) =>
      writes.some(
        ({ in: name, doc }) => name === 'messages' && JSON.stringify(doc).includes('dòng cuối'),
      ),
    );
    const bot = await startBot({ through: storing.through });
    await bot.hears('chào em');
    const contactId = await contactOf(bot);
    const last = bot.takesIn(messageBody({ text: 'dòng cuối' }, someone, bot.clock));
    await storing.reached;
    await erase(bot, contactId);
    storing.open();
    await last;
    await bot.settled();
    expect(await left(bot, contactId)).toEqual({});
    expect((await named(bot)).filter((name) => name !== 'changes')).toEqual([]);
  });

  test('an act of a colleague is refused: there is nobody to speak to', async () => {
    const bot = await startBot();
    await bot.hears('gặp cán bộ');
    await erase(bot, await contactOf(bot));
    await expect(take(bot.desk, here, minh)).rejects.toMatchObject({ code: 'not_found' });
  });
});

test('the mark of an erased line tells nothing of it, and goes after two days', async () => {
  const bot = await startBot();
  await bot.hears('chào em');
  const [line] = await bot.transcript();
  await erase(bot, await contactOf(bot));
  const mark = await bot.store.collection(collections.forgotten).get(forgottenKey(line!.id));
  expect(mark?.until).toBe(bot.clock.now() + days(2));
  expect(JSON.stringify(mark)).not.toContain(someone);
  bot.clock.advance(days(3));
  await bot.app.tick();
  await bot.settled();
  expect(await bot.store.collection(collections.forgotten).count({}, 9)).toBe(0);
});
