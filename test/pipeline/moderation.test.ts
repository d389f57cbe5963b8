import { afterEach, describe, expect, test } from '@jest/globals';
import { days, hours, minutes } from '../../src/clock.ts';
import type { Millis } from '../../src/clock.ts';
import type { AuditRecord } from '../../src/conversation/audit.ts';
import type { Message } from '../../src/conversation/message.ts';
import { endHold, finish, handBack, reply, take } from '../../src/pipeline/moderation.ts';
import * as collections from '../../src/store/collections.ts';
import {
  conversationOf,
  echoBody,
  eventBody,
  hoa,
  messageBody,
  minh,
  someone,
  startBot,
  stopBots,
} from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';

afterEach(stopBots);

const here = conversationOf(someone);
const question = 'mở hộ kinh doanh ở đâu';

/** Somebody asked for a person and waits. */
async function waiting(): Promise<Bot> {
  const bot = await startBot();
  await bot.hears('gặp cán bộ');
  return bot;
}

const line = async (bot: Bot): Promise<Message> => (await bot.transcript()).at(-1)!;
const audited = (bot: Bot): Promise<AuditRecord[]> =>
  bot.store.collection(collections.audit).find({ where: { objectId: here }, limit: 50 });
/** Time passes, minute by minute as the timer ticks; what falls due is done. */
async function ticks(bot: Bot, by: Millis): Promise<void> {
  bot.clock.advance(by);
  await bot.app.tick();
  await bot.settled();
}

describe('taking a conversation over', () => {
  test('tells the person by whom, silences the bot and ends the waiting', async () => {
    const bot = await waiting();
    expect((await bot.conversation()).waiting?.reason).toBe('asked_human');
    await take(bot.desk, here, minh);
    await bot.settled();
    expect(bot.texts().at(-1)).toBe(
      bot.content.phrase('handoff.taken', { name: 'Minh', organisation: minh.organisation }),
    );
    expect(await line(bot)).toMatchObject({ from: 'system' });
    const conversation = await bot.conversation();
    expect(conversation).toMatchObject({
      handledBy: 'moderator',
      hold: 1,
      waitingSince: 0,
      holder: { name: 'Minh', organisation: minh.organisation, via: 'terminal' },
    });
    expect(conversation.waiting).toBeUndefined();
    const before = bot.sent().length;
    await bot.hears(question);
    expect(bot.sent()).toHaveLength(before);
    expect(await line(bot)).toMatchObject({ from: 'person', text: question });
  });

  test('twice by the same person says it once', async () => {
    const bot = await waiting();
    await take(bot.desk, here, minh);
    const lines = await bot.transcript();
    await take(bot.desk, here, minh);
    expect(await bot.transcript()).toHaveLength(lines.length);
  });

  test('by somebody else is refused, and says who holds it', async () => {
    const bot = await waiting();
    await take(bot.desk, here, minh);
    for (const act of [take, handBack, finish]) {
      await expect(act(bot.desk, here, hoa)).rejects.toMatchObject({
        code: 'held_by_other',
        status: 409,
        message: `Minh (${minh.organisation}) đang giữ hội thoại này.`,
      });
    }
    await expect(reply(bot.desk, here, hoa, 'Chào anh')).rejects.toMatchObject({
      code: 'held_by_other',
    });
    expect((await bot.conversation()).holder?.name).toBe('Minh');
  });

  test('by two at once: one of them has it', async () => {
    const bot = await waiting();
    const outcomes = await Promise.allSettled([
      take(bot.desk, here, minh),
      take(bot.desk, here, hoa),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await bot.conversation()).hold).toBe(1);
  });

  test('is possible from one who answered in the Page’s inbox, whose name we never learn', async () => {
    const bot = await waiting();
    await bot.receives(echoBody({ text: 'Chào chị' }, someone, bot.clock));
    await take(bot.desk, here, minh);
    expect((await bot.conversation()).holder?.name).toBe('Minh');
  });

  test('of nobody is refused', async () => {
    const bot = await startBot();
    await expect(take(bot.desk, conversationOf('nobody'), minh)).rejects.toMatchObject({
      code: 'not_found',
      status: 404,
    });
  });
});

