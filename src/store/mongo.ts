import mongoose from 'mongoose';
import type { Instant } from '../clock.ts';
import { hours } from '../clock.ts';
import { AppError } from '../errors.ts';
import { abandoned, appName } from './mongo-abandoned.ts';
import { decode, encode } from './mongo-document.ts';
import type { Kept } from './mongo-document.ts';
import { asAppError, patience, within } from './mongo-errors.ts';
import { writeGroup } from './mongo-group.ts';
import type { MongoParts, Versions } from './mongo-group.ts';
import { straysOf } from './mongo-lanes.ts';
import type { KeptLane } from './mongo-lanes.ts';
import { layOut } from './mongo-layout.ts';
import type { Db } from './mongo-layout.ts';
import { filterOf, findFilter } from './mongo-query.ts';
import { inRounds } from './mongo-round.ts';
import { follow } from './mongo-tail.ts';
import type { Opening } from './open.ts';
import { jobsHints } from './plan.ts';
import { storeOver } from './port.ts';
import type { Engine } from './port.ts';
import type { Register, Sign } from './presence.ts';
import { termsOf, tokenWord } from './search-terms.ts';
import type { Change, SearchHit, SearchQuery, Store } from './store.ts';

/** A replica set: any number of equal processes on one database. */
export async function openMongo(url: string, options: Opening): Promise<Store> {
  const connection = mongoose.createConnection(url, {
    appName,
    autoIndex: false,
    bufferCommands: false,
    serverSelectionTimeoutMS: 1_000,
    connectTimeoutMS: 1_000,
    socketTimeoutMS: patience,
    waitQueueTimeoutMS: 1_000,
    // What is read is what a majority has: it cannot be taken back.
    readConcernLevel: 'majority',
    writeConcern: { w: 'majority', journal: true },
    ignoreUndefined: true,
  });
  try {
    await connection.asPromise();
    const { db } = connection;
    if (!db) throw new Error('The connection has no database.');
    await needReplicaSet(db);
    await layOut(db, options.collections);
    const parts = openParts(connection.getClient(), db, options);
    return storeOver(
      engineOf(parts, options, () => connection.close()),
      options,
    );
  } catch (error) {
    await connection.close().catch(() => undefined);
    throw asAppError(error);
  }
}

/** Transactions and change streams, on which everything here rests, need one. */
async function needReplicaSet(db: Db): Promise<void> {
  const hello = await db.command({ hello: 1 });
  if (typeof hello['setName'] === 'string' || hello['msg'] === 'isdbgrid') return;
  throw new AppError(
    'store_replica_set',
    500,
    'MongoDB này chạy một mình, không phải replica set. Khởi động mongod với --replSet rs0, rồi chạy một lần: ' +
      'mongosh --eval "rs.initiate()". Một nút là đủ [store_replica_set]',
  );
}

function openParts(
  client: mongoose.mongo.MongoClient,
  db: Db,
  { clock, processId }: Opening,
): MongoParts {
  const versions = versionsOf(db);
  const strays = straysOf(db, versions.draw);
  return { client, db, versions, strays, endAbandoned: abandoned(client), clock, processId };
}

/** Versions of a whole block; what is left of it when the process ends is never used. */
const block = 1_000_000;
const mostPerGroup = 20_000;

function versionsOf(db: Db): Versions {
  const meta = db.collection<{ _id: string; value: number }>('meta');
  let next = 0;
  let end = 0;
  return {
    draw: () => ++next,
    stock: async () => {
      if (end - next >= mostPerGroup) return;
      const counter = await meta.findOneAndUpdate(
        { _id: 'version' },
        { $inc: { value: block } },
        { upsert: true, returnDocument: 'after' },
      );
      end = counter?.value ?? 0;
      next = end - block;
    },
  };
}

