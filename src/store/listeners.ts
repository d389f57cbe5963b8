import { briefly } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Change } from './store.ts';

type Listener = (changes: readonly Change[]) => void;

/** Who is told about changes. A listener that throws is nobody else's trouble. */
export interface Listeners {
  add(listener: Listener): () => void;
  tell(changes: readonly Change[]): void;
  readonly size: number;
}

/** Each listener is called in order of adding, as often as it was added. */
export function listeners(log: Log | undefined): Listeners {
  const all = new Set<{ readonly tell: Listener }>();
  return {
    get size() {
      return all.size;
    },
    add: (tell) => {
      // The same function may listen twice.
      const one = { tell };
      all.add(one);
      return () => void all.delete(one);
    },
    tell: (changes) => {
      if (changes.length === 0) return;
      for (const { tell } of all) {
        try {
          tell(changes);
        } catch (error) {
          log?.error(briefly(error), 'a listener of changes failed');
        }
      }
    },
  };
}
