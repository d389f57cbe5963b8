import type mongoose from 'mongoose';
import { briefly } from '../errors.ts';
import type { ChangeSet } from './collections.ts';
import type { Db } from './mongo-layout.ts';
import type { Opening } from './open.ts';
import type { Change } from './store.ts';

type Stream = mongoose.mongo.ChangeStream;

/** How long to wait before a stream that broke is opened anew. */
const restAfterBreak = 1_000;

type Tell = (changes: readonly Change[]) => void;

/** Follows what other processes commit, through a change stream on their hints. It is opened anew when it breaks. */
export function follow(db: Db, { processId, log }: Opening, tell: Tell): () => void {
  let stopped = false;
  let stream: Stream | undefined;
  let timer: NodeJS.Timeout | undefined;
  const open = async (): Promise<void> => {
    // From now on, not from when the stream has come about.
    const { operationTime } = await db.command({ ping: 1 });
    if (stopped) return;
    // A command's answer is any document to the driver; this field of a replica set's is its time.
    stream = streamOf(db, processId, operationTime as mongoose.mongo.Timestamp, tell);
    stream.on('error', broke);
    stream.on('close', reopen);
  };
  const broke = (error: unknown): void => {
    if (!stopped) log?.warn(briefly(error), 'the tail of changes broke');
    reopen();
  };
  const reopen = (): void => {
    if (stopped || timer) return;
    void stream?.close().catch(() => undefined);
    timer = setTimeout(() => {
      timer = undefined;
      if (stopped) return;
      open().catch(broke);
      // What was committed meanwhile is not told: read everything anew.
      tell([{ topic: 'reset', id: '' }]);
    }, restAfterBreak).unref();
  };
  open().catch(broke);
  return () => {
    stopped = true;
    clearTimeout(timer);
    void stream?.close().catch(() => undefined);
  };
}

/** The hints of all processes but this one, from a moment of the server's time on. */
function streamOf(
  db: Db,
  processId: string,
  startAtOperationTime: mongoose.mongo.Timestamp,
  tell: Tell,
): Stream {
  const stream = db.collection('changes').watch(
    [{ $match: { operationType: 'insert', 'fullDocument.by': { $ne: processId } } }],
    // Below the patience that sockets have.
    { maxAwaitTimeMS: 500, startAtOperationTime },
  );
  stream.on('change', (event) => {
    // Only inserts come through; the store alone writes here.
    const { fullDocument } = event as unknown as { fullDocument: ChangeSet };
    tell(fullDocument.changes);
  });
  return stream;
}
