import mongoose from 'mongoose';
import { AppError } from '../errors.ts';

const { MongoError, MongoServerError } = mongoose.mongo;
const writeConflict = 112;
const duplicateKey = 11_000;

/** Another process wrote at the same time: the group is read and judged anew. */
export function isRace(error: unknown): boolean {
  if (!(error instanceof MongoError)) return false;
  if (error.hasErrorLabel('TransientTransactionError')) return !isAway(error);
  return (
    error instanceof MongoServerError &&
    (error.code === writeConflict || error.code === duplicateKey)
  );
}

/** The server cannot be reached, or is no primary any more. */
function isAway(error: unknown): boolean {
  return (
    error instanceof mongoose.mongo.MongoNetworkError ||
    error instanceof mongoose.mongo.MongoServerSelectionError
  );
}

/** The commit was sent, and what became of it cannot be told. */
export function isUnknown(error: unknown): boolean {
  return error instanceof MongoError && error.hasErrorLabel('UnknownTransactionCommitResult');
}

/** An error of the driver as callers know it; anything else stays what it is. */
export function asAppError(
  error: unknown,
  what: 'store_unavailable' | 'commit_unknown' = 'store_unavailable',
): unknown {
  if (!(error instanceof MongoError) && !(error instanceof mongoose.Error)) return error;
  const reason =
    what === 'commit_unknown'
      ? 'chưa rõ lần ghi vừa rồi đã xong hay chưa; hãy đọc lại'
      : 'không nối được MongoDB hoặc MongoDB không ghi được; kiểm tra máy chủ trong STORE_URL';
  return new AppError(what, 503, `Kho dữ liệu không dùng được: ${reason} [${what}]`, {
    cause: error,
  });
}

/** How long one operation may take. Platforms wait a few seconds for an answer, the driver would wait 30. */
export const patience = 1_500;

/** Ends in `store_unavailable` when the work takes longer than that; what it does later is nobody's concern any more. */
export async function within<T>(work: Promise<T>, atMost = patience): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new AppError(
          'store_unavailable',
          503,
          `MongoDB không trả lời trong ${atMost} ms [store_unavailable]`,
        ),
      );
    }, atMost);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    throw asAppError(error);
  } finally {
    clearTimeout(timer);
  }
}
