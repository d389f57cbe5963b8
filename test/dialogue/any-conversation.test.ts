import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { later } from '../../src/clock.ts';
import type { Millis } from '../../src/clock.ts';
import { characters } from '../../src/content/text.ts';
import { payloadBytes } from '../../src/dialogue/payload.ts';
import { longestMessage, mostChoices } from '../../src/dialogue/replies.ts';
import type { Signal, Understanding } from '../../src/nlu/types.ts';
import { Chat, content, course, meaning, seatsOf } from '../support/scene.ts';
import type { EventBody } from '../support/scene.ts';

/** Whatever a person does in whatever order, what the bot says keeps its bounds. */

const words = [
  'đồng ý',
  'không',
  '1',
  '0',
  'số 2',
  'huỷ',
  'thôi',
  'menu',
  'gặp cán bộ',
  'xoá dữ liệu',
  'sai rồi',
  'quay lại',
  'Trần Thị Mai',
  'huy',
  '0905123456',
  '0905123456 hoặc 0912345678',
  '905123456',
  'k12',
  'em 15 tuổi',
  'sửa số',
  '',
  '???',
  '👍🏽',
  'a'.repeat(5000),
];
const said = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...words) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 80 }) },
);
const intents = fc.constantFrom(...content.topics.map(({ intent }) => intent), 'no_such_intent');
const signals = fc.subarray<Signal>(['urgent', 'worried', 'rude', 'act', 'correction']);

const understood = fc
  .record({
    names: fc.array(intents, { maxLength: 4 }),
    decision: fc.constantFrom<Understanding['decision']>('answer', 'choose', 'human'),
    courtesy: fc.boolean(),
    aspect: fc.constantFrom('papers', 'fee', 'time', undefined),
    outside: fc.constantFrom('gia_nong_san', 'no_such_topic', undefined),
    signals,
    also: fc.option(intents, { nil: undefined }),
  })
  .map(({ names, aspect, outside, also, ...rest }): Partial<Understanding> => ({
    ...rest,
    intents: names.map((name, i) => ({ name, probability: 0.9 / (i + 1) })),
    ...(aspect ? { aspect } : {}),
    ...(outside ? { outside } : {}),
    ...(also ? { also } : {}),
  }));

type Deed = (chat: Chat) => unknown;
const kinds = ['image', 'audio', 'video', 'file', 'sticker', 'location'] as const;
const payloads = [
  'register:c-K12',
  'case:erase',
  'callMe:',
  'human:scam',
  'feedback:no',
  'menu:business/9',
  'junk',
  'ask:',
  'registration:check/yes/1',
];
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.tuple(said, understood, fc.boolean()).map(
    ([text, meant, masked]): Deed =>
      (chat) =>
        chat.says(text, meaning(text, undefined, meant), masked ? { masked: ['bank'] } : {}),
  ),
  {
    weight: 3,
    arbitrary: fc.nat(4).map((n): Deed => (chat) => {
      press(chat, n);
    }),
  },
  fc.constantFrom(...payloads).map(
    (payload): Deed =>
      (chat) =>
        chat.sends(payload),
  ),
  fc.constantFrom(...kinds).map(
    (kind): Deed =>
      (chat) =>
        chat.takes({ type: 'attachment', kind }),
  ),
  fc
    .constantFrom<EventBody>(
      { type: 'opened' },
      { type: 'unsupported', what: 'x' },
      { type: 'left' },
    )
    .map(
      (body): Deed =>
        (chat) =>
          chat.takes(body),
    ),
  fc.integer({ min: 1, max: 400_000_000 }).map((ms): Deed => (chat) => {
    chat.now = later(chat.now, ms as Millis);
  }),
);

function press(chat: Chat, n: number): void {
  const offered = chat.conversation.memory.offered?.choices ?? [];
  const choice = offered[n % Math.max(1, offered.length)];
  if (choice) chat.sends(choice.payload, choice.title);
}

function chatOn(buttons: number, staffed: boolean): Chat {
  const limits = { textLength: 2000, choices: buttons, choiceTitle: 20, perSecond: 5 };
  const chat = new Chat({
    staffed,
    channel: { name: 'any', limits, delivery: buttons === 13 ? 'pull' : 'push' },
  });
  const courses = ['K12', 'K13', 'K14', 'K15', 'K16'].map((code) =>
    course(code, `Lớp ${code} với một cái tên rất dài để thử xem tin nhắn có còn vừa không`, {
      sessions: [
        {
          ...course('X', 'x').sessions[0]!,
          place: 'Hội trường lớn của Trung tâm học tập cộng đồng xã Ea Kar',
        },
      ],
    }),
  );
  chat.docs = {
    ...chat.docs,
    courses,
    seats: courses.map((one, i) => seatsOf(one, i === 1 ? 30 : 0)),
  };
  return chat;
}

test('every line is short, whole and has few good buttons, in any conversation', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(13, 3, 0),
      fc.boolean(),
      fc.array(deed, { maxLength: 25 }),
      (buttons, staffed, deeds) => {
        const chat = chatOn(buttons, staffed);
        for (const act of deeds) {
          act(chat);
          expectBounds(chat, buttons);
        }
      },
    ),
    { numRuns: 400 },
  );
});

function expectBounds(chat: Chat, buttons: number): void {
  const { replies, memory, effects } = chat.last;
  replies.forEach((reply, i) => {
    if (reply.type !== 'text') throw new Error('the dialogue speaks in text');
    const choices = reply.choices ?? [];
    expect(characters(reply.text)).toBeLessThanOrEqual(longestMessage);
    expect(reply.text.trim()).not.toBe('');
    expect(reply.text).not.toMatch(/\{\w+\}|undefined/);
    expect(choices.length).toBeLessThanOrEqual(Math.min(mostChoices, buttons));
    if (i < replies.length - 1) expect(choices).toEqual([]);
    for (const { title, payload } of choices) {
      expect(title.trim()).not.toBe('');
      expect(title.length).toBeLessThanOrEqual(20);
      expect(new TextEncoder().encode(payload).length).toBeLessThanOrEqual(payloadBytes);
    }
  });
  expect(JSON.parse(JSON.stringify({ memory, effects }))).toEqual({ memory, effects });
}
