import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA256 in lower-case hex; texts are taken as UTF-8. */
export function hmacSha256(key: string, data: Uint8Array | string): string {
  return createHmac('sha256', key).update(data).digest('hex');
}

/** SHA-256 in lower-case hex; texts are taken as UTF-8. */
export function sha256(data: Uint8Array | string): string {
  return hash('sha256', data);
}

/** Compares two secrets; how long it takes tells at most how long the expected one is. */
export function isSame(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
