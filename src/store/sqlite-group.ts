import type { Database } from 'libsql';
import type { Clock } from '../clock.ts';
import type { Prepared } from './document.ts';
import { answer } from './group.ts';
import type { Asking, Batch } from './group.ts';
import { LaneWork, laneId, lockOf, placeOf } from './lane.ts';
import type { Place } from './lane.ts';
import { grant, hintsOf, plan } from './plan.ts';
import type { Written } from './port.ts';
import type { Drawn, Plan, Snapshot, Wish } from './plan.ts';
import { asAppError } from './sqlite-errors.ts';
import type { Lanes } from './sqlite-lanes.ts';
import { manyRows, rowsById } from './sqlite-rows.ts';
import { parse } from './sqlite-tables.ts';
import type { Line, Row, Stored, Table } from './sqlite-tables.ts';
import type { Change, Claim, Job } from './store.ts';

export interface SqliteParts {
  readonly db: Database;
  readonly tables: Tables;
  readonly lanes: Lanes;
  readonly versions: Versions;
  readonly clock: Clock;
  readonly processId: string;
}

export interface Tables {
  get(name: string): Table;
}

/** The counter that never returns. Blocks are reserved ahead, so that a rolled back group leaves only a gap. */
export interface Versions {
  draw(): number;
  /** Makes sure that a whole group finds enough; called outside of transactions. */
  stock(): void;
}

interface Draft {
  readonly plan: Plan;
  readonly granted: ReadonlyMap<number, readonly Wish[]>;
  readonly claims: readonly (readonly Claim[])[];
}

/** Tells `written` what came of a group and answers its members, once it is durable. */
type Tell = (written: Written) => void;

/**
 * Writes a group of commits and claims in one transaction. When nothing was to be done its members are answered and
 * there is nothing to tell. When it throws, nothing was written; whether the transaction is still open, the caller has
 * to look.
 */
export function groupWriter(parts: SqliteParts): (batch: Batch) => Tell | undefined {
  const { db, versions } = parts;
  const addChanges = changeStatement(db);
  const sequences = sequenceStatements(db);
  return (batch) => {
    if (batch.commits.length === 0 && !anyDue(parts, batch.asking)) {
      for (const { done } of batch.asking) done([]);
      return undefined;
    }
    versions.stock();
    db.exec('BEGIN IMMEDIATE');
    const { plan, granted, claims } = inTransaction(parts, batch, sequences);
    const changes = hintsOf(plan);
    if (changes.length > 0) addChanges(parts, changes);
    commit(db);
    return (written) => {
      written(plan, changes);
      answer(batch.commits, plan.outcomes, granted);
      batch.asking.forEach(({ done }, i) => {
        done([...(claims[i] ?? [])]);
      });
    };
  };
}

/** A transaction that is neither open nor committed for sure: only reading again tells. */
function commit(db: Database): void {
  try {
    db.exec('COMMIT');
  } catch (error) {
    throw db.inTransaction ? error : asAppError(error, 'commit_unknown');
  }
}

function anyDue({ lanes, clock }: SqliteParts, asking: readonly Asking[]): boolean {
  return asking.some(({ queue, channel }) => lanes.due(queue, channel, clock.now(), 1).length > 0);
}

function inTransaction(
  parts: SqliteParts,
  { commits, asking }: Batch,
  sequences: SequenceStatements,
): Draft {
  const { versions, lanes, processId, clock } = parts;
  const rows = new Map<string, Row>();
  const planned = plan(
    commits.map(({ writes }) => writes),
    read(
      parts,
      commits.flatMap(({ writes }) => writes),
      rows,
      sequences,
    ),
    versions.draw,
  );
  writeDocuments(parts, planned, rows);
  for (const work of planned.lanes.values()) if (work.unsure) work.found(lanes.first(work.lane));
  const granted = grant(planned, processId, clock.now(), versions.draw);
  lanes.write([...planned.lanes.values()]);
  sequences.write(planned.sequences);
  for (const name of planned.goneSequences) sequences.remove(name);
  const claims = asking.map((request) => take(parts, request));
  return { plan: planned, granted, claims };
}

/** Reads what the group depends on; `rows` keeps where the documents lie. */
function read(
  parts: SqliteParts,
  writes: readonly Prepared[],
  rows: Map<string, Row>,
  sequences: SequenceStatements,
): Snapshot {
  const { tables, lanes } = parts;
  const wanted = idsByCollection(writes);
  const sequenceNames = wanted.get('sequences') ?? new Set<string>();
  for (const { body } of writes) if (body?.sequence !== undefined) sequenceNames.add(body.sequence);
  const laneIds = wanted.get('locks') ?? new Set<string>();
  wanted.delete('locks');
  wanted.delete('sequences');
  for (const [name, ids] of wanted) {
    for (const row of tables.get(name).rows([...ids])) rows.set(`${name}/${row.id}`, row);
  }
  const jobs = writes.filter(({ def }) => def.name === 'jobs');
  const places = lanes.places(
    jobs.filter(({ op }) => op === 'remove' || op === 'replace').map(({ id }) => id),
  );
  for (const place of jobPlaces(jobs, places)) laneIds.add(laneId(place));
  return {
    versions: new Map([...rows].map(([key, { version }]) => [key, version])),
    places,
    lanes: lanes.lanes([...laneIds]),
    sequences: sequences.read([...sequenceNames]),
    removed: removedHints(parts, writes),
  };
}

