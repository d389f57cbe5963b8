import { respell } from '../syllable.ts';
import type { Entity } from '../types.ts';
import type { Gazetteer, OrganisationName } from './gazetteer.ts';
import type { Typed } from './typed.ts';
import type { Token } from './tokens.ts';

/**
 * Organisations by official, short or former name; the value is the id of `content/organisations/`. A name two of
 * them bear has candidates. The longest name wins.
 */
export function findOrganisations(
  message: Typed,
  tokens: readonly Token[],
  { organisations }: Gazetteer,
): Entity[] {
  const found: Entity[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const named = organisations
      .get(tokens[at]?.plain ?? '')
      ?.filter((name) => standsAt(message, tokens, at, name));
    const [longest] = named ?? [];
    const first = tokens[at];
    const last = tokens[at + (longest?.words.length ?? 0) - 1];
    if (!named || !longest || !first || !last) continue;
    const ids = [
      ...new Set(
        named.filter(({ words }) => words.length === longest.words.length).map(({ id }) => id),
      ),
    ];
    found.push({
      type: 'organisation',
      text: message.text.slice(first.start, last.end),
      start: first.start,
      end: last.end,
      ...(ids.length === 1 && ids[0] !== undefined ? { value: ids[0] } : { candidates: ids }),
    });
    at += longest.words.length - 1;
  }
  return found;
}

function standsAt(
  message: Typed,
  tokens: readonly Token[],
  at: number,
  name: OrganisationName,
): boolean {
  return name.plain.every((plain, i) => {
    const token = tokens[at + i];
    if (token?.plain !== plain) return false;
    // Marks that were typed must be those of the name: “thuê tỉnh” is no tax office.
    const typedAs = message.lower.slice(token.start, token.end);
    return typedAs === plain || respell(typedAs) === name.words[i];
  });
}
