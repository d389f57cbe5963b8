import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Permission } from '../../src/channels/channel.ts';
import { permissionBy } from '../../src/channels/sending-rules.ts';
import { hours, later } from '../../src/clock.ts';
import type { Instant } from '../../src/clock.ts';
import type { SendingRule } from '../../src/content/content.ts';
import { instantOf } from '../../src/conversation/calendar.ts';
import type { Reach } from '../../src/conversation/conversation.ts';
import type { Purpose } from '../../src/conversation/reply.ts';
import { realContent } from '../support/content.ts';

const written = instantOf({ year: 2026, month: 11, day: 26 }, 9, 0);
const after = (n: number, ms = 0): Instant => (later(written, hours(n)) + ms) as Instant;
const { sendingRules } = await realContent();
const rulesOf = (name: string): SendingRule[] =>
  sendingRules.filter(({ channel }) => channel === name);
const messenger = (purpose: Purpose, reach: Reach, now: Instant): Permission =>
  permissionBy(rulesOf('messenger'), purpose, reach, now);

const closed = { allowed: false, why: 'window_closed' };
const wrote: Reach = { lastMessageAt: written };

describe('Messenger, by the rules that ship', () => {
  const normal = { allowed: true, via: 'normal', until: after(24) };
  const human = { allowed: true, via: 'human', until: after(168) };

  test.each<[Purpose, string, Instant, object]>([
    ['answer', 'at once', written, normal],
    ['answer', 'to the last moment of 24 hours', after(24), normal],
    ['answer', 'a millisecond later', after(24, 1), closed],
    ['answer', 'after a day and a half', after(36), closed],
    ['moderator', 'within 24 hours', after(24), normal],
    ['moderator', 'a millisecond later', after(24, 1), human],
    ['moderator', 'to the last moment of seven days', after(168), human],
    ['moderator', 'a millisecond after seven days', after(168, 1), closed],
    ['reminder', 'within 24 hours', after(24), normal],
    ['reminder', 'a millisecond later', after(24, 1), { allowed: false, why: 'no_template' }],
    ['broadcast', 'within 24 hours', after(24), normal],
    ['broadcast', 'a millisecond later', after(24, 1), closed],
  ])('%s %s', (purpose, _when, now, expected) => {
    expect(messenger(purpose, wrote, now)).toEqual(expected);
  });

  test.each<[string, Reach]>([
    ['a message', { lastMessageAt: written }],
    ['a reaction', { lastTouchAt: written }],
    ['a comment', { lastCommentAt: written }],
    [
      'the latest of them',
      { lastMessageAt: after(-99), lastTouchAt: written, lastCommentAt: after(-50) },
    ],
  ])('%s opens the window', (_act, reach) => {
    expect(messenger('answer', reach, after(24))).toEqual(normal);
    expect(messenger('answer', reach, after(24, 1))).toEqual(closed);
  });

  test('a person who never did anything cannot be written to', () => {
    expect(messenger('answer', {}, written)).toEqual(closed);
    expect(messenger('moderator', {}, written)).toEqual(closed);
  });

  test('only what a colleague wrote may ever go under the rule for humans', () => {
    const instant = fc
      .integer({ min: 0, max: 400 * 3_600_000 })
      .map((ms) => (written + ms) as Instant);
    const reach = fc.record(
      { lastMessageAt: instant, lastTouchAt: instant, lastCommentAt: instant, blockedAt: instant },
      { requiredKeys: [] },
    );
    const purpose = fc.constantFrom<Purpose>('answer', 'reminder', 'broadcast');
    fc.assert(
      fc.property(purpose, reach, instant, (what, how, now) => {
        expect(messenger(what, how, now)).not.toMatchObject({ via: 'human' });
      }),
    );
  });
});

describe('somebody who blocked us', () => {
  const blocked = { allowed: false, why: 'blocked_by_person' };

  test('gets nothing, for no purpose', () => {
    for (const purpose of ['answer', 'moderator', 'reminder', 'broadcast'] as const) {
      expect(messenger(purpose, { ...wrote, blockedAt: after(1) }, after(2))).toEqual(blocked);
    }
  });

  test('is blocked from the very moment of the last message on', () => {
    expect(messenger('answer', { ...wrote, blockedAt: written }, written)).toEqual(blocked);
  });

  test('and never wrote at all gets nothing either', () => {
    expect(messenger('answer', { blockedAt: written }, written)).toEqual(blocked);
  });

  test('and wrote again since has let us back in', () => {
    const reach = { lastMessageAt: after(2), blockedAt: after(1) };
    expect(messenger('answer', reach, after(3))).toMatchObject({ allowed: true });
  });
});

describe('the web', () => {
  test('is always open', () => {
    const rules = rulesOf('web');
    for (const reach of [{}, wrote]) {
      expect(permissionBy(rules, 'answer', reach, after(9_999))).toEqual({
        allowed: true,
        via: 'normal',
      });
    }
  });
});

describe('dated rules', () => {
  const rule = (more: Partial<SendingRule>): SendingRule => ({
    channel: 'x',
    via: 'normal',
    purposes: ['answer'],
    opens: ['any'],
    source: 'a test',
    asOf: '2026-11-23',
    ...more,
  });
  const at = (day: number, hour: number, minute = 0): Instant =>
    instantOf({ year: 2026, month: 12, day }, hour, minute);
  const open = { allowed: true, via: 'normal' };

  test.each([
    ['the minute before its first day', at(0, 23, 59), closed],
    ['midnight of its first day in Việt Nam', at(1, 0), open],
    ['the last minute of its last day', at(3, 23, 59), open],
    ['midnight after its last day', at(4, 0), closed],
  ])('at %s', (_when, now, expected) => {
    const rules = [rule({ validFrom: '2026-12-01', validUntil: '2026-12-03' })];
    expect(permissionBy(rules, 'answer', {}, now)).toEqual(expected);
  });

  test('of one day hold for that day', () => {
    const rules = [rule({ validFrom: '2026-12-02', validUntil: '2026-12-02' })];
    expect(permissionBy(rules, 'answer', {}, at(2, 12))).toEqual(open);
    expect(permissionBy(rules, 'answer', {}, at(3, 0))).toEqual(closed);
  });

  test('give way to the next one when they end', () => {
    const rules = [
      rule({ hours: 24, opens: ['message'], validUntil: '2026-12-01' }),
      rule({ hours: 48, opens: ['message'], validFrom: '2026-12-02' }),
    ];
    const reach = { lastMessageAt: at(1, 12) };
    expect(permissionBy(rules, 'answer', reach, at(1, 20))).toMatchObject({ until: at(2, 12) });
    expect(permissionBy(rules, 'answer', reach, at(3, 11))).toMatchObject({ until: at(3, 12) });
  });

  test('that do not name the purpose do not allow it', () => {
    expect(permissionBy([rule({})], 'reminder', {}, at(1, 12))).toEqual(closed);
    expect(permissionBy([], 'answer', {}, at(1, 12))).toEqual(closed);
  });
});
