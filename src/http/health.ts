import express from 'express';
import type { Router } from 'express';
import type { Trouble } from '../channels/channel.ts';
import type { Clock } from '../clock.ts';
import { channelHealths } from '../pipeline/channel-health.ts';
import { unseen } from '../pipeline/pulse.ts';
import type { ChannelHealth } from '../store/collections.ts';
import type { Store } from '../store/store.ts';

export interface HealthPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly canAnswer: () => boolean;
  /** The channels that are on. */
  readonly channels: readonly string[];
}

/** One look at the disk serves all who ask within this time. */
const freshMs = 1_000;

/** How a channel stands, as anybody may read it: codes and times. */
interface ChannelState {
  readonly state: 'ok' | 'trouble' | 'unchecked';
  readonly troubles: readonly Trouble[];
  readonly checkedAt?: string;
  readonly lastEventAt?: string;
  readonly lastSentAt?: string;
}

/**
 * `/health/live`: the process runs. `/health/ready`: it can store and answer; 503 says which of them it cannot. How each
 * channel stands is told beside it and fails nothing: a foreign platform that is down, or a token that died, is no reason
 * to take this process out of service. Its other channels answer, its webhooks have to go on taking messages in, and
 * starting it anew would mend nothing.
 */
export function health({ store, clock, canAnswer, channels }: HealthPorts): Router {
  const router = express.Router();
  const storeWorks = remembered(clock, () =>
    store.ping().then(
      () => true,
      () => false,
    ),
  );
  const states = remembered(clock, () => statesOf(store, channels).catch(() => ({})));
  router.get('/live', (_request, response) => {
    response.json({ status: 'live' });
  });
  router.get('/ready', async (_request, response) => {
    const parts = { store: await storeWorks(), model: canAnswer() };
    const isReady = parts.store && parts.model;
    response
      .status(isReady ? 200 : 503)
      .json({ status: isReady ? 'ready' : 'not_ready', ...parts, channels: await states() });
  });
  return router;
}

/** Asked at most once a second, whoever asks. */
function remembered<T>(clock: Clock, look: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly found: Promise<T> } | undefined;
  return () => {
    if (!last || clock.elapsed() - last.at > freshMs) last = { at: clock.elapsed(), found: look() };
    return last.found;
  };
}

async function statesOf(
  store: Store,
  names: readonly string[],
): Promise<Readonly<Record<string, ChannelState>>> {
  const found = await channelHealths(store, names);
  return Object.fromEntries(names.map((name) => [name, stateOf(found.get(name))]));
}

function stateOf(health: ChannelHealth | undefined): ChannelState {
  const { troubles, checkedAt, lastEventAt, lastSentAt } = health ?? unseen;
  const state = checkedAt === 0 ? 'unchecked' : troubles.length > 0 ? 'trouble' : 'ok';
  return {
    state,
    troubles,
    ...written({ checkedAt: checkedAt === 0 ? undefined : checkedAt, lastEventAt, lastSentAt }),
  };
}

function written(times: Readonly<Record<string, number | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(times).flatMap(([name, at]) =>
      at === undefined ? [] : [[name, new Date(at).toISOString()]],
    ),
  );
}
