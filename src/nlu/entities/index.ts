import type { Entity } from '../types.ts';
import { findEmails } from './email.ts';
import { findIdNumbers } from './id-number.ts';
import { findNames } from './name.ts';
import { findPhones } from './phone.ts';

/** One line per kind; where two overlap, the earlier line wins. */
const finders: readonly ((text: string) => Entity[])[] = [
  findIdNumbers,
  findEmails,
  findPhones,
  findNames,
];

/** Longer messages are read up to here: rules over free text must not take long. */
const longestText = 4_000;

/** Everything in an NFC text that a form could use, by position. */
export function findEntities(text: string): Entity[] {
  const read = text.slice(0, longestText);
  const found: Entity[] = [];
  for (const find of finders) {
    for (const entity of find(read)) {
      const isTaken = found.some(({ start, end }) => start < entity.end && entity.start < end);
      if (!isTaken) found.push(entity);
    }
  }
  return found.sort((a, b) => a.start - b.start);
}
