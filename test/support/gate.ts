import type { Store, Write } from '../../src/store/store.ts';

/** A store whose first commit of some kind waits, so that something else can happen in between. */
export interface Gate {
  through(store: Store): Store;
  /** That commit has come, and waits. */
  readonly reached: Promise<void>;
  open(): void;
}

export function gate(isIt: (writes: readonly Write[]) => boolean): Gate {
  let arrive = (): void => undefined;
  let open = (): void => undefined;
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  let passed = false;
  return {
    reached,
    open: () => {
      open();
    },
    through: (store) => ({
      ...store,
      commit: async (writes) => {
        if (!passed && isIt(writes)) {
          passed = true;
          arrive();
          await opened;
        }
        return store.commit(writes);
      },
    }),
  };
}

/** A commit that ends a turn of the bot. */
export const endsTurn = (writes: readonly Write[]): boolean =>
  writes.some((write) => write.op === 'insert' && write.in === 'turns');

/** A store whose commits of some kind fail. */
export function failing(isIt: (writes: readonly Write[]) => boolean, error: () => Error) {
  return (store: Store): Store => ({
    ...store,
    commit: async (writes) => {
      if (isIt(writes)) throw error();
      return store.commit(writes);
    },
  });
}
