import { isBareSyllable, placeTone, takeTone } from './syllable.ts';
import type { Tone } from './syllable.ts';

/**
 * What is left when an input method was off: `hocj`, `d9u7o7ng2` → học, đường. Accepts a reading only when it
 * is a syllable; the caller keeps known words away (`taxi` would become tãi).
 */
export function readTyping(word: string): string | undefined {
  if (/[0-9]/.test(word)) return readVni(word);
  return /^dd|.[sfrxjw]|aa|ee|oo|.[aeod]$/.test(word) ? readTelex(word) : undefined;
}

/** The opposite, for tests and for noise: a syllable as its keys are struck, tone key last. */
export function typeTelex(syllable: string, toneLast = true): string {
  const taken = takeTone(syllable);
  if (!taken) return syllable;
  const { bare, tone } = taken;
  const keys = Array.from(bare, (letter) => telexKeys[letter] ?? letter);
  if (tone === 0) return keys.join('');
  if (toneLast) return keys.join('') + (toneKeys[tone] ?? '');
  const at = Array.from(placeTone(bare, tone)).findIndex((letter, i) => letter !== bare.charAt(i));
  return keys.map((key, i) => (i === at ? key + (toneKeys[tone] ?? '') : key)).join('');
}

const toneKeys: readonly string[] = ['', 'f', 's', 'r', 'x', 'j'];
const toneOf: Readonly<Record<string, Tone>> = { f: 1, s: 2, r: 3, x: 4, j: 5 };
/** By digit: 1 sắc, 2 huyền, 3 hỏi, 4 ngã, 5 nặng. */
const vniTones: readonly Tone[] = [0, 2, 1, 3, 4, 5];
const telexKeys: Readonly<Record<string, string>> = {
  đ: 'dd',
  â: 'aa',
  ê: 'ee',
  ô: 'oo',
  ă: 'aw',
  ơ: 'ow',
  ư: 'uw',
};
const isVowel = (letter: string): boolean => /[aăâeêioôơuưy]/.test(letter);

function readTelex(word: string): string | undefined {
  const taken = takeTone(word);
  if (!taken) return undefined;
  if (taken.tone !== 0) return accept(telexMarks(taken.bare), taken.tone, word);
  for (let at = word.length - 1; at >= Math.max(1, word.length - 4); at--) {
    const tone = toneOf[word.charAt(at)];
    if (tone === undefined || !isToneKey(word, at)) continue;
    const read = accept(telexMarks(word.slice(0, at) + word.slice(at + 1)), tone, word);
    if (read !== undefined) return read;
  }
  return accept(telexMarks(word), 0, word);
}

/** At the end anywhere after a vowel, else right after its vowel. */
function isToneKey(word: string, at: number): boolean {
  if (at === word.length - 1) return /[aăâeêioôơuưyw]/.test(word.slice(0, at));
  const before = word.charAt(at - 1);
  return isVowel(before) || before === 'w';
}

function accept(bare: string, tone: Tone, word: string): string | undefined {
  if (!isBareSyllable(bare, tone)) return undefined;
  const read = placeTone(bare, tone);
  return read === word ? undefined : read;
}

function telexMarks(keys: string): string {
  let bare = keys
    .replace(/^dd/, 'đ')
    .replace(/(?<!q)uw?ow/, 'ươ')
    .replace(/uwo/, 'ươ')
    .replace(/aa/, 'â')
    .replace(/ee/, 'ê')
    .replace(/oo/, 'ô')
    .replace(/aw/, 'ă')
    .replace(/ow/, 'ơ')
    .replace(/uw/, 'ư');
  bare = lateKey(bare);
  return bare.replace(/ươ$/, 'uơ');
}

/** A mark key struck at the end of the word: `duongwd`, `viete`, `tranw`. Up to two of them. */
function lateKey(typed: string): string {
  let bare = typed;
  for (let turn = 0; turn < 2; turn++) {
    const key = bare.slice(-1);
    const rest = bare.slice(0, -1);
    if (key === 'd' && /^d.*[aăâeêioôơuưy]/.test(rest)) bare = 'đ' + rest.slice(1);
    else if (key === 'w' && /[aou]/.test(rest)) bare = hook(rest);
    else if (/[aeo]/.test(key) && /[^aăâeêioôơuưy]$/.test(rest)) bare = roof(rest, key) ?? bare;
    else if (key === 'e' && /ie[uo]?$|ye[u]?$/.test(rest)) bare = roof(rest, key) ?? bare;
    else if (key === 'o' && /uoi$|oi$/.test(rest)) bare = roof(rest, key) ?? bare;
    else if (key === 'a' && /[ua][uy]$/.test(rest)) bare = roof(rest, key) ?? bare;
    else break;
  }
  return bare;
}

function hook(rest: string): string {
  if (/(?<!q)uo/.test(rest)) return rest.replace('uo', 'ươ');
  if (rest.includes('oa')) return rest.replace('oa', 'oă');
  if (/ua$/.test(rest)) return rest.replace(/ua$/, 'ưa');
  const at = Math.max(rest.lastIndexOf('a'), rest.lastIndexOf('o'), rest.lastIndexOf('u'));
  const marked = { a: 'ă', o: 'ơ', u: 'ư' }[rest.charAt(at)] ?? '';
  return rest.slice(0, at) + marked + rest.slice(at + 1);
}

function roof(rest: string, key: string): string | undefined {
  const at = rest.lastIndexOf(key);
  if (at < 0) return undefined;
  const marked = { a: 'â', e: 'ê', o: 'ô' }[key] ?? key;
  return rest.slice(0, at) + marked + rest.slice(at + 1);
}

function readVni(word: string): string | undefined {
  if (!/^[a-zđăâêôơư]{2,}[0-9]|^[a-zđ][0-9][a-zđ]/.test(word) || /[0-9]{3}/.test(word)) {
    return undefined;
  }
  let bare = '';
  let tone: Tone = 0;
  for (const key of word) {
    if (!/[0-9]/.test(key)) bare += key;
    else if (/[1-5]/.test(key)) {
      if (tone !== 0 || !/[aăâeêioôơuưy]/.test(bare)) return undefined;
      tone = vniTones[Number(key)] ?? 0;
    } else {
      const marked = vniMark(bare, key);
      if (marked === undefined) return undefined;
      bare = marked;
    }
  }
  return accept(bare.replace(/(?<!q)uơ(?=.)|ưo/, 'ươ').replace(/ươ$/, 'uơ'), tone, word);
}

function vniMark(bare: string, key: string): string | undefined {
  if (key === '9') return bare.startsWith('d') ? 'đ' + bare.slice(1) : undefined;
  const letters = { '6': /[aeo](?=[^aeo]*$)/, '7': /(?<!q)uo|[ou](?=[^ou]*$)/, '8': /a(?=[^a]*$)/ }[
    key
  ];
  if (!letters?.test(bare)) return undefined;
  const marks: Readonly<Record<string, string>> =
    key === '6'
      ? { a: 'â', e: 'ê', o: 'ô' }
      : key === '7'
        ? { o: 'ơ', u: 'ư', uo: 'ươ' }
        : { a: 'ă' };
  return bare.replace(letters, (found) => marks[found] ?? found);
}
