import type mongoose from 'mongoose';
import { patience } from './mongo-errors.ts';

/** Says to the server whose sessions these are; only those are ever ended. */
export const appName = 'nhipcau';

/** None of ours is open for this long: its process is dead or frozen. */
const abandonedAfter = 2 * patience;
const lookEvery = 500;

/**
 * Ends transactions that a dead process left open. The server itself would wait a minute, and until then nobody could
 * write what they had written. Needs no rights: everybody may see and end their own sessions.
 */
export function abandoned(client: mongoose.mongo.MongoClient): () => Promise<void> {
  let lookedAt = -Infinity;
  return async () => {
    if (performance.now() - lookedAt < lookEvery) return;
    lookedAt = performance.now();
    const admin = client.db('admin');
    const open = await admin
      .aggregate<{ lsid: { id: mongoose.mongo.Binary } }>(
        [
          { $currentOp: { allUsers: false, idleSessions: true } },
          { $match: { appName, 'transaction.timeOpenMicros': { $gt: abandonedAfter * 1_000 } } },
          { $project: { lsid: 1 } },
        ],
        // What is open now, whatever the connection reads otherwise.
        { readConcern: { level: 'local' } },
      )
      .toArray();
    if (open.length === 0) return;
    await admin.command({ killSessions: open.map(({ lsid }) => ({ id: lsid.id })) });
  };
}
