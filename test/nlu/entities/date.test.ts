import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Instant } from '../../../src/clock.ts';
import { dateOf, dayNumber, instantOf } from '../../../src/conversation/calendar.ts';
import { readDate } from '../../../src/nlu/entities/date.ts';
import { findEntities } from '../../../src/nlu/entities/index.ts';
import { removeMarks } from '../../../src/nlu/syllable.ts';

/** Wednesday */
const now = instantOf({ year: 2026, month: 3, day: 4 }, 10);

/** What is read as date and time, `?` before what is only a candidate. */
function read(text: string, at: Instant = now): string {
  return findEntities(text, at)
    .filter(({ type }) => type === 'date' || type === 'time')
    .map(({ value, candidates }) => value ?? `?${candidates?.join('|')}`)
    .sort()
    .join(' ');
}

/** The fifty forms: as written correctly, in chat, and what is meant. */
const forms: readonly (readonly [string, string, string])[] = [
  ['20/11', 'ngày 20/11 nha', '2026-11-20'],
  ['ngày 20/11/2026', 'ng 20/11/2026', '2026-11-20'],
  ['20-11-2026', '20-11-2026 dc ko', '2026-11-20'],
  ['20.11.2026', '20.11.2026 nhe', '2026-11-20'],
  ['ngày 5 tháng 4', 'ngay 5 thang 4 dc k', '2026-04-05'],
  ['ngày 5 tháng 4 năm 2026', 'ngay 5 thang 4 nam 2026', '2026-04-05'],
  ['mùng 5 tháng 4', 'mung 5 thang 4', '2026-04-05'],
  ['5/4', '5/4 á', '2026-04-05'],
  ['mồng 8 tháng 3', 'mong 8 thang 3', '2026-03-08'],
  ['hôm nay', 'hnay', '2026-03-04'],
  ['mai', 'mai dc ko ad', '2026-03-05'],
  ['ngày mai', 'ngay mai nha', '2026-03-05'],
  ['ngày kia', 'ngay kia dc k', '2026-03-06'],
  ['mốt', 'mốt dc ko', '2026-03-06'],
  ['hôm qua', 'hqua', '2026-03-03'],
  ['hôm kia', 'hum kia', '2026-03-02'],
  ['thứ 6', 'thu 6 nha', '2026-03-06'],
  ['thứ sáu', 'thu sau nha', '2026-03-06'],
  ['t6', 'T6', '2026-03-06'],
  ['thứ 6 tuần này', 't6 tuan nay', '2026-03-06'],
  ['thứ 6 tuần sau', 't6 tuan sau', '2026-03-13'],
  ['thứ hai tuần tới', 't2 tuan toi', '2026-03-09'],
  ['thứ tư tuần sau', 't4 tuan sau', '2026-03-11'],
  ['chủ nhật', 'cn', '2026-03-08'],
  ['chủ nhật này', 'cn này', '2026-03-08'],
  ['cn tuần sau', 'CN tuan sau', '2026-03-15'],
  ['cuối tuần này', 'cuoi tuan nay', '2026-03-07'],
  ['3 ngày nữa', '3 ngay nua', '2026-03-07'],
  ['tuần sau', 'tuan sau', '2026-03-11'],
  ['tháng sau', 'thang sau', '2026-04-04'],
  ['cuối tháng', 'cuoi thang', '2026-03-31'],
  ['đầu tháng 5', 'dau thang 5', '2026-05-01'],
  ['rằm tháng giêng năm 2027', 'ram thang gieng 2027', '2027-02-20'],
  ['mùng 5 tết năm 2027', 'mung 5 tet 2027', '2027-02-10'],
  ['30 tết năm 2027', '30 tet 2027', '2027-02-05'],
  ['2 rưỡi chiều', '2 ruoi chieu nha', '14:30'],
  ['8h', '8g sáng', '08:00'],
  ['8h30', '8g30', '08:30'],
  ['8 giờ 30', '8 gio 30', '08:30'],
  ['8 giờ kém 15', '8h kém 15', '07:45'],
  ['3 giờ chiều', '3h chiều', '15:00'],
  ['15h', '15g00', '15:00'],
  ['7 giờ tối', '7h tối', '19:00'],
  ['9 giờ sáng mai', '9h sáng mai', '09:00 2026-03-05'],
  ['2 giờ chiều thứ 6 tuần sau', '2h chieu t6 tuan sau', '14:00 2026-03-13'],
  ['14h ngày 20/11', '14h 20/11', '14:00 2026-11-20'],
  ['sáng thứ 7', 'sang t7', '2026-03-07'],
  ['tối mai', 'tối mai nha', '2026-03-05'],
  ['12h trưa', '12h trua', '12:00'],
  ['nửa đêm', 'nua dem', '00:00'],
];

