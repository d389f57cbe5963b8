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
  const { db, processId, draw, now } = taking;
  const locks = db.collection<KeptLane>('locks');
  const seen = await dueLanes(taking, queue, channel, n);
  if (seen.length === 0) return [];
  const versions = new Map(seen.map(({ _id }) => [_id, draw()]));
  await locks.bulkWrite(
    seen.map(({ _id, version }) => ({
      updateOne: {
        filter: { _id, version, owner: '' },
        update: { $set: { owner: processId, _orphan: false, version: versions.get(_id) ?? 0 } },
      },
    })),
    { ordered: false },
  );
  const mine = await locks
    .find({ _id: { $in: [...versions.keys()] }, version: { $in: [...versions.values()] } })
    .toArray();
  const lanes = mine.map(laneOfKept);
  const kept = await db
    .collection<Kept>('jobs')
    .find({ _id: { $in: lanes.flatMap(({ head }) => (head ? [head.id] : [])) } })
    .toArray();
  // Everything in this collection is a job.
  const jobs = new Map(kept.map((job) => [job._id, decode(job) as Job]));
  const orphans = new Set(seen.filter(({ _orphan }) => _orphan).map(({ _id }) => _id));
  const inOrder = seen.flatMap(({ _id }) => lanes.filter(({ id }) => id === _id));
  const claims = inOrder.flatMap((lane) => {
    const job = jobs.get(lane.head?.id ?? '');
    return job && isDue(lane.head, now)
      ? [{ job, lock: lockOf(lane), takenOver: orphans.has(lane.id) }]
      : [];
  });
  await giveBack(
    taking,
    lanes.filter(({ id }) => claims.every(({ lock }) => lock.id !== id)),
  );
  return claims;
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

/** Between the look and the taking the head went or changed: the lane is left for whoever looks next. */
async function giveBack({ db, draw }: Taking, lanes: readonly Lane[]): Promise<void> {
  if (lanes.length === 0) return;
  await db.collection<KeptLane>('locks').bulkWrite(
    lanes.map(({ id, version }) => ({
      updateOne: { filter: { _id: id, version }, update: { $set: { owner: '', version: draw() } } },
    })),
    { ordered: false },
  );
}
