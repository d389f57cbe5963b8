/** See `readLinkCode` in words.ts for why these. */
export const linkLetters = 'CFHJKLMNPQRTVX';
const digits = '34679';
/** What stands at each place: a letter, a digit, or either. Some 94 million codes. */
const places = [linkLetters, digits, linkLetters + digits, linkLetters, linkLetters + digits];

/** `K7MTQ4X` from bytes that nobody can guess; at least seven of them. Pure. */
export function linkCodeOf(bytes: Uint8Array): string {
  const alphabets = [...places, linkLetters + digits, linkLetters];
  return alphabets.map((letters, i) => letters[(bytes[i] ?? 0) % letters.length] ?? '').join('');
}
