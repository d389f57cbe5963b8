import { describe, expect, test } from '@jest/globals';
import { days, hours, later, minutes } from '../../src/clock.ts';
import type { InboundEvent } from '../../src/conversation/event.ts';
import { emptyMemory } from '../../src/conversation/memory.ts';
import type { FlowState } from '../../src/conversation/memory.ts';
import { memoryAfterHold, needsOf, previousOf, takeTurn } from '../../src/dialogue/turn.ts';
import type { EventId, JobId } from '../../src/ids.ts';
import {
  Chat,
  content,
  conversationAt,
  course,
  loadedFrom,
  meaning,
  mondayMorning,
  saying,
  seatsOf,
} from '../support/scene.ts';
import type { EventBody } from '../support/scene.ts';

const places = {
  web: {},
  messenger: {
    channel: {
      name: 'messenger',
      limits: { textLength: 2000, choices: 13, choiceTitle: 20, perSecond: 300 },
      delivery: 'push' as const,
    },
  },
  'a channel without buttons': {
    channel: {
      name: 'zalo-bot',
      limits: { textLength: 2000, choices: 0, choiceTitle: 0, perSecond: 5 },
      delivery: 'push' as const,
    },
  },
};

describe('disclosure', () => {
  const firsts: readonly (readonly [string, EventBody, Parameters<Chat['takes']>[1]?])[] = [
    [
      'a question that is answered',
      { type: 'text', text: 'hộ kinh doanh' },
      meaning('', 'household_registration'),
    ],
    ['a question that is not understood', { type: 'text', text: 'xyz' }, meaning('xyz')],
    ['a courtesy', { type: 'text', text: 'alo' }, meaning('alo', undefined, { courtesy: true })],
    ['a wish for a person', { type: 'text', text: 'gặp cán bộ' }, meaning('gặp cán bộ')],
    ['Get Started', { type: 'opened' }],
    ['a button', { type: 'choice', payload: 'ask:household_tax', title: 'Thuế' }],
    ['a button of nobody', { type: 'choice', payload: '<<>>', title: 'x' }],
    ['a voice', { type: 'attachment', kind: 'audio' }],
    ['a picture', { type: 'attachment', kind: 'image' }],
    ['a place', { type: 'attachment', kind: 'location' }],
    ['a sticker', { type: 'attachment', kind: 'sticker' }],
    ['something unsupported', { type: 'unsupported', what: 'poll' }],
    ['a covered number', { type: 'text', text: '•••', masked: ['idNumber'] }, meaning('•••')],
  ];

  for (const [place, around] of Object.entries(places)) {
    test.each(firsts.map(([name, body, meant]) => ({ name, body, meant })))(
      `on ${place} the first line to $name says that a machine speaks`,
      ({ body, meant }) => {
        const chat = new Chat(around);
        chat.takes(body, meant);
        expect(chat.texts[0]).toContain('trợ lý tự động');
        expect(chat.conversation.memory.disclosedAt).toBe(mondayMorning);
        chat.asks('thuế', 'household_tax');
        expect(chat.texts.join('\n')).not.toContain('Em là Nhịp Cầu');
      },
    );
  }

  test('it is said again after thirty days, and not before', () => {
    const chat = new Chat();
    chat.asks('thuế', 'household_tax');
    chat.now = later(chat.now, days(30));
    chat.asks('thuế', 'household_tax');
    expect(chat.texts[0]).not.toMatch(saying('disclosure.line'));
    chat.now = later(chat.now, minutes(1));
    chat.asks('thuế', 'household_tax');
    expect(chat.texts[0]).toMatch(saying('disclosure.line'));
  });

  test('it is said again after a person gave the conversation back', () => {
    const chat = new Chat();
    chat.asks('thuế', 'household_tax');
    chat.conversation = { ...chat.conversation, memory: memoryAfterHold(chat.conversation.memory) };
    chat.asks('thuế', 'household_tax');
    expect(chat.texts[0]).toMatch(saying('disclosure.line'));
  });
});

