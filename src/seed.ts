import type { Clock } from './clock.ts';
import type { Content } from './content/content.ts';
import type { Course, Seats } from './conversation/course.ts';
import * as collections from './store/collections.ts';
import { commitIfFirst } from './store/race.ts';
import { insert } from './store/store.ts';
import type { Store } from './store/store.ts';

/**
 * Puts the example courses into a store where nobody but the web chat writes: never beside real channels, where
 * somebody could take them for real.
 */
export async function seedExamples(
  store: Store,
  { courses: seeds }: Content,
  clock: Clock,
): Promise<void> {
  const known = await store.collection(collections.courses).getMany(seeds.map(({ id }) => id));
  const fresh = seeds.filter(
    ({ id, example, closesAt }) =>
      example && closesAt > clock.now() && !known.some((course) => course.id === id),
  );
  if (fresh.length === 0) return;
  const writes = fresh.flatMap((seed) => [
    insert<Course>(collections.courses, { ...seed, schema: 1, state: 'open' }),
    insert<Seats>(collections.seats, { id: seed.id, schema: 1, capacity: seed.capacity, taken: 0 }),
  ]);
  // Another process may be doing it just now.
  await commitIfFirst(store, writes);
}
