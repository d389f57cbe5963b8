import path from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { jobs } from '../../src/store/collections.ts';
import { openStore } from '../../src/store/open.ts';
import type { Job, QueueName, Store } from '../../src/store/store.ts';
import type { Home } from './process.ts';

type Environment = Readonly<Record<string, string>>;

/** Looks into the database of a program, whether it runs or not, as a command beside it would. */
export async function lookInto<T>(
  { dir }: Home,
  env: Environment,
  look: (store: Store) => Promise<T>,
): Promise<T> {
  const url = env['STORE_URL'] ?? `sqlite:${path.join(dir, 'data', 'nhipcau.db')}`;
  const store = await openStore(url, {
    processId: 'onlooker',
    clock: systemClock,
    role: 'command',
  });
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}

export function jobsIn(home: Home, env: Environment, ...queues: QueueName[]): Promise<Job[]> {
  return lookInto(home, env, (store) =>
    store.collection(jobs).find({ where: { queue: { in: queues } }, limit: 1_000 }),
  );
}
