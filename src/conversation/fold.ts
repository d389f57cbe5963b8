/**
 * A text as search compares it: composed, lower case, without marks, đ as d; syllables between single spaces.
 * Pure and total; `fold(fold(x)) = fold(x)`.
 */
export function fold(text: string): string {
  return syllables(text).join(' ');
}

/** The folded syllables of a text, in order: runs of letters and digits. */
export function syllables(text: string): string[] {
  const plain = text
    .normalize('NFC')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replaceAll('đ', 'd');
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}
