import { afterEach, describe, expect, test } from '@jest/globals';
import type { EventId } from '../../src/ids.ts';
import { cipherOf } from '../../src/store/cipher.ts';
import * as collections from '../../src/store/collections.ts';
import { messageBody, someone, startBot, stopBots, webConversationOf } from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { hasMongod, startMongod } from '../support/mongo.ts';
import { courseId, openCourse, registrationsOf, seatsTaken } from '../support/courses.ts';

afterEach(stopBots);

const other = '200000000000002';

async function withCourse(capacity = 30): Promise<Bot> {
  const bot = await startBot();
  await openCourse(bot.store, bot.clock.now(), capacity);
  return bot;
}

/** Everything up to the question whether it is all right. */
async function fillIn(bot: Bot, from: string, phone = '0905 123 456'): Promise<void> {
  await bot.presses(`register:${courseId}`, from);
  for (const words of ['đồng ý', 'Y Pốt Niê', phone]) await bot.hears(words, from);
}

const keyed = (bot: Bot, key: string): RegExp => {
  const phrase = bot.content.phrase(key, {
    course: '§',
    capacity: '§',
    when: '§',
    organiser: '§',
    fullName: '§',
    phone: '§',
    keepDays: '§',
  });
  const parts = phrase
    .trim()
    .split('§')
    .map((part) => part.replaceAll(/[.*+?^$()|[\]\\{}]/g, '\\$&'));
  return new RegExp(parts.join('[\\s\\S]+?'), 'u');
};

describe('a registration', () => {
  test('goes from the wish to the seat, and is all written in one commit', async () => {
    const bot = await withCourse();
    await bot.hears('em muốn đăng ký lớp k12');
    for (const words of ['đồng ý', 'y pốt niê', '+84 905 123 456', 'đúng rồi'])
      await bot.hears(words);
    expect(bot.texts().at(-1)).toMatch(keyed(bot, 'registration.done'));
    expect(bot.texts().at(-1)).toContain('Y Pốt Niê');

    const { contactId } = await bot.conversation();
    const [registration, ...more] = await registrationsOf(bot.store);
    expect(more).toEqual([]);
    expect(registration).toMatchObject({
      contactId,
      courseId,
      fullName: 'Y Pốt Niê',
      state: 'accepted',
    });
    expect(JSON.stringify(registration)).not.toContain('905');
    const cipher = cipherOf(new Uint8Array(32).fill(7));
    expect(cipher.open(registration!.phone)).toBe('0905123456');
    expect(await seatsTaken(bot.store)).toBe(1);
    const keys = await bot.store
      .collection(collections.keys)
      .find({ where: { contactId }, limit: 9 });
    expect(keys.map(({ id }) => id).sort()).toEqual([
      `course/${courseId}/contact/${contactId}`,
      `course/${courseId}/phone/${cipher.hash('0905123456')}`,
    ]);
    const consents = await bot.store
      .collection(collections.consents)
      .find({ where: { contactId }, limit: 9 });
    expect(consents).toMatchObject([
      { purpose: 'course', wording: 'consent.course.v1', subject: courseId, channel: 'messenger' },
    ]);
  });

  test('without consent writes nothing', async () => {
    const bot = await withCourse();
    await bot.presses(`register:${courseId}`);
    await bot.hears('không đồng ý');
    expect(await registrationsOf(bot.store)).toEqual([]);
    expect(await bot.store.collection(collections.consents).count({}, 9)).toBe(0);
    expect(await seatsTaken(bot.store)).toBe(0);
  });

  test('is made once, though “đúng rồi” comes five times at once and again later', async () => {
    const bot = await withCourse();
    await fillIn(bot, someone);
    const yes = messageBody({ text: 'đúng rồi' }, someone, bot.clock);
    await Promise.all(Array.from({ length: 5 }, () => bot.takesIn(yes)));
    await bot.settled();
    await bot.hears('đúng rồi');
    await bot.presses(`register:${courseId}`);
    expect(bot.texts().at(-1)).toMatch(keyed(bot, 'registration.already'));
    expect(await registrationsOf(bot.store)).toHaveLength(1);
    expect(await seatsTaken(bot.store)).toBe(1);
  });

  test('with a telephone number that stands in the course already asks for another', async () => {
    const bot = await withCourse();
    await fillIn(bot, someone);
    await bot.hears('đúng rồi');
    await fillIn(bot, other);
    expect(bot.texts().at(-1)).toMatch(keyed(bot, 'registration.phoneTaken'));
    await bot.hears('0905 123 457', other);
    await bot.hears('đúng rồi', other);
    expect(await registrationsOf(bot.store)).toHaveLength(2);
  });

  test('by two with the same number at the same moment succeeds once', async () => {
    const bot = await withCourse();
    await fillIn(bot, someone);
    await fillIn(bot, other);
    await Promise.all(
      [someone, other].map((from) =>
        bot.takesIn(messageBody({ text: 'đúng rồi' }, from, bot.clock)),
      ),
    );
    await bot.settled();
    expect(await registrationsOf(bot.store)).toHaveLength(1);
    expect(await seatsTaken(bot.store)).toBe(1);
    expect(
      bot.texts().filter((text) => keyed(bot, 'registration.phoneTaken').test(text)),
    ).toHaveLength(1);
  });

  test('for the last seat by two at the same moment: one has it, the other is told the truth', async () => {
    const bot = await withCourse(1);
    await fillIn(bot, someone, '0905 123 456');
    await fillIn(bot, other, '0905 123 457');
    await Promise.all(
      [someone, other].map((from) =>
        bot.takesIn(messageBody({ text: 'đúng rồi' }, from, bot.clock)),
      ),
    );
    await bot.settled();
    expect(await registrationsOf(bot.store)).toHaveLength(1);
    expect(await seatsTaken(bot.store)).toBe(1);
    const last = bot.texts().slice(-2);
    expect(last.filter((text) => keyed(bot, 'registration.done').test(text))).toHaveLength(1);
    expect(last.filter((text) => keyed(bot, 'registration.full').test(text))).toHaveLength(1);
  });

  test('in a course that was cancelled meanwhile is not made', async () => {
    const bot = await withCourse();
    await fillIn(bot, someone);
    const course = await bot.store.collection(collections.courses).get(courseId);
    await bot.store.commit([
      {
        op: 'replace',
        in: 'courses',
        doc: { ...course!, state: 'cancelled' } as typeof course & object,
      },
    ]);
    await bot.hears('đúng rồi');
    expect(bot.texts().at(-1)).toMatch(keyed(bot, 'registration.closed'));
    expect(await registrationsOf(bot.store)).toEqual([]);
  });
});

