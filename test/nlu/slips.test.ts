import { expect, test } from '@jest/globals';
import { normalize, spellingOf } from '../../src/nlu/normalize.ts';
import { mendSlip } from '../../src/nlu/slips.ts';

const known = new Set([
  ...['vào', 'nhóm', 'doanh', 'không', 'nghiệp', 'đăng', 'ký', 'phương', 'thương', 'thông', 'bao'],
  ...['nhiêu', 'khong', 'nhieu', 'phuong', 'thuong', 'startup'],
]);
const plain: Readonly<Record<string, string>> = { vào: 'vao', nhóm: 'nhom', nghiệp: 'nghiep' };
const vocabulary = {
  known,
  knownPlain: new Set([...known].map((word) => plain[word] ?? word)),
};

test.each([
  ['two words without their space', 'vàonhóm', ['vào', 'nhóm']],
  ['the same without marks', 'baonhieu', ['bao', 'nhieu']],
  ['letters that changed places', 'daonh', ['doanh']],
  ['letters that changed places, marks kept', 'khôgn', ['không']],
  ['a letter too many', 'khoong', ['khong']],
  ['a letter missing', 'nghep', ['nghiep']],
  ['a wrong letter of a long word', 'nghjep', ['nghiep']],
])('%s: %s', (_what, typed, meant) => {
  expect(mendSlip(typed, vocabulary)).toEqual(meant);
});

test('what may be two words is left as it is: “thuong” or “phuong”', () => {
  expect(mendSlip('xhuong', vocabulary)).toBeUndefined();
});

test.each(['ngep', 'abcxyz', 'stasrtupp', 'khong123', '', 'a'.repeat(60)])(
  'what is short, long, foreign or no word is left as it is: %s',
  (typed) => {
    expect(mendSlip(typed, vocabulary)).toBeUndefined();
  },
);

test('a message full of unknown words is no slip, and teaches nothing about the next message', () => {
  const spelling = spellingOf({ chat: new Map(), known, foreign: new Set() });
  const words = (text: string): string[] => normalize(text, spelling).map(({ t }) => t);
  const noise = Array.from({ length: 24 }, (_, i) => `zq${'bcdfghjkl'.charAt(i % 9)}w`).join(' ');
  expect(words(`daonh nghiệp ${noise}`)[0]).toBe('daonh');
  expect(words('daonh nghiệp')).toEqual(['doanh', 'nghiệp']);
  expect(words('vàonhóm')).toEqual(['vào', 'nhóm']);
});
