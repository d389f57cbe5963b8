import { MongoMemoryReplSet } from 'mongodb-memory-server-core';
import mongoose from 'mongoose';
import type { StoreKind } from './stores.ts';

/** A real mongod as a replica set of one, for one test file. */
export interface MongoServer {
  readonly kind: StoreKind;
  readonly client: mongoose.mongo.MongoClient;
  url(database: string): string;
  stop(): Promise<void>;
}

/**
 * True when a mongod can be started: its program is named by MONGOMS_SYSTEM_BINARY. With CI=true it must be, so that
 * nobody takes a skipped suite for a passed one.
 */
export function hasMongod(): boolean {
  if (process.env['MONGOMS_SYSTEM_BINARY']) return true;
  if (process.env['CI'] === 'true')
    throw new Error('CI needs a mongod: set MONGOMS_SYSTEM_BINARY to its program.');
  return false;
}

const database = 'nhipcau';

/** Starts a mongod with the commands that let a test break it on purpose. */
export async function startMongod(): Promise<MongoServer> {
  // Whichever mongod there is.
  process.env['MONGOMS_SYSTEM_BINARY_VERSION_CHECK'] ??= 'false';
  const server = await MongoMemoryReplSet.create({
    binary: { systemBinary: process.env['MONGOMS_SYSTEM_BINARY'] ?? '', checkMD5: false },
    replSet: {
      count: 1,
      storageEngine: 'wiredTiger',
      args: [
        '--setParameter',
        'enableTestCommands=1',
        '--setParameter',
        'diagnosticDataCollectionEnabled=false',
      ],
    },
  });
  const url = (name: string): string => server.getUri(name);
  const client = await mongoose.mongo.MongoClient.connect(url(database));
  return {
    client,
    url,
    kind: {
      name: 'MongoDB',
      shared: true,
      crowd: 0.1,
      // Emptied, not dropped: a hundred indexes a case take longer than the case.
      place: async () => ({ url: url(database), remove: () => empty(client) }),
    },
    stop: async () => {
      await client.close();
      await server.stop();
    },
  };
}

async function empty(client: mongoose.mongo.MongoClient): Promise<void> {
  const db = client.db(database);
  const collections = await db.listCollections({}, { nameOnly: true }).toArray();
  await Promise.all(
    collections.map(async ({ name }) => {
      if (name !== 'meta' && !name.startsWith('system.')) await db.collection(name).deleteMany({});
    }),
  );
}
