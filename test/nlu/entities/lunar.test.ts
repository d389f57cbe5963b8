import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dateOf, dayNumber } from '../../../src/conversation/calendar.ts';
import { lunarDay, newYear } from '../../../src/nlu/entities/lunar.ts';

test.each([
  [2024, 2, 10],
  [2025, 1, 29],
  [2026, 2, 17],
  [2027, 2, 6],
  [2028, 1, 26],
  [2029, 2, 13],
  [2030, 2, 2],
])('Tết %d is on %d/%d (month, day)', (year, month, day) => {
  expect(dateOf(newYear(year))).toEqual({ year, month, day });
});

test.each([
  [2020, 4],
  [2023, 2],
  [2025, 6],
  [2028, 5],
  [2031, 3],
  [2033, 11],
])('in %d month %d comes twice', (year, leap) => {
  const twice = Array.from({ length: 12 }, (_, i) => i + 1).filter(
    (month) => lunarDay(year, month, 1, true) !== undefined,
  );
  expect(twice).toEqual([leap]);
});

test('a day that a month does not have is none', () => {
  expect(lunarDay(2027, 1, 31)).toBeUndefined();
  expect(lunarDay(2027, 13, 1)).toBeUndefined();
  expect(lunarDay(2026, 5, 1, true)).toBeUndefined();
});

test('every lunar year has twelve or thirteen months of 29 or 30 days, one after another', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1901, max: 2099 }), (year) => {
      let expected = newYear(year);
      let months = 0;
      for (let month = 1; month <= 12; month++) {
        for (const leap of [false, true]) {
          const first = lunarDay(year, month, 1, leap);
          if (first === undefined) continue;
          expect(first).toBe(expected);
          months++;
          expected += lunarDay(year, month, 30, leap) === undefined ? 29 : 30;
        }
      }
      expect(expected).toBe(newYear(year + 1));
      expect([12, 13]).toContain(months);
      const start = dateOf(newYear(year));
      expect(newYear(year)).toBeGreaterThanOrEqual(dayNumber(start.year, 1, 20));
      expect(newYear(year)).toBeLessThanOrEqual(dayNumber(start.year, 2, 21));
    }),
  );
});
