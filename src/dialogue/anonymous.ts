import { findPersonal } from '../nlu/entities/index.ts';
import type { Entity } from '../nlu/types.ts';

const personal: readonly Entity['type'][] = ['phone', 'email', 'personName', 'taxCode'];

/** A sentence for the editors, who need the question and not the person: numbers, addresses and names covered. */
export function anonymous(said: string): string {
  const whole = said.normalize('NFC');
  let clean = '';
  let end = 0;
  for (const entity of findPersonal(whole)) {
    if (!personal.includes(entity.type)) continue;
    clean += `${whole.slice(end, entity.start)}•••`;
    end = entity.end;
  }
  return clean + whole.slice(end);
}
