import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError, briefly } from '../errors.ts';
import type { Log } from '../log.ts';
import { traceOf } from './trace.ts';

export type Refuse = (error: unknown, request: IncomingMessage, response: ServerResponse) => void;

/** The one place where an error becomes an answer: a code and a sentence, nothing of the inside. */
export function refusing(log: Log): Refuse {
  return (error, request, response) => {
    const { status, code, message } = read(error);
    const trace = traceOf(request);
    if (status >= 500)
      log.error({ trace, method: request.method, ...briefly(error) }, 'request failed');
    else log.info({ trace, code, status }, 'request refused');
    if (response.headersSent) {
      // Half of an answer is out: all that can still be said is that it is not whole.
      response.destroy();
      return;
    }
    if (status === 503) response.setHeader('Retry-After', '2');
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.statusCode = status;
    response.end(JSON.stringify({ code, message }));
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