function idsByCollection(writes: readonly Prepared[]): Map<string, Set<string>> {
  const wanted = new Map<string, Set<string>>();
  for (const { def, id } of writes) {
    const ids = wanted.get(def.name);
    if (ids) ids.add(id);
    else wanted.set(def.name, new Set([id]));
  }
  return wanted;
}

function jobPlaces(jobs: readonly Prepared[], stored: ReadonlyMap<string, Place>): Place[] {
  const coming = jobs.flatMap(({ body }) => (body ? [placeOf(body.doc)] : []));
  return [...coming.filter((place) => place !== undefined), ...stored.values()];
}

/** Only the stored document can say what its removal concerns. */
function removedHints({ tables }: SqliteParts, writes: readonly Prepared[]): Map<string, Change> {
  const hints = new Map<string, Change>();
  for (const { op, def, id, key } of writes) {
    const table = op === 'remove' && def.topic ? tables.get(def.name) : undefined;
    const stored = table?.one(id);
    const hint = table && stored && hintOf(table, stored);
    if (hint) hints.set(key, hint);
  }
  return hints;
}

function hintOf(table: Table, stored: Stored): Change | undefined {
  try {
    return table.def.topic?.(parse(table, stored));
  } catch {
    // Written by another release in a form we do not know: it goes without a word.
    return undefined;
  }
}

/** Removals first: what is made anew in the same group takes a row of its own. */
function writeDocuments(
  { tables }: SqliteParts,
  { gone, puts }: Plan,
  rows: ReadonlyMap<string, Row>,
): void {
  const lines = new Map<string, Line[]>();
  const leaving = new Map<string, Row[]>();
  for (const { def, id } of gone.values()) leave(def.name, rows.get(`${def.name}/${id}`));
  for (const [key, { def, id, version, body, seq, how }] of puts) {
    if (how === 'renew') leave(def.name, rows.get(key));
    // `encode` made a text of it.
    const text = body.stored as string;
    const doc = seq === undefined ? text : `{"seq":${seq},${text.slice(1)}`;
    const row = how === 'update' ? rows.get(key) : undefined;
    add(lines, def.name, { id, version, doc, entry: body.entry, row });
  }
  for (const [name, some] of leaving) tables.get(name).remove(some);
  for (const [name, some] of lines) tables.get(name).write(some);

  function leave(name: string, row: Row | undefined): void {
    if (row) add(leaving, name, row);
  }
}

function add<T>(to: Map<string, T[]>, name: string, value: T): void {
  const known = to.get(name);
  if (known) known.push(value);
  else to.set(name, [value]);
}

/** Takes free lanes whose head is due. A job of another release is handed over as it is: its worker judges it. */
function take(parts: SqliteParts, { queue, channel, n }: Asking): Claim[] {
  const { lanes, tables, versions, clock, processId } = parts;
  const due = lanes.due(queue, channel, clock.now(), n);
  const table = tables.get('jobs');
  if (due.length === 0) return [];
  const rows = table.many(due.map(({ head }) => head?.id ?? ''));
  // Everything in this table is a job.
  const jobs = new Map(
    rows.map((row) => parse(table, row) as Job).map((job) => [job.id as string, job]),
  );
  const works: LaneWork[] = [];
  const claims = due.flatMap((lane) => {
    const job = jobs.get(lane.head?.id ?? '');
    if (!job) return [];
    const takenOver = lane.orphan;
    const work = new LaneWork(lane, false);
    work.setOwner(processId, versions.draw());
    works.push(work);
    return [{ job, lock: lockOf(lane), takenOver }];
  });
  lanes.write(works);
  return claims;
}

function changeStatement(db: Database): (parts: SqliteParts, changes: readonly Change[]) => void {
  const add = db.prepare('INSERT INTO changes (id, version, _doc) VALUES (?, ?, ?)');
  return ({ versions, processId, clock }, changes) => {
    const version = versions.draw();
    const id = `${processId}/${version}`;
    add.run(
      id,
      version,
      JSON.stringify({ id, schema: 1, at: clock.now(), by: processId, changes }),
    );
  };
}

interface SequenceStatements {
  read(names: readonly string[]): Map<string, Drawn>;
  write(drawn: ReadonlyMap<string, Drawn>): void;
  remove(name: string): void;
}

function sequenceStatements(db: Database): SequenceStatements {
  const read = rowsById<[number, number, number]>(db, 'sequences', 't.version, t.last');
  const write = manyRows(
    db,
    'INSERT INTO sequences (id, version, last)',
    3,
    'ON CONFLICT (id) DO UPDATE SET version = excluded.version, last = excluded.last',
  );
  const remove = db.prepare('DELETE FROM sequences WHERE id = ?');
  return {
    read: (names) =>
      new Map(read(names).map(([at, version, last]) => [names[at] ?? '', { version, last }])),
    write: (drawn) => {
      write([...drawn].map(([name, { version, last }]) => [name, version, last]));
    },
    remove: (name) => void remove.run(name),
  };
}
