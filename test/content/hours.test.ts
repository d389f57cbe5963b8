import { describe, expect, test } from '@jest/globals';
import type { Instant } from '../../src/clock.ts';
import type { Calendar } from '../../src/content/content.ts';
import { workingTime } from '../../src/content/hours.ts';
import { instantOf, writtenTime } from '../../src/conversation/calendar.ts';

const office = ['07:30-11:30', '13:30-17:00'];
const off = (from: string, to = from) => ({ from, to, name: '', source: '', status: 'verified' as const, line: 1 });
const calendar: Pick<Calendar, 'week' | 'off' | 'makeUp'> = {
  week: {
    monday: office,
    tuesday: office,
    wednesday: office,
    thursday: office,
    friday: office,
    saturday: [],
    sunday: [],
  },
  off: [off('2027-01-01'), off('2027-02-04', '2027-02-11'), off('2027-04-30')],
  makeUp: [off('2027-01-09')],
};
const { hours, afterWorking, endOfWorkingDay } = workingTime(calendar);

/** `at('2026-11-27 16:59')` */
function at(written: string): Instant {
  const [day = '', clock = ''] = written.split(' ');
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const [hour = 0, minute = 0] = clock.split(':').map(Number);
  return instantOf({ year, month, day: date }, hour, minute);
}

const reads = (now: string): string => {
  const { open, opensAt } = hours(at(now));
  return `${open ? 'open since' : 'opens'} ${writtenTime(opensAt)}`;
};

describe('when people work', () => {
  test.each([
    ['in the morning', '2026-11-24 09:00', 'open since 07:30 thứ Ba 24/11/2026'],
    ['the minute it opens', '2026-11-24 07:30', 'open since 07:30 thứ Ba 24/11/2026'],
    ['just before', '2026-11-24 07:29', 'opens 07:30 thứ Ba 24/11/2026'],
    ['the minute lunch begins', '2026-11-24 11:30', 'opens 13:30 thứ Ba 24/11/2026'],
    ['at lunch', '2026-11-24 12:00', 'opens 13:30 thứ Ba 24/11/2026'],
    ['after lunch', '2026-11-24 13:30', 'open since 13:30 thứ Ba 24/11/2026'],
    ['in the evening', '2026-11-24 20:00', 'opens 07:30 thứ Tư 25/11/2026'],
    ['Friday, a minute before the end', '2026-11-27 16:59', 'open since 13:30 thứ Sáu 27/11/2026'],
    ['Friday, at the end', '2026-11-27 17:00', 'opens 07:30 thứ Hai 30/11/2026'],
    ['on Saturday', '2026-11-28 09:00', 'opens 07:30 thứ Hai 30/11/2026'],
    ['on a holiday', '2027-01-01 09:00', 'opens 07:30 thứ Hai 04/01/2027'],
    ['the evening before Tết', '2027-02-03 17:30', 'opens 07:30 thứ Sáu 12/02/2027'],
    ['in the middle of Tết', '2027-02-08 09:00', 'opens 07:30 thứ Sáu 12/02/2027'],
    ['on a Saturday that is worked in exchange', '2027-01-09 09:00', 'open since 07:30 thứ Bảy 09/01/2027'],
    ['the evening before such a Saturday', '2027-01-08 18:00', 'opens 07:30 thứ Bảy 09/01/2027'],
  ])('%s', (_, now, expected) => {
    expect(reads(now)).toBe(expected);
  });

  test('seconds count: half a minute before the end is still open', () => {
    expect(hours((at('2026-11-27 17:00') - 30_000) as Instant).open).toBe(true);
  });

  test('a calendar in which nobody ever works is a defect, not an endless search', () => {
    const never = workingTime({ ...calendar, makeUp: [], off: [off('2026-01-01', '2029-12-31')] });
    expect(() => never.hours(at('2026-11-24 09:00'))).toThrow('No working time');
  });
});

describe('working time after a moment', () => {
  test.each([
    ['within the morning', '2026-11-24 09:00', 30, '09:30 thứ Ba 24/11/2026'],
    ['over lunch', '2026-11-24 11:00', 60, '14:00 thứ Ba 24/11/2026'],
    ['exactly to the end of the morning', '2026-11-24 11:00', 30, '11:30 thứ Ba 24/11/2026'],
    ['over the weekend', '2026-11-27 16:59', 2, '07:31 thứ Hai 30/11/2026'],
    ['asked at night', '2026-11-24 22:00', 15, '07:45 thứ Tư 25/11/2026'],
    ['over Tết', '2027-02-03 16:30', 60, '08:00 thứ Sáu 12/02/2027'],
    ['no time at all, when closed', '2026-11-28 10:00', 0, '07:30 thứ Hai 30/11/2026'],
    ['no time at all, when open', '2026-11-24 10:00', 0, '10:00 thứ Ba 24/11/2026'],
    ['a full day of seven and a half hours', '2026-11-24 07:30', 450, '17:00 thứ Ba 24/11/2026'],
  ])('%s', (_, now, minutes, expected) => {
    expect(writtenTime(afterWorking(at(now), minutes))).toBe(expected);
  });
});

describe('the end of the n-th working day', () => {
  test.each([
    ['two days from a Tuesday', '2026-11-24 09:00', 2, '17:00 thứ Năm 26/11/2026'],
    ['the day of receipt does not count, even at night', '2026-11-24 23:00', 1, '17:00 thứ Tư 25/11/2026'],
    ['over a weekend', '2026-11-27 09:00', 2, '17:00 thứ Ba 01/12/2026'],
    ['received on a Sunday', '2026-11-29 09:00', 1, '17:00 thứ Hai 30/11/2026'],
    ['over Tết', '2027-02-03 09:00', 2, '17:00 thứ Hai 15/02/2027'],
  ])('%s', (_, now, n, expected) => {
    expect(writtenTime(endOfWorkingDay(at(now), n))).toBe(expected);
  });
});
