import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import Database from 'libsql';
import { AppError } from '../errors.ts';
import { guarded } from './sqlite-errors.ts';

/** A server that writes holds the file for some milliseconds at a time. */
const waitMs = 5_000;

/**
 * A consistent copy of the embedded database at one moment, while a server goes on writing; checked, and whole or not
 * there at all. Readable by its owner alone. Returns its size in bytes.
 * @throws {AppError} `backup_source`, `backup_exists`, `backup_damaged`, `store_unavailable` (a full disk, say).
 */
export function copySqlite(file: string, to: string): number {
  // Opening would make an empty one.
  if (!existsSync(file))
    throw new AppError(
      'backup_source',
      404,
      `Không có tệp dữ liệu ${file}. Xem lại STORE_URL, và chạy lệnh trong thư mục của chương trình.`,
    );
  if (existsSync(to))
    throw new AppError('backup_exists', 409, `Đã có ${to}; chọn tên khác. Không ghi đè.`);
  mkdirSync(path.dirname(to), { recursive: true, mode: 0o700 });
  const beside = `${to}.${process.pid}.new`;
  try {
    // The copy is made into an empty file that nobody else can read.
    closeSync(openSync(beside, 'wx', 0o600));
    guarded(() => {
      copyInto(file, beside);
      check(beside);
    });
    chmodSync(beside, 0o600);
    keep(beside, to);
  } finally {
    rmSync(beside, { force: true });
  }
  return statSync(to).size;
}

function copyInto(file: string, to: string): void {
  const db = new Database(file, { timeout: waitMs });
  try {
    db.exec(`PRAGMA busy_timeout = ${waitMs}`);
    db.exec(`VACUUM INTO '${to.replaceAll("'", "''")}'`);
  } finally {
    db.close();
  }
}

function check(copy: string): void {
  const db = new Database(copy);
  try {
    const found = db.prepare('PRAGMA integrity_check').raw().all() as [string][];
    if (found.length === 1 && found[0]?.[0] === 'ok') return;
    const what = found.map(([line]) => line).slice(0, 3);
    throw new AppError(
      'backup_damaged',
      500,
      `Bản sao không lành, đã bỏ: ${what.join('; ')}. Tệp dữ liệu có thể đã hỏng; khôi phục từ bản sao trước.`,
    );
  } finally {
    db.close();
  }
}

/** On the disk before it has its name. */
function keep(beside: string, to: string): void {
  const handle = openSync(beside, 'r+');
  fsyncSync(handle);
  closeSync(handle);
  renameSync(beside, to);
}
