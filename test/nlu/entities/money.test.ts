import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findMoney, readMoney } from '../../../src/nlu/entities/money.ts';
import { typed } from '../../../src/nlu/entities/typed.ts';
import { removeMarks } from '../../../src/nlu/syllable.ts';

const read = (text: string): string =>
  findMoney(typed(text))
    .map(({ value, candidates }) => value ?? `?${candidates?.join('|')}`)
    .join(' ');

/** The twelve of the design. */
const twelve: readonly (readonly [string, number])[] = [
  ['500 triệu', 5e8],
  ['500tr', 5e8],
  ['năm trăm triệu', 5e8],
  ['1 tỷ 2', 1.2e9],
  ['1 tỉ rưỡi', 1.5e9],
  ['1,5 tỷ', 1.5e9],
  ['500k', 5e5],
  ['2tr5', 2.5e6],
  ['2 triệu rưỡi', 2.5e6],
  ['1.500.000đ', 1.5e6],
  ['50 triệu đồng', 5e7],
  ['300 nghìn', 3e5],
];

test.each(twelve)('“%s” is %d đồng', (text, amount) => {
  expect(read(text)).toBe(String(amount));
});

test.each(twelve)('so it is without accents, in a sentence: “%s”', (text, amount) => {
  expect(read(removeMarks(`em muốn vay ${text}, được không ạ`))).toBe(String(amount));
});

test.each([
  ['1.5 tỷ', 1.5e9],
  ['1 tỷ 200 triệu', 1.2e9],
  ['1 tỷ hai', 1.2e9],
  ['1tỷ2', 1.2e9],
  ['1ty2', 1.2e9],
  ['2tr250', 2.25e6],
  ['hai mươi lăm triệu', 2.5e7],
  ['năm chục triệu', 5e7],
  ['ba trăm ngàn', 3e5],
  ['một triệu hai', 1.2e6],
  ['một triệu hai trăm', 1.2e6],
  ['một triệu hai trăm nghìn', 1.2e6],
  ['triệu rưỡi', 1.5e6],
  ['nửa tỷ', 5e8],
  ['50 củ', 5e7],
  ['500.000 đồng', 5e5],
  ['500 000 000 đ', 5e8],
  ['200000 vnd', 2e5],
  ['1.200 triệu', 1.2e9],
  ['5 tr', 5e6],
  ['3 trăm triệu', 3e8],
  ['5 chục triệu', 5e7],
  ['500 ngàn/người', 5e5],
  ['100 ngàn đồng', 1e5],
  ['vay 1 tỷ 2 năm', 1e9],
  ['50tr/tháng', 5e7],
  ['mỗi tháng 5 triệu', 5e6],
  ['dưới 500 triệu', 5e8],
  ['500k 1 người', 5e5],
  ['40k 1 ng', 4e4],
  ['5 triệu anh ơi', 5e6],
])('also “%s” is %d đồng', (text, amount) => {
  expect(read(text)).toBe(String(amount));
});

describe('what may be two amounts is asked about', () => {
  test.each([
    ['vay năm trăm được không', '?500000000|500000'],
    ['1,500 triệu', '?1500000|1500000000'],
    ['một tỷ hai lăm', '?1000000000'],
    ['5 cu', '?5000000'],
  ])('“%s”', (text, expected) => {
    expect(read(text)).toBe(expected);
  });
});

test.each([
  '500 người',
  'năm trăm người',
  '5 củ khoai',
  '5 củ sắn',
  '2 cái cũ',
  '500 đô',
  '5 triệu đô',
  '100 usd',
  'k biết',
  '3 k được',
  'tivi 4k',
  'in năm ngàn cái túi',
  '20 nghìn ảnh',
  'công ty 2 thành viên',
  'sở khoa học',
  '0905 123 456',
  '20/11/2026',
  'điều 5 khoản 2',
  '5 sào 3 con',
  'k12',
  'mấy triệu',
  'vài trăm',
  'bao nhiêu tiền',
  'tỉ lệ 3/4',
  '1 tí nữa',
  '10 nghìn tỷ',
  'hai ba trăm triệu',
  'mấy trăm triệu',
  '0 triệu',
  '0 đồng',
  '99999999999999999999 tỷ',
])('“%s” is no amount', (text) => {
  expect(read(text)).toBe('');
});

test.each([
  ['50-100 triệu', 5e7, 1e8],
  ['từ 50 đến 100 triệu', 5e7, 1e8],
  ['từ 500k đến 2 triệu', 5e5, 2e6],
  ['hai đến ba tỷ', 2e9, 3e9],
])('“%s” is a range', (text, from, to) => {
  expect(findMoney(typed(text))).toMatchObject([{ value: from, from, to }]);
});

test('the span is the amount as written', () => {
  const text = 'Em cần vay 1 tỷ 200 triệu đồng để mở xưởng';
  const [money] = findMoney(typed(text));
  expect(text.slice(money!.start, money!.end)).toBe('1 tỷ 200 triệu đồng');
});

test('an answer with a range or several amounts asks which', () => {
  expect(readMoney('500tr')).toEqual({ value: 5e8 });
  expect(readMoney('50-100 triệu')).toEqual({ candidates: [5e7, 1e8] });
  expect(readMoney('vay năm trăm')).toEqual({ candidates: [5e8, 5e5] });
  expect(readMoney('chưa biết')).toBeUndefined();
});

test('every amount written with dots is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_000, max: 999_999_999_999 }), (amount) => {
      const written = String(amount).replace(/\B(?=(?:\d{3})+$)/g, '.');
      expect(read(`${written} đ`)).toBe(String(amount));
      expect(read(`${amount} đồng`)).toBe(String(amount));
    }),
  );
});
