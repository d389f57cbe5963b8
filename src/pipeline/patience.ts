import { AppError } from '../errors.ts';
import type { TraceId } from '../ids.ts';
import type { Log } from '../log.ts';

/** Does a step again and again while the database is away, so that what came before it is not done twice. */
export type Patience = <T>(step: () => Promise<T>) => Promise<T>;

const againMs = 1_000;

/** `trace` is that of the work. `isOn` turns false when the process is to end: then the error is passed on. */
export function patience(log: Log, trace: TraceId, isOn: () => boolean): Patience {
  return async (step) => {
    for (;;) {
      try {
        return await step();
      } catch (error) {
        if (!isStoreAway(error) || !isOn()) throw error;
        log.warn({ trace, code: error.code }, 'store away');
        await new Promise((resolve) => setTimeout(resolve, againMs));
      }
    }
  };
}

/** Not now, or nobody knows: a step that reads again and commits against what it read may be repeated. */
function isStoreAway(error: unknown): error is AppError {
  return error instanceof AppError && ['store_unavailable', 'commit_unknown'].includes(error.code);
}
