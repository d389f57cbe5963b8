import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { syllables } from '../../src/conversation/fold.ts';

const fold = (text: string): string => syllables(text).join(' ');

describe('folding', () => {
  test.each([
    ['Đăng ký lớp KHỞI NGHIỆP', 'dang ky lop khoi nghiep'],
    ['H’Loan Niê ở buôn Čuôr Đăng', 'h loan nie o buon cuor dang'],
    ['vay-vốn, 50 triệu?!', 'vay von 50 trieu'],
    ['Tie\u0302\u0301ng Vie\u0323\u0302t', 'tieng viet'],
    ['ＶＡＹ ｖốn', 'vay von'],
    ['🙏 … —', ''],
  ])('%s → %s', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  test('twice is the same as once, and nothing but letters and digits is left', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(fold(fold(text))).toBe(fold(text));
        for (const syllable of syllables(text)) expect(syllable).toMatch(/^[\p{L}\p{N}]+$/u);
      }),
    );
  });

  test('is the same for composed and decomposed letters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(fold(text.normalize('NFD'))).toBe(fold(text.normalize('NFC')));
      }),
    );
  });
});
