import { createHash } from 'node:crypto';
import type mongoose from 'mongoose';
import { AppError } from '../errors.ts';
import { indexesOf } from './document.ts';
import type { Kept } from './mongo-document.ts';
import type { AnyCollection } from './store.ts';

export type Db = mongoose.mongo.Db;
type Keys = Record<string, 1 | -1>;

interface Layout extends Record<string, unknown> {
  readonly _id: string;
  readonly value: number;
  readonly indexes: string;
}
const layout = 1;

/**
 * Makes collections and indexes, and drops indexes that are needed no more. What was made is noted down, so that a
 * process which finds everything in place asks once.
 * @throws {AppError} `store_newer` when a later release has written here.
 */
export async function layOut(db: Db, collections: readonly AnyCollection[]): Promise<void> {
  const wanted = new Map(collections.map((def) => [def.name, keysOf(def)]));
  const indexes = createHash('sha256')
    .update(JSON.stringify([...wanted]))
    .digest('hex');
  const meta = db.collection<Layout>('meta');
  const found = await meta.findOne({ _id: 'layout' });
  if (found && found.value > layout) throw newer(found.value);
  if (found?.indexes === indexes) return;
  const there = new Set(
    (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name),
  );
  for (const name of [...wanted.keys(), 'processes']) {
    // A transaction is no place to make a collection in.
    if (!there.has(name)) await db.createCollection(name).catch(onlyExisting);
  }
  for (const [name, keys] of wanted) await setIndexes(db, name, keys);
  await meta.updateOne({ _id: 'layout' }, { $set: { value: layout, indexes } }, { upsert: true });
}

function newer(found: number): AppError {
  return new AppError(
    'store_newer',
    500,
    `Kho dữ liệu do một bản phần mềm mới hơn ghi (dạng ${found}, bản này đọc đến dạng ${layout}). Hãy chạy bản mới hơn [store_newer]`,
  );
}

/** Another process starts at the same moment. */
function onlyExisting(error: unknown): void {
  if ((error as { codeName?: string }).codeName !== 'NamespaceExists') throw error;
}

function keysOf(def: AnyCollection): Keys[] {
  // `_id` at the end: sorted pages come from the index, with ties in the order of ids.
  const own = indexesOf(def).map((fields) => ({
    ...Object.fromEntries(fields.map((field) => [field, 1 as const])),
    _id: 1 as const,
  }));
  // In both directions the multikey index has the newest first.
  const search: Keys[] = def.search ? [{ '_words.terms': 1, '_words.at': -1, _id: -1 }] : [];
  return [...own, ...search, ...(ofTheQueue[def.name] ?? [])];
}

const ofTheQueue: Readonly<Record<string, readonly Keys[]>> = {
  jobs: [{ queue: 1, lane: 1, channel: 1, order: 1, _arrival: 1 }],
  locks: [{ queue: 1, channel: 1, owner: 1, _headDueAt: 1, _headSince: 1 }, { owner: 1 }],
};

async function setIndexes(db: Db, name: string, wanted: readonly Keys[]): Promise<void> {
  const collection = db.collection<Kept>(name);
  const nameOf = (keys: Keys): string => Object.entries(keys).flat().join('_');
  const names = new Set(wanted.map(nameOf));
  for (const { name: there } of await collection.listIndexes().toArray()) {
    if (there !== '_id_' && !names.has(String(there))) await collection.dropIndex(String(there));
  }
  if (wanted.length > 0)
    await collection.createIndexes(wanted.map((key) => ({ key, name: nameOf(key) })));
}
