import { AppError, ConflictError } from '../errors.ts';
import type { ChannelName } from '../ids.ts';
import type { Prepared } from './document.ts';
import type { Loser, Winner, Wish } from './plan.ts';
import { lockOf } from './lane.ts';
import type { Claim, Committed, QueueName } from './store.ts';

/** A commit that waits for its group. */
export interface Waiting {
  readonly writes: readonly Prepared[];
  readonly done: (committed: Committed) => void;
  readonly failed: (error: unknown) => void;
}

/** A request for lanes; it is answered after the commits it waits with, and sees what they wrote. */
export interface Asking {
  readonly queue: QueueName;
  readonly channel: ChannelName;
  readonly n: number;
  readonly done: (claims: Claim[]) => void;
  readonly failed: (error: unknown) => void;
}

export interface Batch {
  readonly commits: readonly Waiting[];
  readonly asking: readonly Asking[];
}

export interface Gathering {
  commit(writes: readonly Prepared[]): Promise<Committed>;
  claim(queue: QueueName, channel: ChannelName, n: number): Promise<Claim[]>;
  /** Ends once everything that waits has been answered; what comes later is refused. */
  close(): Promise<void>;
}

/** Bounds one transaction, so that the first of a group does not wait for thousands of others. */
const mostCommits = 256;
const mostPrepared = 2_000;

/**
 * Group commit: what arrives while a group waits to be written joins it. At most `groups` are under way at once; they
 * are begun in order. `write` answers every member; when it throws, all members that have not been answered fail with
 * that error.
 */
export function gather(write: (batch: Batch) => Promise<void> | void, groups: number): Gathering {
  let commits: Waiting[] = [];
  let asking: Asking[] = [];
  let underWay = 0;
  let next = false;
  let closed = false;
  let idle: (() => void) | undefined;

  const step = async (): Promise<void> => {
    const batch = { commits: firstOf(commits), asking };
    commits = commits.slice(batch.commits.length);
    asking = [];
    next = false;
    underWay++;
    const written = writeOne(write, batch);
    wake();
    await written;
    underWay--;
    wake();
  };
  const wake = (): void => {
    if (next || underWay >= groups) return;
    if (commits.length + asking.length === 0) {
      if (underWay === 0) idle?.();
      return;
    }
    next = true;
    // After this round of input and output: what came in with it shares one transaction.
    setImmediate(() => void step());
  };
  const join = <T>(
    add: (done: (value: T) => void, failed: (error: unknown) => void) => void,
  ): Promise<T> =>
    new Promise((done, failed) => {
      if (closed) {
        failed(storeClosed());
        return;
      }
      add(done, failed);
      wake();
    });

  return {
    commit: (writes) => join((done, failed) => commits.push({ writes, done, failed })),
    claim: (queue, channel, n) =>
      join((done, failed) => asking.push({ queue, channel, n, done, failed })),
    close: async () => {
      closed = true;
      await new Promise<void>((resolve) => {
        idle = resolve;
        wake();
      });
    },
  };
}

async function writeOne(
  write: (batch: Batch) => Promise<void> | void,
  batch: Batch,
): Promise<void> {
  try {
    await write(batch);
  } catch (error) {
    for (const { failed } of [...batch.commits, ...batch.asking]) failed(error);
  }
}

function firstOf(commits: readonly Waiting[]): readonly Waiting[] {
  let writes = 0;
  const end = commits.findIndex((commit) => (writes += commit.writes.length) > mostPrepared);
  return commits.slice(0, Math.min(end < 1 ? commits.length : end, mostCommits));
}

export function storeClosed(): AppError {
  return new AppError('store_unavailable', 503, 'Kho dữ liệu đã đóng [store_unavailable]');
}

/** Tells every member of a written group how it went. `granted` holds the lanes taken for a commit, by its index. */
export function answer(
  commits: readonly Waiting[],
  outcomes: readonly (Winner | Loser)[],
  granted: ReadonlyMap<number, readonly Wish[]>,
): void {
  commits.forEach(({ done, failed }, index) => {
    const outcome = outcomes[index];
    if (!outcome?.won) failed(new ConflictError(outcome?.keys ?? []));
    else done({ seq: outcome.seq, claims: (granted.get(index) ?? []).map(claimOf) });
  });
}

function claimOf({ job, work }: Wish): Claim {
  return { job, lock: lockOf(work.lane), takenOver: false };
}
