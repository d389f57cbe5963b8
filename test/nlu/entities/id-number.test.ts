import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findIdNumbers, findSensitive } from '../../../src/nlu/entities/id-number.ts';

const covered = (text: string): string[] =>
  findSensitive(text).map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`);

test.each([
  ['066099001234', 'idNumber 066099001234'],
  ['066 099 001 234', 'idNumber 066 099 001 234'],
  ['số thẻ căn cước công dân 066.099.001.234', 'idNumber 066.099.001.234'],
  ['số cmnd 241234567', 'idNumber 241234567'],
  ['cmnd: 241 234 567', 'idNumber 241 234 567'],
  ['chung minh nhan dan so 241234567', 'idNumber 241234567'],
  ['mã số thuế 066099001234', 'idNumber 066099001234'],
  ['stk 1234567890123 vietcombank', 'bank 1234567890123'],
  ['số tài khoản 0123456789', 'bank 0123456789'],
  ['stk:0905123456', 'bank 0905123456'],
  ['chuyển vào 0071 0012 3456 7 vietcombank', 'bank 0071 0012 3456 7'],
  ['thẻ 4111 1111 1111 1111', 'bank 4111 1111 1111 1111'],
  ['4111-1111-1111-1111', 'bank 4111-1111-1111-1111'],
  ['otp 123456', 'otp 123456'],
  ['mã xác nhận là 4821', 'otp 4821'],
  ['ma xac thuc cua em 998877 nha', 'otp 998877'],
])('“%s” is covered', (text, expected) => {
  expect(covered(text)).toEqual([expected]);
});

test.each([
  '0905123456',
  '+84905123456',
  'gọi em 0905123456 17h',
  'mst 6001234567',
  'mã số thuế 6001234567-001',
  'ngày 20/11/2026 có 10 người, 500 triệu',
  'hồ sơ 000.00.21.H15-261123-0001',
  'tài khoản có 500000 đồng',
  '241234567',
])('“%s” is left as it is', (text) => {
  expect(covered(text)).toEqual([]);
});

test('an identity number is covered and the phone beside it is not', () => {
  expect(covered('căn cước 066099001234 sđt 0905123456')).toEqual(['idNumber 066099001234']);
});

test('a tax code of ten digits is an entity with its value', () => {
  expect(findIdNumbers('mst 6001234567')).toMatchObject([{ type: 'taxCode', value: '6001234567' }]);
});

test('an identity number never comes with its value or its digits', () => {
  const [entity] = findIdNumbers('cccd 066099001234');
  expect(entity).toEqual({ type: 'idNumber', text: '•••', start: 5, end: 17 });
});

test('twelve digits are found however people group them', () => {
  const separators = fc.array(fc.constantFrom('', ' ', '.', '-'), {
    minLength: 11,
    maxLength: 11,
  });
  const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 11, maxLength: 11 });
  fc.assert(
    fc.property(digits, separators, (rest, between) => {
      const written = ['0', ...rest.map((digit, i) => `${between[i]}${digit}`)].join('');
      expect(covered(`căn cước ${written} ạ`)).toEqual([`idNumber ${written}`]);
    }),
  );
});
