import type { Entity } from '../types.ts';

/** E-mail addresses of the usual form; a likely slip (`gmail.con`) has candidates, and the flow asks. */
export function findEmails(text: string): Entity[] {
  if (!text.includes('@')) return [];
  return [...text.matchAll(shape)].map((match) => {
    const written = match[0].replace(/[.]+$/, '');
    const address = written.toLowerCase();
    const better = correct(address);
    return {
      type: 'email',
      text: written,
      start: match.index,
      end: match.index + written.length,
      ...(better === address ? { value: address } : { candidates: [better, address] }),
    };
  });
}

const shape = /(?<![\p{L}\p{N}._%+-])[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+/giu;

const slips: readonly (readonly [RegExp, string])[] = [
  [/@(?:gmai|gmial|gamil|gmal|gnail|gmaill)\./, '@gmail.'],
  [/@(?:yaho|yhoo|yahho)\./, '@yahoo.'],
  [/@(gmail|yahoo|hotmail|outlook|icloud)\.(?:con|cm|co|om|comm|cmo|vom|xom)$/, '@$1.com'],
];

function correct(address: string): string {
  return slips.reduce((fixed, [slip, right]) => fixed.replace(slip, right), address);
}
