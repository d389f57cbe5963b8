import type mongoose from 'mongoose';
import type { Instant } from '../clock.ts';
import type { ChannelName } from '../ids.ts';
import { headOf, isDue, lockOf } from './lane.ts';
import type { Head, Lane, LaneWork, Place } from './lane.ts';
import { decode } from './mongo-document.ts';
import type { Kept } from './mongo-document.ts';
import type { Db } from './mongo-layout.ts';
import { readLists } from './mongo-lists.ts';
import type { Stage } from './mongo-lists.ts';
import type { Claim, Job, QueueName } from './store.ts';

/** A lane as it lies in `locks`; a free lane without jobs has no head. */
export interface KeptLane extends Kept {
  readonly queue: QueueName;
  readonly channel: string;
  readonly lane: string;
  readonly owner: string;
  readonly schema: 1;
  readonly _orphan: boolean;
  readonly _size: number;
  readonly _arrivals: number;
  readonly _headId: string | null;
  readonly _headOrder: number;
  readonly _headDueAt: number | null;
  readonly _headSince: number;
}

/** A lane as it was read from MongoDB. */
export function laneOfKept(kept: KeptLane): Lane {
  const { _id, version, queue, channel, lane, owner } = kept;
  const head =
    kept._headId === null || kept._headDueAt === null
      ? undefined
      : {
          id: kept._headId,
          order: kept._headOrder,
          dueAt: kept._headDueAt,
          since: kept._headSince,
        };
  return {
    id: _id,
    version,
    queue,
    channel,
    lane,
    owner,
    orphan: kept._orphan,
    size: kept._size,
    head,
    arrivals: kept._arrivals,
  };
}

function keptOfLane({
  id,
  version,
  queue,
  channel,
  lane,
  owner,
  orphan,
  size,
  head,
  arrivals,
}: Lane): KeptLane {
  return {
    _id: id,
    version,
    queue,
    channel,
    lane,
    owner,
    schema: 1,
    _orphan: orphan,
    _size: size,
    _arrivals: arrivals,
    _headId: head?.id ?? null,
    _headOrder: head?.order ?? 0,
    _headDueAt: head?.dueAt ?? null,
    _headSince: head?.since ?? 0,
  };
}

type LaneWrite = mongoose.mongo.AnyBulkWriteOperation<KeptLane>;

/** What a group did to its lanes, as bulk writes; an empty lane that was removed goes. */
export function laneWrites(works: Iterable<LaneWork>): LaneWrite[] {
  return [...works].map(({ lane, fresh, removed }): LaneWrite => {
    if (removed && lane.size === 0) return { deleteOne: { filter: { _id: lane.id } } };
    const replacement = keptOfLane(lane);
    if (fresh) return { insertOne: { document: replacement } };
    return { replaceOne: { filter: { _id: lane.id }, replacement } };
  });
}

/** How many lanes are looked at with one call. */
const lanesPerCall = 40;

/** The first stored jobs of lanes, by lane id. */
export async function firstJobs(
  db: Db,
  lanes: readonly Lane[],
  session: mongoose.mongo.ClientSession,
): Promise<Map<string, Head>> {
  const heads = new Map<string, Head>();
  for (let from = 0; from < lanes.length; from += lanesPerCall) {
    const some = lanes.slice(from, from + lanesPerCall);
    const reads = some.map((lane) => ({ from: 'jobs', pipeline: firstOfLane(lane) }));
    const lists = await readLists<Place & { readonly _id: string }>(db, reads, session);
    some.forEach(({ id }, i) => {
      const job = lists[i]?.[0];
      if (job) heads.set(id, headOf(job._id, job));
    });
  }
  return heads;
}

function firstOfLane({ queue, lane, channel }: Lane): Stage[] {
  return [
    { $match: { queue, lane, channel } },
    { $sort: { order: 1, _arrival: 1 } },
    { $limit: 1 },
    { $project: { order: 1, dueAt: 1, createdAt: 1 } },
  ];
}

export interface Taking {
  readonly db: Db;
  readonly processId: string;
  readonly now: Instant;
  readonly draw: () => number;
  readonly strays: Strays;
}

/** A lane that this process may hold without knowing, because the answer got lost. */
interface Stray {
  readonly id: string;
  readonly version: number;
  readonly orphan: boolean;
}

