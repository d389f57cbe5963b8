import { isLooseSyllable, removeMarks } from './syllable.ts';

/** Words that may be meant: as they are written, and the same without marks. */
export interface Vocabulary {
  readonly known: ReadonlySet<string>;
  readonly knownPlain: ReadonlySet<string>;
}

/** Shorter words have too many neighbours. */
const shortest = 5;
/** A syllable has seven letters at most: one more may be a slip, twice as many are two words. */
const longestSlip = 8;
const longestPair = 14;

/**
 * What was meant by a word that is none, because a finger slipped: two words that lost their space (`vàonhóm`), letters
 * that changed places (`daonh`), one too many, one missing, one wrong. undefined where nothing known is near, or more
 * than one thing is.
 */
export function mendSlip(word: string, vocabulary: Vocabulary): readonly string[] | undefined {
  if (word.length < shortest || word.length > longestPair || !/^\p{L}+$/u.test(word))
    return undefined;
  return (
    parted(word, vocabulary) ?? (word.length <= longestSlip ? nearest(word, vocabulary) : undefined)
  );
}

function parted(word: string, { known }: Vocabulary): readonly string[] | undefined {
  for (let at = word.length - 2; at >= 2; at--) {
    const parts = [word.slice(0, at), word.slice(at)];
    if (parts.every((part) => known.has(part) && isLooseSyllable(part))) return parts;
  }
  return undefined;
}

/** The likelier slip decides; with its marks, if so it is a word, else without. */
function nearest(word: string, { known, knownPlain }: Vocabulary): readonly string[] | undefined {
  const plain = removeMarks(word);
  for (const slip of [swapped, shortened, lengthened, replaced]) {
    const found = [
      meant(slip(word), (one) => known.has(one)),
      meant(slip(plain), (one) => knownPlain.has(one)),
    ].find(({ size }) => size > 0);
    if (found) return found.size === 1 ? [...found] : undefined;
  }
  return undefined;
}

function meant(candidates: Iterable<string>, isKnown: (word: string) => boolean): Set<string> {
  return new Set([...candidates].filter((word) => isKnown(word) && isLooseSyllable(word)));
}

const letters = 'abcdeghiklmnopqrstuvxy';

function* swapped(word: string): Generator<string> {
  for (let i = 0; i + 1 < word.length; i++)
    yield word.slice(0, i) + word.charAt(i + 1) + word.charAt(i) + word.slice(i + 2);
}

function* shortened(word: string): Generator<string> {
  for (let i = 0; i < word.length; i++) yield word.slice(0, i) + word.slice(i + 1);
}

function* lengthened(word: string): Generator<string> {
  for (let i = 0; i <= word.length; i++)
    for (const letter of letters) yield word.slice(0, i) + letter + word.slice(i);
}

function* replaced(word: string): Generator<string> {
  for (let i = 0; i < word.length; i++)
    for (const letter of letters) yield word.slice(0, i) + letter + word.slice(i + 1);
}