test('there are fifty forms', () => {
  expect(forms).toHaveLength(50);
});

test.each(forms.map(([text, , expected]) => [text, expected]))('“%s” is %s', (text, expected) => {
  expect(read(text)).toBe(expected);
});

test('without accents at least 48 of the fifty are read, and none wrongly', () => {
  const plain = forms.map(([text, , expected]) => [removeMarks(text), expected] as const);
  const missed = plain.filter(([text, expected]) => read(text) !== expected);
  expect(missed.length).toBeLessThanOrEqual(2);
  // “mot” is also one.
  expect(missed.map(([text]) => [text, read(text)])).toEqual([['mot', '']]);
});

test('in chat spelling at least 48 of the fifty are read, and none wrongly', () => {
  const missed = forms.filter(([, chat, expected]) => read(chat) !== expected);
  expect(missed.map(([, chat, expected]) => [chat, read(chat), expected])).toEqual([]);
});

test.each([
  '1/2 sào',
  'vay 1/2 số vốn',
  'tỉ lệ 3/4',
  'ti le 1/2',
  'được 2/3 số phiếu',
  '24/7',
  'trực 24/24',
  'trong 24h',
  'phiên bản 1.2.2026',
  'v2.3.1',
  '12/5 Lê Duẩn',
  '12/5 le duan',
  'số nhà 12/5',
  'hẻm 12/5',
  '45/2024/NĐ-CP',
  'nghị định 10/2024/NĐ-CP',
  'NĐ 12/5',
  'nghị quyết 05/11/NQ-HĐND',
  '0905 123 456',
  '0905123456',
  '5tr',
  'mỗi tháng 5 triệu',
  'mỗi tháng 2 lần',
  'thứ nhất là vốn, thứ hai là đất',
  'lần thứ 2 em hỏi rồi',
  'bên thứ ba',
  'đứng thứ tư vòng tỉnh',
  'giải thứ 3',
  '3 tháng nay',
  'mấy tháng nay em nộp hoài',
  'chị Mai',
  'chi mai oi',
  'em tên Mai',
  'cô Mai bán cà phê',
  'Mai Thị Hoa',
  'mai mốt em mở công ty',
  'bà mai mối',
  'doanh thu năm',
  'doanh thu năm nay',
  'thu 5 triệu',
  'thu mua cà phê',
  'mỗi thứ 7',
  'thứ sáu hàng tuần',
  'bản tin hàng tuần',
  '31/2',
  '30/2/2026',
  'ngày 31 tháng 4',
  '29/2/2027',
  '13/13',
  'vay 6 tháng',
  'trong 3 tháng',
  'được 3 tháng 5 ngày',
  '2 tuần sau',
  'em có 3 sào, 2 con',
  'khcn',
  'cn ngân hàng Krông Pắc',
  'lãi 5.4 phần trăm',
  'làm 8 tiếng',
  'mở cửa 8h/ngày',
  'học 3 giờ đồng hồ',
  '20 g cà phê',
  'nữa đi em',
  'hai ba ngày nữa',
  '2-3 ngày nữa',
  'thêm 3 ngày nữa',
  'qua',
  'nay em hỏi',
  'điều 5, khoản 2',
  'xe 47B1-123.45',
  'tỉ lệ 1:10',
  'năm 2027',
  'bay gio em phai lam gi',
  'bay gio toi muon vay them',
  'bây giờ',
  'mấy giờ mở cửa',
  'mấy chục năm giờ già rồi',
  'tới nay chưa thấy giấy',
  'tôi qua người thật',
  'ông nhà tôi quá sáu mươi',
  'mấy bữa nay',
  'ba bữa nửa tháng mới ra',
  'mỗi tháng một tin thôi',
  'nguoi ta trong ram ro',
  'bé thứ hai',
  '10 năm giờ mới có',
  'h này chắc ad ngủ rồi',
])('“%s” is neither a day nor a time', (text) => {
  expect(read(text)).toBe('');
});