describe('silence', () => {
  const quiet: readonly EventBody[] = [
    { type: 'edited', of: 'web/w/1' as EventId, text: 'sửa' },
    { type: 'removed', of: 'web/w/1' as EventId },
    { type: 'pageReply', text: 'chào chị' },
    { type: 'sent', jobId: 'j' as JobId, platformId: 'p' },
    { type: 'delivered', upTo: mondayMorning },
    { type: 'left' },
    { type: 'touched', what: 'reaction' },
    { type: 'enforced', action: 'block', reason: '' },
    { type: 'comment', commentId: 'c', postId: 'p', text: 'hay quá' },
  ];

  test.each(quiet)('$type is recorded and not answered', (body) => {
    const chat = new Chat();
    chat.asks('thuế', 'household_tax');
    const before = chat.conversation.memory;
    expect(chat.takes(body)).toEqual({ memory: before, replies: [], effects: [] });
  });

  test('nothing is said, needed or remembered while a person holds the conversation', () => {
    const chat = new Chat({}, { handledBy: 'moderator' });
    const said: EventBody[] = [
      { type: 'text', text: 'xoá dữ liệu' },
      { type: 'choice', payload: 'register:c-K12', title: 'Ghi tên K12' },
      { type: 'opened' },
      { type: 'attachment', kind: 'audio' },
    ];
    for (const body of said) {
      expect(chat.takes(body)).toEqual({ memory: emptyMemory, replies: [], effects: [] });
    }
    const event = { type: 'choice', payload: 'register:c-K12', title: '' } as InboundEvent;
    expect(needsOf(chat.conversation, { event }, mondayMorning)).toEqual([]);
  });

  test('what another app holds on the platform is not answered', () => {
    const chat = new Chat();
    const turn = chat.says('hộ kinh doanh', meaning('', 'household_registration'), {
      standby: true,
    });
    expect(turn.replies).toEqual([]);
  });

  test('who waits still gets the notice that a number was covered', () => {
    const chat = new Chat();
    chat.says('gặp cán bộ');
    chat.says('cccd ••• của em', meaning('cccd'), { masked: ['idNumber'] });
    expect(chat.texts).toEqual([expect.stringMatching(saying('masked'))]);
  });
});

describe('what is remembered', () => {
  test('the answered topic is the ground of a follow-up for ten minutes', () => {
    const chat = new Chat();
    chat.asks('giấy tờ mở quán', 'household_registration', { aspect: 'papers' });
    const { now, conversation } = chat;
    const previous = { intent: 'household_registration', aspect: 'papers' };
    expect(previousOf(conversation, later(now, minutes(10)))).toEqual(previous);
    expect(previousOf(conversation, later(now, minutes(11)))).toBeUndefined();
    expect(previousOf(conversationAt(now), now)).toBeUndefined();
  });

  test('an aspect that this release does not know is no ground', () => {
    const lastAnswer = { intent: 'household_tax', aspect: 'colour', at: mondayMorning };
    const conversation = conversationAt(mondayMorning, { memory: { ...emptyMemory, lastAnswer } });
    expect(previousOf(conversation, mondayMorning)).toEqual({ intent: 'household_tax' });
  });

  test('a topic chosen after the bot asked back is remembered with the question in words', () => {
    const chat = new Chat();
    const intents = [{ name: 'household_registration', probability: 0.4 }];
    chat.says(
      'làm cái giấy',
      meaning('làm cái giấy', undefined, { intents, decision: 'choose', aspect: 'papers' }),
    );
    chat.presses('Đăng ký hộ');
    expect(chat.conversation.memory.lastAnswer).toMatchObject({
      intent: 'household_registration',
      aspect: 'papers',
      question: 'làm cái giấy',
    });
  });

  test('after a hold the half-filled form and old choices are void', () => {
    const chat = new Chat();
    chat.docs = {
      ...chat.docs,
      courses: [course('K12', 'Khởi sự')],
      seats: [seatsOf(course('K12', 'Khởi sự'))],
    };
    chat.sends('register:c-K12');
    const memory = memoryAfterHold(chat.conversation.memory);
    expect(memory).toEqual({ misunderstood: 0 });
    chat.conversation = { ...chat.conversation, memory };
    chat.says('1', meaning('1'));
    expect(chat.texts[0]).toMatch(saying('fallback.first'));
  });

  test('a number typed a day later is no choice any more, a button still is', () => {
    const chat = new Chat();
    chat.asks('hộ kinh doanh', 'household_registration');
    const papers = chat.choices[0];
    chat.now = later(chat.now, hours(25));
    chat.says('1', meaning('1'));
    expect(chat.texts[0]).toMatch(saying('fallback.first'));
    chat.now = later(chat.now, days(9));
    chat.sends(papers?.payload ?? '');
    expect(chat.texts[0]).toContain('Giấy tờ của đăng ký hộ kinh doanh');
  });

  test('buttons shown before stay meant when a line without buttons follows', () => {
    const chat = new Chat();
    chat.asks('hộ kinh doanh', 'household_registration');
    chat.says('alo', meaning('alo', undefined, { courtesy: true }));
    chat.says('alo', meaning('alo', undefined, { courtesy: true }));
    chat.says('1', meaning('1'));
    expect(chat.texts[0]).toContain('Giấy tờ');
  });

  test('“có” means yes only right after such a question', () => {
    const chat = new Chat({ staffed: true });
    chat.says('gặp cán bộ');
    chat.asks('thuế', 'household_tax');
    chat.says('có', meaning('có'));
    expect(chat.last.replies).toEqual([]);
    expect(chat.conversation.memory.flow).toBeUndefined();
  });
});

