/** Five kinds of error, because there are five reactions to one. */

/** The caller asked for something that cannot be done; `status` is what HTTP answers. */
export class AppError extends Error {
  override readonly name: string = 'AppError';
  readonly code: string;
  readonly status: number;
  constructor(code: string, status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

/** A platform refused or did not answer. `retryAfter` is in ms. `unknown`: it may have been done all the same. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfter: number | undefined;
  readonly outcome: 'refused' | 'unknown';
  constructor(
    code: string,
    message: string,
    how: { retryable: boolean; retryAfter?: number | undefined; outcome?: 'refused' | 'unknown' },
  ) {
    super(message);
    this.code = code;
    this.retryable = how.retryable;
    this.retryAfter = how.retryAfter;
    this.outcome = how.outcome ?? 'refused';
  }
}

/** The platform did not sign this request. */
export class SignatureError extends AppError {
  constructor(message: string) {
    super('bad_signature', 403, message);
  }
}

/** A document moved on since it was read; the work is to be computed again. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
  /** `<collection>/<id>` of what moved. */
  readonly keys: readonly string[];
  constructor(keys: readonly string[]) {
    super(`Moved on since it was read: ${keys.join(', ')}`);
    this.keys = keys;
  }
}

/** A content or intents file is not as it must be: `file:line: what and what to do [code]`, in Vietnamese. */
export class ContentError extends Error {
  override readonly name = 'ContentError';
  readonly file: string;
  readonly line: number;
  readonly code: string;
  constructor(file: string, line: number, code: string, message: string) {
    super(`${file}:${line}: ${message} [${code}]`);
    this.file = file;
    this.line = line;
    this.code = code;
  }
}

/** What may be said of any error in a log: its code, or its kind. Never its message, which may hold what people wrote. */
export function codeOf(error: unknown): string {
  if (error instanceof AppError || error instanceof ChannelError) return error.code;
  return error instanceof Error ? error.name : 'unknown';
}

/** Where it happened: the first frames of the stack, without the message, however many lines that has. */
export function stackOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return frames?.slice(0, 6).join('\n');
}

/** For a log: both. */
export function briefly(error: unknown): { readonly code: string; readonly stack?: string } {
  const stack = stackOf(error);
  return { code: codeOf(error), ...(stack === undefined ? {} : { stack }) };
}
