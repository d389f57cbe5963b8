import type mongoose from 'mongoose';
import type { Db } from './mongo-layout.ts';

export type Stage = Record<string, unknown>;

/** One query among several: its results stand at its place in the answer. */
export interface ListRead {
  readonly from: string;
  readonly pipeline: readonly Stage[];
}

/**
 * Several queries of one transaction with one call: each is a `$lookup` beside a document that is always there.
 * (`$unionWith` would say it more plainly, but is not allowed in a transaction.)
 */
export async function readLists<T>(
  db: Db,
  reads: readonly ListRead[],
  session: mongoose.mongo.ClientSession,
): Promise<readonly (readonly T[])[]> {
  if (reads.length === 0) return [];
  const lookups = reads.map(({ from, pipeline }, i) => ({
    $lookup: { from, pipeline, as: `list${i}` },
  }));
  const [answer] = await db
    .collection<{ _id: string }>('meta')
    .aggregate<Record<string, readonly T[]>>([{ $match: { _id: 'layout' } }, ...lookups], {
      session,
    })
    .toArray();
  return reads.map((_, i) => answer?.[`list${i}`] ?? []);
}
