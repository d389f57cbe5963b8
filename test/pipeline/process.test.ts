import { afterEach, describe, expect, test } from '@jest/globals';
import { days, minutes, seconds } from '../../src/clock.ts';
import type { Content } from '../../src/content/content.ts';
import { ConflictError } from '../../src/errors.ts';
import { handBack, take } from '../../src/pipeline/moderation.ts';
import * as collections from '../../src/store/collections.ts';
import {
  conversationOf,
  echoBody,
  eventBody,
  messageBody,
  minh,
  someone,
  startBot,
  stopBots,
  webConversationOf,
} from '../support/bot.ts';
import type { Bot } from '../support/bot.ts';
import { realContent } from '../support/content.ts';
import { endsTurn, failing, gate } from '../support/gate.ts';
import { graph } from '../support/platforms.ts';

afterEach(stopBots);

const question = 'mở hộ kinh doanh ở đâu';
const other = '200000000000002';
const here = conversationOf(someone);

describe('a turn', () => {
  test('is one commit: transcript, memory, record and outbox', async () => {
    const bot = await startBot();
    bot.platform.answers(graph.unreachable);
    await bot.hears(question);
    const [said, answer] = await bot.transcript();
    expect(said).toMatchObject({ seq: 1, from: 'person', kind: 'text', text: question });
    expect(answer).toMatchObject({ seq: 2, from: 'bot', delivery: { state: 'queued' } });
    const conversation = await bot.conversation();
    expect(conversation.memory.lastAnswer?.intent).toBe('household_registration');
    expect(conversation.lastLine).toMatchObject({
      from: 'bot',
      text: answer!.text.slice(0, 200),
    });
    const turns = await bot.store.collection(collections.turns).find({ where: {}, limit: 5 });
    expect(turns).toMatchObject([
      {
        messageId: said!.id,
        flow: 'faq',
        replies: 1,
        content: bot.content.hash,
        understood: { decision: 'answer' },
      },
    ]);
    const jobs = await bot.store.collection(collections.jobs).find({ where: {}, limit: 5 });
    expect(jobs).toMatchObject([{ queue: 'outbox', lane: here, cause: turns[0]!.trace }]);
  });

  test('whose commit failed left nothing behind, and is taken again', async () => {
    let down = true;
    const bot = await startBot({
      through: failing(
        (writes) => down && endsTurn(writes),
        () => new Error('disk'),
      ),
    });
    await bot.hears(question);
    expect(await bot.transcript()).toHaveLength(1);
    expect((await bot.conversation()).memory.lastAnswer).toBeUndefined();
    expect(bot.sent()).toEqual([]);
    down = false;
    await bot.waits(seconds(1));
    expect(bot.sent()).toHaveLength(1);
    expect(await bot.transcript()).toHaveLength(2);
  });
});

describe('a person who takes over while the bot thinks', () => {
  test('by the desk: the answer under way is thrown away, the bot stays silent', async () => {
    const thinking = gate(endsTurn);
    const bot = await startBot({ through: thinking.through });
    await bot.takesIn(messageBody({ text: question }, someone, bot.clock));
    await thinking.reached;
    await take(bot.desk, here, minh);
    thinking.open();
    await bot.settled();
    expect(bot.texts()).toEqual([expect.stringContaining('Minh')]);
    expect((await bot.transcript()).map(({ from }) => from)).toEqual(['person', 'system']);
    const turns = await bot.store.collection(collections.turns).find({ where: {}, limit: 5 });
    expect(turns).toMatchObject([{ replies: 0 }]);
  });

  test('in the Page’s own inbox: the same', async () => {
    const thinking = gate(endsTurn);
    const bot = await startBot({ through: thinking.through });
    await bot.takesIn(messageBody({ text: question }, someone, bot.clock));
    await thinking.reached;
    await bot.takesIn(echoBody({ text: 'Chị Hoa trả lời nhé' }, someone, bot.clock));
    thinking.open();
    await bot.settled();
    expect(bot.sent()).toEqual([]);
    expect((await bot.transcript()).map(({ from }) => from)).toEqual(['person', 'moderator']);
  });
});

