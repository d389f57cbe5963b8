import type mongoose from 'mongoose';
import type { Prepared } from './document.ts';
import { laneId, placeOf } from './lane.ts';
import type { Lane, Place } from './lane.ts';
import { decode } from './mongo-document.ts';
import type { Kept } from './mongo-document.ts';
import { laneOfKept } from './mongo-lanes.ts';
import type { KeptLane } from './mongo-lanes.ts';
import { readLists } from './mongo-lists.ts';
import type { Stage } from './mongo-lists.ts';
import type { Db } from './mongo-layout.ts';
import type { Drawn, Snapshot } from './plan.ts';
import type { AnyCollection, Change } from './store.ts';

type Session = mongoose.mongo.ClientSession;
/** A document of some collection, with the collection's name. */
type Found = Kept & { readonly _in: string };
/** Ids by collection; `whole`: more than the version is needed. */
type Wanted = Map<string, { readonly ids: Set<string>; readonly whole: Set<string> }>;

/** Reads what a group depends on, within its transaction: all collections with one call, rarely a second one. */
export async function readSnapshot(
  db: Db,
  writes: readonly Prepared[],
  session: Session,
): Promise<Snapshot> {
  const wanted: Wanted = new Map();
  for (const write of writes) wantFor(write, wanted);
  const found = await readAll(db, wanted, session);
  const places = placesOf(found);
  const lanes = lanesOf(found);
  const missing = [...places.values()].map(laneId).filter((id) => !lanes.has(id));
  if (missing.length > 0) {
    const kept = await db
      .collection<KeptLane>('locks')
      .find({ _id: { $in: missing } }, { session })
      .toArray();
    for (const lane of kept) lanes.set(lane._id, laneOfKept(lane));
  }
  const sequences = found.filter(({ _in }) => _in === 'sequences');
  return {
    versions: new Map(found.map(({ _in, _id, version }) => [`${_in}/${_id}`, version])),
    places,
    lanes,
    // A sequence has its last number.
    sequences: new Map(sequences.map((kept) => [kept._id, kept as unknown as Drawn])),
    removed: removedHints(writes, found),
  };
}

function wantFor({ def, id, op, body }: Prepared, wanted: Wanted): void {
  const isWhole = def.name === 'locks' || def.name === 'sequences';
  want(wanted, def.name, id, isWhole || needsDocument(def, op));
  if (body?.sequence !== undefined) want(wanted, 'sequences', body.sequence, true);
  const place = def.name === 'jobs' && body ? placeOf(body.doc) : undefined;
  if (place) want(wanted, 'locks', laneId(place), true);
}

/** Of a job that changes its place must be known; of what is removed, whom to tell. */
function needsDocument(def: AnyCollection, op: Prepared['op']): boolean {
  if (def.name === 'jobs') return op === 'replace' || op === 'remove';
  return op === 'remove' && def.topic !== undefined;
}

function want(wanted: Wanted, name: string, id: string, whole: boolean): void {
  let some = wanted.get(name);
  if (!some) wanted.set(name, (some = { ids: new Set(), whole: new Set() }));
  if (whole) some.whole.add(id);
  else some.ids.add(id);
}

async function readAll(db: Db, wanted: Wanted, session: Session): Promise<Found[]> {
  const reads = [...wanted].flatMap(([name, { ids, whole }]) => [
    ...(whole.size > 0 ? [{ from: name, pipeline: [matching(whole), shown(name)] }] : []),
    ...(ids.size > 0
      ? [{ from: name, pipeline: [matching(ids), { $project: { version: 1 } }] }]
      : []),
  ]);
  const lists = await readLists<Kept>(db, reads, session);
  return lists.flatMap((list, i) =>
    list.map((kept): Found => ({ ...kept, _in: reads[i]?.from ?? '' })),
  );
}

function matching(ids: ReadonlySet<string>): Stage {
  return { $match: { _id: { $in: [...ids] } } };
}

/** Of a job only its place, not what is to be done. */
function shown(name: string): Stage {
  return { $project: name === 'jobs' ? { body: 0 } : { _words: 0 } };
}

function placesOf(found: readonly Found[]): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const kept of found) {
    if (kept._in !== 'jobs' || kept['queue'] === undefined) continue;
    const place = placeOf(decode(kept));
    if (place) places.set(kept._id, place);
  }
  return places;
}

function lanesOf(found: readonly Found[]): Map<string, Lane> {
  // Everything in `locks` is a lane, and was read whole.
  const kept = found.filter(({ _in }) => _in === 'locks') as unknown as KeptLane[];
  return new Map(kept.map((lane) => [lane._id, laneOfKept(lane)]));
}

/** Only the stored document can say what its removal concerns. */
function removedHints(writes: readonly Prepared[], found: readonly Found[]): Map<string, Change> {
  const stored = new Map(found.map((kept) => [`${kept._in}/${kept._id}`, kept]));
  const hints = new Map<string, Change>();
  for (const { op, def, key } of writes) {
    const kept = op === 'remove' && def.topic ? stored.get(key) : undefined;
    const hint = kept && hintOf(def, kept);
    if (hint) hints.set(key, hint);
  }
  return hints;
}

function hintOf(def: AnyCollection, kept: Kept): Change | undefined {
  try {
    return def.topic?.(decode(kept));
  } catch {
    // Written by another release in a form we do not know: it goes without a word.
    return undefined;
  }
}