describe('what may be two days is asked about', () => {
  test.each([
    ['thứ tư', '?2026-03-04|2026-03-11'],
    ['thứ 6 sau', '?2026-03-06|2026-03-13'],
    ['thứ 2 này', '?2026-03-02|2026-03-09'],
    ['hồ sơ em nộp 2/3', '?2027-03-02|2026-03-02'],
    ['ngay 5 thang sau', '?2026-04-05|2026-06-05'],
    ['gửi hôm thứ hai', '?2026-03-09|2026-03-02'],
    ['hôm 28', '?2026-03-28'],
    ['8 giờ tối qua', '20:00 ?2026-03-03'],
    ['hôm 5/10', '?2026-10-05|2025-10-05'],
    ['từ tháng chín', '?2026-09-01|2025-09-01'],
    ['ngày thứ sáu', '?2026-03-06'],
    ['cuoi tuan roi', '?2026-02-28|2026-03-07'],
    ['hôm rằm', '?2026-04-02'],
    ['ngày 3', '?2026-04-03|2026-03-03'],
    ['đầu tháng', '?2026-03-04|2026-04-01'],
    ['thứ 6 ngày 14/3', '?2026-03-14|2026-03-06'],
    ['mùng 3', '?2026-04-03|2026-03-21'],
  ])('“%s”', (text, expected) => {
    expect(read(text)).toBe(expected);
  });
  test.each([
    ['3h', '?15:00|03:00'],
    ['5h30', '?17:30|05:30'],
    ['7 gio toi qua nop', '?19:00|07:00'],
  ])('so is a bare hour of the afternoon or the night: “%s”', (text, expected) => {
    expect(read(text)).toBe(expected);
  });
});

test.each([
  ['20/11/26', '2026-11-20'],
  ['ngày 20/11 năm 2027', '2027-11-20'],
  ['sinh ngày 12/5/1990', '1990-05-12'],
  ['thứ 6 ngày 13/3', '2026-03-13'],
  ['thứ sáu, 13/3/2026', '2026-03-13'],
  ['29/2', '2028-02-29'],
  ['ngày 20', '2026-03-20'],
  ['ngày 20 tháng sau', '2026-04-20'],
  ['ngày hai mươi tháng mười một', '2026-11-20'],
  ['hai tuần nữa', '2026-03-18'],
  ['cách đây 2 tháng', '2026-01-04'],
  ['nửa tháng nữa', '2026-03-19'],
  ['sáng nay', '2026-03-04'],
  ['tối qua', '2026-03-03'],
  ['sáng mai e qua nộp giấy', '2026-03-05'],
  ['mai em lên được không', '2026-03-05'],
  ['Mai em lên được không', '2026-03-05'],
  ['mai anh có làm không', '2026-03-05'],
  ['ngày mốt', '2026-03-06'],
  ['chiều mai 3h', '15:00 2026-03-05'],
  ['3h chiều mai', '15:00 2026-03-05'],
  ['3h chiều nay', '15:00 2026-03-04'],
  ['3h chiều qua nộp', '15:00'],
  ['tối mai 8h', '2026-03-05 20:00'],
  ['ngày 5 tháng sáu', '2026-06-05'],
  ['tháng sáu', '2026-06-01'],
  ['thứ 6 hả', '2026-03-06'],
  ['8h tối thứ 6', '2026-03-06 20:00'],
  ['1h trưa', '13:00'],
  ['11h đêm', '23:00'],
  ['12h đêm', '00:00'],
  ['5 giờ sáng', '05:00'],
  ['hai giờ chiều', '14:00'],
  ['hai rưỡi chiều', '14:30'],
  ['10 giờ rưỡi', '10:30'],
  ['17:30', '17:30'],
  ['23 tháng chạp', '2027-01-30'],
  ['10/3 âm lịch', '2026-04-26'],
  ['rằm tháng 7', '2026-08-27'],
  ['rằm', '2026-04-02'],
  ['mùng 1 tết', '2027-02-06'],
  ['giao thừa', '2027-02-05'],
  ['cuối tháng 4', '2026-04-30'],
  ['tháng 5/2027', '2027-05-01'],
  ['thứ 6 vừa rồi', '2026-02-27'],
  ['thứ sáu tuần rồi', '2026-02-27'],
  ['hồi tháng chín', '2025-09-01'],
  ['tuần trước', '2026-02-25'],
])('also “%s” is %s', (text, expected) => {
  expect(read(text)).toBe(expected);
});