/** Gives lanes back that were taken in vain: nobody would work them, and this process is alive. */
export interface Strays {
  add(lanes: readonly Stray[]): void;
  /** Does nothing when there are none. Those that cannot be given back now are kept for the next time. */
  giveBack(): Promise<void>;
}

/** Lanes that were taken and that nobody waits for any more: they are given back. */
export function straysOf(db: Db, draw: () => number): Strays {
  let strays: readonly Stray[] = [];
  return {
    add: (lanes) => {
      strays = [...strays, ...lanes];
    },
    giveBack: async () => {
      if (strays.length === 0) return;
      const now = strays;
      await db.collection<KeptLane>('locks').bulkWrite(
        now.map(({ id, version, orphan }) => ({
          // The version tells: unless it is the very one that was drawn for us, we never had the lane.
          updateOne: {
            filter: { _id: id, version },
            update: { $set: { owner: '', _orphan: orphan, version: draw() } },
          },
        })),
        { ordered: false },
      );
      strays = strays.filter((stray) => !now.includes(stray));
    },
  };
}

/**
 * Takes free lanes whose head is due, each by one atomic write: whoever comes second finds the version moved. Apart
 * from the groups of commits, so that two processes that ask at once do not undo each other's groups.
 */
export async function takeLanes(
  taking: Taking,
  queue: QueueName,
  channel: ChannelName,
  n: number,
): Promise<Claim[]> {
  const seen = await dueLanes(taking, queue, channel, n);
  if (seen.length === 0) return [];
  const wanted = seen.map(({ _id, version, _orphan }) => ({
    id: _id,
    before: version,
    version: taking.draw(),
    orphan: _orphan,
  }));
  try {
    const claims = await claimsOf(taking, wanted);
    const taken = new Set(claims.map(({ lock }) => lock.id));
    // Lost to somebody else, or the head went or changed between the look and the taking.
    taking.strays.add(wanted.filter(({ id }) => !taken.has(id)));
    return claims;
  } catch (error) {
    taking.strays.add(wanted);
    throw error;
  }
}

type Wanted = Stray & { readonly before: number };

async function claimsOf(
  { db, processId, now }: Taking,
  wanted: readonly Wanted[],
): Promise<Claim[]> {
  const locks = db.collection<KeptLane>('locks');
  await locks.bulkWrite(
    wanted.map(({ id, before, version }) => ({
      updateOne: {
        filter: { _id: id, version: before, owner: '' },
        update: { $set: { owner: processId, _orphan: false, version } },
      },
    })),
    { ordered: false },
  );
  const mine = await locks
    .find({
      _id: { $in: wanted.map(({ id }) => id) },
      version: { $in: wanted.map(({ version }) => version) },
    })
    .toArray();
  const lanes = new Map(mine.map((kept) => [kept._id, laneOfKept(kept)]));
  const heads = [...lanes.values()].flatMap(({ head }) =>
    head && isDue(head, now) ? [head.id] : [],
  );
  const kept = await db
    .collection<Kept>('jobs')
    .find({ _id: { $in: heads } }, { batchSize: heads.length + 1 })
    .toArray();
  // Everything in this collection is a job.
  const jobs = new Map(kept.map((job) => [job._id, decode(job) as Job]));
  return wanted.flatMap(({ id, orphan }) => {
    const lane = lanes.get(id);
    const job = jobs.get(lane?.head?.id ?? '');
    return lane && job ? [{ job, lock: lockOf(lane), takenOver: orphan }] : [];
  });
}

async function dueLanes(
  { db, now }: Taking,
  queue: QueueName,
  channel: ChannelName,
  n: number,
): Promise<KeptLane[]> {
  const locks = db.collection<KeptLane>('locks');
  const free = { queue, channel, owner: '' };
  // Two kinds of due heads: 0 is due by any clock, even one that was set back.
  const [atOnce, timed] = await Promise.all([
    locks
      .find({ ...free, _headDueAt: 0 })
      .sort({ _headSince: 1 })
      .limit(n)
      .toArray(),
    locks
      .find({ ...free, _headDueAt: { $gt: 0, $lte: now } })
      .sort({ _headDueAt: 1 })
      .limit(n)
      .toArray(),
  ]);
  return [...atOnce, ...timed].sort((a, b) => a._headSince - b._headSince).slice(0, n);
}
