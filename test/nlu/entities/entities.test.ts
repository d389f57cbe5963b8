import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findEmails } from '../../../src/nlu/entities/email.ts';
import { instantOf } from '../../../src/conversation/calendar.ts';
import { findEntities } from '../../../src/nlu/entities/index.ts';

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

test('spans of any text lie inside it, in order and apart', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('0905123456', ' cccd 066099001234', 'tên là ', 'a@b.vn', '+84', ' 12 '),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('').normalize('NFC');
      let end = 0;
      for (const entity of findEntities(text, now)) {
        expect(entity.start).toBeGreaterThanOrEqual(end);
        expect(entity.end).toBeGreaterThan(entity.start);
        expect(entity.end).toBeLessThanOrEqual(text.length);
        end = entity.end;
      }
    }),
  );
});