describe('a colleague’s words', () => {
  test('reach the person, in order, and stand in the transcript under name and organisation', async () => {
    const bot = await waiting();
    await take(bot.desk, here, minh);
    await reply(bot.desk, here, minh, '  Chào anh, em là Minh. ');
    await reply(bot.desk, here, minh, 'Anh gửi em giấy tờ nhé.');
    await bot.settled();
    expect(bot.texts().slice(-2)).toEqual(['Chào anh, em là Minh.', 'Anh gửi em giấy tờ nhé.']);
    expect(await line(bot)).toMatchObject({
      from: 'moderator',
      by: { name: 'Minh', organisation: minh.organisation },
      delivery: { state: 'sent' },
    });
  });

  test('take the conversation over where nobody holds it', async () => {
    const bot = await waiting();
    await reply(bot.desk, here, minh, 'Chào anh');
    await bot.settled();
    expect(bot.texts().slice(-2)).toEqual([expect.stringContaining('Minh'), 'Chào anh']);
    expect((await bot.conversation()).handledBy).toBe('moderator');
  });

  test('must be words', async () => {
    const bot = await waiting();
    await expect(reply(bot.desk, here, minh, ' \n ')).rejects.toMatchObject({ code: 'invalid' });
    expect((await bot.conversation()).handledBy).toBe('bot');
  });

  test('go under the rule for humans after 24 hours, and the bot’s own line with them does not', async () => {
    const bot = await waiting();
    bot.clock.advance(hours(25));
    const before = bot.sent().length;
    await reply(bot.desk, here, minh, 'Em trả lời muộn, mong chị thông cảm.');
    await bot.settled();
    const calls = bot
      .sent()
      .slice(before)
      .map(({ call, text }) => [text, call.tag]);
    expect(calls).toEqual([['Em trả lời muộn, mong chị thông cảm.', 'HUMAN_AGENT']]);
    const taken = (await bot.transcript()).find(({ from }) => from === 'system');
    expect(taken?.delivery).toMatchObject({ state: 'failed', reason: 'window_closed' });
  });

  test('cannot go out after seven days, and are refused before the bot is silenced', async () => {
    const bot = await waiting();
    bot.clock.advance(days(7.1));
    const lines = await bot.transcript();
    await expect(reply(bot.desk, here, minh, 'Chào anh')).rejects.toMatchObject({
      code: 'window_closed',
      status: 409,
      message: expect.stringContaining('quá thời hạn'),
    });
    expect(await bot.transcript()).toEqual(lines);
    expect((await bot.conversation()).handledBy).toBe('bot');
  });

  test('can go out as soon as somebody wrote, even before the bot has read it', async () => {
    const bot = await startBot({ model: false });
    await bot.takesIn(messageBody({ text: question }, someone, bot.clock));
    await reply(bot.desk, here, minh, 'Chào anh, em đây.');
    await bot.rests();
    await bot.useModel();
    await bot.settled();
    expect(bot.texts().at(-1)).toBe('Chào anh, em đây.');
    expect(bot.texts().join()).not.toContain('UBND');
  });
});

