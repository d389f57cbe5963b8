import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { shorten, splitText } from '../../src/channels/fit.ts';

const segmenter = new Intl.Segmenter('vi', { granularity: 'grapheme' });

/** What is seen as one character each, without white space: cutting may drop only that. */
const characters = (text: string): string[] =>
  [...segmenter.segment(text)].map(({ segment }) => segment).filter((one) => one.trim() !== '');

/** Vietnamese in both forms, towers of marks, pairs of surrogates, families, flags, marks on white space. */
const odd = [
  'ế',
  'e\u0302\u0301',
  'ợ',
  'a'.concat('\u0301'.repeat(6)),
  '👨‍👩‍👧‍👦',
  '🇻🇳',
  '👍🏽',
  '𠀀',
  ' \u0301',
  '\u200b',
];
const plain = ['a', 'bà', 'Ê', '.', '!', '…', '”', ' ', ' ', '\n', '\n\n', '\r\n', '\t'];
const text = (maxLength = 200): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...odd, ...plain), { maxLength }).map((parts) => parts.join(''));

describe('a text that is too long', () => {
  test('is cut after a paragraph', () => {
    const [first, second] = ['Một câu ngắn. '.repeat(4).trim(), 'Đoạn sau đó.'];
    expect(splitText(`${first}\n\n${second}`, 60)).toEqual([first, second]);
  });

  test('is cut after a sentence where no paragraph ends in its second half', () => {
    expect(splitText('Đoạn.\n\nCâu thứ hai dài hơn một chút. Câu thứ ba', 40)).toEqual([
      'Đoạn.\n\nCâu thứ hai dài hơn một chút.',
      'Câu thứ ba',
    ]);
  });

  test('keeps a closing quotation mark with its sentence', () => {
    expect(splitText('Gõ “gặp cán bộ.” Rồi chờ em', 18)).toEqual([
      'Gõ “gặp cán bộ.”',
      'Rồi chờ em',
    ]);
  });

  test('is cut after a word where no sentence ends', () => {
    expect(splitText('mở quán cà phê cần giấy gì', 16)).toEqual(['mở quán cà phê', 'cần giấy gì']);
  });

  test('is cut between two characters where there is no word', () => {
    expect(splitText('👍🏽'.repeat(5), 9)).toEqual(['👍🏽👍🏽', '👍🏽👍🏽', '👍🏽']);
  });

  test('is counted as composed, which is how it goes out', () => {
    const decomposed = 'ế'.normalize('NFD').repeat(20);
    expect(splitText(decomposed, 20)).toEqual(['ế'.repeat(20)]);
  });

  test('is sent in pieces even where one character alone is longer than the limit', () => {
    const tower = 'a' + '\u0301'.repeat(50);
    const parts = splitText(tower, 20);
    expect(parts.join('')).toBe(tower.normalize('NFC'));
    expect(parts.every((part) => part.length <= 20)).toBe(true);
  });

  test('of white space alone is nothing to send', () => {
    expect(splitText(' \n\n\t ', 2)).toEqual([]);
  });

  test('loses nothing, stays within the limit and is never cut inside a character', () => {
    fc.assert(
      fc.property(text(), fc.integer({ min: 12, max: 80 }), (whole, limit) => {
        const parts = splitText(whole, limit);
        expect(parts.every((part) => part.length > 0 && part.length <= limit)).toBe(true);
        expect(parts.flatMap(characters)).toEqual(characters(whole.normalize('NFC')));
      }),
      { numRuns: 500 },
    );
  });

  test('of any units at all is sent in parts within the limit, with every unit that can be read', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 120 }),
        fc.integer({ min: 2, max: 20 }),
        (whole, limit) => {
          const parts = splitText(whole, limit);
          expect(parts.every((part) => part.length > 0 && part.length <= limit)).toBe(true);
          const read = (words: string): string => words.replaceAll(/\s/g, '');
          expect(read(parts.join(''))).toBe(read(whole.normalize('NFC')));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a title', () => {
  test.each([
    ['Giấy tờ', 'Giấy tờ'],
    ['Hộ, công ty hay HTX?', 'Hộ, công ty hay HTX?'],
    ['Đăng ký hộ kinh doanh', 'Đăng ký hộ kinh doa…'],
    ['Tìm nhà đầu tư, quỹ', 'Tìm nhà đầu tư, quỹ'],
    ['Tìm nhà đầu tư cho x y', 'Tìm nhà đầu tư cho…'],
    ['Đăng ký hộ kinh doanh'.normalize('NFD'), 'Đăng ký hộ kinh doa…'],
  ])('“%s” becomes “%s”', (title, shown) => {
    expect(shorten(title, 20)).toBe(shown);
  });

  test('is never cut inside a character, and shows that something is gone', () => {
    fc.assert(
      fc.property(text(30), (title) => {
        const shown = shorten(title, 20);
        const whole = title.normalize('NFC');
        expect(shown.length).toBeLessThanOrEqual(20);
        if (whole.length <= 20) expect(shown).toBe(whole);
        else {
          expect(shown.endsWith('…')).toBe(true);
          const kept = characters(shown.slice(0, -1));
          expect(characters(whole).slice(0, kept.length)).toEqual(kept);
        }
      }),
      { numRuns: 500 },
    );
  });
});
