import { seconds } from '../clock.ts';
import type { Clock } from '../clock.ts';
import type { Change } from './store.ts';

/** Where processes leave their signs of life. */
export interface Register {
  /** Leaves a sign of life, if this process holds lanes. */
  beat(): Promise<void> | void;
  /** Processes that hold lanes, with their last sign. */
  owners(): Promise<readonly Sign[]> | readonly Sign[];
  /** Gives the lanes of a silent process back; says where work waits now. */
  free(owner: string): Promise<readonly Change[]> | readonly Change[];
}
export interface Sign {
  readonly owner: string;
  readonly beat: number | undefined;
}

export interface Presence {
  /** True when `look` has something to do. */
  due(): boolean;
  /** Beats, and frees the lanes of processes that have been silent for too long. */
  look(): Promise<void>;
}

const every = seconds(2);
const silence = seconds(6);

/**
 * Judges other processes by this one's monotonic clock alone: whoever shows the same sign for six seconds is gone.
 * No two clocks are ever compared. A process that was only slow finds its locks' versions moved on and cannot commit.
 */
export function presence(
  clock: Clock,
  processId: string,
  register: Register,
  tell: (changes: readonly Change[]) => void,
): Presence {
  let looked: number | undefined;
  let looking: Promise<void> | undefined;
  let seen = new Map<string, { readonly beat: number | undefined; readonly since: number }>();

  const lookNow = async (): Promise<void> => {
    await register.beat();
    const now = clock.elapsed();
    const next: typeof seen = new Map();
    for (const { owner, beat } of await register.owners()) {
      if (owner === processId) continue;
      const known = seen.get(owner);
      const since = known && known.beat === beat ? known.since : now;
      if (now - since >= silence) tell(await register.free(owner));
      else next.set(owner, { beat, since });
    }
    seen = next;
  };

  return {
    due: () => looked === undefined || clock.elapsed() - looked >= every,
    look: async () => {
      looked = clock.elapsed();
      looking ??= lookNow().finally(() => (looking = undefined));
      await looking;
    },
  };
}
