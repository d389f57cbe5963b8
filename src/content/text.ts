/** Characters as platforms and people count them: code points of the NFC form. */
export function characters(text: string): number {
  return Array.from(text.normalize('NFC')).length;
}

/** Bytes of the text in UTF-8, in which platforms measure a button's payload. */
export function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/**
 * A short fingerprint: two 32-bit FNV-1a hashes in hex. It tells versions apart; it proves nothing.
 * Source of the constants: the FNV authors' reference (draft-eastlake-fnv).
 */
export function fingerprint(parts: Iterable<string>): string {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (const part of parts) {
    for (let i = 0; i <= part.length; i++) {
      // One step past the end marks where a part stops.
      const unit = i < part.length ? part.charCodeAt(i) : 0x1ffff;
      a = Math.imul(a ^ unit, 0x01000193);
      b = Math.imul(b ^ unit, 0x01000197);
    }
  }
  return [a, b].map((n) => (n >>> 0).toString(16).padStart(8, '0')).join('');
}
