import { afterEach, beforeEach, describe } from '@jest/globals';
import type { StoreKind } from '../support/stores.ts';
import { commitsContract } from './store-commits.ts';
import { startWorld } from './store-world.ts';
import type { World } from './store-world.ts';

/** What every store keeps, whatever database it lies in. Each rule is a case; see docs/decisions/store.md. */
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
  });
}
