import type { Instant } from '../clock.ts';
import type { ChannelName } from '../ids.ts';
import type { Doc, Job, Lock, QueueName } from './store.ts';

/** Where a job stands, as far as lanes care. */
export interface Place {
  readonly queue: QueueName;
  readonly channel: ChannelName;
  readonly lane: string;
  readonly order: number;
  readonly dueAt: number;
  readonly createdAt: number;
}

/** The job that is next in a lane. */
export interface Head {
  readonly id: string;
  readonly order: number;
  readonly dueAt: number;
  /** Since when it could be worked; free lanes are claimed in this order, whatever made them wait. */
  readonly since: number;
}

/** A lane as it is stored: the lock that people see, with what the queue keeps about its jobs. */
export interface Lane {
  readonly id: string;
  readonly queue: QueueName;
  readonly channel: ChannelName;
  readonly lane: string;
  version: number;
  owner: string;
  /** Its owner fell silent while holding it: the head may be half done. */
  orphan: boolean;
  /** Jobs in the lane. */
  size: number;
  head: Head | undefined;
  /** Jobs ever added; the order of arrival. */
  arrivals: number;
}

/** Where a job waits; undefined for a dead letter, which waits nowhere. */
export function placeOf(doc: Doc): Place | undefined {
  // Only documents of `jobs` come here.
  const job = doc as Job;
  if (job.queue === 'dead') return undefined;
  const { queue, channel, lane, order, dueAt, createdAt } = job;
  return { queue, channel, lane, order, dueAt, createdAt };
}

/** The id of a lane's lock. */
export function laneId({
  queue,
  channel,
  lane,
}: Pick<Place, 'queue' | 'channel' | 'lane'>): string {
  return `${queue}/${channel}/${lane}`;
}

/** A job as the first of its lane; `since` is from when on it could have been worked. */
export function headOf(
  id: string,
  { order, dueAt, createdAt }: Pick<Place, 'order' | 'dueAt' | 'createdAt'>,
): Head {
  return { id, order, dueAt, since: Math.max(dueAt, createdAt) };
}

/** The lock document of a lane, as claims carry it. */
export function lockOf({ id, version, queue, channel, lane, owner }: Lane): Lock {
  return { id, version, schema: 1, queue, channel, lane, owner };
}

/** Whether the lane has something to work now. */
export function isDue(head: Head | undefined, now: Instant): boolean {
  return head !== undefined && head.dueAt <= now;
}

/** A lane under change within one group of commits. */
export class LaneWork {
  readonly lane: Lane;
  /** It is not in the database yet. */
  readonly fresh: boolean;
  /** Its head can no longer be told from what the group knows: it is looked up among the stored jobs. */
  unsure = false;
  removed = false;
  /** Somebody may want to know that it can be claimed. */
  stirred = false;

  constructor(lane: Lane, fresh: boolean) {
    this.lane = lane;
    this.fresh = fresh;
  }

  /** While a lane is held, its head stays what the holder works on, even if an earlier job comes. */
  private get pinned(): boolean {
    const { owner, orphan, head } = this.lane;
    return head !== undefined && (owner !== '' || orphan);
  }

  /** Returns the number of its arrival. */
  add(id: string, place: Place): number {
    const { lane } = this;
    lane.size++;
    lane.arrivals++;
    this.removed = false;
    if (!this.pinned) {
      this.stirred = true;
      // With jobs behind an unknown head, only the database can compare.
      if (lane.head === undefined && lane.size > 1) this.unsure = true;
      else if (lane.head === undefined) lane.head = headOf(id, place);
      else if (place.order < lane.head.order) lane.head = headOf(id, place);
    }
    return lane.arrivals;
  }

  take(id: string): void {
    this.lane.size--;
    if (this.lane.head?.id !== id) return;
    this.lane.head = undefined;
    this.unsure = this.lane.size > 0;
    this.stirred = true;
  }

  /** A job of the lane was written anew: it may be due at another time or stand elsewhere. */
  amend(id: string, before: Place, after: Place): void {
    const { head } = this.lane;
    if (head?.id === id) this.lane.head = headOf(id, after);
    if (before.order !== after.order && !this.pinned) this.unsure = true;
    this.stirred = true;
  }

  setOwner(owner: string, version: number): void {
    const { lane } = this;
    const wasHeld = lane.owner !== '' || lane.orphan;
    lane.owner = owner;
    lane.version = version;
    lane.orphan = false;
    // An earlier job may have come while the lane was held.
    if (owner === '' && wasHeld && lane.size > 1) this.unsure = true;
    this.stirred = true;
  }

  /** What the database says is first, after the group's jobs were written. */
  found(head: Head | undefined): void {
    this.lane.head = head;
    this.unsure = false;
  }

  get free(): boolean {
    return this.lane.owner === '' && !this.lane.orphan;
  }
}
