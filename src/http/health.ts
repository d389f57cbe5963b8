import express from 'express';
import type { Router } from 'express';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';

export interface HealthPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly canAnswer: () => boolean;
}

/** One look at the disk serves all who ask within this time. */
const freshMs = 1_000;

/** `/health/live`: the process runs. `/health/ready`: it can store and answer; 503 says which of them it cannot. */
export function health({ store, clock, canAnswer }: HealthPorts): Router {
  const router = express.Router();
  let last: { readonly at: number; readonly ok: Promise<boolean> } | undefined;
  const storeWorks = (): Promise<boolean> => {
    if (!last || clock.elapsed() - last.at > freshMs) {
      const ok = store.ping().then(
        () => true,
        () => false,
      );
      last = { at: clock.elapsed(), ok };
    }
    return last.ok;
  };
  router.get('/live', (_request, response) => {
    response.json({ status: 'live' });
  });
  router.get('/ready', async (_request, response) => {
    const parts = { store: await storeWorks(), model: canAnswer() };
    const isReady = parts.store && parts.model;
    response
      .status(isReady ? 200 : 503)
      .json({ status: isReady ? 'ready' : 'not_ready', ...parts });
  });
  return router;
}
