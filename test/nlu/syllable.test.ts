import { expect, test } from '@jest/globals';
import {
  isLooseSyllable,
  isSyllable,
  placeTone,
  removeMarks,
  respell,
  takeTone,
} from '../../src/nlu/syllable.ts';

test.each([
  'không',
  'gì',
  'giếng',
  'quýnh',
  'quốc',
  'khuya',
  'nghiêng',
  'ước',
  'yêu',
  'oách',
  'thuở',
])('“%s” is a syllable', (word) => {
  expect(isSyllable(word)).toBe(true);
});

test.each(['taxi', 'shop', 'đc', 'ngk', 'phuong', 'cac', 'hôcs', 'a1', '', 'đăngký'])(
  '“%s” is no syllable of printed Vietnamese',
  (word) => {
    expect(isSyllable(word)).toBe(false);
  },
);

test('a stop takes only sắc or nặng', () => {
  expect(['các', 'cạc', 'càc', 'cảc'].map(isSyllable)).toEqual([true, true, false, false]);
});

test('a word without its accents may still be a syllable', () => {
  expect(['duoc', 'nguoi', 'viêt', 'xyz'].map(isLooseSyllable)).toEqual([true, true, true, false]);
});

test.each([
  ['hòa', 'hoà'],
  ['thúy', 'thuý'],
  ['xóa', 'xoá'],
  ['hủy', 'huỷ'],
  ['qúy', 'quý'],
  ['gìa', 'già'],
  ['ngòai', 'ngoài'],
  ['tóan', 'toán'],
  ['khủyu', 'khuỷu'],
  ['đựơc', 'được'],
  ['thưở', 'thưở'],
  ['của', 'của'],
])('“%s” is respelt “%s”', (word, expected) => {
  expect(respell(word)).toBe(expected);
});

test('taking the tone off and putting it back gives the same word', () => {
  for (const word of ['nghiễm', 'quẩy', 'giặt', 'khuỷu', 'người', 'hoà', 'yến', 'ơi']) {
    const { bare, tone } = takeTone(word)!;
    expect(placeTone(bare, tone)).toBe(word);
  }
});

test('marks go, other scripts stay', () => {
  expect(removeMarks('Đường Čư Ƀlang ñ 今天')).toBe('Duong Cu Ƀlang n 今天');
});
