import { afterEach, describe, expect, test } from '@jest/globals';
import { days, later } from '../../src/clock.ts';
import type { Instant } from '../../src/clock.ts';
import type { Case } from '../../src/conversation/case.ts';
import type { Consent } from '../../src/conversation/contact.ts';
import type { Course, Registration } from '../../src/conversation/course.ts';
import type { ContactId, JobId, TraceId } from '../../src/ids.ts';
import { deadLetters, putBack } from '../../src/pipeline/dead.ts';
import { reply, take } from '../../src/pipeline/moderation.ts';
import { holdCase } from '../../src/pipeline/proof.ts';
import type { DeadBody } from '../../src/pipeline/queue.ts';
import * as collections from '../../src/store/collections.ts';
import { insert, replace } from '../../src/store/store.ts';
import type { AnyCollection, Job } from '../../src/store/store.ts';
import { conversationOf, eventBody, minh, someone, startBot, stopBots } from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { courseId, openCourse, registrationsOf } from '../support/courses.ts';
import { hasMongod, startMongod } from '../support/mongo.ts';
import { graph } from '../support/platforms.ts';

afterEach(stopBots);

const here = conversationOf(someone);

/** So many days pass; the task of the day has run to its end. */
async function pass(bot: Bot, n: number): Promise<void> {
  bot.clock.advance(days(n));
  await bot.app.tick();
  await bot.settled();
  expect(await bot.dead()).toEqual([]);
}

const count = (bot: Bot, def: AnyCollection): Promise<number> =>
  bot.store.collection(def as typeof collections.contacts).count({}, 9_999);

