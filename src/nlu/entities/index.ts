import type { Instant } from '../../clock.ts';
import type { Entity } from '../types.ts';
import { findDates } from './date.ts';
import { findEmails } from './email.ts';
import { emptyGazetteer } from './gazetteer.ts';
import type { Gazetteer } from './gazetteer.ts';
import { findIdNumbers } from './id-number.ts';
import { findMoney } from './money.ts';
import { findNames } from './name.ts';
import { findOrganisations } from './organisation.ts';
import { findPhones } from './phone.ts';
import { findPlaces } from './place.ts';
import { findTimes } from './time.ts';
import { typed } from './typed.ts';
import { tokensOf } from './tokens.ts';

/** Longer messages are read up to here: rules over free text must not take long. */
const longestText = 4_000;

/**
 * Everything in an NFC text that a form could use, by position and without overlap. Where two kinds overlap, the
 * one read first wins. `now` is what “mai” counts from; without a gazetteer no places and organisations are known.
 */
export function findEntities(
  text: string,
  now: Instant,
  gazetteer: Gazetteer = emptyGazetteer,
): Entity[] {
  const message = typed(text.slice(0, longestText));
  const found = findPersonal(message.text);
  const tokens = tokensOf(message);
  add(found, findOrganisations(message, tokens, gazetteer));
  add(found, findPlaces(message, tokens, gazetteer, found));
  add(found, findMoney(message));
  add(found, findTimes(message));
  // A day takes “sáng” along only where no time has it already.
  add(found, findDates(message, now, found));
  return found.sort((a, b) => a.start - b.start);
}

/** Only what says who somebody is: numbers, addresses and names. */
export function findPersonal(text: string): Entity[] {
  const read = text.slice(0, longestText);
  const found: Entity[] = [];
  for (const find of [findIdNumbers, findEmails, findPhones, findNames]) add(found, find(read));
  return found.sort((a, b) => a.start - b.start);
}

function add(found: Entity[], more: readonly Entity[]): void {
  for (const entity of more) {
    const isTaken = found.some(({ start, end }) => start < entity.end && entity.start < end);
    if (!isTaken) found.push(entity);
  }
}
