import Database from 'libsql';
import { AppError } from '../errors.ts';
import { isBusy } from './sqlite-errors.ts';

/**
 * Makes this process the one server of a database file, until it ends – by whatever end: the operating system gives
 * the lock back. Commands open the file beside it without the lock.
 * @throws {AppError} `store.locked` when another server has the file.
 */
export function lockFile(file: string): () => void {
  const lock = new Database(`${file}.lock`, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new AppError(
      'store.locked',
      409,
      `Một máy chủ Nhịp Cầu khác đang dùng tệp ${file}. Hãy dừng máy chủ đó trước, hoặc đặt STORE_URL sang tệp khác [store.locked]`,
      { cause: error },
    );
  }
  return () => {
    lock.exec('ROLLBACK');
    lock.close();
  };
}
