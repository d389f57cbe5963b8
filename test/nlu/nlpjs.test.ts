import { describe, expect, test } from '@jest/globals';
import { normalizerVi, stemmerVi, tokenizerVi } from '../../src/nlu/nlpjs.ts';
import { newManager } from '../../src/node-nlp.ts';
import { spellingOf } from '../../src/nlu/normalize.ts';

const spelling = spellingOf({
  chat: new Map([['ntn', ['như', 'thế', 'nào']]]),
  known: new Set(),
  foreign: new Set(),
});
const read = (text: string): string[] =>
  stemmerVi().stem(tokenizerVi().tokenize(normalizerVi(spelling).normalize(text)));

describe('Vietnamese for node-nlp', () => {
  test.each(['Đăng ký', 'dang ky', 'ĐĂNG KÝ!', 'ddawng kys', 'đăng kýyyy'])(
    '“%s” is the same two words',
    (text) => {
      expect(read(text)).toEqual(['dang', 'ky']);
    },
  );
  test('chat words are read out', () => {
    expect(read('làm ntn')).toEqual(['lam', 'nhu', 'the', 'nao']);
  });
  test('nothing is nothing', () => {
    expect(read(' ?! ')).toEqual([]);
  });
});

test.each([
  ['node-nlp+vi', 'register'],
  ['node-nlp', 'None'],
] as const)('%s reads “ddawng kys” as %s', async (engine, intent) => {
  const manager = await newManager(engine, spelling);
  manager.addDocument('vi', 'đăng ký', 'register');
  manager.addDocument('vi', 'đổi tên', 'rename');
  await manager.train();
  expect((await manager.process('vi', 'ddawng kys')).intent).toBe(intent);
});
