import type { Instant } from '../clock.ts';
import type { Course, Key } from '../conversation/course.ts';
import type { Loaded, Need } from '../dialogue/flow.ts';
import type { CourseId } from '../ids.ts';
import { loadLink } from './link.ts';
import type { LoadedLink } from './link.ts';
import * as collections from '../store/collections.ts';
import type { CollectionDef, Doc, Store } from '../store/store.ts';

/** More open courses than a person can look through on a phone; the rest are found by code. */
const mostOpenCourses = 20;

/** A keyed hash; see the cipher. */
export type Hash = (text: string) => string;

/** The id of the key that a phone number has on a course. Source of the hash: the cipher, under DATA_KEY. */
export type PhoneKey = (courseId: CourseId, phone: string) => string;

/** Loads exactly what a turn named. What it did not name is not there, and asking for it is a defect. */
export async function load(
  store: Store,
  needs: readonly Need[],
  phoneKey: PhoneKey,
  hash: Hash,
  now: Instant,
): Promise<Loaded> {
  const found = new Map<string, Doc | undefined>();
  const wanted = needs.flatMap((need) => ('in' in need ? [keyOf(need, phoneKey)] : []));
  await Promise.all(
    wanted.map(async ({ in: name, id }) => {
      found.set(`${name}/${id}`, await collectionNamed(store, name).get(id));
    }),
  );
  const openCourses = needs.some((need) => 'list' in need)
    ? await findOpenCourses(store, now)
    : undefined;
  const asked = needs.find((need) => 'link' in need);
  const link = asked && (await loadLink(store, asked, hash));
  return loaded(found, openCourses, phoneKey, link);
}

function keyOf(
  need: Extract<Need, { in: string }>,
  phoneKey: PhoneKey,
): { in: string; id: string } {
  return 'phoneOf' in need ? { in: need.in, id: phoneKey(need.phoneOf, need.phone) } : need;
}

function collectionNamed(store: Store, name: string) {
  const def = collections.all.find((def) => def.name === name);
  if (!def) throw new Error(`A flow needs the collection “${name}”, which does not exist.`);
  // The registry holds defs of every document type; here only the key matters.
  return store.collection(def as unknown as CollectionDef<Doc, never>);
}

async function findOpenCourses(store: Store, now: Instant): Promise<Course[]> {
  const open = await store.collection(collections.courses).find({
    where: { state: 'open', closesAt: { gte: now } },
    sort: { by: 'closesAt', order: 'asc' },
    limit: mostOpenCourses,
  });
  return open.filter((course) => course.opensAt <= now);
}

function loaded(
  found: ReadonlyMap<string, Doc | undefined>,
  openCourses: readonly Course[] | undefined,
  phoneKey: PhoneKey,
  link: LoadedLink | undefined,
): Loaded {
  const get = (name: string, id: string): Doc | undefined => {
    if (!found.has(`${name}/${id}`)) throw new Error(`${name}/${id} was not named in needs.`);
    return found.get(`${name}/${id}`);
  };
  return {
    freshLink: () => {
      if (!link?.fresh) throw new Error('A fresh link was not named in needs.');
      return link.fresh;
    },
    link: () => {
      if (!link || link.fresh) throw new Error('No link was named in needs.');
      return link.offered;
    },
    // The caller names the type together with its collection.
    get: (def, id) => get(def.name, id) as never,
    list: () => {
      if (!openCourses) throw new Error('openCourses was not named in needs.');
      return openCourses;
    },
    phoneKey: (courseId, phone) => get('keys', phoneKey(courseId, phone)) as Key | undefined, // keys holds nothing else
  };
}