function engineOf(parts: MongoParts, options: Opening, end: () => Promise<void>): Engine {
  const { db, clock } = parts;
  let prunedAt = clock.elapsed();
  return {
    encode,
    groups: 1,
    shared: true,
    write: async (batch, written) => {
      try {
        await writeGroup(parts, batch, written);
      } catch (error) {
        throw asAppError(error);
      }
    },
    register: registerOf(parts),
    ...readingOf(db),
    ping: async () => {
      await within(
        db
          .collection<{ _id: string }>('meta')
          .updateOne({ _id: 'ping' }, { $inc: { value: 1 } }, { upsert: true }),
      );
    },
    follow: (tell) => follow(db, options, tell),
    tend: async () => {
      await parts.strays.giveBack();
      if (clock.elapsed() - prunedAt < pruneEvery) return;
      prunedAt = clock.elapsed();
      await db.collection('changes').deleteMany({ at: { $lt: clock.now() - hours(1) } });
    },
    close: end,
  };
}
const pruneEvery = 60_000;

function registerOf({ db, processId, versions }: MongoParts): Register {
  const processes = db.collection<{ _id: string; beat: number }>('processes');
  const locks = db.collection<KeptLane>('locks');
  const beat = async (): Promise<void> => {
    if (!(await locks.findOne({ owner: processId }, { projection: { _id: 1 } }))) return;
    await processes.updateOne({ _id: processId }, { $inc: { beat: 1 } }, { upsert: true });
  };
  const owners = async (): Promise<Sign[]> => {
    const names = await locks.distinct('owner', { owner: { $gt: '' } });
    const signs = await processes.find({ _id: { $in: names } }).toArray();
    const beats = new Map(signs.map((sign) => [sign._id, sign.beat]));
    return names.map((owner) => ({ owner, beat: beats.get(owner) }));
  };
  const free = async (owner: string): Promise<Change[]> => {
    await versions.stock();
    const left = await locks
      .find({ owner, _headId: { $ne: null } }, { projection: { queue: 1, channel: 1 } })
      .toArray();
    // A version is unique for its id; one new one for all of these is as good as one for each.
    const now = { owner: '', version: versions.draw() };
    await locks.updateMany({ owner, _headId: { $ne: null } }, { $set: { ...now, _orphan: true } });
    await locks.updateMany({ owner }, { $set: now });
    await processes.deleteOne({ _id: owner });
    return jobsHints(left);
  };
  return {
    beat: () => within(beat()),
    owners: () => within(owners()),
    free: (owner) => within(free(owner)),
  };
}

function readingOf(db: Db): Pick<Engine, 'getMany' | 'find' | 'count' | 'search'> {
  return {
    getMany: inRounds(async ({ name }, ids) => {
      const kept = await within(
        db
          .collection<Kept>(name)
          .find({ _id: { $in: [...ids] } }, { batchSize: ids.length + 1 })
          .toArray(),
      );
      return kept.map(decode);
    }),
    find: async ({ name }, query) => {
      const { filter, order } = findFilter(query);
      const kept = await within(
        db
          .collection<Kept>(name)
          .find(filter, { batchSize: query.limit + 1 })
          .sort(order)
          .limit(query.limit)
          .toArray(),
      );
      return kept.map(decode);
    },
    count: ({ name }, where, upTo) =>
      within(db.collection<Kept>(name).countDocuments(filterOf(where), { limit: upTo })),
    search: (query) => within(search(db, query)),
  };
}

/** By folded words in an index with the time; MongoDB's own text index takes seconds for two common words. */
async function search(
  db: Db,
  { in: name, text, tokens = [], limit, before }: SearchQuery,
): Promise<SearchHit[]> {
  const { words, phrases } = termsOf(text);
  if (words.length + phrases.length === 0) return [];
  const terms = [...new Set([...words, ...phrases.flat(), ...tokens.map(tokenWord)])];
  const filter: Record<string, unknown>[] = [{ '_words.terms': { $all: terms } }];
  // Folded syllables are letters and digits: nothing in them means anything to a pattern.
  for (const run of phrases)
    filter.push({ '_words.text': { $regex: `(^| )${run.join(' ')}( |$)` } });
  if (before) {
    filter.push({
      $or: [
        { '_words.at': { $lt: before.at } },
        { '_words.at': before.at, _id: { $lt: before.id } },
      ],
    });
  }
  const hits = await db
    .collection<{ _id: string; _words: { at: Instant } }>(name)
    .find({ $and: filter } as never)
    .sort({ '_words.at': -1, _id: -1 })
    .limit(limit)
    .project<{ _id: string; _words: { at: Instant } }>({ '_words.at': 1 })
    .toArray();
  return hits.map(({ _id, _words }) => ({ id: _id, at: _words.at }));
}
