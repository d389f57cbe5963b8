/**
 * The written Vietnamese syllable: initial + rime + one tone. Source of the inventory: the standard
 * orthography (Quốc ngữ); placement of the tone after the spelling of textbooks (hoà, thuý, xoá).
 */

/** 0 none, 1 huyền, 2 sắc, 3 hỏi, 4 ngã, 5 nặng */
export type Tone = 0 | 1 | 2 | 3 | 4 | 5;

const vowelRows = [
  'aàáảãạ',
  'ăằắẳẵặ',
  'âầấẩẫậ',
  'eèéẻẽẹ',
  'êềếểễệ',
  'iìíỉĩị',
  'oòóỏõọ',
  'ôồốổỗộ',
  'ơờớởỡợ',
  'uùúủũụ',
  'ưừứửữự',
  'yỳýỷỹỵ',
];

const toned = new Map<string, { readonly bare: string; readonly tone: Tone }>();
const withTone = new Map<string, string>();
for (const row of vowelRows) {
  const bare = row.charAt(0);
  Array.from(row).forEach((letter, tone) => {
    toned.set(letter, { bare, tone: tone as Tone }); // six letters a row, so 0–5
    withTone.set(`${bare}${tone}`, letter);
  });
}

const initials = 'ngh ch gh gi kh ng nh ph qu th tr b c d đ g h k l m n p r s t v x'
  .split(' ')
  .concat('');

const rimeRows: Readonly<Record<string, string>> = {
  a: '- c ch i m n ng nh o p t u y',
  ă: 'c m n ng p t',
  â: 'c m n ng p t u y',
  e: '- c m n ng o p t',
  ê: '- ch m n nh p t u',
  i: '- a ch m n nh p t u',
  iê: 'c m n ng p t u',
  o: '- c i m n ng p t',
  oa: '- c ch i m n ng nh o p t y',
  oă: 'c m n ng t',
  oe: '- n o t',
  oo: 'c ng',
  ô: '- c i m n ng p t',
  ơ: '- i m n p t',
  u: '- a c i m n ng p t',
  uâ: 'n ng t y',
  uê: '- ch nh',
  uô: 'c i m n ng t',
  uơ: '-',
  uy: '- a ch n nh p t u',
  uyê: 'n t',
  ư: '- a c i ng t u',
  ươ: 'c i m n ng p t u',
  y: '-',
  yê: 'm n t u',
};
const rimes = new Set(
  Object.entries(rimeRows).flatMap(([nucleus, endings]) =>
    endings.split(' ').map((ending) => nucleus + (ending === '-' ? '' : ending)),
  ),
);
const plainRimes = new Set([...rimes].map((rime) => removeMarks(rime)));

/** Without tones and marks, đ as d: `đường` → `duong`. Letters of other scripts stay. */
export function removeMarks(word: string): string {
  if (/^[ -~]*$/.test(word)) return word;
  return word
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/đ/g, 'd')
    .replace(/Đ/g, 'D')
    .replace(/ƀ/g, 'b');
}

/** The word without its tone, and the tone; undefined when it carries two tones. */
export function takeTone(word: string): { readonly bare: string; readonly tone: Tone } | undefined {
  let bare = '';
  let tone: Tone = 0;
  for (const letter of word) {
    const found = toned.get(letter);
    bare += found?.bare ?? letter;
    if (!found || found.tone === 0) continue;
    if (tone !== 0) return undefined;
    tone = found.tone;
  }
  return { bare, tone };
}

/** Puts the tone where the orthography wants it. `bare` has one group of vowels, else it comes back without tone. */
export function placeTone(bare: string, tone: Tone): string {
  if (tone === 0) return bare;
  const at = toneVowel(bare);
  if (at < 0) return bare;
  return bare.slice(0, at) + (withTone.get(`${bare.charAt(at)}${tone}`) ?? '') + bare.slice(at + 1);
}

/** `hòa` → `hoà`, `thúy` → `thuý`; a word that is no single syllable stays as it is. */
export function respell(word: string): string {
  const taken = takeTone(word);
  if (!taken || taken.tone === 0 || toneVowel(taken.bare) < 0) return word;
  return placeTone(taken.bare, taken.tone);
}

/** A syllable as it stands in print; rimes ending in a stop take only sắc or nặng. */
export function isSyllable(word: string): boolean {
  const taken = takeTone(word);
  return taken !== undefined && isBareSyllable(taken.bare, taken.tone);
}

/** Whether marks and tone may stand together: before c, ch, p and t only sắc and nặng do. */
export function isBareSyllable(bare: string, tone: Tone): boolean {
  if (/(?:c|ch|p|t)$/.test(bare) && tone !== 2 && tone !== 5) return false;
  return hasRime(bare, rimes);
}

/** A syllable, or one whose tone or marks were left off: `duoc`, `hoc`, `viêt`. */
export function isLooseSyllable(word: string): boolean {
  const taken = takeTone(word);
  if (!taken) return false;
  return hasRime(taken.bare, rimes) || hasRime(removeMarks(taken.bare), plainRimes);
}

function hasRime(bare: string, known: ReadonlySet<string>): boolean {
  if (bare === 'gi') return true;
  return initials.some((initial) => {
    if (!bare.startsWith(initial)) return false;
    const rest = bare.slice(initial.length);
    return known.has(rest) || (initial === 'qu' && known.has('u' + rest));
  });
}

function toneVowel(bare: string): number {
  const start = vowelStart(bare);
  let end = start;
  while (end < bare.length && toned.has(bare.charAt(end))) end++;
  if (start === end) return -1;
  for (let i = end; i < bare.length; i++) if (toned.has(bare.charAt(i))) return -1;
  for (let i = end - 1; i >= start; i--) if ('ăâêôơư'.includes(bare.charAt(i))) return i;
  const count = end - start;
  if (count === 1) return start;
  if (end < bare.length) return end - 1;
  if (count === 2) return /^(?:oa|oe|uy)$/.test(bare.slice(start, end)) ? start + 1 : start;
  return start + 1;
}

function vowelStart(bare: string): number {
  if (/^qu./.test(bare) || (/^gi/.test(bare) && toned.has(bare.charAt(2)))) return 2;
  let start = 0;
  while (start < bare.length && !toned.has(bare.charAt(start))) start++;
  return start;
}
