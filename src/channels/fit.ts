import type { Choice } from '../conversation/reply.ts';

const graphemes = new Intl.Segmenter('vi', { granularity: 'grapheme' });

/**
 * Cuts a text into parts of at most `limit` UTF-16 units of its NFC form: after a paragraph if that leaves
 * a part at least half full, else after a sentence, else after a word, else between graphemes.
 * Nothing is lost but the white space at a cut.
 */
export function splitText(text: string, limit: number): string[] {
  const parts: string[] = [];
  let rest = text.normalize('NFC').trim();
  while (rest.length > limit) {
    const cut = cutBefore(rest, limit);
    const part = rest.slice(0, cut).trimEnd();
    if (part) parts.push(part);
    rest = rest.slice(cut).trimStart();
  }
  if (rest) parts.push(rest);
  return parts;
}

/** Shortens a text to `limit` units, on a grapheme, with an ellipsis where something is gone. */
export function shorten(text: string, limit: number): string {
  const whole = text.normalize('NFC');
  if (whole.length <= limit) return whole;
  return whole.slice(0, graphemeCut(whole, limit - 1)).trimEnd() + '…';
}

/** Choices written out as numbered lines, for a channel (or a message) that has no room for buttons. */
export function numbered(choices: readonly Choice[]): string {
  return choices.map((choice, i) => `${i + 1}. ${choice.title}`).join('\n');
}

function cutBefore(text: string, limit: number): number {
  const window = text.slice(0, limit + 1);
  const ends = [/\n\n/g, /[.!?…]["”’)]?\s/g, /\s/g].map((end) => lastEnd(window, end, limit));
  const cut = ends.find((end) => end > limit / 2) ?? ends.find((end) => end > 0);
  return cut ?? Math.max(1, graphemeCut(text, limit));
}

function lastEnd(window: string, end: RegExp, limit: number): number {
  let last = 0;
  // The white space at the end of a match is dropped by the caller, so it may lie just past the limit.
  for (const match of window.matchAll(end)) {
    const at = match.index + match[0].trimEnd().length;
    if (at <= limit) last = at;
  }
  return last;
}

function graphemeCut(text: string, limit: number): number {
  let cut = 0;
  for (const { index, segment } of graphemes.segment(text.slice(0, limit + 64))) {
    if (index + segment.length > limit) break;
    cut = index + segment.length;
  }
  // One grapheme longer than the limit (a tower of marks): cut by code points, or nothing would ever be sent.
  if (cut > 0) return cut;
  return isHighSurrogate(text.charCodeAt(limit - 1)) && limit > 1 ? limit - 1 : limit;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
