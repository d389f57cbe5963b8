import { isLooseSyllable, respell } from '../syllable.ts';
import type { Entity } from '../types.ts';
import { joinKeys, placeKey, wordKey } from './gazetteer.ts';
import type { Gazetteer, PlaceMeaning, Unit } from './gazetteer.ts';
import { typed } from './typed.ts';
import type { Typed } from './typed.ts';
import { tokensOf } from './tokens.ts';
import type { Token } from './tokens.ts';

/**
 * Communes and wards of Đắk Lắk by today's or old names; the value is the code. An old name that went to several,
 * a name that several bear, and an old district have candidates. By position.
 */
export function findPlaces(
  message: Typed,
  tokens: readonly Token[],
  gazetteer: Gazetteer,
  taken: readonly Pick<Entity, 'start' | 'end'>[] = [],
): Entity[] {
  if (gazetteer.places.size === 0) return [];
  const named: Named[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const found = nameAt(message, tokens, at, gazetteer, false);
    if (!found) continue;
    named.push(found);
    at = found.last;
  }
  return joined(message, named).map((one) => {
    // In “UBND xã Ea Kar” the kind of unit belongs to the office.
    const isTaken = taken.some(
      ({ start, end }) => start <= one.start && one.start < end && end <= one.nameStart,
    );
    return entityOf(message, isTaken ? { ...one, start: one.nameStart } : one);
  });
}

/** The commune an answer names: one code, or several to ask about. The whole answer may be the name. */
export function readPlace(text: string, gazetteer: Gazetteer): PlaceAnswer | undefined {
  const message = typed(text.normalize('NFC'));
  const tokens = tokensOf(message);
  const found = findPlaces(message, tokens, gazetteer);
  const asked = found.length > 0 ? found : wholeName(message, tokens, gazetteer);
  const codes = [
    ...new Set(
      asked.flatMap(({ value, candidates = [] }) => (value === undefined ? candidates : [value])),
    ),
  ].map(String);
  const [only, ...others] = codes;
  if (only === undefined) return undefined;
  return others.length === 0 && asked.every(({ candidates }) => !candidates)
    ? { value: only }
    : { candidates: codes };
}

export type PlaceAnswer = { readonly value: string } | { readonly candidates: readonly string[] };

/** “dạ tân lập ạ”: asked where, everyday words are the name. */
function wholeName(message: Typed, tokens: readonly Token[], gazetteer: Gazetteer): Entity[] {
  const rest = tokens.filter(({ plain }) => !courtesy.test(plain));
  const first = rest[0];
  const at = first ? tokens.indexOf(first) : -1;
  const named = at < 0 ? undefined : nameAt(message, tokens, at, gazetteer, true);
  const isWhole = named && tokens.slice(named.last + 1).every(({ plain }) => courtesy.test(plain));
  return isWhole ? [entityOf(message, named)] : [];
}

const courtesy = /^(?:da|vang|a|ad|em|e|minh|toi|nha|nhe|oi|la|do|ban|anh|chi)$/;

interface Named {
  readonly meanings: readonly PlaceMeaning[];
  readonly start: number;
  /** Where the name begins, without “xã”. */
  readonly nameStart: number;
  readonly end: number;
  /** Index of its last word. */
  readonly last: number;
}

const longestName = 5;

/** The longest name that begins at a word, if it may be meant there. */
function nameAt(
  message: Typed,
  tokens: readonly Token[],
  at: number,
  gazetteer: Gazetteer,
  asked: boolean,
): Named | undefined {
  if (!gazetteer.placeStarts.has(wordKey(tokens[at]?.plain ?? ''))) return undefined;
  let found: Named | undefined;
  let key = '';
  for (let last = at; last < tokens.length && last < at + longestName; last++) {
    key = joinKeys(key, wordKey(tokens[last]?.plain ?? ''));
    if (last > at && !isOneName(message, tokens[last - 1], tokens[last])) break;
    const all = gazetteer.places.get(key);
    if (!all) continue;
    const words = tokens.slice(at, last + 1);
    const before = unitBefore(message, tokens, at);
    // “Phú Yên” alone is the old province.
    const sharesProvince = gazetteer.provinces.has(key);
    const meanings = ofUnit(all, before?.unit).filter(
      (one) =>
        fits(message, words, one) &&
        (before !== undefined ||
          (!sharesProvince && isMeant(message, tokens, at, words, one, asked))),
    );
    const [first, end] = [words[0], words.at(-1)?.end];
    if (meanings.length === 0 || !first || end === undefined) continue;
    found = { meanings, start: before?.start ?? first.start, nameStart: first.start, end, last };
  }
  return found;
}

/** Only a space, a hyphen or a dot may part the words of a name. */
function isOneName({ text }: Typed, one: Token | undefined, next: Token | undefined): boolean {
  return (
    one !== undefined &&
    next !== undefined &&
    /^[ .\-–\u00a0]{0,2}$/.test(text.slice(one.end, next.start))
  );
}

const unitsTyped: Readonly<Record<string, Unit>> = {
  xa: 'xa',
  x: 'xa',
  phuong: 'phuong',
  p: 'phuong',
  f: 'phuong',
  'thi tran': 'thi tran',
  tt: 'thi tran',
  huyen: 'huyen',
  h: 'huyen',
  'thi xa': 'thi xa',
  tx: 'thi xa',
  'thanh pho': 'thanh pho',
  tp: 'thanh pho',
};
const unitMarks: Readonly<Record<string, string>> = {
  xa: 'xã',
  phuong: 'phường',
  huyen: 'huyện',
  'thi tran': 'thị trấn',
  'thi xa': 'thị xã',
  'thanh pho': 'thành phố',
};

