/* eslint-disable @typescript-eslint/no-non-null-assertion --
   A numeric kernel: every index is within its array by construction. */

/** SHA-256 (FIPS 180-4) in plain arithmetic, because the pure ring has no `node:crypto`. Lower-case hex. */
export function sha256(bytes: Uint8Array): string {
  const state = Int32Array.from(initial);
  const schedule = new Int32Array(64);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % 64);
  for (let at = 0; at < whole; at += 64) compress(state, view, at, schedule);
  const tail = lastBlocks(bytes.subarray(whole), bytes.length);
  const tailView = new DataView(tail.buffer);
  for (let at = 0; at < tail.length; at += 64) compress(state, tailView, at, schedule);
  return [...state].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** SHA-256 of the text as UTF-8, in lower-case hex; without Node, so that the pure ring has one. */
export function sha256OfText(text: string): string {
  return sha256(new TextEncoder().encode(text));
}

function lastBlocks(rest: Uint8Array, length: number): Uint8Array {
  const padded = new Uint8Array(rest.length + 9 <= 64 ? 64 : 128);
  padded.set(rest);
  padded[rest.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(length / 0x20000000));
  view.setUint32(padded.length - 4, (length << 3) >>> 0);
  return padded;
}

function compress(state: Int32Array, view: DataView, at: number, w: Int32Array): void {
  for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + i * 4);
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!;
    const y = w[i - 2]!;
    const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
    const s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
    w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let i = 0; i < 64; i++) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + constants[i]! + w[i]!) | 0;
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] = state[i]! + word));
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

/** The first 32 bits of the fractional parts of roots of the first primes. */
const primes = [2];
for (let n = 3; primes.length < 64; n += 2)
  if (primes.every((prime) => n % prime > 0)) primes.push(n);
const fraction = (root: number): number =>
  Math.floor((root - Math.floor(root)) * 4_294_967_296) | 0;
const constants = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const initial = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
