import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export function hmacSha256(key: string, data: Uint8Array | string): string {
  return createHmac('sha256', key).update(data).digest('hex');
}

export function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Compares two secrets in constant time; their lengths may differ. */
export function isSame(given: string, expected: string): boolean {
  const a = createHash('sha256').update(given).digest();
  const b = createHash('sha256').update(expected).digest();
  return timingSafeEqual(a, b);
}
