import type { Database } from 'libsql';
import { AppError } from '../errors.ts';

/** What SQLite says when it cannot, by its own code. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'SqliteError') return undefined;
  // libsql's error class; it is not exported as a type of its own.
  return (error as Error & { code?: string }).code ?? 'SQLITE_ERROR';
}

/** Somebody else holds the file for this moment: trying again helps. */
export function isBusy(error: unknown): boolean {
  return codeOf(error)?.startsWith('SQLITE_BUSY') ?? false;
}

const reasons: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'đĩa đã đầy – giải phóng chỗ trống',
  SQLITE_BUSY: 'một tiến trình khác đang giữ tệp dữ liệu quá lâu',
  SQLITE_IOERR: 'đĩa báo lỗi khi đọc hoặc ghi',
  SQLITE_READONLY: 'tệp dữ liệu chỉ cho đọc – kiểm tra quyền ghi của thư mục',
  SQLITE_CANTOPEN: 'không mở được tệp – kiểm tra thư mục và quyền',
  SQLITE_CORRUPT: 'tệp dữ liệu bị hỏng – khôi phục từ bản sao lưu',
  SQLITE_NOTADB: 'tệp này không phải cơ sở dữ liệu SQLite',
};

/** An error of SQLite as callers know it; anything else stays what it is. */
export function asAppError(
  error: unknown,
  what: 'store_unavailable' | 'commit_unknown' = 'store_unavailable',
): unknown {
  const code = codeOf(error);
  if (code === undefined) return error;
  const family = Object.keys(reasons).find((name) => code.startsWith(name)) ?? '';
  const reason = reasons[family] ?? code;
  return new AppError(what, 503, `Kho dữ liệu không dùng được: ${reason} [${what}]`, {
    cause: error,
  });
}

/** Runs a read or a write; what SQLite throws becomes an AppError. */
export function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asAppError(error);
  }
}

/** Undoes what a failed transaction left open. Some errors (a full disk) have rolled it back already. */
export function rollBack(db: Database): void {
  if (db.inTransaction) db.exec('ROLLBACK');
}
