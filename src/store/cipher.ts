import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { mkdirSync, openSync, closeSync, fsyncSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { Sealed } from '../conversation/contact.ts';
import { AppError } from '../errors.ts';
import { secrets } from './collections.ts';
import { insert } from './store.ts';
import type { Store } from './store.ts';
import { commitIfFirst } from './race.ts';

/** Covers what must not lie readable in a database or a backup: phone numbers, platform tokens. */
export interface Cipher {
  /** Encrypted, with the hash of the same text. Sealing the same text twice gives two different values. */
  seal(text: string): Sealed;
  /** @throws {AppError} `data_key_wrong` when it was sealed under another key or changed since. */
  open(sealed: Pick<Sealed, 'sealed'>): string;
  /** A keyed hash: equal texts give equal hashes, and nobody without the key can try numbers out. */
  hash(text: string): string;
  /** Names the key without telling it. */
  readonly fingerprint: string;
}

const keyLength = 32;
const nonceLength = 12;
const tagLength = 16;

/** A cipher under DATA_KEY (32 bytes): AES-256-GCM with a random nonce, HMAC-SHA256 for the hash. */
export function cipherOf(dataKey: Uint8Array): Cipher {
  if (dataKey.length !== keyLength)
    throw new Error(`DATA_KEY has ${dataKey.length} bytes, not ${keyLength}.`);
  const forSealing = derive(dataKey, 'seal');
  const forHashing = derive(dataKey, 'hash');
  const fingerprint = createHmac('sha256', forHashing)
    .update('fingerprint')
    .digest('base64url')
    .slice(0, 8);
  const hash = (text: string): string =>
    createHmac('sha256', forHashing).update(`text:${text}`).digest('base64url');
  return {
    fingerprint,
    hash,
    seal: (text) => ({ sealed: `1.${fingerprint}.${encrypt(forSealing, text)}`, hash: hash(text) }),
    open: ({ sealed }) => {
      const [format, by, payload] = sealed.split('.');
      if (format !== '1' || by !== fingerprint || payload === undefined) throw wrongKey();
      return decrypt(forSealing, payload);
    },
  };
}

/** One key for each use, so that neither can be turned against the other. */
function derive(dataKey: Uint8Array, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', dataKey, 'nhipcau', use, keyLength));
}

function encrypt(key: Buffer, text: string): string {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
}

function decrypt(key: Buffer, payload: string): string {
  const bytes = Buffer.from(payload, 'base64url');
  const nonce = bytes.subarray(0, nonceLength);
  const tag = bytes.subarray(nonceLength, nonceLength + tagLength);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
    decipher.setAuthTag(tag);
    return (
      decipher.update(bytes.subarray(nonceLength + tagLength), undefined, 'utf8') +
      decipher.final('utf8')
    );
  } catch (cause) {
    throw wrongKey(cause);
  }
}

function wrongKey(cause?: unknown): AppError {
  return new AppError(
    'data_key_wrong',
    500,
    'Không giải mã được dữ liệu: DATA_KEY không phải khoá đã dùng khi lưu, hoặc dữ liệu đã bị sửa. Đặt lại đúng khoá cũ [data_key_wrong]',
    { cause },
  );
}

/** The key of the embedded database: read from `<dataDir>/key`, or made there (mode 0600) when there is none. */
export function keyBeside(dataDir: string): {
  readonly key: Uint8Array;
  readonly made: boolean;
  readonly file: string;
} {
  const file = path.join(dataDir, 'key');
  mkdirSync(dataDir, { recursive: true });
  const made = makeKey(file);
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (key.length === keyLength) return { key, made, file };
  throw new AppError(
    'data_key_wrong',
    500,
    `Tệp khoá ${file} không chứa 32 byte mã hoá base64. Chép lại tệp khoá từ bản sao lưu; đừng tạo khoá mới, vì số điện thoại đã lưu sẽ không đọc được [data_key_wrong]`,
  );
}

/** True when a new key was written; false when somebody has made one before. */
function makeKey(file: string): boolean {
  let handle: number;
  try {
    handle = openSync(file, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  writeSync(handle, `${randomBytes(keyLength).toString('base64')}\n`);
  fsyncSync(handle);
  closeSync(handle);
  return true;
}

/**
 * Makes sure that this store was written under this key; the first start writes its fingerprint.
 * @throws {AppError} `data_key_wrong` before anything is sealed under a second key.
 */
export async function confirmKey(store: Store, cipher: Cipher): Promise<void> {
  const known = await store.collection(secrets).get('dataKey');
  if (known?.value === cipher.fingerprint) return;
  if (known) throw wrongKey();
  const print = insert(secrets, { id: 'dataKey', schema: 1 as const, value: cipher.fingerprint });
  if (!(await commitIfFirst(store, [print]))) await confirmKey(store, cipher);
}