describe('what has been kept as long as people were told', () => {
  test('goes: a talk after 180 days, with its last line, its receipts and what is found', async () => {
    const bot = await startBot();
    await bot.hears('trồng sầu riêng ở Krông Pắc');
    const lines = (await bot.transcript()).length;
    await bot.receives(eventBody({ delivery: { watermark: 5 } }, someone, bot.clock));
    const search = () => bot.store.search({ in: 'messages', text: 'sau rieng', limit: 9 });
    await pass(bot, 179);
    expect(await bot.transcript()).toHaveLength(lines);
    expect(await search()).toHaveLength(1);
    await pass(bot, 2);
    expect(await bot.transcript()).toEqual([]);
    expect(await search()).toEqual([]);
    for (const def of [collections.conversations, collections.receipts, collections.sequences])
      expect([def.name, await count(bot, def)]).toEqual([def.name, 0]);
  });

  test('goes with what names the person: contact, lanes, dead letters, and the name in the log', async () => {
    const bot = await startBot();
    await bot.hears('gặp cán bộ');
    await take(bot.desk, here, minh);
    bot.platform.answersNext(graph.badParameter);
    await reply(bot.desk, here, minh, 'Câu này không tới.');
    await bot.settled();
    expect(await bot.dead()).toHaveLength(1);
    bot.clock.advance(days(182));
    await bot.app.tick();
    await bot.settled();
    // The hold has ended meanwhile, which is a line of its own.
    await pass(bot, 182);
    const named = async (def: AnyCollection): Promise<boolean> => {
      const docs = await bot.store
        .collection(def as typeof collections.contacts)
        .find({ where: {}, limit: 999 });
      return JSON.stringify(docs).includes(someone);
    };
    for (const def of collections.all.filter(({ name }) => name !== 'changes'))
      expect([def.name, await named(def)]).toEqual([def.name, false]);
    expect(await count(bot, collections.contacts)).toBe(0);
    expect(await count(bot, collections.audit)).toBeGreaterThan(1);
  });

  test('goes: the words of a dead letter after seven days; its reason stays, and it is not done again', async () => {
    const bot = await startBot();
    await bot.hears('gặp cán bộ');
    bot.platform.answersNext(graph.badParameter);
    await take(bot.desk, here, minh);
    await bot.settled();
    const kept = async () => JSON.stringify(await bot.dead());
    const [before] = await deadLetters(bot.store);
    bot.clock.advance(days(6));
    await bot.app.tick();
    await bot.settled();
    expect(await kept()).toContain('Từ đây cán bộ Minh');
    bot.clock.advance(days(2));
    await bot.app.tick();
    await bot.settled();
    expect(await kept()).not.toContain('Từ đây cán bộ Minh');
    const letters = await deadLetters(bot.store);
    const { code, queue, channel, reason } = before!;
    expect(letters).toMatchObject([{ code, queue, channel, reason }]);
    await expect(putBack(bot.desk, code, minh)).rejects.toMatchObject({ code: 'emptied' });
  });

  test('goes: the dead letter of a task after ninety days', async () => {
    const bot = await startBot();
    await bot.store.commit([
      insert<Job<DeadBody>>(collections.jobs, {
        id: 'task/report/1' as JobId,
        schema: 1,
        queue: 'dead',
        channel: 'tasks',
        lane: 'report',
        order: 1,
        dueAt: 0 as Instant,
        attempts: 5,
        createdAt: bot.clock.now(),
        cause: 'trace' as TraceId,
        body: { queue: 'tasks', reason: 'unknown', at: bot.clock.now(), body: {} },
      }),
    ]);
    bot.clock.advance(days(90));
    await bot.app.tick();
    await bot.settled();
    expect(await bot.dead()).toHaveLength(1);
    await pass(bot, 2);
  });

  test('goes, but not the contact while another talk of it goes on', async () => {
    const bot = await startBot();
    await bot.hears('chào em');
    const { contactId } = await bot.conversation();
    await bot.waits(days(100));
    await bot.reads({ text: 'chào em' });
    const other = await bot.conversation('web/web/browser-1');
    await bot.store.commit([replace(collections.conversations, other, { contactId })]);
    await pass(bot, 100);
    expect(await bot.store.collection(collections.conversations).get(here)).toBeUndefined();
    expect(await bot.store.collection(collections.contacts).get(contactId)).toBeDefined();
    await pass(bot, 100);
    expect(await bot.store.collection(collections.contacts).get(contactId)).toBeUndefined();
  });

  test('goes line by line while the talk goes on, and the talk stays', async () => {
    const bot = await startBot();
    await bot.hears('câu cũ');
    await pass(bot, 100);
    await bot.hears('câu mới');
    await pass(bot, 90);
    const said = (await bot.transcript()).filter(({ from }) => from === 'person');
    expect(said.map(({ text }) => text)).toEqual(['câu mới']);
    expect(await bot.store.collection(collections.conversations).get(here)).toBeDefined();
  });

  test('goes: the log of turns after 90 days, before the talk itself', async () => {
    const bot = await startBot();
    await bot.hears('mở hộ kinh doanh ở đâu');
    await pass(bot, 89);
    expect(await count(bot, collections.turns)).toBe(1);
    await pass(bot, 2);
    expect(await count(bot, collections.turns)).toBe(0);
    expect(await bot.transcript()).toHaveLength(2);
  });

  test('goes: a number left for a call back after 30 days', async () => {
    const bot = await startBot();
    await bot.store.commit([
      insert(collections.callbacks, {
        id: 'call',
        schema: 1,
        contactId: 'c' as never,
        conversationId: here,
        phone: { sealed: 's', hash: 'h' },
        phoneHash: 'h',
        at: bot.clock.now(),
      }),
    ]);
    await pass(bot, 29);
    expect(await count(bot, collections.callbacks)).toBe(1);
    await pass(bot, 2);
    expect(await count(bot, collections.callbacks)).toBe(0);
  });

  test('goes: what nobody could read after seven days', async () => {
    const bot = await startBot();
    await bot.receives(eventBody({ brand_new: {} }, someone, bot.clock));
    await pass(bot, 6);
    expect(await count(bot, collections.unread)).toBe(1);
    await pass(bot, 2);
    expect(await count(bot, collections.unread)).toBe(0);
  });

  test('goes: what was said of an answer, with the talk', async () => {
    const bot = await startBot();
    await bot.hears('mở hộ kinh doanh ở đâu');
    await bot.hears('sai rồi');
    expect(await count(bot, collections.feedbacks)).toBe(1);
    await pass(bot, 181);
    expect(await count(bot, collections.feedbacks)).toBe(0);
  });

  test('goes to the end in one day, however much it is', async () => {
    const bot = await startBot();
    for (let batch = 0; batch < 3; batch++) {
      const lines = Array.from({ length: 300 }, (_, i) =>
        insert(
          collections.messages,
          {
            id: `${here}/old-${batch}-${i}` as never,
            schema: 1,
            conversationId: here,
            contactId: 'c' as never,
            channel: 'messenger',
            at: bot.clock.now(),
            from: 'person',
            kind: 'text',
            text: 'cũ',
          } as never,
          { sequence: here },
        ),
      );
      await bot.store.commit(lines);
    }
    await pass(bot, 181);
    expect(await bot.transcript()).toEqual([]);
  });
});

