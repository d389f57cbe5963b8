import { describe, expect, test } from '@jest/globals';
import { languageOf } from '../../src/nlu/language.ts';
import { parseLexicon } from '../../src/nlu/lexicon.ts';
import { normalize } from '../../src/nlu/normalize.ts';
import { findPhrases } from '../../src/nlu/phrases.ts';
import { lexiconFiles } from './support/few.ts';

const readWith =
  (vocabulary: readonly string[], chat?: string) =>
  (text: string): string => {
    const lexicon = parseLexicon(lexiconFiles(chat === undefined ? {} : { chat }));
    const { spelling } = languageOf(lexicon, vocabulary);
    return normalize(text, spelling)
      .map(({ t }) => t)
      .join(' ');
  };

describe('chat words', () => {
  test('with one reading are read out', () => {
    expect(readWith([])('ko biết ntn')).toBe('không biết như thế nào');
  });
  test('with several readings stay as typed', () => {
    expect(readWith([])('dc ko')).toBe('dc không');
  });
  test('that are also a syllable people write stay as typed, once training has seen it', () => {
    expect(readWith([], 'bo: bỏ\n')('bo')).toBe('bỏ');
    expect(readWith(['bo'], 'bo: bỏ\n')('bo')).toBe('bo');
  });
});

describe('phrases', () => {
  const lexicon = parseLexicon(lexiconFiles());
  const language = languageOf(lexicon, []);
  const conceptsIn = (text: string): string[] =>
    findPhrases(language.concepts, normalize(text, language.spelling)).map(
      ({ value }) => value.name,
    );

  test('are found with accents and without', () => {
    expect(conceptsIn('em muốn mượn vốn')).toEqual(['want', 'loan']);
    expect(conceptsIn('em muon muon von')).toEqual(['want', 'want', 'loan']);
  });
  test('are not found in a word with other accents', () => {
    expect(conceptsIn('mướn người')).toEqual([]);
  });
  test('of the kind “words” say nothing about the topic', () => {
    const found = findPhrases(language.concepts, normalize('muốn vay', language.spelling));
    expect(found.map(({ value }) => value.topical)).toEqual([false, true]);
  });
});

describe('a lexicon that is not in its form is refused by file and line', () => {
  test.each([
    ['missing', { chat: undefined }, 'intents/lexicon/chat.yaml', 1, 'lexicon.missing'],
    ['no YAML', { signals: 'urgent: [gấp\n' }, 'intents/lexicon/signals.yaml', 2, 'yaml.syntax'],
    [
      'an aspect nobody knows',
      { aspects: 'fee: [phí]\ncolour: [màu]\n' },
      'intents/lexicon/aspects.yaml',
      1,
      'lexicon.shape',
    ],
    [
      'a map where a list belongs',
      { concepts: 'acts:\n  loan: [vay]\n  grow:\n    a: b\n' },
      'intents/lexicon/concepts.yaml',
      4,
      'lexicon.shape',
    ],
  ])('%s', (_what, changes, file, line, code) => {
    expect(() => parseLexicon(lexiconFiles(changes))).toThrow(
      expect.objectContaining({ file, line, code }),
    );
  });
});
