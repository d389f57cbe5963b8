import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cipherOf, confirmKey, keyBeside } from '../../src/store/cipher.ts';
import { openStore } from '../../src/store/open.ts';
import { manualClock } from '../support/clock.ts';

const key = new Uint8Array(32).fill(7);
const otherKey = new Uint8Array(32).fill(8);
const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('a sealed value', () => {
  test('is opened by the key that sealed it, and shows nothing of itself', () => {
    const sealed = cipherOf(key).seal('0905 123 456');
    expect(cipherOf(key).open(sealed)).toBe('0905 123 456');
    expect(JSON.stringify(sealed)).not.toContain('0905');
  });

  test('looks different each time, and is found by the same hash', () => {
    const cipher = cipherOf(key);
    const [one, two] = [cipher.seal('0905123456'), cipher.seal('0905123456')];
    expect(one.sealed).not.toBe(two.sealed);
    expect(one.hash).toBe(two.hash);
    expect(one.hash).toBe(cipher.hash('0905123456'));
    expect(one.hash).not.toBe(cipher.hash('0905123457'));
  });

  test('has another hash under another key: nobody without the key can try numbers out', () => {
    expect(cipherOf(key).hash('0905123456')).not.toBe(cipherOf(otherKey).hash('0905123456'));
  });

  test('is refused under another key, changed, cut, or of an unknown form', () => {
    const { sealed } = cipherOf(key).seal('0905123456');
    const flipped = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA');
    expect(codeOf(() => cipherOf(otherKey).open({ sealed }))).toBe('data_key_wrong');
    for (const broken of [flipped, sealed.slice(0, 30), sealed.replace('1.', '2.'), '', 'x']) {
      expect(codeOf(() => cipherOf(key).open({ sealed: broken }))).toBe('data_key_wrong');
    }
  });

  test('may be empty or in any letters', () => {
    for (const text of ['', 'Ê Đê ‹🌱›', 'x'.repeat(10_000)]) {
      expect(cipherOf(key).open(cipherOf(key).seal(text))).toBe(text);
    }
  });

  test('needs a key of 32 bytes', () => {
    expect(() => cipherOf(new Uint8Array(31))).toThrow('31');
  });
});

describe('the key beside the database', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'nhipcau-key-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test('is made once, for its owner alone to read', () => {
    const first = keyBeside(path.join(folder, 'data'));
    const again = keyBeside(path.join(folder, 'data'));
    expect(first.made).toBe(true);
    expect(again.made).toBe(false);
    expect(Buffer.from(again.key)).toEqual(Buffer.from(first.key));
    expect(first.key).toHaveLength(32);
    expect(statSync(first.file).mode & 0o777).toBe(0o600);
  });

  test('is different for every installation', () => {
    const [one, two] = ['a', 'b'].map((name) => keyBeside(path.join(folder, name)).key);
    expect(Buffer.from(one!)).not.toEqual(Buffer.from(two!));
  });

  test('that cannot be read is never replaced by a new one', () => {
    writeFileSync(path.join(folder, 'key'), 'not a key');
    expect(codeOf(() => keyBeside(folder))).toBe('data_key_wrong');
    expect(statSync(path.join(folder, 'key')).size).toBe('not a key'.length);
  });
});

test('a store that was written under one key is not opened under another', async () => {
  const store = await openStore('sqlite::memory:', { processId: 'p', clock: manualClock() });
  await Promise.all([confirmKey(store, cipherOf(key)), confirmKey(store, cipherOf(key))]);
  await confirmKey(store, cipherOf(key));
  await expect(confirmKey(store, cipherOf(otherKey))).rejects.toMatchObject({
    code: 'data_key_wrong',
  });
  await store.close();
});
