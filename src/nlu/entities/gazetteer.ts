import { isLooseSyllable, respell } from '../syllable.ts';
import { fold } from './typed.ts';

/** `intents/entities/communes.yaml` as written. */
export interface CommuneList {
  readonly asOf: string;
  /** Districts that are no more since 01/7/2025, by name (“huyện Ea Kar”). */
  readonly districts: Readonly<
    Record<string, { readonly province: string; readonly also?: readonly string[] | undefined }>
  >;
  readonly communes: readonly CommuneEntry[];
}

export interface CommuneEntry {
  readonly code: string;
  /** “xã Ea Kar” */
  readonly name: string;
  readonly also?: readonly string[] | undefined;
  /** Old units that are wholly or partly in it, by old district. */
  readonly formerly?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly partly?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** Names people use, by organisation: `intents/entities/organisations.yaml`. */
export type OrganisationNames = Readonly<Record<string, readonly string[]>>;

/** What kind of unit a name is of; `any` = an everyday name that says no kind. */
export type Unit = 'xa' | 'phuong' | 'thi tran' | 'huyen' | 'thi xa' | 'thanh pho' | 'any';

/** One thing a place name may mean. */
export interface PlaceMeaning {
  readonly unit: Unit;
  readonly level: 'commune' | 'old' | 'district';
  /** Codes of communes of today. */
  readonly codes: readonly string[];
  /** Old districts it lies in. */
  readonly districts: readonly string[];
  readonly provinces: readonly string[];
  /** Lower case with its marks, word by word. */
  readonly words: readonly string[];
  /** All its words are everyday syllables (“Tân Lập”, “Thành Công”): taken for a place only with a word that says so. */
  readonly everyday: boolean;
}

export interface OrganisationName {
  readonly id: string;
  readonly words: readonly string[];
  readonly plain: readonly string[];
}

/** Places and organisations, made ready to be found. */
export interface Gazetteer {
  /** By `placeKey` of the whole name. */
  readonly places: ReadonlyMap<string, readonly PlaceMeaning[]>;
  /** `placeKey` of every first word, and of names in one word: where looking further is worth it. */
  readonly placeStarts: ReadonlySet<string>;
  /** By the first word without marks, longer names first. */
  readonly organisations: ReadonlyMap<string, readonly OrganisationName[]>;
  /** Names of provinces, which a ward may share: “phường Phú Yên”. */
  readonly provinces: ReadonlySet<string>;
  /** “xã Ea Kar” of `24373`; undefined when there is no such code. */
  communeName(code: string): string | undefined;
}

/** Indexes all names. Made once: it takes some milliseconds. */
export function gazetteerOf(list: CommuneList, organisations: OrganisationNames): Gazetteer {
  const places = new Map<string, PlaceMeaning[]>();
  const placeStarts = new Set<string>();
  for (const [name, meaning] of meaningsOf(list)) {
    const key = placeKey(name);
    places.set(key, [...(places.get(key) ?? []), meaning]);
    placeStarts.add(key).add(placeKey(meaning.words[0] ?? ''));
  }
  const names = new Map(list.communes.map(({ code, name }) => [code, name]));
  const provinces = Object.values(list.districts).map(({ province }) => placeKey(province));
  return {
    places,
    placeStarts,
    organisations: indexOf(organisations),
    provinces: new Set(provinces),
    communeName: (code) => names.get(code),
  };
}

/** A gazetteer that knows nothing. */
export const emptyGazetteer: Gazetteer = gazetteerOf({ asOf: '', districts: {}, communes: [] }, {});

/**
 * Families of spelling fall together: marks, capitals, spaces and apostrophes do not count, c and q are k
 * (Cư M'gar = cu mgar = Cưmgar, Krông Pắc = Krong Pak).
 */
export function placeKey(name: string): string {
  return fold(name.normalize('NFC'))
    .split(/[^a-z0-9'’ʼ]+/)
    .map(wordKey)
    .reduce(joinKeys, '');
}

/** The key of one word without marks. */
export function wordKey(plain: string): string {
  const known = keys.get(plain);
  if (known !== undefined) return known;
  const key = plain
    .replace(/['’ʼ]/g, '')
    .replace(/ch|[cq]/g, 'k')
    .replace(/([a-z])\1/g, '$1');
  if (keys.size >= memoSize) keys.clear();
  keys.set(plain, key);
  return key;
}

/** The key of words written one after another; as in one word, a letter is not doubled. */
export function joinKeys(before: string, next: string): string {
  const isDouble = before !== '' && before.at(-1) === next.charAt(0) && !/^\d/.test(next);
  return before + (isDouble ? next.slice(1) : next);
}

/** Words of messages come again and again. Only a memory, changes nothing. */
const keys = new Map<string, string>();
const memoSize = 10_000;

const unitWords: readonly (readonly [string, Unit])[] = [
  ['xã ', 'xa'],
  ['phường ', 'phuong'],
  ['thị trấn ', 'thi tran'],
  ['huyện ', 'huyen'],
  ['thị xã ', 'thi xa'],
  ['thành phố ', 'thanh pho'],
];

function unitOf(full: string): { readonly unit: Unit; readonly name: string } {
  for (const [word, unit] of unitWords) {
    if (full.toLowerCase().startsWith(word)) return { unit, name: full.slice(word.length) };
  }
  return { unit: 'any', name: full };
}

type Named = readonly [name: string, meaning: PlaceMeaning];

/** Everything a place name may mean: the communes of today, then what they were made of, then the districts of old. */
function* meaningsOf(list: CommuneList): Generator<Named> {
  const provinceOf = (district: string): string =>
    placeKey(list.districts[district]?.province ?? '');
  for (const commune of list.communes) yield* ofCommune(commune, provinceOf);
  for (const { full, district, codes } of oldUnits(list)) {
    const provinces = [provinceOf(district)];
    yield meaning(full, { level: 'old', codes, districts: [district], provinces });
  }
  yield* ofDistricts(list, provinceOf);
}

function* ofCommune(commune: CommuneEntry, provinceOf: (district: string) => string) {
  const { code, name, also = [] } = commune;
  const districts = [...new Set(partsOfCommune(commune).map(([district]) => district))];
  const provinces = [...new Set(districts.map(provinceOf))];
  for (const called of [name, ...also])
    yield meaning(called, { level: 'commune', codes: [code], districts, provinces });
}

function* ofDistricts(list: CommuneList, provinceOf: (district: string) => string) {
  const codesIn = codesByDistrict(list);
  for (const [district, { also = [] }] of Object.entries(list.districts)) {
    const { unit } = unitOf(district);
    const rest = {
      level: 'district' as const,
      codes: codesIn.get(district) ?? [],
      districts: [district],
      provinces: [provinceOf(district)],
    };
    for (const called of [district, ...also]) {
      const [name, found] = meaning(called, rest);
      yield [name, { ...found, unit }] as const;
    }
  }
}

interface OldUnit {
  readonly full: string;
  readonly district: string;
  readonly codes: string[];
}

/** Units that are no more, in order of first mention, with the communes that they went to. */
function oldUnits({ communes }: CommuneList): Iterable<OldUnit> {
  const old = new Map<string, OldUnit>();
  for (const commune of communes) {
    for (const [district, units] of partsOfCommune(commune)) {
      for (const full of units) {
        const known = old.get(`${district}/${full}`);
        if (known) known.codes.push(commune.code);
        else old.set(`${district}/${full}`, { full, district, codes: [commune.code] });
      }
    }
  }
  return old.values();
}

function codesByDistrict({ communes }: CommuneList): ReadonlyMap<string, readonly string[]> {
  const codes = new Map<string, Set<string>>();
  for (const commune of communes) {
    for (const [district] of partsOfCommune(commune))
      codes.set(district, (codes.get(district) ?? new Set()).add(commune.code));
  }
  return new Map([...codes].map(([district, found]) => [district, [...found]]));
}

/** Old units that it was made of, wholly or partly, by old district. */
function partsOfCommune({ formerly = {}, partly = {} }: CommuneEntry) {
  return [...Object.entries(formerly), ...Object.entries(partly)];
}

function meaning(
  full: string,
  rest: Pick<PlaceMeaning, 'level' | 'codes' | 'districts' | 'provinces'>,
): Named {
  const { unit, name } = unitOf(full);
  const words = wordsOf(name);
  const everyday = words.every((word) => /^\d+$/.test(word) || isLooseSyllable(word));
  return [name, { ...rest, unit, words, everyday }];
}

function indexOf(names: OrganisationNames): Map<string, OrganisationName[]> {
  const index = new Map<string, OrganisationName[]>();
  for (const [id, called] of Object.entries(names)) {
    for (const name of called) {
      const words = wordsOf(name);
      const plain = words.map(fold);
      const [first] = plain;
      if (first !== undefined)
        index.set(first, [...(index.get(first) ?? []), { id, words, plain }]);
    }
  }
  for (const found of index.values()) found.sort((a, b) => b.words.length - a.words.length);
  return index;
}

const wordsOf = (name: string): string[] =>
  (
    name
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\d'’ʼ]+/gu) ?? []
  ).map(respell);