describe('a poison event', () => {
  const secret = 'bí mật 0905123456';
  const poisonedBy = async (intent: string): Promise<Content> => {
    const content = await realContent();
    return {
      ...content,
      answer: (asked) => {
        if (asked === intent) throw new TypeError(`cannot read ${secret}`);
        return content.answer(asked);
      },
    };
  };
  const untilBuried = async (bot: Bot): Promise<void> => {
    for (const wait of [1, 2, 4, 8]) await bot.waits(seconds(wait));
  };

  test('is buried after five attempts, and that person’s next message is answered', async () => {
    const bot = await startBot({ content: await poisonedBy('household_registration') });
    await bot.takesIn(messageBody({ text: question }, someone, bot.clock));
    await bot.takesIn(messageBody({ text: 'gặp cán bộ' }, someone, bot.clock));
    await bot.settled();
    for (const wait of [1, 2, 4]) await bot.waits(seconds(wait));
    expect(bot.sent()).toEqual([]);
    expect(await bot.dead()).toEqual([]);
    await bot.waits(seconds(8));
    expect(await bot.dead()).toMatchObject([{ body: { queue: 'inbox', reason: 'TypeError' } }]);
    expect((await bot.conversation()).waiting?.reason).toBe('asked_human');
    expect(bot.sent().length).toBeGreaterThan(0);
  });

  test('keeps nobody else waiting', async () => {
    const bot = await startBot({ content: await poisonedBy('household_registration') });
    await bot.hears(question);
    await bot.hears('gặp cán bộ', other);
    expect(bot.sent().every(({ call }) => call.recipient.id === other)).toBe(true);
    expect(bot.sent().length).toBeGreaterThan(0);
  });

  test('is named in the log by its kind and place, never by its words', async () => {
    const bot = await startBot({ content: await poisonedBy('household_registration') });
    await bot.hears(question);
    const failed = bot.log().filter(({ msg }) => msg === 'job failed');
    expect(failed).toMatchObject([{ queue: 'inbox', code: 'TypeError' }]);
    expect(failed[0]!['stack']).toMatch(/at /);
    expect(JSON.stringify(bot.log())).not.toContain(secret);
    expect(JSON.stringify(bot.log())).not.toContain(question);
  });

  test('in the channel’s own rendering ends the same way', async () => {
    const bot = await startBot();
    const channel = bot.app.channels.get('messenger')!;
    const { render } = channel;
    Object.assign(channel, {
      render: () => {
        throw new RangeError('no such template');
      },
    });
    await bot.hears(question);
    await untilBuried(bot);
    expect(await bot.dead()).toMatchObject([{ body: { reason: 'RangeError' } }]);
    Object.assign(channel, { render });
    await bot.hears('gặp cán bộ');
    expect(bot.sent().length).toBeGreaterThan(0);
  });

  test('that always loses its commit is buried with what it fought over', async () => {
    const bot = await startBot({
      through: failing(endsTurn, () => new ConflictError(['seats/c-K12'])),
    });
    await bot.hears(question);
    expect(await bot.dead()).toMatchObject([{ body: { reason: 'conflict:seats' } }]);
    expect(bot.sent()).toEqual([]);
  });
});

