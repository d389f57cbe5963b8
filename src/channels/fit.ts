const graphemes = new Intl.Segmenter('vi', { granularity: 'grapheme' });

/**
 * Cuts a text into parts of at most `limit` UTF-16 units of its NFC form: after a paragraph if that leaves
 * a part at least half full, else after a sentence, else after a word, else between graphemes.
 * Nothing is lost but the white space at a cut.
 */
export function splitText(text: string, limit: number): string[] {
  const parts: string[] = [];
  let rest = afterBlanks(text.normalize('NFC').trimEnd());
  while (rest.length > limit) {
    const cut = cutBefore(rest, limit);
    parts.push(rest.slice(0, cut).trimEnd());
    rest = afterBlanks(rest.slice(cut));
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

/** White space with a mark on it is something to read, so a text is walked by what is seen as one character. */
function afterBlanks(text: string): string {
  if (!/^\s/.test(text)) return text;
  for (const { index, segment } of graphemes.segment(text)) {
    if (!isBlank(segment)) return text.slice(index);
  }
  return '';
}

function isBlank(segment: string): boolean {
  return segment.trim() === '';
}

function cutBefore(text: string, limit: number): number {
  const { paragraph, sentence, word } = endsWithin(text, limit);
  const ends = [paragraph, sentence, word];
  const cut = ends.find((end) => end > limit / 2) ?? ends.find((end) => end > 0);
  return cut ?? graphemeCut(text, limit);
}

/** The last end of each kind that leaves a part of at most `limit` units; 0 where there is none. */
function endsWithin(text: string, limit: number) {
  const ends = { paragraph: 0, sentence: 0, word: 0 };
  let before = '';
  for (const { index, segment } of graphemes.segment(text.slice(0, limit + 64))) {
    // The white space at an end is dropped, so it may lie just past the limit.
    if (index > limit) break;
    if (isBlank(segment)) {
      ends.word = index;
      if (segment.endsWith('\n') && before.endsWith('\n')) ends.paragraph = index;
      if (/[.!?…]["”’)]?$/.test(before)) ends.sentence = index;
    }
    before = (before + segment).slice(-2);
  }
  return ends;
}

/** The last place between two graphemes; inside a single one longer than the limit, or nothing would ever be sent. */
function graphemeCut(text: string, limit: number): number {
  let cut = 0;
  for (const { index } of graphemes.segment(text.slice(0, limit + 64))) {
    if (index > limit) break;
    cut = index;
  }
  if (cut > 0) return cut;
  return isHighSurrogate(text.charCodeAt(limit - 1)) && limit > 1 ? limit - 1 : limit;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
