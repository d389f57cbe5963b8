import { describe, expect, test } from '@jest/globals';
import { parseCorpus } from '../../src/nlu/corpus.ts';
import { intentFile } from './support/few.ts';

const tea = intentFile('tea_shop', { clean: ['mở quán trà', 'bán trà'], typo: ['bsn tra'] });

const noneText = `title: Ngoài phạm vi
topics:
  - topic: weather
    say: fallback.weather
    examples:
      - writer: w1
        clean: |
          mai có mưa không
  - topic: noise
    examples:
      - writer: w2
        clean: |
          ádfg
`;
const others = { path: 'intents/none.yaml', text: noneText };

describe('what people say is read', () => {
  test('with intent, style, writer, and the line it stands on', () => {
    const { intents, sentences } = parseCorpus([tea]);
    expect(intents).toMatchObject([{ name: 'tea_shop', title: 'Mục tea_shop', eager: false }]);
    expect(sentences.map(({ text, style, writer, line }) => [text, style, writer, line])).toEqual([
      ['mở quán trà', 'clean', 'w1', 8],
      ['bán trà', 'clean', 'w1', 9],
      ['bsn tra', 'typo', 'w1', 11],
    ]);
    expect(tea.text.split('\n')[8]?.trim()).toBe('bán trà');
  });

  test('with the topics of what belongs to nobody', () => {
    const { topics, sentences } = parseCorpus([others]);
    expect(topics).toEqual([{ topic: 'weather', say: 'fallback.weather' }, { topic: 'noise' }]);
    expect(sentences.map(({ label, topic }) => [label, topic])).toEqual([
      ['none', 'weather'],
      ['none', 'noise'],
    ]);
  });

  test('in order of file names, however they come', () => {
    const cake = intentFile('cake', { clean: ['bánh'] });
    expect(parseCorpus([tea, others, cake])).toEqual(parseCorpus([cake, tea, others]));
  });

  test('without lexicons and other files', () => {
    const lexicon = { path: 'intents/lexicon/chat.yaml', text: 'ko: không' };
    const notes = { path: 'intents/README.md', text: '# Notes' };
    expect(parseCorpus([lexicon, notes, tea])).toEqual(parseCorpus([tea]));
  });
});

describe('a file that is not in its form is refused by file, line and code', () => {
  const changed = (from: string, to: string) => {
    const text = tea.text.replace(from, to);
    expect(text).not.toBe(tea.text);
    return { path: tea.path, text };
  };
  test.each([
    ['no YAML', () => changed('button: tea_shop', 'button: [tea}'), 2, 'yaml.syntax'],
    ['a list', () => ({ path: tea.path, text: '- a\n' }), 1, 'intent.shape'],
    ['no title', () => changed('title: Mục tea_shop\n', ''), 1, 'intent.title.missing'],
    ['no button', () => changed('button: tea_shop', 'button:'), 2, 'intent.button.missing'],
    [
      'a long button',
      () => changed('button: tea_shop', 'button: Quán trà và cà phê rang xay'),
      2,
      'intent.button.long',
    ],
    ['a slip in a key', () => changed('button:', 'buton:'), 2, 'intent.key'],
    ['a style nobody knows', () => changed('typo: |', 'typos: |'), 10, 'intent.key'],
    ['no examples', () => changed('examples:', 'not:'), 6, 'intent.not'],
    [
      'sentences as a list',
      () => changed('    typo: |\n      bsn tra', '    typo:\n      - bsn tra'),
      11,
      'intent.examples.lines',
    ],
    ['eager as a word', () => changed('examples:', 'eager: rất\nexamples:'), 5, 'intent.eager'],
    [
      'a topic twice',
      () => ({ path: others.path, text: noneText.replace('topic: noise', 'topic: weather') }),
      9,
      'none.topic.twice',
    ],
  ])('%s', (_what, file, line, code) => {
    const broken = file();
    expect(() => parseCorpus([broken])).toThrow(
      expect.objectContaining({ file: broken.path, line, code }),
    );
  });
});