describe('the first word of the bot says that it is a machine', () => {
  const first: Readonly<Record<string, Record<string, unknown>>> = {
    'a question it can answer': { message: { text: question } },
    'a question it cannot': { message: { text: 'asdf qwer zxcv' } },
    'a greeting': { message: { text: 'chào em' } },
    'a courtesy': { message: { text: 'alo' } },
    'a wish for a person': { message: { text: 'gặp cán bộ' } },
    'a request about one’s data': { message: { text: 'xoá dữ liệu của tôi' } },
    'a button of long ago': { message: { text: 'x', quick_reply: { payload: 'ask:ocop' } } },
    'a button nobody knows': { message: { text: 'x', quick_reply: { payload: 'old' } } },
    'a picture': {
      message: { attachments: [{ type: 'image', payload: { url: 'https://x.vn/a' } }] },
    },
    'a voice message': { message: { attachments: [{ type: 'audio', payload: {} }] } },
    'a sticker': { message: { attachments: [{ type: 'sticker', payload: {} }] } },
    'a location': { message: { attachments: [{ type: 'location', payload: {} }] } },
    'something unreadable': { message: { is_unsupported: true } },
    'the start button': { postback: { title: 'Bắt đầu', payload: 'GET_STARTED' } },
    'a link with a reference': { referral: { ref: 'to-roi', type: 'OPEN_THREAD' } },
    'a number that is covered': { message: { text: 'cccd 012345678901' } },
  };
  const disclosed = (bot: Bot, text: string | undefined): boolean => {
    const opening = bot.content.phrase('opening.first', {
      privacyUrl: 'http://localhost:3000/privacy',
    });
    return (
      text !== undefined &&
      (text.includes(bot.content.phrase('disclosure.line')) || text.includes(opening))
    );
  };

  test.each(Object.keys(first))('on Messenger, to %s', async (kind) => {
    const bot = await startBot();
    const { message, ...event } = first[kind] as { message?: Record<string, unknown> };
    const body = message ? { message: { mid: 'm_first', ...message } } : event;
    await bot.receives(eventBody(body, someone, bot.clock));
    expect(disclosed(bot, bot.texts()[0])).toBe(true);
    expect((await bot.conversation()).memory.disclosedAt).toBe(bot.clock.now());
  });

  test.each([
    [{ text: question }],
    [{ text: 'asdf qwer zxcv' }],
    [{ text: 'chào em' }],
    [{ text: 'gặp cán bộ' }],
    [{ choice: 'menu:business' }],
    [{ choice: 'human:ask' }],
  ])('on the web, to %j', async (said) => {
    const bot = await startBot({ channels: 'web only' });
    await bot.reads(said);
    const lines = await bot.transcript(webConversationOf('browser-1'));
    const answer = lines.find(({ from }) => from === 'bot');
    expect(disclosed(bot, answer?.text)).toBe(true);
  });

  test('and says so again after thirty days, not before', async () => {
    const bot = await startBot();
    const disclosures = (): number =>
      bot.texts().filter((text) => text.includes(bot.content.phrase('disclosure.line'))).length;
    await bot.hears(question);
    await bot.waits(days(29));
    await bot.hears(question);
    expect(disclosures()).toBe(1);
    await bot.waits(days(1.1));
    await bot.hears(question);
    expect(disclosures()).toBe(2);
  });

  test('and when a person gives the conversation back', async () => {
    const bot = await startBot();
    await bot.hears('gặp cán bộ');
    await take(bot.desk, here, minh);
    await handBack(bot.desk, here, minh);
    await bot.settled();
    expect(bot.texts().at(-1)).toBe(bot.content.phrase('handoff.back'));
    expect((await bot.conversation()).memory.disclosedAt).toBe(bot.clock.now());
  });
});

describe('the log', () => {
  test('carries one trace id from receipt to send, as do the records', async () => {
    const bot = await startBot();
    await bot.hears(question);
    const steps = bot.log().filter(({ msg }) => ['received', 'turn', 'send'].includes(String(msg)));
    expect(steps.map(({ msg }) => msg)).toEqual(['received', 'turn', 'send']);
    const traces = new Set(steps.map(({ trace }) => trace));
    expect(traces.size).toBe(1);
    const [turn] = await bot.store.collection(collections.turns).find({ where: {}, limit: 1 });
    expect(traces).toEqual(new Set([turn?.trace]));
  });

  test('holds nothing that a person wrote or is, in good days and bad', async () => {
    const bot = await startBot();
    const said = ['Tôi là Nguyễn Thị Thảo', '0905 123 456', 'cccd 012345678901', 'gặp cán bộ'];
    bot.platform.answersNext(graph.silent, graph.badParameter, graph.throttled, graph.down);
    for (const words of said) await bot.hears(words);
    await bot.receives(eventBody({ brand_new: { text: 'Thảo' } }, someone, bot.clock));
    await take(bot.desk, here, { ...minh, name: 'Trần Văn Minh' });
    await bot.waits(minutes(1));
    const log = JSON.stringify(bot.log());
    expect(bot.log().length).toBeGreaterThan(10);
    for (const words of [
      'Thảo',
      '0905',
      '012345678901',
      'gặp cán bộ',
      'Văn Minh',
      someone,
      'page-token',
    ])
      expect(log).not.toContain(words);
  });
});

describe('somebody’s phone rings', () => {
  const env = { NOTIFY_URL: 'https://hooks.example/ring' };

  test('with a code and a channel, without words or names', async () => {
    const bot = await startBot({ env });
    await bot.hears('gặp cán bộ');
    expect(bot.platform.told).toEqual([
      { code: 'waiting', channel: 'messenger', reason: 'asked_human' },
    ]);
  });

  test('once, even when nobody picks up', async () => {
    const bot = await startBot({ env });
    const { send } = bot.platform;
    let rung = 0;
    Object.assign(bot.platform, {
      send: async (call: { url: string }) => {
        if (!call.url.startsWith('https://hooks.example')) return send(call as never);
        rung++;
        return { status: 500, headers: {}, body: '' };
      },
    });
    await bot.hears('gặp cán bộ');
    await bot.waits(minutes(30));
    expect(rung).toBe(1);
    expect(await bot.dead()).toEqual([]);
    expect(bot.log().some(({ msg }) => msg === 'notification not taken')).toBe(true);
  });
});
