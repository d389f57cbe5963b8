import type { Instant } from '../clock.ts';
import { newId } from '../ids.ts';
import type { JobId } from '../ids.ts';
import { enqueue, release } from '../pipeline/queue.ts';
import { jobs, locks } from '../store/collections.ts';
import { laneId } from '../store/lane.ts';
import { commitIfFirst } from '../store/race.ts';
import type { Claim, Store } from '../store/store.ts';

/** Something that one process at a time may do. */
export interface Lease {
  /** False once another process has it: this one was silent for too long. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Takes the lease of that name; undefined while another process has it. It is a lane that no worker knows, with one
 * job that is never done: the store already sees to it that a lane has one holder, and that a dead holder's is freed.
 */
export async function takeLease(
  store: Store,
  name: string,
  now: Instant,
): Promise<Lease | undefined> {
  const channel = `lease:${name}`;
  await ensureLane(store, channel, now);
  const [claim] = await store.claim('tasks', channel, 1);
  return claim && leaseOf(store, claim);
}

/** Whether some process has it. One that died keeps it until another asks. */
export async function isLeased(store: Store, name: string): Promise<boolean> {
  const channel = `lease:${name}`;
  const id = laneId({ queue: 'tasks', channel, lane: channel });
  const lock = await store.collection(locks).get(id);
  return lock !== undefined && lock.owner !== '';
}

async function ensureLane(store: Store, channel: string, now: Instant): Promise<void> {
  const id = channel as JobId;
  if (await store.collection(jobs).get(id)) return;
  const cause = newId<'trace'>();
  const job = { id, channel, lane: channel, order: 0, createdAt: now, cause, body: {} };
  await commitIfFirst(store, [enqueue('tasks', job, false)]);
}

function leaseOf(store: Store, claim: Claim): Lease {
  const { id, version } = claim.lock;
  return {
    async isHeld() {
      return (await store.collection(locks).get(id))?.version === version;
    },
    async release() {
      // It may have been taken from us already.
      await commitIfFirst(store, [release(claim)]);
    },
  };
}
