import { mendSlip } from './slips.ts';
import { isLooseSyllable, removeMarks, respell } from './syllable.ts';
import { readTyping } from './typing.ts';

/** One word as understood: with its accents, and without. */
export interface Word {
  readonly t: string;
  readonly d: string;
}

/** What is known about spelling: data of the lexicon and words seen in training. */
export interface Spelling {
  /** Chat words of one reading: `ntn` → như, thế, nào. */
  readonly chat: ReadonlyMap<string, readonly string[]>;
  /** Words never taken for Telex or VNI residue, nor for a slip. */
  readonly known: ReadonlySet<string>;
  /** The same without marks. */
  readonly knownPlain: ReadonlySet<string>;
  /** Words of other languages, left exactly as they are. */
  readonly foreign: ReadonlySet<string>;
  /** Results by typed word; only a memory, never changes an outcome. */
  readonly memo: Map<string, Reading>;
}

/** One typed word. */
interface Reading {
  readonly words: readonly Word[];
  /** Neither known nor a syllable: a slip, perhaps. */
  readonly isUnknown: boolean;
  /** What was meant, once that has been looked for. */
  mended?: readonly Word[];
}

/** Long enough for every real message; what is longer keeps its beginning and its end, where questions stand. */
export const longestText = 3_000;
const memoSize = 30_000;
/** A message of more unknown words is in another language, or none; looking at each would take long. */
const mostSlips = 24;

/**
 * The words of a message, whatever way it was typed: lower case, elongation and input-method residue undone,
 * tones placed by one rule, chat words read out, slips of the finger mended; numbers of six digits and more, addresses
 * and links become one word for their kind. Total.
 */
export function normalize(text: string, spelling: Spelling): Word[] {
  const readings = split(text).map((typed) => read(typed, spelling));
  const unknown = readings.filter(({ isUnknown }) => isUnknown).length;
  const mends = unknown <= mostSlips;
  return readings.flatMap((reading) =>
    reading.isUnknown && mends ? mended(reading, spelling) : reading.words,
  );
}

/** What spelling is put right by; it remembers the words it has seen. */
export function spellingOf(parts: Pick<Spelling, 'chat' | 'known' | 'foreign'>): Spelling {
  const knownPlain = new Set(Array.from(parts.known, removeMarks));
  return { ...parts, knownPlain, memo: new Map() };
}

/** The typed words in lower case, before anything is read into them. */
export function split(text: string): string[] {
  const folded = shorten(text)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u200b-\u200f\ufeff\u00ad]/g, '')
    .replace(kinds, (_all, link?: string, mail?: string) =>
      link !== undefined ? ' _link ' : mail !== undefined ? ' _email ' : ' _number ',
    );
  return folded.match(/_(?:link|email|number)(?![\p{L}\p{N}_])|[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

const kinds =
  /((?:https?:\/\/|www\.)\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:vn|com|net|org|edu|gov|info|example)(?:\/\S*)?(?![\p{L}\p{N}@]))|([\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)|\+?\d(?:[.\-() ]{0,2}\d){8,}|\d{6,}/gu;

function shorten(text: string): string {
  if (text.length <= longestText) return text;
  return `${text.slice(0, longestText / 2)} ${text.slice(-longestText / 2)}`;
}

function read(typed: string, spelling: Spelling): Reading {
  const remembered = spelling.memo.get(typed);
  if (remembered) return remembered;
  const reading = readAfresh(typed, spelling);
  if (spelling.memo.size >= memoSize) spelling.memo.clear();
  spelling.memo.set(typed, reading);
  return reading;
}

function readAfresh(typed: string, spelling: Spelling): Reading {
  const asTyped = spelling.chat.get(typed);
  if (asTyped) return readingOf(asTyped);
  if (typed.startsWith('_') || spelling.foreign.has(typed)) return readingOf([typed]);
  const word = respell(undoTyping(undoElongation(typed), spelling));
  const asChat = spelling.chat.get(word);
  if (asChat) return readingOf(asChat);
  return readingOf([word], !spelling.known.has(word) && !isLooseSyllable(word));
}

function readingOf(words: readonly string[], isUnknown = false): Reading {
  return { words: words.map((t) => ({ t, d: removeMarks(t) })), isUnknown };
}

/** Looked for once, when a message first needs it. */
function mended(reading: Reading, spelling: Spelling): readonly Word[] {
  if (reading.mended) return reading.mended;
  const [word] = reading.words;
  const meant = word && mendSlip(word.t, spelling);
  return (reading.mended = meant ? readingOf(meant).words : reading.words);
}

/** `đượccccc` → được, `quáaaa` → quá, `nhii` → nhi; a doubled a, e, o, d at the end may be Telex and stays. */
function undoElongation(word: string): string {
  if (/[0-9]/.test(word)) return word;
  return (
    word
      .replace(/(\p{L})\1{2,}/gu, '$1')
      .replace(/([^a-z])\1/gu, '$1')
      // No syllable has a vowel after itself with a mark, but for “ưu”.
      .replace(/([^a-z])([aeioy])\2*/gu, (both, marked: string, vowel) =>
        removeMarks(marked) === vowel ? marked : both,
      )
      .replace(/([b-cf-np-z])\1$/u, '$1')
  );
}

function undoTyping(word: string, spelling: Spelling): string {
  if (word.length < 2 || spelling.known.has(word) || spelling.foreign.has(word)) return word;
  if (/^\p{L}\d$/u.test(word)) return word;
  if (isLooseSyllable(word) && !/oong$/.test(word)) return word;
  return readTyping(word) ?? word;
}
