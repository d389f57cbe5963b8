import { expect, test } from '@jest/globals';
import { findPhones, readPhone } from '../../../src/nlu/entities/phone.ts';

test.each([
  ['0905123456', '0905123456'],
  ['0905 123 456', '0905123456'],
  ['0905.123.456', '0905123456'],
  ['0905-123-456', '0905123456'],
  ['090 512 34 56', '0905123456'],
  ['+84905123456', '0905123456'],
  ['+84 905 123 456', '0905123456'],
  ['84905123456', '0905123456'],
  ['(+84) 905 123 456', '0905123456'],
  ['0084905123456', '0905123456'],
  ['+84 (0)905 123 456', '0905123456'],
  ['sđt em là 0905123456 nha', '0905123456'],
  ['o912345678', '0912345678'],
  ['gọi 0905123456 sau 17h', '0905123456'],
  ['gọi em 0905123456 17h', '0905123456'],
  ['zalo: 0905123456.', '0905123456'],
  ['0905123456 500 triệu', '0905123456'],
  ['0262 3 855 123', '02623855123'],
  ['0257.3.812.345', '02573812345'],
])('“%s” is the number %s', (text, value) => {
  expect(readPhone(text)).toEqual({ value });
});

test.each([
  ['01621234567', '0321234567'],
  ['0123 456 7890', '0834567890'],
  ['+841621234567', '0321234567'],
  ['0120 111 2233', '0701112233'],
  ['01991234567', '0591234567'],
])('eleven old digits %s are read in their new form', (text, value) => {
  expect(readPhone(text)).toEqual({ value });
});

test.each([
  '1900 1234',
  '20/11/2026',
  '1.500.000',
  '500 000 000 đ',
  'mst 0905123456',
  'stk 0905123456',
  '09051234567',
  '9239/KH-UBND 2016',
  'không có số nào',
])('“%s” holds no number of a person', (text) => {
  expect(readPhone(text)).toBeUndefined();
});

test('two numbers in one message are both kept, and the form asks which', () => {
  expect(readPhone('0905123456/0912345678')).toEqual({
    candidates: ['0905123456', '0912345678'],
  });
  expect(readPhone('0905 123 456, 0912 345 678')).toEqual({
    candidates: ['0905123456', '0912345678'],
  });
});

test('a number without its zero is only a candidate', () => {
  expect(readPhone('905123456')).toEqual({ candidates: ['0905123456'] });
});

test('spans point at what was written', () => {
  const text = 'em là Lan, số +84 905 123 456 nhé';
  const [phone] = findPhones(text);
  expect(text.slice(phone!.start, phone!.end)).toBe('+84 905 123 456');
});