describe('giving back', () => {
  test('lets the bot say that it goes on, and answer again', async () => {
    const bot = await waiting();
    await take(bot.desk, here, minh);
    await handBack(bot.desk, here, minh);
    await bot.settled();
    expect(bot.texts().at(-1)).toBe(bot.content.phrase('handoff.back'));
    expect(await bot.conversation()).toMatchObject({ handledBy: 'bot', holdUntil: 0, hold: 2 });
    await bot.hears(question);
    expect(bot.texts().at(-1)).toContain('UBND');
  });

  test('forgets a half-filled form and old buttons: a “1” means nothing now', async () => {
    const bot = await startBot();
    await bot.hears('menu');
    expect((await bot.conversation()).memory.offered).toBeDefined();
    await take(bot.desk, here, minh);
    await handBack(bot.desk, here, minh);
    const { memory } = await bot.conversation();
    expect(memory.offered).toBeUndefined();
    expect(memory.flow).toBeUndefined();
  });

  test('closes the case without a word where nobody held it', async () => {
    const bot = await waiting();
    const before = (await bot.transcript()).length;
    await finish(bot.desk, here, minh);
    expect(await bot.transcript()).toHaveLength(before);
    expect(await bot.conversation()).toMatchObject({ waitingSince: 0, doneAt: bot.clock.now() });
  });

  test('closes the case with the bot’s word where somebody held it', async () => {
    const bot = await waiting();
    await take(bot.desk, here, minh);
    await finish(bot.desk, here, minh);
    await bot.settled();
    expect(bot.texts().at(-1)).toBe(bot.content.phrase('handoff.back'));
  });
});

describe('what nobody holds', () => {
  test('cannot be handed back', async () => {
    const bot = await waiting();
    await expect(handBack(bot.desk, here, minh)).rejects.toMatchObject({ code: 'not_held' });
  });

  test('is closed without a word: what the bot is asking goes on', async () => {
    const bot = await waiting();
    const before = await bot.conversation();
    await finish(bot.desk, here, minh);
    const after = await bot.conversation();
    expect(after).toMatchObject({ hold: before.hold, memory: before.memory, waitingSince: 0 });
    expect(after.doneAt).toBe(bot.clock.now());
  });
});

describe('a colleague’s line', () => {
  test.each(['Số căn cước của chị là 066190001234 đúng không?', 'Mã OTP là 482913 chị nhé'])(
    'with a number that we keep of nobody is refused, and nothing changes (%s)',
    async (words) => {
      const bot = await waiting();
      const before = await bot.conversation();
      const lines = await bot.transcript();
      await expect(reply(bot.desk, here, minh, words)).rejects.toMatchObject({ code: 'sensitive' });
      expect(await bot.conversation()).toEqual(before);
      expect(await bot.transcript()).toEqual(lines);
    },
  );
});

describe('two colleagues of one name', () => {
  test('are two: one cannot write into what the other holds', async () => {
    const bot = await waiting();
    await take(bot.desk, here, minh);
    const other = { ...minh, id: 'officer-2' };
    await expect(reply(bot.desk, here, other, 'Chào')).rejects.toMatchObject({
      code: 'held_by_other',
    });
  });
});

