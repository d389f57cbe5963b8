import { afterEach, beforeEach, describe } from '@jest/globals';
import type { StoreKind } from '../support/stores.ts';
import { commitsContract } from './store-commits.ts';
import { processesContract, watchContract } from './store-processes.ts';
import { queueContract } from './store-queue.ts';
import { readingContract } from './store-reading.ts';
import { startWorld } from './store-world.ts';
import type { World } from './store-world.ts';

/** What every store keeps, whatever database it lies in. Each rule is a case; see docs/decisions/0003-store.md. */
export function storeContract(kind: StoreKind): void {
  describe(`a store in ${kind.name}`, () => {
    let world: World;
    beforeEach(async () => {
      world = await startWorld(kind);
    });
    afterEach(async () => {
      await world.end();
    });
    commitsContract(() => world);
    queueContract(() => world);
    readingContract(() => world);
    watchContract(() => world);
    if (kind.shared) processesContract(() => world);
  });
}
