import { afterAll, beforeAll, describe } from '@jest/globals';
import { storeContract } from '../contracts/store-contract.ts';
import { hasMongod, startMongod } from '../support/mongo.ts';
import type { MongoServer } from '../support/mongo.ts';

const suite = hasMongod() ? describe : describe.skip;

suite('MongoDB', () => {
  let server: MongoServer;
  beforeAll(async () => {
    server = await startMongod();
  }, 60_000);
  afterAll(async () => {
    await server.stop();
  });

  storeContract({ name: 'MongoDB', shared: true, crowd: 0.1, place: () => server.kind.place() });
});