describe('a hold', () => {
  test('lasts as long as the operator says, also when a colleague answered in the inbox of the Page', async () => {
    const bot = await startBot({ env: { HOLD_MINUTES: '30' } });
    await bot.hears('gặp cán bộ');
    await take(bot.desk, here, minh);
    expect((await bot.conversation()).holdUntil).toBe(bot.clock.now() + minutes(30));
    await bot.hears('em cảm ơn', 'another');
    await bot.receives(echoBody({ text: 'Chị Hoa trả lời nhé' }, 'another', bot.clock));
    expect(await bot.conversation('another')).toMatchObject({
      holder: { via: 'native' },
      holdUntil: bot.clock.now() + minutes(30),
    });
  });

  test('lasts two working hours after the last word of its holder', async () => {
    const bot = await waiting();
    await take(bot.desk, here, minh);
    // Thursday 09:00 and 120 working minutes.
    expect((await bot.conversation()).holdUntil).toBe(bot.clock.now() + hours(2));
    bot.clock.advance(hours(1));
    await reply(bot.desk, here, minh, 'Chờ em chút ạ.');
    // 10:00; lunch from 11:30 to 13:30 does not count.
    expect((await bot.conversation()).holdUntil).toBe(bot.clock.now() + hours(4));
  });

  test('that ran out without a word of the person goes back to the bot, which says so', async () => {
    const bot = await waiting();
    await take(bot.desk, here, minh);
    await ticks(bot, hours(2));
    expect(bot.texts().at(-1)).toBe(bot.content.phrase('handoff.back'));
    expect(await bot.conversation()).toMatchObject({ handledBy: 'bot', waitingSince: 0 });
  });

  test('that ran out while the person waited for an answer puts them back into the queue', async () => {
    const bot = await waiting();
    await take(bot.desk, here, minh);
    await bot.hears('anh ơi còn đó không');
    await ticks(bot, hours(2));
    expect(bot.texts().at(-1)).toBe(bot.content.phrase('handoff.expired'));
    expect(await bot.conversation()).toMatchObject({
      handledBy: 'bot',
      waiting: { reason: 'hold_expired', since: bot.clock.now() },
      waitingSince: bot.clock.now(),
    });
  });

  test('that ran out after a photo puts them back into the queue, too', async () => {
    const bot = await waiting();
    await take(bot.desk, here, minh);
    await reply(bot.desk, here, minh, 'Chị gửi ảnh giấy giúp em.');
    const attachments = [{ type: 'image', payload: { url: 'https://anh.example/a' } }];
    await bot.receives(eventBody({ message: { mid: 'm_photo', attachments } }, someone, bot.clock));
    await ticks(bot, hours(5));
    expect(await bot.conversation()).toMatchObject({ waiting: { reason: 'hold_expired' } });
  });

  test('by the Page’s inbox ends the same way', async () => {
    const bot = await startBot();
    await bot.hears(question);
    await bot.receives(echoBody({ text: 'Chị Hoa đây' }, someone, bot.clock));
    await ticks(bot, hours(2));
    expect(bot.texts().at(-1)).toBe(bot.content.phrase('handoff.back'));
  });

  test('does not end a minute early, and ends once', async () => {
    const bot = await waiting();
    await take(bot.desk, here, minh);
    await ticks(bot, minutes(119));
    expect((await bot.conversation()).handledBy).toBe('moderator');
    await ticks(bot, minutes(1));
    const lines = await bot.transcript();
    await ticks(bot, minutes(1));
    await endHold(bot.desk, here);
    expect(await bot.transcript()).toHaveLength(lines.length);
  });
});

describe('the audit', () => {
  test('names each act, who did it and what changed, without words', async () => {
    const bot = await waiting();
    await take(bot.desk, here, minh);
    await reply(bot.desk, here, minh, 'Lời riêng');
    await handBack(bot.desk, here, minh);
    await take(bot.desk, here, hoa);
    await ticks(bot, hours(2));
    const records = (await audited(bot)).map(({ action, actorId }) => `${action} ${actorId}`);
    expect(records.sort()).toEqual([
      'conversation.hand-back terminal/Minh',
      'conversation.hold-expired system',
      'conversation.reply terminal/Minh',
      'conversation.take terminal/Hoa',
      'conversation.take terminal/Minh',
    ]);
    expect(JSON.stringify(await audited(bot))).not.toContain('Lời riêng');
  });

  test('is written with the act or not at all', async () => {
    const bot = await waiting();
    await take(bot.desk, here, minh);
    await take(bot.desk, here, hoa).catch(() => undefined);
    expect(await audited(bot)).toHaveLength(1);
  });
});

test('an act that meets the person’s next line is done all the same', async () => {
  const bot = await waiting();
  await Promise.all([
    bot.takesIn(messageBody({ text: question }, someone, bot.clock)),
    take(bot.desk, here, minh),
    bot.takesIn(messageBody({ text: 'alo' }, someone, bot.clock)),
  ]);
  await bot.settled();
  expect((await bot.conversation()).handledBy).toBe('moderator');
});
