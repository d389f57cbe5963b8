import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findEmails } from '../../../src/nlu/entities/email.ts';
import type { Instant } from '../../../src/clock.ts';
import { dateOf, dayNumber, instantOf } from '../../../src/conversation/calendar.ts';
import { findEntities } from '../../../src/nlu/entities/index.ts';
import type { Entity } from '../../../src/nlu/types.ts';
import { realContent } from '../../support/content.ts';

const now = instantOf({ year: 2026, month: 3, day: 4 }, 10);

test('everything a form could use is found, by position', () => {
  const text = 'em tên là Lê Thị Hoa, số 0905 123 456, mail hoa.le@gmail.com';
  expect(findEntities(text, now).map(({ type, value }) => [type, value])).toEqual([
    ['personName', 'Lê Thị Hoa'],
    ['phone', '0905123456'],
    ['email', 'hoa.le@gmail.com'],
  ]);
});

test('a likely slip in an address is asked back, not corrected', () => {
  const [email] = findEmails('Lan@GMAIL.con nha');
  expect(email).toMatchObject({
    text: 'Lan@GMAIL.con',
    candidates: ['lan@gmail.com', 'lan@gmail.con'],
  });
  expect(email).not.toHaveProperty('value');
});

test('an account number is no phone number', () => {
  expect(findEntities('stk 0905123456', now).map(({ type }) => type)).toEqual(['bank']);
});

const { gazetteer } = await realContent();

/** Anything at all, mixed with pieces that mean something. */
const messages = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        ...[
          '0905123456',
          ' cccd 066099001234',
          'tên là ',
          'a@b.vn',
          '+84',
          ' 12 ',
          ' thứ ',
          'mai ',
          '20/11',
        ],
        ...[
          '-',
          ' đến ',
          '8h',
          ' rưỡi',
          ' kém ',
          ' tuần sau',
          'mùng ',
          ' tết',
          ' năm ',
          '2026',
          ' triệu',
          '31/2',
        ],
        ...[
          ' tỷ ',
          '500k',
          ' đồng',
          'xã ',
          'Ea Kar',
          ', ',
          'Buôn Ma Thuột',
          ' sở KH&CN',
          'İ',
          'ê̆',
          '9/9/9999',
        ],
        ...[
          'tháng ',
          ' hai mươi mốt',
          ' chạp',
          ' âm lịch',
          'cuối ',
          ' chiều',
          ' nữa',
          'trăm',
          't',
          '6 ',
          '\n',
        ],
      ),
    ),
    { maxLength: 14 },
  )
  .map((pieces) => pieces.join('').normalize('NFC'));

const moments = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((at) => at as Instant);

test('spans of any text lie inside it, in order and apart', () => {
  fc.assert(
    fc.property(messages, moments, (text, at) => {
      let end = 0;
      for (const entity of findEntities(text, at, gazetteer)) {
        expect(entity.start).toBeGreaterThanOrEqual(end);
        expect(entity.end).toBeGreaterThan(entity.start);
        expect(entity.end).toBeLessThanOrEqual(text.length);
        if (entity.text !== '•••') expect(entity.text).toBe(text.slice(entity.start, entity.end));
        end = entity.end;
      }
    }),
    { numRuns: 2_000 },
  );
});

test('every value of any text is one of its kind: a real day, a time, an amount, a commune', () => {
  fc.assert(
    fc.property(messages, moments, (text, at) => {
      for (const entity of findEntities(text, at, gazetteer)) {
        const { type, value, candidates, from, to } = entity;
        const sensitive = type === 'idNumber' || type === 'bank' || type === 'otp';
        // One reading or several, never both, never none.
        expect(Number(value !== undefined) + Number(candidates !== undefined)).toBe(
          sensitive ? 0 : 1,
        );
        for (const one of [value, from, to, ...(candidates ?? [])]) {
          if (one !== undefined)
            expect([type, one, isOfKind(type, one)]).toEqual([type, one, true]);
        }
        expect(candidates ?? ['one']).not.toHaveLength(0);
        if (from !== undefined && to !== undefined) expect(from <= to).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('the same message at the same moment is read the same', () => {
  fc.assert(
    fc.property(messages, moments, (text, at) => {
      expect(findEntities(text, at, gazetteer)).toEqual(findEntities(text, at, gazetteer));
    }),
  );
});

function isOfKind(type: Entity['type'], value: string | number): boolean {
  switch (type) {
    case 'date':
      return isRealDay(String(value));
    case 'time':
      return /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(String(value));
    case 'money':
      return typeof value === 'number' && Number.isInteger(value) && value > 0;
    case 'place':
      return gazetteer.communeName(String(value)) !== undefined;
    case 'phone':
      return /^0\d{9,10}$/.test(String(value));
    case 'taxCode':
      return /^\d{10}(?:\d{3})?$/.test(String(value));
    case 'personName':
    case 'email':
    case 'organisation':
      return typeof value === 'string' && value !== '';
    case 'idNumber':
    case 'bank':
    case 'otp':
      return false;
  }
}

function isRealDay(iso: string): boolean {
  const [year = 0, month = 0, day = 0] = iso.split('-').map(Number);
  const same = dateOf(dayNumber(year, month, day));
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(iso) &&
    same.year === year &&
    same.month === month &&
    same.day === day
  );
}
