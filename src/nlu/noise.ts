import type { Lexicon } from './lexicon.ts';
import type { Random } from './random.ts';
import { isSyllable, removeMarks } from './syllable.ts';
import { typeTelex } from './typing.ts';

/** Rewrites a sentence as people type in a hurry; the classifier learns from the copies. */
export type Noise = (text: string, random: Random) => string;

/**
 * Spoils a sentence as people do: marks left out, shorthand, slips, raw Telex. The same draws spoil it the same way.
 */
export function noiseOf(lexicon: Lexicon): Noise {
  const shorthand = shorthandOf(lexicon);
  return (text, random) => {
    const draw = random.next();
    if (draw < 0.2) return removeMarks(text);
    if (draw < 0.3)
      return eachWord(text, (word) => (random.chance(0.5) ? removeMarks(word) : word));
    if (draw < 0.45) return chat(text, shorthand, 0.3 + 0.6 * random.next(), random);
    if (draw < 0.6) return mistype(text, 12 + random.below(21), random);
    if (draw < 0.68) return rawTelex(text, random);
    if (draw < 0.75) return shout(text, random);
    const chatty = chat(text, shorthand, 0.5, random);
    return mistype(
      eachWord(chatty, (word) => (random.chance(0.6) ? removeMarks(word) : word)),
      20,
      random,
    );
  };
}

/** Words and word groups with the chat forms that stand for them, longest groups first. */
interface Shorthand {
  readonly forms: ReadonlyMap<string, readonly string[]>;
  readonly longest: number;
}

function shorthandOf(lexicon: Lexicon): Shorthand {
  const forms = new Map<string, string[]>();
  let longest = 1;
  for (const [form, reads] of Object.entries(lexicon.chat)) {
    for (const read of reads) {
      forms.set(read, [...(forms.get(read) ?? []), form]);
      longest = Math.max(longest, read.split(' ').length);
    }
  }
  return { forms, longest };
}

function chat(text: string, shorthand: Shorthand, p: number, random: Random): string {
  const words = text.toLowerCase().split(/\s+/);
  const written: string[] = [];
  for (let i = 0; i < words.length;) {
    const taken = random.chance(p) ? shorten(words, i, shorthand, random) : undefined;
    const word = words[i] ?? '';
    written.push(taken?.form ?? (random.chance(0.15) ? soften(word, random) : word));
    i += taken?.length ?? 1;
  }
  return written.join(' ');
}

function shorten(
  words: readonly string[],
  at: number,
  { forms, longest }: Shorthand,
  random: Random,
): { form: string; length: number } | undefined {
  for (let length = Math.min(longest, words.length - at); length > 0; length--) {
    const group = words.slice(at, at + length).join(' ');
    const bare = group.replace(/[?.!,;:]+$/, '');
    const form = random.pick(forms.get(bare) ?? []);
    if (form !== undefined) return { form: form + group.slice(bare.length), length };
  }
  return undefined;
}

const softened: readonly (readonly [RegExp, string])[] = [
  [/^ph/, 'f'],
  [/^qu/, 'w'],
  [/^gi(?=\p{L})/u, 'j'],
  [/^c(?=[^h])/, 'k'],
  [/^v/, 'z'],
  [/^b/, 'p'],
  [/^đ/, 'd'],
  [/nh$/, 'nk'],
  [/ch$/, 'ck'],
  [/ng$/, 'g'],
  [/i$/, 'j'],
];

function soften(word: string, random: Random): string {
  const fitting = softened.filter(([from]) => from.test(word));
  const rule = random.pick(fitting);
  return rule ? word.replace(rule[0], rule[1]) : word;
}

const keyboard = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/** One slip about every `every` characters. */
function mistype(text: string, every: number, random: Random): string {
  let letters = Array.from(text);
  const slips = Math.max(1, Math.round(letters.length / every));
  for (let n = 0; n < slips; n++) {
    const at = random.below(letters.length);
    letters = slip(letters, at, random);
  }
  return letters.join('');
}

function slip(letters: readonly string[], at: number, random: Random): string[] {
  const before = letters.slice(0, at);
  const letter = letters[at] ?? '';
  const after = letters.slice(at + 1);
  switch (random.below(5)) {
    case 0:
      return [...before, after[0] ?? '', letter, ...after.slice(1)];
    case 1:
      return [...before, ...after];
    case 2:
      return [...before, letter, letter, ...after];
    case 3:
      return [...before, neighbour(letter, random), ...after];
    default:
      return [...before, ...Array.from(typeTelex(letter.toLowerCase())), ...after];
  }
}

function neighbour(letter: string, random: Random): string {
  const key = removeMarks(letter.toLowerCase());
  const row = keyboard.find((keys) => keys.includes(key));
  if (row === undefined || key === '') return letter;
  const at = row.indexOf(key) + (random.chance(0.5) ? 1 : -1);
  return row.charAt(at) || letter;
}

function rawTelex(text: string, random: Random): string {
  return eachWord(text, (word) => {
    const lower = word.toLowerCase();
    const toneLast = random.chance(0.7);
    return random.chance(0.6) && isSyllable(lower) ? typeTelex(lower, toneLast) : word;
  });
}

function shout(text: string, random: Random): string {
  const bare = text.replace(/[.,;:?!]/g, '');
  const stretched = eachWord(bare, (word) =>
    random.chance(0.3) ? word + word.slice(-1).repeat(2 + random.below(4)) : word,
  );
  return random.chance(0.6) ? stretched.toUpperCase() : stretched;
}

function eachWord(text: string, rewrite: (word: string) => string): string {
  return text.replace(/\S+/g, rewrite);
}