describe('a range or a vague word carries its first and last', () => {
  test.each([
    ['từ 8h đến 11h', '08:00', '11:00'],
    ['8h-11h', '08:00', '11:00'],
    ['8-11h', '08:00', '11:00'],
    ['7h30-11h30', '07:30', '11:30'],
    ['từ 2h đến 4h chiều', '14:00', '16:00'],
    ['từ 8h đến 5h chiều', '08:00', '17:00'],
    ['20–22/11', '2026-11-20', '2026-11-22'],
    ['từ 20/11 đến 22/11', '2026-11-20', '2026-11-22'],
    ['20/12 - ngày 5/1/2027', '2026-12-20', '2027-01-05'],
    ['từ 20 đến 22/11', '2026-11-20', '2026-11-22'],
    ['thứ 2 đến thứ 6', '2026-03-09', '2026-03-13'],
    ['t2-t6', '2026-03-09', '2026-03-13'],
    ['từ thứ 5 đến thứ 7 tuần sau', '2026-03-12', '2026-03-14'],
    ['tuần sau', '2026-03-09', '2026-03-15'],
    ['tháng sau', '2026-04-01', '2026-04-30'],
    ['cuối tuần này', '2026-03-07', '2026-03-08'],
    ['tháng 5', '2026-05-01', '2026-05-31'],
  ])('“%s” is from %s to %s', (text, from, to) => {
    const found = findEntities(text, now);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ from, to });
  });
});

test('the span is what was written, with its part of the day', () => {
  const text = 'Dạ sáng thứ 7 này em qua, tầm 9 giờ nhé';
  expect(findEntities(text, now).map((one) => text.slice(one.start, one.end))).toEqual([
    'sáng thứ 7 này',
    '9 giờ',
  ]);
});

test('midnight in Việt Nam changes the day, wherever the server stands', () => {
  const before = instantOf({ year: 2026, month: 12, day: 31 }, 23, 59);
  expect(read('mai', before)).toBe('2027-01-01');
  expect(read('hôm nay', (before + 60_000) as Instant)).toBe('2027-01-01');
});

test('an answer with several days asks which', () => {
  expect(readDate('mai', now)).toEqual({ value: '2026-03-05' });
  expect(readDate('20/11 hoặc 21/11', now)).toEqual({ candidates: ['2026-11-20', '2026-11-21'] });
  expect(readDate('thứ tư', now)).toEqual({ candidates: ['2026-03-04', '2026-03-11'] });
  expect(readDate('tuần sau', now)).toEqual({ candidates: ['2026-03-11'] });
  expect(readDate('20-22/11', now)).toEqual({ candidates: ['2026-11-20', '2026-11-22'] });
  expect(readDate('chưa biết', now)).toBeUndefined();
});

test('every date of the calendar is read back from d/m/yyyy', () => {
  const [first, last] = [dayNumber(1900, 1, 1), dayNumber(2100, 12, 31)];
  fc.assert(
    fc.property(
      fc.integer({ min: first, max: last }),
      fc.constantFrom('/', '-', '.'),
      (day, sign) => {
        const date = dateOf(day);
        const two = (n: number): string => String(n).padStart(2, '0');
        const written = `ngày ${date.day}${sign}${date.month}${sign}${date.year}`;
        expect(read(written)).toBe(`${date.year}-${two(date.month)}-${two(date.day)}`);
      },
    ),
  );
});
