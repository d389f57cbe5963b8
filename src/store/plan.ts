import type { Instant } from '../clock.ts';
import type { Body, Prepared } from './document.ts';
import { isDue, laneId, LaneWork, placeOf } from './lane.ts';
import type { Lane, Place } from './lane.ts';
import type { AnyCollection, Change, Doc, Job, Lock } from './store.ts';

/** What a group of commits depends on, as its own transaction read it. */
export interface Snapshot {
  /** By key; absent = no such document. Locks and sequences have their own maps. */
  readonly versions: ReadonlyMap<string, number>;
  /** Where the jobs stand that the group replaces or removes, by job id. */
  readonly places: ReadonlyMap<string, Place>;
  /** By lane id. */
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly sequences: ReadonlyMap<string, Drawn>;
  /** What listeners are told when a document goes, by key. */
  readonly removed: ReadonlyMap<string, Change>;
}

export interface Drawn {
  readonly version: number;
  readonly last: number;
}

/** A document as it will stand after the group. */
export interface Put {
  readonly def: AnyCollection;
  readonly id: string;
  readonly version: number;
  readonly body: Body;
  readonly seq: number | undefined;
  /** The order of a job's arrival in its lane. */
  readonly arrival: number | undefined;
  /** `insert`: not stored yet. `update`: stored. `renew`: stored, but as something that is over (removed and made anew). */
  readonly how: 'insert' | 'update' | 'renew';
}

export interface Gone {
  readonly def: AnyCollection;
  readonly id: string;
}

export interface Winner {
  readonly won: true;
  readonly seq: ReadonlyMap<string, number>;
  /** Jobs whose lane is to be taken when they turn out to be its head. */
  readonly wishes: readonly Wish[];
}
export interface Wish {
  readonly job: Job;
  readonly work: LaneWork;
}
export interface Loser {
  readonly won: false;
  readonly keys: readonly string[];
}

/** What a group of commits comes to. Everything here is to be written in one transaction. */
export interface Plan {
  readonly outcomes: readonly (Winner | Loser)[];
  readonly puts: ReadonlyMap<string, Put>;
  readonly gone: ReadonlyMap<string, Gone>;
  /** Documents that winners relied on without writing them; MongoDB has to write there for them to conflict. */
  readonly relied: ReadonlyMap<string, Prepared>;
  readonly sequences: ReadonlyMap<string, Drawn>;
  readonly goneSequences: ReadonlySet<string>;
  readonly lanes: ReadonlyMap<string, LaneWork>;
  readonly hints: ReadonlyMap<string, Change>;
}

/**
 * Judges the commits of a group one after another, each against the state that the winners before it leave behind.
 * Pure: `draw` gives the next version.
 */
export function plan(
  commits: readonly (readonly Prepared[])[],
  snapshot: Snapshot,
  draw: () => number,
): Plan {
  const group = new Group(snapshot, draw);
  const outcomes = commits.map((writes) => {
    const keys = group.lost(writes);
    return keys.length > 0 ? ({ won: false, keys } as const) : group.apply(writes);
  });
  return { outcomes, ...group.result() };
}

class Group {
  readonly #snapshot: Snapshot;
  readonly #draw: () => number;
  /** Versions after the winners so far, where they differ from the snapshot; 0 = gone. */
  readonly #versions = new Map<string, number>();
  readonly #places = new Map<string, Place | undefined>();
  readonly #puts = new Map<string, Put>();
  readonly #gone = new Map<string, Gone>();
  readonly #relied = new Map<string, Prepared>();
  readonly #sequences = new Map<string, Drawn>();
  readonly #goneSequences = new Set<string>();
  readonly #lanes = new Map<string, LaneWork>();
  readonly #hints = new Map<string, Change>();

  constructor(snapshot: Snapshot, draw: () => number) {
    this.#snapshot = snapshot;
    this.#draw = draw;
  }

  /** The keys of a commit that are no longer as they were read. */
  lost(writes: readonly Prepared[]): string[] {
    return writes.filter((write) => this.#version(write) !== write.expected).map(({ key }) => key);
  }

  apply(writes: readonly Prepared[]): Winner {
    const seq = new Map<string, number>();
    const wishes: Wish[] = [];
    for (const write of writes) {
      if (write.op === 'check') this.#relied.set(write.key, write);
      else if (write.def.name === 'locks') this.#applyToLock(write);
      else if (write.def.name === 'sequences') this.#goneSequences.add(write.id);
      else if (write.body) this.#put(write, write.body, seq, wishes);
      else this.#remove(write);
    }
    return { won: true, seq, wishes };
  }

  result(): Omit<Plan, 'outcomes'> {
    for (const key of this.#versions.keys()) this.#relied.delete(key);
    return {
      puts: this.#puts,
      gone: this.#gone,
      relied: this.#relied,
      sequences: this.#sequences,
      goneSequences: this.#goneSequences,
      lanes: this.#lanes,
      hints: this.#hints,
    };
  }

  #version({ def, id, key }: Prepared): number {
    if (def.name === 'locks')
      return this.#lanes.get(id)?.lane.version ?? this.#snapshot.lanes.get(id)?.version ?? 0;
    if (def.name === 'sequences') return this.#sequence(id)?.version ?? 0;
    return this.#versions.get(key) ?? this.#snapshot.versions.get(key) ?? 0;
  }

  #sequence(name: string): Drawn | undefined {
    if (this.#goneSequences.has(name)) return undefined;
    return this.#sequences.get(name) ?? this.#snapshot.sequences.get(name);
  }

  #put(write: Prepared, body: Body, seqs: Map<string, number>, wishes: Wish[]): void {
    const { def, id, key } = write;
    const version = this.#draw();
    const seq = body.sequence === undefined ? undefined : this.#next(body.sequence);
    if (seq !== undefined) seqs.set(id, seq);
    const arrival = def.name === 'jobs' ? this.#placeJob(write, body, version, wishes) : undefined;
    const stored = this.#snapshot.versions.has(key);
    const moved = arrival !== undefined || write.op === 'insert';
    const how = stored ? (moved ? 'renew' : 'update') : 'insert';
    this.#puts.set(key, { def, id, version, body, how, seq, arrival });
    this.#gone.delete(key);
    this.#versions.set(key, version);
    if (body.hint) this.#hint(body.hint);
  }

