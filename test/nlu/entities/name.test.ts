import { expect, test } from '@jest/globals';
import { findNames, readName } from '../../../src/nlu/entities/name.ts';

test.each([
  ['Nguyễn Văn An', 'Nguyễn Văn An'],
  ['nguyen van an', 'Nguyen Van An'],
  ['NGUYỄN THỊ MAI', 'Nguyễn Thị Mai'],
  ['em tên là Trần Thị Bích Ngọc ở Ea Kar', 'Trần Thị Bích Ngọc'],
  ['dạ em là Y Pốt Niê ạ', 'Y Pốt Niê'],
  ["H'Yon Niê", "H'Yon Niê"],
  ['em tên H Blăt Ayun', 'H Blăt Ayun'],
  ['Ksor H’Lin', 'Ksor H’Lin'],
  ['Rơ Chăm Y Bình', 'Rơ Chăm Y Bình'],
  ['họ tên: Lê Văn Nam sinh 1990', 'Lê Văn Nam'],
  ['Nguyễn Văn A, 0905 123 456', 'Nguyễn Văn A'],
  ['chị Hoa nha', 'Hoa'],
  ['em Lan', 'Lan'],
  ['Lan', 'Lan'],
])('asked for a name, “%s” gives %s', (text, name) => {
  expect(readName(text, { asked: true })).toBe(name);
});

test.each(['đồng ý', 'dạ vâng', 'không biết', '0905123456', 'tên quán là Rẫy Mẹ', '', '🙂'])(
  'asked for a name, “%s” gives none',
  (text) => {
    expect(readName(text, { asked: true })).toBeUndefined();
  },
);

test.each(['Nguyễn Văn An', 'em Lan', 'mở quán cà phê', 'tên miền đăng ký ở đâu'])(
  'unasked, “%s” gives none',
  (text) => {
    expect(readName(text, { asked: false })).toBeUndefined();
  },
);

test('unasked, a cue is needed and enough', () => {
  expect(readName('ten toi la nguyen thi hoa sdt 0905123456', { asked: false })).toBe(
    'Nguyen Thi Hoa',
  );
});

test('the span is the name alone', () => {
  const text = 'đăng ký giúp em, họ tên: Lê Văn Nam, số 0905123456';
  const [name] = findNames(text);
  expect(text.slice(name!.start, name!.end)).toBe('Lê Văn Nam');
});
