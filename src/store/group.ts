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
export function gather(write: Batching['write'], groups: number): Gathering {
  const batching: Batching = { write, groups, commits: [], asking: [], underWay: 0, next: false };
  let closed = false;
  const join = <T>(add: (done: (value: T) => void, failed: (error: unknown) => void) => void) =>
    new Promise<T>((done, failed) => {
      if (closed) {
        failed(storeClosed());
        return;
      }
      add(done, failed);
      wake(batching);
    });
  return {
    commit: (writes) => join((done, failed) => batching.commits.push({ writes, done, failed })),
    claim: (queue, channel, n) =>
      join((done, failed) => batching.asking.push({ queue, channel, n, done, failed })),
    close: async () => {
      closed = true;
      await new Promise<void>((resolve) => {
        batching.idle = resolve;
        wake(batching);
      });
    },
  };
}

/** What waits, and how much is being written. */
interface Batching {
  readonly write: (batch: Batch) => Promise<void> | void;
  readonly groups: number;
  commits: Waiting[];
  asking: Asking[];
  underWay: number;
  /** The next group is about to be begun. */
  next: boolean;
  /** Called when nothing waits and nothing is under way. */
  idle?: () => void;
}

/** Begins the next group, if there is one and room for it. */
function wake(batching: Batching): void {
  if (batching.next || batching.underWay >= batching.groups) return;
  if (batching.commits.length + batching.asking.length === 0) {
    if (batching.underWay === 0) batching.idle?.();
    return;
  }
  batching.next = true;
  // After this round of input and output: what came in with it shares one transaction.
  setImmediate(() => void step(batching));
}

async function step(batching: Batching): Promise<void> {
  const batch = { commits: firstOf(batching.commits), asking: batching.asking };
  batching.commits = batching.commits.slice(batch.commits.length);
  batching.asking = [];
  batching.next = false;
  batching.underWay++;
  const written = writeOne(batching.write, batch);
  wake(batching);
  await written;
  batching.underWay--;
  wake(batching);
}

async function writeOne(write: Batching['write'], batch: Batch): Promise<void> {
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

/** What is thrown at whoever still asks a store that is closed. */
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
