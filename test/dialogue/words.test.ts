import { describe, expect, test } from '@jest/globals';
import { parsePayload, payload } from '../../src/dialogue/payload.ts';
import {
  isQuestion,
  leavesCourse,
  mayBeNamedHuy,
  plain,
  readCommand,
  readNumber,
  readYesNo,
} from '../../src/dialogue/words.ts';
import { anonymous } from '../../src/dialogue/anonymous.ts';
import { writtenPhone } from '../../src/dialogue/slots.ts';

describe('commands', () => {
  test.each([
    ['huỷ', 'cancel'],
    ['hủy', 'cancel'],
    ['Huy bo di ad', 'cancel'],
    ['thôi ạ', 'cancel'],
    ['dạ thôi em', 'cancel'],
    ['thôi khỏi chờ nữa', 'cancel'],
    ['MENU', 'menu'],
    ['xem các mục', 'menu'],
    ['gap can bo', 'person'],
    ['cho em gặp cán bộ với ạ', 'person'],
    ['Gặp người thật đi', 'person'],
    ['xoá dữ liệu', 'erase'],
    ['xóa dữ liệu của tôi nhé', 'erase'],
    ['rút đồng ý', 'withdraw'],
    ['xem dữ liệu của tôi', 'access'],
    ['sửa thông tin của tôi', 'access'],
    ['sai rồi', 'wrong'],
    ['không phải', 'wrong'],
  ])('“%s” is %s', (said, command) => {
    expect(readCommand(said)).toBe(command);
  });

  test.each([
    'em không cần gặp cán bộ đâu, hỏi máy được rồi',
    'đúng',
    'dung',
    'cán bộ xã nói sai rồi',
    'thôi để mai em ra phường',
    'menu quán cà phê cần xin phép không',
    'xoá nợ thuế',
    'huỷ hoá đơn thì làm sao',
    '',
  ])('“%s” is none', (said) => {
    expect(readCommand(said)).toBeUndefined();
  });
});

describe('numbers', () => {
  test.each([
    ['1', 1],
    ['số 2', 2],
    ['so 2', 2],
    ['câu 3 nha', 3],
    ['em chọn số 4', 4],
    ['cai thu hai', 2],
    ['cái thứ 2', 2],
    ['thứ tư', 4],
    ['số một', 1],
    ['cái đầu tiên', 1],
    ['mục cuối', 'last'],
    ['0', 0],
  ])('“%s” is %s', (said, number) => {
    expect(readNumber(said)).toBe(number);
  });

  test.each(['ba', 'năm', '2 người', '0905123456', 'số nhà 2 đường Lê Duẩn', 'thứ mấy', ''])(
    '“%s” is none',
    (said) => {
      expect(readNumber(said)).toBeUndefined();
    },
  );
});

describe('yes and no', () => {
  test.each(
    'có|Dạ vâng ạ|ok em|đồng ý nhé|ừ|dạ|đúng rồi ạ|dc|uk|dung r|đúng r|dung r a|dung roi|ok r|um|đc|chuẩn|phai|phải r'
      .split('|')
      .map((said) => [said]),
  )('“%s” is yes', (said) => {
    expect(readYesNo(said)).toBe('yes');
  });

  test.each([
    'không',
    'ko',
    'dạ không ạ',
    'không đồng ý',
    'chưa',
    'thôi',
    'có đâu',
    'không cần đâu',
    'sai rồi',
    'ko phai',
    'k phải',
    'khong phai',
    'k',
    'sai r',
  ])('“%s” is no', (said) => {
    expect(readYesNo(said)).toBe('no');
  });

  test.each(['có không', 'đồng ý nếu miễn phí', 'ok nhưng mà', 'không biết', 'đồng', ''])(
    '“%s” is neither',
    (said) => {
      expect(readYesNo(said)).toBeUndefined();
    },
  );
});

test('a name that is also a command is known by its missing accent', () => {
  expect(['huy', 'Huy', 'HUY ạ'].every(mayBeNamedHuy)).toBe(true);
  expect(['huỷ', 'hủy', 'Huy Hoàng'].some(mayBeNamedHuy)).toBe(false);
});

test('leaving a class is told from entering one', () => {
  expect(
    ['cho em huỷ đăng ký lớp k12', 'em xin rút tên khỏi lớp', 'em không học nữa'].every(
      leavesCourse,
    ),
  ).toBe(true);
  expect(
    ['đăng ký lớp k12', 'em không đăng ký được lớp', 'huỷ hoá đơn', 'bỏ vốn mở lớp dạy'].some(
      leavesCourse,
    ),
  ).toBe(false);
});

test('questions are known by their words', () => {
  expect(
    ['học phí bao nhiêu', 'o dau vay', 'Lan?', 'có mất tiền gì không vậy'].every(isQuestion),
  ).toBe(true);
  expect(['Nguyễn Văn Đâu', 'Y Pốt Niê', '0905 123 456'].some(isQuestion)).toBe(false);
});

test('titles are compared without accents, case and signs', () => {
  expect(plain('  “Thuế, hoá đơn”! ')).toBe('thue hoa don');
  expect(plain('Đắk Lắk 2026')).toBe('dak lak 2026');
});

test('payloads are read back as they were made', () => {
  expect(parsePayload(payload('ask', 'household_tax', 'fee'))).toEqual({
    act: 'ask',
    subject: 'household_tax',
    detail: 'fee',
  });
  expect(parsePayload(payload('menu'))).toEqual({ act: 'menu', subject: '' });
  expect(parsePayload(payload('registration', 'check', 'yes', 'x.3'))).toEqual({
    act: 'registration',
    subject: 'check',
    detail: 'yes',
    step: 'x.3',
  });
});

test.each(['', 'ask', 'ASK:x', 'a:b/c/d/e', ':x', `ask:${'x'.repeat(70)}`, '<script>'])(
  '“%s” is no payload',
  (sent) => {
    expect(parsePayload(sent)).toBeUndefined();
  },
);

test('a number is shown in groups', () => {
  expect(writtenPhone('0905123456')).toBe('0905 123 456');
  expect(writtenPhone('02623812345')).toBe('0262 3812 345');
});

test('what the editors read of a question names nobody', () => {
  expect(anonymous('em tên là Lan, 0905 123 456, lan@example.vn, hỏi vay vốn')).toBe(
    'em tên là •••, •••, •••, hỏi vay vốn',
  );
  expect(anonymous('vay vốn trồng sầu riêng')).toBe('vay vốn trồng sầu riêng');
});
