import { syllables } from '../conversation/fold.ts';
import { AppError } from '../errors.ts';
import type { AnyCollection, Change, Doc, SearchEntry, Write } from './store.ts';

/** A write that has been looked at: nothing about it can fail any more but its expectation. */
export interface Prepared {
  readonly op: Write['op'];
  readonly def: AnyCollection;
  readonly id: string;
  /** `<collection>/<id>` */
  readonly key: string;
  /** The version that must be there; 0 = no document. */
  readonly expected: number;
  /** What is written by `insert` and `replace`. */
  readonly body?: Body;
}

export interface Body {
  /** As given, without `version`; `seq` is drawn later when `sequence` is set. */
  readonly doc: Doc;
  /** As the adapter stores it. */
  readonly stored: unknown;
  readonly sequence?: string;
  readonly claim?: true;
  readonly entry?: Entry;
  readonly hint?: Change;
}

/** A search entry, folded. */
export interface Entry {
  readonly text: string;
  readonly tokens: readonly string[];
  readonly at: number;
}

/** The form in which an adapter keeps a document. It throws on what it cannot keep. */
export type Encode = (doc: object) => unknown;

const mostWrites = 500;

/**
 * Looks the writes of one commit over before they join others, so that a faulty one fails alone.
 * @throws {Error} on a mistake of the program: unknown collection, a document written twice, more than 500 writes.
 */
export function prepare(
  writes: readonly Write[],
  collections: ReadonlyMap<string, AnyCollection>,
  encode: Encode,
): Prepared[] {
  if (writes.length > mostWrites) {
    throw new Error(
      `A commit has at most ${mostWrites} writes, not ${writes.length}: make a chain of jobs of it.`,
    );
  }
  const written = new Set<string>();
  return writes.map((write) => {
    const prepared = prepareOne(write, collections, encode);
    if (write.op === 'check') return prepared;
    if (written.has(prepared.key))
      throw new Error(`${prepared.key} is written twice in one commit.`);
    written.add(prepared.key);
    return prepared;
  });
}

/** Collections whose documents the store itself makes. */
const ownMakings = new Set(['locks', 'sequences', 'changes']);

function prepareOne(
  write: Write,
  collections: ReadonlyMap<string, AnyCollection>,
  encode: Encode,
): Prepared {
  const def = collections.get(write.in);
  if (!def) throw new Error(`There is no collection “${write.in}”.`);
  const { id } = write.doc;
  if (typeof id !== 'string' || id === '') throw new Error(`A document of ${def.name} has no id.`);
  const key = `${def.name}/${id}`;
  const expected = write.op === 'insert' ? 0 : write.doc.version;
  const same = { op: write.op, def, id, key, expected };
  switch (write.op) {
    case 'check':
      return same;
    case 'remove':
      needVersion(key, expected);
      return same;
    case 'replace':
      needVersion(key, expected);
      if (def.name === 'sequences' || def.name === 'changes')
        throw new Error(`The store alone writes ${def.name}.`);
      return { ...same, body: bodyOf(def, write.doc, key, encode) };
    case 'insert': {
      if (ownMakings.has(def.name))
        throw new Error(`The store alone makes documents of ${def.name}.`);
      const body = bodyOf(def, write.doc, key, encode);
      return { ...same, body: { ...body, ...pick(write.sequence, write.claim) } };
    }
  }
}

function pick(
  sequence: string | undefined,
  claim: true | undefined,
): { sequence?: string; claim?: true } {
  return { ...(sequence === undefined ? {} : { sequence }), ...(claim ? { claim } : {}) };
}

function needVersion(key: string, version: number): void {
  if (version > 0) return;
  throw new Error(`${key} can only be written at a version that was read, not ${String(version)}.`);
}

function bodyOf(def: AnyCollection, given: Doc, key: string, encode: Encode): Body {
  const doc = { ...given, version: undefined };
  // `schema` and `contactId` are not of every Doc, but of every document that a collection here defines.
  const { schema, contactId } = doc as { schema?: unknown; contactId?: unknown };
  if (schema !== def.schema) {
    throw new Error(`${key} says schema ${String(schema)}; this release writes ${def.schema}.`);
  }
  if (typeof contactId !== 'string' && (def.personal === true || def.personal === 'kept')) {
    throw new Error(`${key} holds personal data without a contactId: erasure would not find it.`);
  }
  // `topic` and `search` do not look at the version.
  const seen = doc as unknown as Doc;
  const entry = entryOf(def.search?.(seen));
  const hint = def.topic?.(seen);
  return { doc: seen, stored: encode(doc), ...(entry ? { entry } : {}), ...(hint ? { hint } : {}) };
}

function entryOf(entry: SearchEntry | undefined): Entry | undefined {
  if (!entry) return undefined;
  const text = syllables(entry.text).join(' ');
  return text === '' ? undefined : { text, tokens: entry.tokens, at: entry.at };
}

/**
 * A stored document as this release reads it.
 * @throws {AppError} `document_unreadable` naming collection and id.
 */
export function readable(def: AnyCollection, stored: Doc): Doc {
  const { schema } = stored as { schema?: unknown };
  if (schema === def.schema) return stored;
  if (def.upcast && typeof schema === 'number' && schema < def.schema) {
    return {
      ...upcast(def, def.upcast, stored, schema),
      id: stored.id,
      version: stored.version,
    };
  }
  throw unreadable(def, stored.id, `schema ${String(schema)}, bản này đọc schema ${def.schema}`);
}

function upcast(
  def: AnyCollection,
  to: (stored: unknown, schema: number) => Doc,
  stored: Doc,
  schema: number,
): Doc {
  try {
    return to(stored, schema);
  } catch (cause) {
    throw unreadable(
      def,
      stored.id,
      `không chuyển được từ schema ${schema} lên ${def.schema}`,
      cause,
    );
  }
}

/** A document that cannot be read: what it is, where it lies, what is wrong with it. */
export function unreadable(def: AnyCollection, id: string, why: string, cause?: unknown): AppError {
  return new AppError(
    'document_unreadable',
    500,
    `Không đọc được ${def.name}/${id}: ${why}. Dùng bản phần mềm đã ghi tài liệu này hoặc bản ngay sau nó [document_unreadable]`,
    { cause },
  );
}

/** The indexes that both databases keep for a collection: its compound ones, and one for every field in none of them. */
export function indexesOf(def: AnyCollection): readonly (readonly string[])[] {
  const compound = def.compound ?? [];
  const covered = new Set(compound.flat());
  return [
    ...compound,
    ...def.fields.filter((field) => !covered.has(field)).map((field) => [field]),
  ];
}

/**
 * Sees to it that some index begins to serve a query, so that none crawls once there are many documents.
 * @throws {Error} a mistake of the program.
 */
export function needIndex(def: AnyCollection, where: object, sort: string | undefined): void {
  const asked = Object.keys(where);
  for (const field of sort === undefined ? asked : [...asked, sort]) {
    if (!def.fields.includes(field)) throw new Error(`${def.name} cannot be asked by “${field}”.`);
  }
  if (asked.length === 0 && sort === undefined) return;
  const served = indexesOf(def).some(
    ([first = '']) => asked.includes(first) || (asked.length === 0 && sort === first),
  );
  if (!served)
    throw new Error(
      `No index of ${def.name} begins with one of: ${asked.join(', ') || String(sort)}.`,
    );
}
