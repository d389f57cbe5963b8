import type { Database } from 'libsql';
import type { Instant } from '../clock.ts';
import type { ChannelName } from '../ids.ts';
import { headOf } from './lane.ts';
import type { Head, Lane, LaneWork, Place } from './lane.ts';
import { manyRows, rowsById } from './sqlite-rows.ts';
import type { Values } from './sqlite-rows.ts';
import type { QueueName } from './store.ts';

/** The queue's own statements. */
export interface Lanes {
  /** Where stored jobs stand, by id. */
  places(jobIds: readonly string[]): Map<string, Place>;
  lanes(ids: readonly string[]): Map<string, Lane>;
  /** The first stored job of a lane. */
  first(lane: Lane): Head | undefined;
  write(works: readonly LaneWork[]): void;
  /** Free lanes whose head is due, the longest waiting first. */
  due(queue: QueueName, channel: ChannelName, now: Instant, n: number): Lane[];
  /** Frees the lanes of a process that is gone; their heads may be half done. Returns which work waits now. */
  free(owner: string, version: number): Pick<Lane, 'queue' | 'channel'>[];
  owners(): { readonly owner: string; readonly beat: number | undefined }[];
}

const columns =
  'id, version, queue, channel, lane, owner, orphan, size, headId, headOrder, headDueAt, headSince, arrivals';
type LaneRow = readonly [
  string,
  number,
  QueueName,
  string,
  string,
  string,
  number,
  number,
  string | null,
  number,
  number,
  number,
  number,
];
type PlaceRow = readonly [number, Place['queue'], string, string, number, number, number];

/** Prepares the statements on lanes once; they are used inside the group's transaction. */
export function openLanes(db: Database): Lanes {
  const placeColumns = ['queue', 'channel', 'lane', 'order', 'dueAt', 'createdAt']
    .map((name) => `t."${name}"`)
    .join(', ');
  const places = rowsById<PlaceRow>(db, 'jobs', placeColumns);
  const byId = rowsById<[number, ...LaneRow]>(
    db,
    'locks',
    columns
      .split(', ')
      .map((name) => `t.${name}`)
      .join(', '),
  );
  // Arrival is the row number: a job that enters a lane gets the next one.
  const first = db
    .prepare(
      `SELECT id, "order", "dueAt", "createdAt" FROM jobs WHERE queue = ? AND lane = ? AND channel = ? ORDER BY "order", _n LIMIT 1`,
    )
    .raw();
  return {
    places: (ids) => {
      const standing = places(ids).filter(([, queue]) => queue !== 'dead');
      return new Map(standing.map((row) => [ids[row[0]] ?? '', placeOfRow(row)]));
    },
    lanes: (ids) => new Map(byId(ids).map(([at, ...row]) => [ids[at] ?? '', laneOfRow(row)])),
    first: ({ queue, lane, channel }) => {
      const row = first.get(queue, lane, channel) as [string, number, number, number] | undefined;
      if (!row) return undefined;
      const [id, order, dueAt, createdAt] = row;
      return headOf(id, { order, dueAt, createdAt });
    },
    write: writing(db),
    ...claiming(db),
    ...owning(db),
  };
}

function placeOfRow([, queue, channel, lane, order, dueAt, createdAt]: PlaceRow): Place {
  return { queue, channel, lane, order, dueAt, createdAt };
}

function laneOfRow(row: LaneRow): Lane {
  const [
    id,
    version,
    queue,
    channel,
    lane,
    owner,
    orphan,
    size,
    headId,
    order,
    dueAt,
    since,
    arrivals,
  ] = row;
  const head = headId === null ? undefined : { id: headId, order, dueAt, since };
  return { id, version, queue, channel, lane, owner, orphan: orphan === 1, size, head, arrivals };
}

function writing(db: Database): Lanes['write'] {
  const kept = [
    'version',
    'owner',
    'orphan',
    'size',
    'headId',
    'headOrder',
    'headDueAt',
    'headSince',
    'arrivals',
  ];
  const put = manyRows(
    db,
    `INSERT INTO locks (${columns})`,
    13,
    `ON CONFLICT (id) DO UPDATE SET ${kept.map((name) => `${name} = excluded.${name}`).join(', ')}`,
  );
  const remove = db.prepare('DELETE FROM locks WHERE id = ?');
  return (works) => {
    const left = works.filter(({ removed, lane }) => removed && lane.size === 0);
    for (const { lane } of left) remove.run(lane.id);
    put(works.filter((work) => !left.includes(work)).map(({ lane }) => rowOfLane(lane)));
  };
}

function rowOfLane(lane: Lane): Values {
  const { id, version, queue, channel, owner, orphan, size, head, arrivals } = lane;
  const place = head ? [head.id, head.order, head.dueAt, head.since] : [null, null, null, null];
  return [id, version, queue, channel, lane.lane, owner, orphan ? 1 : 0, size, ...place, arrivals];
}

function claiming(db: Database): Pick<Lanes, 'due'> {
  // Two kinds of due heads: 0 is due by any clock, even one that was set back.
  const now = db
    .prepare(
      `SELECT ${columns} FROM locks WHERE queue = ? AND channel = ? AND owner = '' AND headDueAt = 0
        ORDER BY headSince LIMIT ?`,
    )
    .raw();
  const timed = db
    .prepare(
      `SELECT ${columns} FROM locks WHERE queue = ? AND channel = ? AND owner = '' AND headDueAt > 0 AND headDueAt <= ?
        ORDER BY headDueAt LIMIT ?`,
    )
    .raw();
  return {
    due: (queue, channel, at, n) => {
      const rows = [
        ...now.all(queue, channel, n),
        ...timed.all(queue, channel, at, n),
      ] as LaneRow[];
      const lanes = rows.map(laneOfRow);
      lanes.sort((a, b) => (a.head?.since ?? 0) - (b.head?.since ?? 0));
      return lanes.slice(0, n);
    },
  };
}

function owning(db: Database): Pick<Lanes, 'free' | 'owners'> {
  const free = db
    .prepare(
      `UPDATE locks SET owner = '', orphan = headId IS NOT NULL, version = ? WHERE owner = ? AND owner <> ''
        RETURNING queue, channel`,
    )
    .raw();
  const owners = db
    .prepare(
      `SELECT owner, (SELECT beat FROM processes WHERE id = owner)
        FROM (SELECT DISTINCT owner FROM locks WHERE owner <> '')`,
    )
    .raw();
  const forget = db.prepare('DELETE FROM processes WHERE id = ?');
  return {
    free: (owner, version) => {
      const rows = free.all(version, owner) as [QueueName, string][];
      forget.run(owner);
      return rows.map(([queue, channel]) => ({ queue, channel }));
    },
    owners: () =>
      (owners.all() as [string, number | null][]).map(([owner, beat]) => ({
        owner,
        beat: beat ?? undefined,
      })),
  };
}
