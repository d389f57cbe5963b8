import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import type { Clock } from '../clock.ts';
import type { Entry } from './document.ts';
import { answer } from './group.ts';
import type { Batch, Waiting } from './group.ts';
import { asAppError, isRace, isUnknown, patience } from './mongo-errors.ts';
import { firstJobs, laneWrites, takeLanes } from './mongo-lanes.ts';
import type { Strays } from './mongo-lanes.ts';
import { readSnapshot } from './mongo-snapshot.ts';
import type { Db } from './mongo-layout.ts';
import type { Kept } from './mongo-document.ts';
import { grant, hintsOf, plan } from './plan.ts';
import type { Written } from './port.ts';
import type { Plan, Wish } from './plan.ts';
import type { Change } from './store.ts';
import { tokenWord } from './search-terms.ts';

export interface MongoParts {
  readonly client: mongoose.mongo.MongoClient;
  readonly db: Db;
  readonly versions: Versions;
  readonly strays: Strays;
  /** Ends transactions that dead processes left open. */
  readonly endAbandoned: () => Promise<void>;
  readonly clock: Clock;
  readonly processId: string;
}

/** The counter that never returns; blocks of it are reserved ahead. */
export interface Versions {
  draw(): number;
  stock(): Promise<void>;
}

type Session = mongoose.mongo.ClientSession;
type Write = mongoose.mongo.AnyBulkWriteOperation<Kept>;
type Update = mongoose.mongo.UpdateFilter<Kept>;

/** Writes a group of commits in one transaction, answers its members, then takes the lanes that were asked for. */
export async function writeGroup(
  parts: MongoParts,
  { commits, asking }: Batch,
  written: Written,
): Promise<void> {
  await parts.versions.stock();
  await parts.strays.giveBack();
  if (commits.length > 0) await writeCommits(parts, commits, written);
  const { db, processId, clock, versions, strays } = parts;
  for (const { queue, channel, n, done } of asking) {
    done(
      await takeLanes(
        { db, processId, now: clock.now(), draw: versions.draw, strays },
        queue,
        channel,
        n,
      ),
    );
  }
}

/** Other processes may win a race for a document; the group is then read and judged anew, as a whole. */
async function writeCommits(
  parts: MongoParts,
  commits: readonly Waiting[],
  written: Written,
): Promise<void> {
  const until = performance.now() + patience;
  for (let tries = 0; ; tries++) {
    const session = parts.client.startSession();
    try {
      const { planned, granted, changes } = await inTransaction(parts, commits, session, until);
      written(planned, changes);
      answer(commits, planned.outcomes, granted);
      return;
    } catch (error) {
      if (!isRace(error) || performance.now() > until) throw asAppError(error);
      // Whoever won is still writing, or died over it; asking again at once would only lose again.
      if (tries > 5) await parts.endAbandoned().catch(() => undefined);
      await sleep(Math.random() * Math.min(4 * 2 ** tries, 50));
    } finally {
      await session.endSession();
    }
  }
}

const snapshot = new mongoose.mongo.ReadConcern('snapshot');
/** A majority has it in its journal before anybody is told. */
const durable = new mongoose.mongo.WriteConcern('majority', undefined, true);

interface Judged {
  readonly planned: Plan;
  readonly granted: ReadonlyMap<number, readonly Wish[]>;
  readonly changes: readonly Change[];
}

async function inTransaction(
  parts: MongoParts,
  commits: readonly Waiting[],
  session: Session,
  until: number,
): Promise<Judged> {
  const { versions, strays, clock, processId, db } = parts;
  session.startTransaction({ readConcern: snapshot, writeConcern: durable });
  const writes = commits.map((commit) => commit.writes);
  const planned = plan(writes, await readSnapshot(db, writes.flat(), session), versions.draw);
  const documents = documentWrites(planned);
  for (const [name, some] of documents)
    await db.collection<Kept>(name).bulkWrite(some, { session });
  const unsure = [...planned.lanes.values()].filter((work) => work.unsure);
  const heads = await firstJobs(
    db,
    unsure.map(({ lane }) => lane),
    session,
  );
  for (const work of unsure) work.found(heads.get(work.lane.id));
  const granted = grant(planned, processId, clock.now(), versions.draw);
  const changes = hintsOf(planned);
  for (const [name, some] of storeWrites(parts, planned, changes))
    await writeAll(db, name, some, session);
  try {
    await commit(session, until);
  } catch (error) {
    // It may be done all the same; then nobody is told of the lanes that it took.
    strays.add(
      [...granted.values()].flat().map(({ work: { lane } }) => ({ ...lane, orphan: false })),
    );
    throw error;
  }
  return { planned, granted, changes };
}

