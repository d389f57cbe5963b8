import type { Doc } from './store.ts';

/** A document as MongoDB keeps it: `id` is its `_id`; names with a leading `_` belong to the store. */
export type Kept = { readonly _id: string; version: number } & Record<string, unknown>;

/** Deeper than any document of this program; BSON itself ends at about a hundred. */
const deepest = 60;

/**
 * A copy in the form MongoDB takes, by the rules of JSON, so that a document reads the same from both databases.
 * @throws {Error} on what cannot be kept; it fails here, alone, and not within a group.
 */
export function encode(doc: object): Record<string, unknown> {
  // An object stays an object.
  const copy = plain(doc, 0) as Record<string, unknown>;
  delete copy['id'];
  delete copy['version'];
  return copy;
}

function plain(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'object':
      return value === null ? null : plainObject(value, depth);
    case 'undefined':
    case 'function':
    case 'symbol':
      return undefined;
    case 'bigint':
      throw new TypeError('A bigint cannot be kept in a document.');
  }
}

function plainObject(value: object, depth: number): unknown {
  if (depth > deepest) throw new Error(`A document is more than ${deepest} levels deep.`);
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1) ?? null);
  if (hasJson(value)) return plain(value.toJSON(), depth);
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    if (name.includes('\0')) throw new Error('A field’s name holds a NUL.');
    const kept = plain(item, depth + 1);
    // Assigned, it would become the copy's prototype instead of a field.
    if (kept !== undefined && name !== '__proto__') copy[name] = kept;
  }
  return copy;
}

/** A date, say. */
function hasJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

/** The document as callers know it. */
export function decode(kept: Kept): Doc {
  const doc: Record<string, unknown> = { id: kept._id, version: kept.version };
  for (const name in kept) if (!name.startsWith('_') && name !== 'version') doc[name] = kept[name];
  // Its fields are what `encode` was given.
  return doc as unknown as Doc;
}
