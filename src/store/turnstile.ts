import type { Clock } from '../clock.ts';

/** Lets work on crowded documents through one at a time. */
export interface Turnstile {
  /** These documents were lost to another commit just now. */
  crowded(keys: readonly string[]): void;
  run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T>;
}

/** How long after its last conflict a document counts as crowded. */
const cooling = 10_000;
/** Beyond this many, the ones that have cooled are forgotten. */
const many = 1_000;

/** A queue for each crowded document. Keys are taken in sorted order, so that two callers cannot block each other. */
export function turnstile(clock: Clock): Turnstile {
  const crowdedAt = new Map<string, number>();
  const lines = new Map<string, Promise<void>>();

  const isCrowded = (key: string): boolean => {
    if (lines.has(key)) return true;
    const at = crowdedAt.get(key);
    return at !== undefined && clock.elapsed() - at < cooling;
  };
  const enter = async (key: string): Promise<() => void> => {
    const before = lines.get(key);
    let leave = (): void => undefined;
    const mine = new Promise<void>((resolve) => (leave = resolve));
    lines.set(key, mine);
    await before;
    return () => {
      if (lines.get(key) === mine) lines.delete(key);
      leave();
    };
  };

  return {
    crowded: (keys) => {
      for (const key of keys) crowdedAt.set(key, clock.elapsed());
      if (crowdedAt.size <= many) return;
      for (const [key, at] of crowdedAt) if (clock.elapsed() - at >= cooling) crowdedAt.delete(key);
    },
    run: async (keys, work) => {
      const leaving: (() => void)[] = [];
      try {
        for (const key of [...new Set(keys)].sort()) {
          if (isCrowded(key)) leaving.push(await enter(key));
        }
        return await work();
      } finally {
        for (const leave of leaving) leave();
      }
    },
  };
}