  #next(name: string): number {
    const last = (this.#sequence(name)?.last ?? 0) + 1;
    this.#goneSequences.delete(name);
    this.#sequences.set(name, { version: this.#draw(), last });
    return last;
  }

  #remove({ def, id, key }: Prepared): void {
    this.#versions.set(key, 0);
    this.#gone.set(key, { def, id });
    const hint = this.#snapshot.removed.get(key);
    if (hint) this.#hint(hint);
    if (def.name === 'jobs') this.#leave(id);
  }

  #leave(jobId: string): void {
    const place = this.#place(jobId);
    if (place) this.#lane(place).take(jobId);
    this.#places.set(jobId, undefined);
  }

  #place(jobId: string): Place | undefined {
    return this.#places.has(jobId) ? this.#places.get(jobId) : this.#snapshot.places.get(jobId);
  }

  /** The number of its arrival, when the job enters a lane. */
  #placeJob({ id, op }: Prepared, body: Body, version: number, wishes: Wish[]): number | undefined {
    const before = op === 'insert' ? undefined : this.#place(id);
    const after = placeOf(body.doc);
    this.#places.set(id, after);
    if (before && after && laneId(before) === laneId(after)) {
      this.#lane(after).amend(id, before, after);
      return undefined;
    }
    if (before) this.#lane(before).take(id);
    if (!after) return undefined;
    const work = this.#lane(after);
    const arrival = work.add(id, after);
    // The document is a job: it is being written to `jobs`.
    if (body.claim) wishes.push({ job: { ...body.doc, version } as Job, work });
    return arrival;
  }

  #lane(place: Pick<Place, 'queue' | 'channel' | 'lane'>): LaneWork {
    const id = laneId(place);
    const known = this.#lanes.get(id);
    if (known) return known;
    const stored = this.#snapshot.lanes.get(id);
    const { queue, channel, lane } = place;
    const fresh = {
      id,
      queue,
      channel,
      lane,
      version: 0,
      owner: '',
      orphan: false,
      size: 0,
      head: undefined,
      arrivals: 0,
    };
    const work = new LaneWork(
      stored ? { ...stored } : { ...fresh, version: this.#draw() },
      !stored,
    );
    this.#lanes.set(id, work);
    return work;
  }

  #applyToLock(write: Prepared): void {
    const stored = this.#snapshot.lanes.get(write.id);
    const work = this.#lanes.get(write.id) ?? (stored && this.#lane(stored));
    if (!work) return;
    // A lock is only ever replaced by its owner changing; everything else of it belongs to the store.
    const { owner = '' } = (write.body?.doc ?? {}) as Doc & Partial<Lock>;
    work.setOwner(owner, this.#draw());
    if (write.op === 'remove') work.removed = true;
  }

  #hint(change: Change): void {
    this.#hints.set(`${change.topic}/${change.id}`, change);
  }
}

/**
 * Takes the lanes that winners wished for, once every head is known. A wish comes true when the lane is free and the
 * job is its head and due. Returns the jobs by the index of their commit.
 */
export function grant(
  { outcomes }: Plan,
  owner: string,
  now: Instant,
  draw: () => number,
): ReadonlyMap<number, readonly Wish[]> {
  const granted = new Map<number, Wish[]>();
  outcomes.forEach((outcome, index) => {
    if (!outcome.won) return;
    for (const wish of outcome.wishes) {
      const { work, job } = wish;
      if (!work.free || work.lane.head?.id !== job.id || !isDue(work.lane.head, now)) continue;
      work.setOwner(owner, draw());
      granted.set(index, [...(granted.get(index) ?? []), wish]);
    }
  });
  return granted;
}

/** Everything that listeners are told about a group: what the documents say, and where work waits. */
export function hintsOf({ hints, lanes }: Plan): Change[] {
  const waiting = [...lanes.values()].filter(
    ({ stirred, removed, lane }) => stirred && !removed && lane.owner === '' && lane.head,
  );
  return [...hints.values(), ...jobsHints(waiting.map(({ lane }) => lane))];
}

/** Says that work waits in these lanes, once for each queue and channel. */
export function jobsHints(lanes: readonly Pick<Lane, 'queue' | 'channel'>[]): Change[] {
  const ids = new Set(lanes.map(({ queue, channel }) => `${queue}/${channel}`));
  return [...ids].map((id) => ({ topic: 'jobs', id }));
}