describe('a state that cannot be read any more', () => {
  const states: readonly FlowState[] = [
    {
      flow: 'registration',
      schema: 0,
      values: {},
      asking: 'phone',
      run: 'a',
      turn: 1,
      tries: 0,
      at: 1,
    },
    {
      flow: 'registration',
      schema: 1,
      values: { courseId: 7 },
      asking: 'phone',
      run: 'a',
      turn: 1,
      tries: 0,
      at: 1,
    },
    { flow: 'registration', schema: 1, asking: 'phone' },
    {
      flow: 'registration',
      schema: 1,
      values: {},
      asking: 'shoeSize',
      run: 'a',
      turn: 1,
      tries: 0,
      at: 1,
    },
    { flow: 'idea', schema: 3, step: 'title' },
    { flow: 'faq', schema: 1 },
  ];

  test.each(states)('ends with an apology, and the message is answered ($flow $schema)', (flow) => {
    const chat = new Chat({}, { memory: { ...emptyMemory, disclosedAt: mondayMorning, flow } });
    chat.asks('thuế hộ kinh doanh', 'household_tax');
    expect(chat.texts).toEqual([
      expect.stringMatching(saying('apology')),
      expect.stringContaining('Chuyện chung về thuế hộ kinh doanh'),
    ]);
    expect(chat.conversation.memory.flow).toBeUndefined();
  });
});

test('the same turn computed twice is the same, and says so without looking at anything else', () => {
  const k12 = course('K12', 'Khởi sự');
  const docs = { courses: [k12], seats: [seatsOf(k12)], keys: [], phoneKeys: new Map() };
  const conversation = conversationAt(mondayMorning);
  const event = {
    type: 'choice',
    payload: 'case:erase',
    title: '',
    id: 'e',
    at: mondayMorning,
  } as unknown as InboundEvent;
  const scene = {
    now: mondayMorning,
    content,
    hours: content.hours(mondayMorning),
    staffed: true,
    channel: {
      name: 'web',
      limits: { textLength: 1, choices: 13, choiceTitle: 20, perSecond: 1 },
      delivery: 'pull' as const,
    },
    privacyUrl: 'https://nhipcau.example',
    docs: loadedFrom(docs, needsOf(conversation, { event }, mondayMorning)),
  };
  const turns = [1, 2].map(() => takeTurn(conversation, { event }, scene));
  expect(turns[1]).toEqual(turns[0]);
  expect(turns[0]?.effects[0]).toMatchObject({
    type: 'openCase',
    kind: 'erase',
    code: expect.stringMatching(/^DL-[2-9A-Z]{6}$/),
  });
});
