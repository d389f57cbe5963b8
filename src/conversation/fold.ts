/**
 * A text as search compares it: its syllables in order (runs of letters and digits), composed, in lower case,
 * without marks, đ as d. Total.
 */
export function syllables(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replaceAll('đ', 'd');
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}
