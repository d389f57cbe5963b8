/** A replica set of one node on this machine. */
export interface Replica {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the `mongod` that MONGOMS_SYSTEM_BINARY names, with its files in `dir`. */
export async function startReplica(dir: string): Promise<Replica> {
  // Only there for development: an installed program has no use for it.
  const { MongoMemoryReplSet } = await import('mongodb-memory-server-core');
  const replica = await MongoMemoryReplSet.create({
    replSet: { count: 1, storageEngine: 'wiredTiger' },
    instanceOpts: [{ dbPath: dir, storageEngine: 'wiredTiger' }],
  });
  return {
    url: replica.getUri('nhipcau'),
    stop: async () => {
      await replica.stop();
    },
  };
}