describe('a thousand people at once for thirty seats', () => {
  const people = Array.from({ length: 1_000 }, (_, i) => `crowd-${i}`);
  const phoneOf = (i: number): string => `0905${String(100_000 + i)}`;
  let n = 0;

  type Said =
    | { readonly type: 'text'; readonly text: string }
    | { readonly type: 'choice'; readonly payload: string; readonly title: string };

  /** All of them say something at the same moment. */
  async function allSay(bot: Bot, words: (i: number) => Said): Promise<void> {
    const at = bot.clock.now();
    await Promise.all(
      people.map((person, i) => {
        const conversationId = webConversationOf(person);
        const id = `${conversationId}/m-${++n}` as EventId;
        const base = { id, channel: 'web', account: 'web', address: person, conversationId, at };
        return bot.app.receiver.accept([{ ...base, ...words(i) }], at);
      }),
    );
    await bot.settled();
  }

  async function expectTruth(storeUrl: string): Promise<void> {
    const bot = await startBot({ channels: 'web only', storeUrl });
    await openCourse(bot.store, bot.clock.now(), 30);
    await allSay(bot, () => ({
      type: 'choice',
      payload: `register:${courseId}`,
      title: 'Ghi tên K12',
    }));
    await allSay(bot, (i) => ({
      type: 'text',
      text: `dạ đồng ý, em tên là Y Pốt Niê, sđt ${phoneOf(i)}`,
    }));
    await allSay(bot, () => ({ type: 'text', text: 'đúng rồi' }));

    const registrations = await registrationsOf(bot.store);
    expect(registrations).toHaveLength(30);
    expect(await seatsTaken(bot.store)).toBe(30);
    expect(await bot.dead()).toEqual([]);
    const winners = new Set(registrations.map(({ conversationId }) => conversationId));
    expect(winners.size).toBe(30);
    const done = keyed(bot, 'registration.done');
    const full = keyed(bot, 'registration.full');
    for (const person of people) {
      const conversation = webConversationOf(person);
      const last = (await bot.transcript(conversation)).at(-1);
      const truth = winners.has(conversation) ? done : full;
      expect(last).toMatchObject({ from: 'bot', text: expect.stringMatching(truth) });
    }
    await bot.stop();
  }

  test('makes thirty registrations, and everybody is told the truth', async () => {
    await expectTruth('sqlite::memory:');
  }, 120_000);

  const onMongo = hasMongod() ? test : test.skip;
  onMongo(
    'does so on MongoDB, too',
    async () => {
      const server = await startMongod();
      try {
        await expectTruth(server.url('crowd'));
      } finally {
        await server.stop();
      }
    },
    300_000,
  );
});
