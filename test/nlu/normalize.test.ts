import { describe, expect, test } from '@jest/globals';
import { longestText, normalize, split, spellingOf } from '../../src/nlu/normalize.ts';

const spelling = spellingOf({
  chat: new Map([
    ['ntn', ['như', 'thế', 'nào']],
    ['ko', ['không']],
  ]),
  known: new Set(['hoc', 'nos', 'vay', 'taxi']),
  foreign: new Set(['marketing', 'hello']),
});
const read = (text: string): string =>
  normalize(text, spelling)
    .map(({ t }) => t)
    .join(' ');

describe('a sentence is read the same however it was typed', () => {
  test.each([
    ['capitals and punctuation', 'Vay VỐN, ở đâu???', 'vay vốn ở đâu'],
    ['composed and decomposed accents', 'vo\u0302\u0301n', 'vốn'],
    ['characters nobody sees', 'vốn\u200b vay\ufeff', 'vốn vay'],
    ['full-width letters', 'ｖａｙ', 'vay'],
    ['a letter stretched', 'đượccccc', 'được'],
    ['a vowel stretched after its accent', 'đẹp quáaaaa kýyy', 'đẹp quá ký'],
    ['but not what is a rime', 'hưu cứu lưu', 'hưu cứu lưu'],
    ['a last letter doubled', 'nhii', 'nhi'],
    ['an accented letter doubled', 'ạạ', 'ạ'],
    ['the tone in the old place', 'hòa thúy xóa', 'hoà thuý xoá'],
    ['Telex that was never turned into letters', 'ddangw kys', 'đăng ký'],
    ['VNI that was never turned into letters', 'd9u7o7ng2', 'đường'],
    ['a chat word of one reading', 'làm NTN', 'làm như thế nào'],
    ['a chat word after stretching', 'kooooo', 'không'],
  ])('%s', (_what, typed, expected) => {
    expect(read(typed)).toBe(expected);
  });

  test.each([
    ['a word known from training', 'nos'],
    ['a word of another language', 'marketing'],
    ['a letter with a digit', 'q3'],
    ['a syllable', 'vayf'.slice(0, 3)],
  ])('%s is not taken for Telex', (_what, word) => {
    expect(read(word)).toBe(word);
  });
});

describe('what identifies somebody becomes a word for its kind', () => {
  test.each([
    ['gọi 0905 123 456 nhé', 'gọi _number nhé'],
    ['số 0905.123.456', 'số _number'],
    ['gửi a.b@example.com giùm', 'gửi _email giùm'],
    ['xem https://example.com/a?b=1 đi', 'xem _link đi'],
    ['năm 2026 có 50 người', 'năm 2026 có 50 người'],
  ])('“%s”', (text, expected) => {
    expect(read(text)).toBe(expected);
  });
});

test('each word is there with its accents and without, đ too', () => {
  expect(normalize('Đăng ký', spelling)).toEqual([
    { t: 'đăng', d: 'dang' },
    { t: 'ký', d: 'ky' },
  ]);
});

test.each(['', '   ', '???', '😀😀', '\u0000', '\ud800'])(
  '“%s” has no words, and no error',
  (text) => {
    expect(normalize(text, spelling)).toEqual([]);
  },
);

test('a text that is too long keeps its beginning and its end', () => {
  const words = split(`đầu ${'giữa '.repeat(longestText)}cuối`);
  expect(words[0]).toBe('đầu');
  expect(words.at(-1)).toBe('cuối');
  expect(words.length).toBeLessThan(longestText / 4);
});
