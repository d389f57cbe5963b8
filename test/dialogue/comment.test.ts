import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Conversation } from '../../src/conversation/conversation.ts';
import type { InboundEvent } from '../../src/conversation/event.ts';
import { takeComment } from '../../src/dialogue/comment.ts';
import type { Scene, Turn } from '../../src/dialogue/flow.ts';
import type { Signal, Understanding } from '../../src/nlu/types.ts';
import {
  content,
  conversationAt,
  loadedFrom,
  meaning,
  mondayMorning,
  saying,
} from '../support/scene.ts';

/** What is said to a comment, whatever the comment is. */

const limits = { textLength: 2_000, choices: 13, choiceTitle: 20, perSecond: 300 };

function comment(
  text: string,
  understood: Understanding | undefined,
  change: Partial<Conversation> = {},
  more: object = {},
): Turn {
  const conversation = conversationAt(mondayMorning, { channel: 'messenger', ...change });
  const event = {
    id: 'messenger/1/c/add',
    channel: 'messenger',
    account: '1',
    address: '2',
    conversationId: conversation.id,
    at: mondayMorning,
    type: 'comment',
    commentId: 'c',
    postId: 'p',
    text,
    ...more,
  } as InboundEvent;
  const none = { courses: [], seats: [], keys: [], phoneKeys: new Map() };
  const scene: Scene = {
    now: mondayMorning,
    content,
    hours: content.hours(mondayMorning),
    staffed: true,
    conversation,
    channel: { name: 'messenger', limits, delivery: 'push' },
    docs: loadedFrom(none, []),
    privacyUrl: 'https://nhipcau.example/privacy',
  };
  return takeComment(scene, { event, ...(understood ? { understood } : {}) });
}

const intents = fc.constantFrom(...content.topics.map(({ intent }) => intent), 'no_such_intent');
const often = <T>(usual: T, others: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: others });
const meanings = fc.record({
  name: often<string | undefined>('household_registration', fc.option(intents, { nil: undefined })),
  decision: often<Understanding['decision']>('answer', fc.constantFrom('choose', 'human')),
  courtesy: often(false, fc.constant(true)),
  aspect: fc.constantFrom('papers', 'fee', 'time', undefined),
  signals: often<Signal[]>(
    [],
    fc.subarray(['danger', 'urgent', 'worried', 'rude', 'act', 'moneyGone', 'price']),
  ),
});
const words = fc.oneof(
  fc.constantFrom('mở hộ kinh doanh cần giấy gì?', 'xin tư vấn ạ', 'hay quá', '', '???', '❤️'),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);
const understoodAs = fc.tuple(words, meanings).map(([text, { name, aspect, ...rest }]) => ({
  text,
  understood: meaning(text, name, { ...rest, ...(aspect ? { aspect } : {}) }),
}));
const form = { flow: 'callback', schema: 1, at: mondayMorning };

describe('whatever a comment is', () => {
  test('it gets nothing, or one message to its author and one fixed line for all', () => {
    let answered = 0;
    fc.assert(
      fc.property(understoodAs, ({ text, understood }) => {
        const { replies, effects } = comment(text, understood);
        expect(effects).toEqual(replies.length > 0 ? [{ type: 'tellUnder', postId: 'p' }] : []);
        if (replies.length === 0) return;
        answered++;
        const [author, all, ...more] = replies;
        expect(more).toEqual([]);
        expect(author).toMatchObject({ type: 'text', comment: { id: 'c', to: 'author' } });
        expect(all).toMatchObject({ type: 'text', comment: { id: 'c', to: 'all' } });
        if (author?.type !== 'text' || all?.type !== 'text') throw new Error('no text');
        expect(author.text.length).toBeLessThanOrEqual(limits.textLength);
        expect(author.text).toMatch(saying('comment.author'));
        expect(all.text).toMatch(new RegExp(`^${saying('comment.all').source}$`, 'u'));
        expect(all.text.length).toBeLessThanOrEqual(200);
        expect(all.choices).toBeUndefined();
      }),
      { numRuns: 500 },
    );
    expect(answered).toBeGreaterThan(0);
  });

  test('its author alone gets something where all can read that line under the post already', () => {
    fc.assert(
      fc.property(understoodAs, ({ text, understood }) => {
        const first = comment(text, understood, { toldUnder: ['q'] });
        const later = comment(text, understood, { toldUnder: ['q', 'p'] });
        expect(later).toEqual({ ...first, replies: first.replies.slice(0, 1), effects: [] });
      }),
    );
  });

  test('it gets nothing where danger, hurry or anger is heard', () => {
    const alarms = fc.constantFrom<Signal>('danger', 'urgent', 'worried', 'rude');
    fc.assert(
      fc.property(understoodAs, alarms, ({ text, understood }, signal) => {
        const alarmed = { ...understood, signals: [...understood.signals, signal] };
        expect(comment(text, alarmed).replies).toEqual([]);
      }),
    );
  });

  test('a form under way in private stays where it is', () => {
    fc.assert(
      fc.property(understoodAs, ({ text, understood }) => {
        const memory = { flow: form, misunderstood: 1 };
        expect(comment(text, understood, { memory }).memory).toEqual(memory);
      }),
    );
  });
});

describe('a question', () => {
  const question = 'mở hộ kinh doanh cần giấy gì?';
  const sure = meaning(question, 'household_registration', { aspect: 'papers' });

  test('is answered from its topic', () => {
    const [author] = comment(question, sure).replies;
    expect(author).toMatchObject({ text: expect.stringMatching(/Giấy tờ của/) });
  });

  test('said to somebody else, while a colleague holds the talk, or not understood, is left alone', () => {
    expect(comment(question, sure, {}, { inReply: true }).replies).toEqual([]);
    expect(comment(question, sure, { handledBy: 'moderator' }).replies).toEqual([]);
    expect(comment(question, undefined).replies).toEqual([]);
  });
});