/** Inserts, then changes, then removals: the driver sends one command for each run of one kind. */
async function writeAll(
  db: Db,
  name: string,
  writes: readonly Write[],
  session: Session,
): Promise<void> {
  if (writes.length === 0) return;
  const inserts = writes.filter((write) => 'insertOne' in write);
  const removals = writes.filter((write) => 'deleteOne' in write);
  const changes = writes.filter((write) => !('insertOne' in write || 'deleteOne' in write));
  await db.collection<Kept>(name).bulkWrite([...inserts, ...changes, ...removals], { session });
}

/** A commit that was sent is asked about until it is known what became of it, or patience ends. */
async function commit(session: Session, until: number): Promise<void> {
  for (;;) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!isUnknown(error)) throw error;
      if (performance.now() > until) throw asAppError(error, 'commit_unknown');
      await sleep(20);
    }
  }
}

function documentWrites(planned: Plan): Map<string, Write[]> {
  const writes = new Map<string, Write[]>();
  const add = (name: string, ...some: Write[]): void => {
    const known = writes.get(name);
    if (known) known.push(...some);
    else writes.set(name, [...some]);
  };
  for (const { def, id } of planned.gone.values())
    add(def.name, { deleteOne: { filter: { _id: id } } });
  for (const { def, id, version, body, seq, arrival, how } of planned.puts.values()) {
    const { entry } = body;
    const kept: Kept = {
      // `encode` made an object of it.
      ...(body.stored as Record<string, unknown>),
      _id: id,
      version,
      ...(seq === undefined ? {} : { seq }),
      ...(arrival === undefined ? {} : { _arrival: arrival }),
      ...(entry ? { _words: wordsOf(entry) } : {}),
    };
    if (how === 'insert') add(def.name, { insertOne: { document: kept } });
    else add(def.name, { replaceOne: { filter: { _id: id }, replacement: kept } });
  }
  for (const { def, id, expected } of planned.relied.values()) {
    if (def.name === 'locks' && planned.lanes.has(id)) continue;
    if (def.name === 'sequences' && planned.sequences.has(id)) continue;
    add(def.name, ...relyOn(id, expected));
  }
  return writes;
}

/**
 * Reading does not conflict with a write of another transaction; writing does. Of what is not there, the key is
 * taken and left again, so that nobody can take it meanwhile.
 */
function relyOn(id: string, version: number): Write[] {
  // Its type knows no fields but those of every document.
  const touch = { $inc: { _relied: 1 } } as unknown as Update;
  if (version > 0) return [{ updateOne: { filter: { _id: id }, update: touch } }];
  return [
    { insertOne: { document: { _id: id, version: 0 } } },
    { deleteOne: { filter: { _id: id } } },
  ];
}

function wordsOf({ text, tokens, at }: Entry): Record<string, unknown> {
  return { text, at, terms: [...new Set([...text.split(' '), ...tokens.map(tokenWord)])] };
}

/** What the store itself keeps: lanes, sequences, hints. */
function storeWrites(
  { versions, clock, processId }: MongoParts,
  planned: Plan,
  changes: readonly Change[],
): [string, Write[]][] {
  const version = versions.draw();
  const hint = {
    _id: `${processId}/${version}`,
    version,
    schema: 1,
    at: clock.now(),
    by: processId,
    changes,
  };
  return [
    // A lane is a kept document with more fields.
    ['locks', laneWrites(planned.lanes.values()) as unknown as Write[]],
    [
      'sequences',
      [
        ...[...planned.sequences].map(([_id, { version, last }]) => ({
          replaceOne: {
            filter: { _id },
            replacement: { version, schema: 1, last } as unknown as Kept,
            upsert: true,
          },
        })),
        ...[...planned.goneSequences].map((_id) => ({ deleteOne: { filter: { _id } } })),
      ],
    ],
    ['changes', changes.length > 0 ? [{ insertOne: { document: hint } }] : []],
  ];
}
