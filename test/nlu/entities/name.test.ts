import { describe, expect, test } from '@jest/globals';
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

describe('forty names of many kinds, and how people write them', () => {
  test.each([
    ['Hoàng Thị Kim Ngân', 'Hoàng Thị Kim Ngân'],
    ['trần quốc bảo', 'Trần Quốc Bảo'],
    ['LÊ HỮU PHƯỚC', 'Lê Hữu Phước'],
    ['Bùi Thị Nhàn', 'Bùi Thị Nhàn'],
    ['Đỗ Năm', 'Đỗ Năm'],
    ['Nguyễn Thị Bé Sáu', 'Nguyễn Thị Bé Sáu'],
    ['Phan Văn Tám', 'Phan Văn Tám'],
    ['Vũ Thị Mai Anh', 'Vũ Thị Mai Anh'],
    ['Tôn Nữ Diệu Linh', 'Tôn Nữ Diệu Linh'],
    ['Huỳnh Công Danh', 'Huỳnh Công Danh'],
    ['Cao Xuân Lộc', 'Cao Xuân Lộc'],
    ['Lý A Sìn', 'Lý A Sìn'],
    ['Giàng A Páo', 'Giàng A Páo'],
    ['Nông Thị Sen', 'Nông Thị Sen'],
    ['Vàng Seo Lử', 'Vàng Seo Lử'],
    ['Y Bhiăo Êban', 'Y Bhiăo Êban'],
    ['Y Khoa Niê Kđăm', 'Y Khoa Niê Kđăm'],
    ["H'Nguôt Mlô", "H'Nguôt Mlô"],
    ['H Rin Kbuôr', 'H Rin Kbuôr'],
    ['h’ blum byă', 'H’ Blum Byă'],
    ["H' Hương Ayŭn", "H' Hương Ayŭn"],
    ['HLinh Niê', 'HLinh Niê'],
    ['Y Čuin Buôn Krông', 'Y Čuin Buôn Krông'],
    ['Y Ƀlô Ênuôl', 'Y Ƀlô Ênuôl'],
    ['y thịnh mlô duôn du', 'Y Thịnh Mlô Duôn Du'],
    ['Ksor Hnhi', 'Ksor Hnhi'],
    ['Rơ Mah H’Lý', 'Rơ Mah H’Lý'],
    ['Siu Bơt', 'Siu Bơt'],
    ['Kpă Thuyên', 'Kpă Thuyên'],
    ['Nay Djrueng', 'Nay Djrueng'],
    ['Rah Lan Tâm', 'Rah Lan Tâm'],
    ['Rcom Amí', 'Rcom Amí'],
    ['Điểu K’Rứ', 'Điểu K’Rứ'],
    ['Thị Mai', 'Thị Mai'],
    ['Y Măng Sruk', 'Y Măng Sruk'],
    ["K'Thế", "K'Thế"],
    ['Triết Bon Jrang', 'Triết Bon Jrang'],
    ["Y Tâm M'drang", "Y Tâm M'Drang"],
    ['dạ tên em là H’Yến Byă ạ', 'H’Yến Byă'],
    ['mình tên Y Wem Kbuôr, ở Ea Tul', 'Y Wem Kbuôr'],
    ['em tên Nay H’Ban nha ad', 'Nay H’Ban'],
    ['họ và tên: PHẠM NGỌC YẾN - 0905123456', 'Phạm Ngọc Yến'],
    ['ten em la le thi hong sdt 0905123456', 'Le Thi Hong'],
    ['em là Hồng, 25 tuổi', 'Hồng'],
    ['chị tên Sáu nghen', 'Sáu'],
    ['Cứ ghi tên Hiền là được', 'Hiền'],
    ['em ghi tên chồng em: Nguyễn Văn Bình', 'Nguyễn Văn Bình'],
    ['Nguyễn Thị Lan Anh sinh năm 1990', 'Nguyễn Thị Lan Anh'],
    ['Trần Văn Hùng nam 35 tuổi', 'Trần Văn Hùng'],
    ['lê anh tuấn', 'Lê Anh Tuấn'],
    ['nguyễn chí thanh', 'Nguyễn Chí Thanh'],
    ['võ thị em', 'Võ Thị Em'],
  ])('“%s” is %s', (text, name) => {
    expect(readName(text, { asked: true })).toBe(name.normalize('NFC'));
  });
});

test.each([
  'ok em',
  'để em hỏi chồng đã',
  'lớp này học mấy buổi vậy',
  'không muốn nói',
  'tên gì cũng được',
  'em chưa muốn ghi tên',
  'sáng mai',
  'học phí bao nhiêu',
  'từ từ',
  'cho em suy nghĩ',
  'ai cũng được',
  'hihi',
  'dạ',
  'gặp cán bộ',
])('asked for a name, “%s” is talk', (text) => {
  expect(readName(text, { asked: true })).toBeUndefined();
});

test.each([
  'quán tên là gì cũng được',
  'em tên gì',
  'ad tên gì vậy',
  'em đặt tên: Cà phê Rẫy',
  'cho hỏi họ tên người phụ trách',
  'chị tên đẹp quá',
  'tên tôi bị sai trong danh sách',
])('“%s” names nobody', (text) => {
  expect(findNames(text)).toEqual([]);
});