describe('the proof of what was agreed to and asked for', () => {
  const agreed = (bot: Bot, n = 0, at = bot.clock.now(), hold?: true) =>
    insert<Consent>(collections.consents, {
      id: `consent-${n}`,
      schema: 1,
      contactId: 'c' as ContactId,
      purpose: 'course',
      wording: 'consent.course.v1',
      subject: courseId,
      channel: 'messenger',
      at,
      ...(hold ? { hold } : {}),
    });
  const asked = (bot: Bot) =>
    insert<Case>(collections.cases, {
      id: 'case-1' as Case['id'],
      schema: 1,
      contactId: 'c' as ContactId,
      conversationId: here,
      organisationId: 'so-khcn' as Case['organisationId'],
      channel: 'messenger',
      kind: 'access',
      code: 'DL-234567',
      state: 'received',
      receivedAt: bot.clock.now(),
      answerBy: bot.clock.now(),
      actBy: bot.clock.now(),
    });
  const proofs = async (bot: Bot) => [
    await count(bot, collections.consents),
    await count(bot, collections.cases),
  ];

  async function goesAfterItsDays(bot: Bot): Promise<void> {
    await bot.store.commit([agreed(bot), asked(bot)]);
    await pass(bot, 729);
    expect(await proofs(bot)).toEqual([1, 1]);
    await pass(bot, 2);
    expect(await proofs(bot)).toEqual([0, 0]);
  }

  test('goes after 730 days, as the notice says', async () => {
    await goesAfterItsDays(await startBot());
  });

  const onMongo = hasMongod() ? test : test.skip;
  onMongo(
    'goes so on MongoDB, too',
    async () => {
      const server = await startMongod();
      try {
        await goesAfterItsDays(await startBot({ storeUrl: server.url('retention') }));
      } finally {
        await stopBots();
        await server.stop();
      }
    },
    60_000,
  );

  test('stays beyond that while it is held, and goes once it is not', async () => {
    const bot = await startBot();
    await bot.store.commit([agreed(bot), asked(bot)]);
    await holdCase(bot.desk, 'DL-234567', minh, true);
    await pass(bot, 1_000);
    expect(await proofs(bot)).toEqual([1, 1]);
    await holdCase(bot.desk, 'DL-234567', minh, false);
    await pass(bot, 1);
    expect(await proofs(bot)).toEqual([0, 0]);
    await expect(holdCase(bot.desk, 'DL-234567', minh, true)).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('goes to the last although much of what is older is held', async () => {
    const bot = await startBot();
    const now = bot.clock.now();
    await bot.store.commit(Array.from({ length: 310 }, (_, n) => agreed(bot, n, now, true)));
    for (const from of [1_000, 2_000])
      await bot.store.commit(
        Array.from({ length: 310 }, (_, n) => agreed(bot, from + n, (now + 1) as Instant)),
      );
    await pass(bot, 731);
    expect(await count(bot, collections.consents)).toBe(310);
  });

  test('of what colleagues did goes after 730 days, too', async () => {
    const bot = await startBot();
    await bot.hears('gặp cán bộ');
    await take(bot.desk, here, minh);
    // The hold ends by itself, which is one more record.
    await pass(bot, 1);
    expect(await count(bot, collections.audit)).toBe(2);
    await pass(bot, 728);
    expect(await count(bot, collections.audit)).toBe(2);
    await pass(bot, 3);
    expect(await count(bot, collections.audit)).toBe(0);
  });
});

describe('names and numbers of a course', () => {
  const registration = (bot: Bot, n: number, course = courseId) => {
    const id = `r-${course}-${n}` as Registration['id'];
    const contactId = `c-${n}` as Registration['contactId'];
    const key = (what: string) =>
      insert(collections.keys, {
        id: `${course}/${what}/${n}`,
        schema: 1,
        contactId,
        registrationId: id,
      });
    return [
      insert<Registration>(collections.registrations, {
        id,
        schema: 1,
        contactId,
        conversationId: here,
        organisationId: 'so-khcn' as Registration['organisationId'],
        courseId: course,
        fullName: 'Y Pốt Niê',
        phone: { sealed: 's', hash: `h${n}` },
        phoneHash: `h${n}`,
        channel: 'messenger',
        state: 'accepted',
        createdAt: bot.clock.now(),
      }),
      key('contact'),
      key('phone'),
    ];
  };

  test('go 180 days after its last session, with the keys that held the place', async () => {
    const bot = await startBot();
    await openCourse(bot.store, bot.clock.now());
    await bot.store.commit(registration(bot, 1));
    // The course closes on day 10 and meets on day 20.
    await pass(bot, 199);
    expect(await registrationsOf(bot.store)).toHaveLength(1);
    await pass(bot, 2);
    expect(await registrationsOf(bot.store)).toEqual([]);
    expect(await count(bot, collections.keys)).toBe(0);
  });

  test('go from old courses, however many there are, and from big ones to the last', async () => {
    const bot = await startBot();
    const now = bot.clock.now();
    const courses = Array.from({ length: 120 }, (_, i) => `c-${i}` as Course['id']);
    for (const [i, id] of courses.entries()) {
      await bot.store.commit([
        insert<Course>(collections.courses, {
          id,
          schema: 1,
          code: `X${i}`,
          title: 'Lớp cũ',
          organisationId: 'so-khcn' as Course['organisationId'],
          organisers: [],
          capacity: 300,
          sessions: [],
          opensAt: now,
          closesAt: (later(now, days(1)) + i) as Instant,
          audience: '',
          state: i % 2 === 0 ? 'closed' : 'cancelled',
          example: false,
        }),
      ]);
    }
    await bot.store.commit(registration(bot, 1, courses.at(-1)));
    for (let batch = 0; batch < 2; batch++)
      await bot.store.commit(
        Array.from({ length: 100 }, (_, i) =>
          registration(bot, 10 + batch * 100 + i, courses[0]),
        ).flat(),
      );
    await pass(bot, 182);
    expect(await count(bot, collections.registrations)).toBe(0);
    expect(await count(bot, collections.keys)).toBe(0);
  });
});
