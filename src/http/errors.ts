import type { ErrorRequestHandler } from 'express';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';

/** The one place where an error becomes an answer: a code and a sentence, nothing of the inside. */
export function errorAnswers(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const { status, code, message } = read(error);
    if (status >= 500)
      log.error({ method: request.method, code, stack: stackOf(error) }, 'request failed');
    else log.info({ code, status }, 'request refused');
    if (status === 503) response.set('Retry-After', '2');
    response.status(status).json({ code, message });
  };
}

function read(error: unknown): { status: number; code: string; message: string } {
  if (error instanceof AppError) return error;
  // The body parser's own errors carry a status: too large, broken length, unknown encoding.
  const status = statusOf(error);
  if (status !== undefined && status < 500)
    return { status, code: 'bad_request', message: 'The request could not be read.' };
  return { status: 500, code: 'internal', message: 'Something went wrong here; it is in the log.' };
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack?.split('\n').slice(1, 7).join('\n') : undefined;
}