/** “xã”, “P.”, “thị xã” before a name. */
function unitBefore(
  message: Typed,
  tokens: readonly Token[],
  at: number,
): { readonly unit: Unit; readonly start: number } | undefined {
  const [one, two] = [tokens[at - 1], tokens[at - 2]];
  if (!one || !/^[ .:\u00a0]{0,2}$/.test(message.text.slice(one.end, tokens[at]?.start)))
    return undefined;
  const pair = two ? `${two.plain} ${one.plain}` : '';
  const written = unitsTyped[pair] ? pair : one.plain;
  const unit = unitsTyped[written];
  const start = written === pair && two ? two.start : one.start;
  if (unit === undefined) return undefined;
  const as = message.lower.slice(start, one.end);
  return as === written || as === unitMarks[written] ? { unit, start } : undefined;
}

/** Where a kind of unit is said, names of that kind; people mix up xã and thị trấn, so else those of its level. */
function ofUnit(all: readonly PlaceMeaning[], unit: Unit | undefined): readonly PlaceMeaning[] {
  if (unit === undefined) return all;
  const same = all.filter((one) => one.unit === unit || one.unit === 'any');
  if (same.length > 0) return same;
  const isDistrict = unit === 'huyen' || unit === 'thi xa' || unit === 'thanh pho';
  return all.filter(({ level }) => (level === 'district') === isDistrict);
}

/** Marks that were typed are those of the name, where they are everyday words. */
function fits(message: Typed, words: readonly Token[], one: PlaceMeaning): boolean {
  // “là k” is not “Lắk”.
  if (one.words.length === 1 && words.length > 1) return false;
  if (!one.everyday || words.length !== one.words.length) return !one.everyday;
  return words.every(({ plain, start, end }, i) => {
    const as = message.lower.slice(start, end);
    return as === plain || respell(as) === one.words[i];
  });
}

const whereWords =
  /^(?:o|tai|que|ve|tu|den|len|xuong|qua|vung|thon|buon|bon|duoi|ben|ngoai|ubnd|cua|nguoi|dan|nha|ray|khu)$/;

/** Without “xã” or “huyện” before it. */
function isMeant(
  message: Typed,
  tokens: readonly Token[],
  at: number,
  words: readonly Token[],
  one: PlaceMeaning,
  asked: boolean,
): boolean {
  const before = tokens[at - 1]?.plain ?? '';
  const isSingle = words.length === 1 && one.words.length === 1;
  // “phường 9”, but never a bare number; “Lắk”, but not that of “Đắk Lắk”.
  if (one.words.every((word) => /^\d+$/.test(word))) return false;
  if (isSingle && /^(?:dak|dac|dack)$/.test(before)) return false;
  // “Ea”, “Krông”, “BMT” are no words of everyday speech; “lắc” is, however like “Lắk”.
  if (words.some(({ start, end }) => !isLooseSyllable(message.lower.slice(start, end))))
    return true;
  if (asked) return true;
  if (isSingle) return false;
  const isCued = whereWords.test(before);
  const isCapital = words.every(({ start }) => /^\p{Lu}/u.test(message.text.charAt(start)));
  if (one.level === 'old') return isCued && isCapital;
  return isCued || (isCapital && before !== '');
}

/** “Hoà Xuân, Buôn Ma Thuột”: the district beside a name says which is meant. */
function joined(message: Typed, named: readonly Named[]): Named[] {
  const result: Named[] = [];
  for (const one of named) {
    const previous = result.at(-1);
    const gap = previous ? message.plain.slice(previous.end, one.start) : 'x';
    const narrowed =
      previous && /^[\s,.(–-]{0,3}(?:o |thuoc )?$/.test(gap) ? narrow(previous, one) : undefined;
    if (narrowed) result[result.length - 1] = narrowed;
    else result.push(one);
  }
  return result;
}

function narrow(inner: Named, outer: Named): Named | undefined {
  const districts = outer.meanings
    .filter(({ level }) => level === 'district')
    .flatMap((one) => one.districts);
  const meanings = inner.meanings.filter(
    (one) => one.level !== 'district' && one.districts.some((name) => districts.includes(name)),
  );
  return meanings.length === 0
    ? undefined
    : { ...inner, meanings, end: outer.end, last: outer.last };
}

function entityOf({ text, plain }: Typed, { meanings, start, end }: Named): Entity {
  const province = provinceAfter(plain, end);
  const there = meanings.filter(
    ({ provinces }) => province !== undefined && provinces.includes(province),
  );
  const read = there.length > 0 ? there : meanings;
  const codes = [...new Set([...read].sort(byLevel).flatMap((one) => one.codes))];
  const [only, ...others] = codes;
  return {
    type: 'place',
    text: text.slice(start, end),
    start,
    end,
    ...(only !== undefined && others.length === 0 ? { value: only } : { candidates: codes }),
  };
}

const order = { commune: 0, old: 1, district: 2 };
const byLevel = (a: PlaceMeaning, b: PlaceMeaning): number => order[a.level] - order[b.level];

/** “…, tỉnh Phú Yên (cũ)” right behind a name. */
function provinceAfter(plain: string, end: number): string | undefined {
  const after = /^[\s,.(–-]{0,3}(?:tinh )?(phu yen|da[ck]k? ?la[ck]k?|daklak)(?![\p{L}])/u.exec(
    plain.slice(end, end + 30),
  )?.[1];
  return after === undefined ? undefined : placeKey(after === 'phu yen' ? after : 'Đắk Lắk');
}
