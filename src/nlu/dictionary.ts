/** Feature hash → index, in one open-addressing table. */
export interface Dictionary {
  /** By index, in order of first occurrence. */
  readonly hashes: Int32Array;
  /** Slots: a hash and, beside it, its index + 1 (0 = empty). */
  readonly slots: Int32Array;
  readonly mask: number;
}

/** The table of these hashes, which must differ; at most half of its slots are taken. */
export function dictionaryOf(hashes: Int32Array): Dictionary {
  let capacity = 1_024;
  while (capacity < hashes.length * 2) capacity *= 2;
  const dictionary = { hashes, slots: new Int32Array(capacity * 2), mask: capacity - 1 };
  hashes.forEach((hash, index) => {
    let slot = hash & dictionary.mask;
    while (dictionary.slots[slot * 2 + 1] !== 0) slot = (slot + 1) & dictionary.mask;
    dictionary.slots[slot * 2] = hash;
    dictionary.slots[slot * 2 + 1] = index + 1;
  });
  return dictionary;
}

/** The index of a hash, −1 when training never saw it. */
export function lookUp({ slots, mask }: Dictionary, hash: number): number {
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const index = slots[slot * 2 + 1] ?? 0;
    if (index === 0) return -1;
    if (slots[slot * 2] === hash) return index - 1;
  }
}

/** A dictionary that learns: numbers every new hash. */
export interface Numbering {
  /** The number of a hash, a new one for a new hash. */
  number(hash: number): number;
  /** By number. */
  hashes(): Int32Array;
}

/** Numbers begin with 0 and follow first occurrence. */
export function numbering(): Numbering {
  let slots: Int32Array = new Int32Array(firstCapacity * 2);
  let size = 0;
  return {
    number: (hash) => {
      if (size * 4 >= slots.length) slots = grown(slots);
      const slot = placeOf(slots, hash);
      if (slots[slot * 2 + 1] === 0) {
        slots[slot * 2] = hash;
        slots[slot * 2 + 1] = ++size;
      }
      return (slots[slot * 2 + 1] ?? 0) - 1;
    },
    hashes: () => {
      const all = new Int32Array(size);
      for (let slot = 0; slot < slots.length; slot += 2) {
        const index = slots[slot + 1] ?? 0;
        if (index > 0) all[index - 1] = slots[slot] ?? 0;
      }
      return all;
    },
  };
}

const firstCapacity = 1 << 16;

/** The slot of a hash, or the empty one where it belongs. */
function placeOf(slots: Int32Array, hash: number): number {
  const mask = (slots.length >> 1) - 1;
  let slot = hash & mask;
  while (slots[slot * 2 + 1] !== 0 && slots[slot * 2] !== hash) slot = (slot + 1) & mask;
  return slot;
}

/** The same in twice as many slots: at most half of them are taken, or looking takes long. */
function grown(old: Int32Array): Int32Array {
  const slots = new Int32Array(old.length * 2);
  for (let slot = 0; slot < old.length; slot += 2) {
    if (old[slot + 1] === 0) continue;
    const to = placeOf(slots, old[slot] ?? 0);
    slots[to * 2] = old[slot] ?? 0;
    slots[to * 2 + 1] = old[slot + 1] ?? 0;
  }
  return slots;
}
