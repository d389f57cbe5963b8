import type { Entity } from '../types.ts';
import { numberWords, readNumberAt } from './number-words.ts';
import { isBare, spelled, wordAfter, wordBefore } from './typed.ts';
import type { Typed } from './typed.ts';

const part = '(sang|trua|chieu|chiu|toi|dem|khuya|am|pm)';
const start = '(?<![\\p{L}\\d/.,:])';
const end = '(?![\\p{L}\\d]|[/:.,]\\d)';
const clock = `(\\d{1,2}|${numberWords}) ?(?:(h|gio|g|:) ?(\\d{2}|\\d(?!\\d))?|(?= ruoi ))`;
const minutes = `(?: ?(?:phut|p)(?![\\p{L}]))?(?: (ruoi)| kem (\\d{1,2}|${numberWords})(?: phut)?)?`;
const one = `${clock}${minutes}(?: ?(?:buoi )?${part})?`;
const shape = new RegExp(`${start}${one}${end}`, 'gu');
/** “từ 8h đến 11h”, “8-11h”. */
const range = new RegExp(
  `${start}(?:tu )?(\\d{1,2})(?: ?(?:h|gio|g|:) ?(\\d{2})?)?(?: (ruoi))?(?: ?${part})?(?: ?[-–~] ?| (?:den|toi) )${one}${end}`,
  'gu',
);
const named = new RegExp(`${start}(nua dem|giua trua|giua dem)${end}`, 'gu');

/**
 * Times of day as `HH:MM`. A bare hour from 1 to 6 may be of the night or of the afternoon and has two
 * candidates, unless a part of the day is said somewhere beside a day (“chiều mai 3h”). Ranges carry `from`, `to`.
 * A length of time (“8 tiếng”, “trong 24h”) is none.
 */
export function findTimes(message: Typed): Entity[] {
  const { plain } = message;
  if (!/\d|gio|ruoi|dem|trua/.test(plain)) return [];
  const found: Entity[] = [];
  const add = (entity: Entity | undefined): void => {
    const isNew =
      entity && !found.some((known) => known.start < entity.end && entity.start < known.end);
    if (isNew) found.push(entity);
  };
  for (const match of plain.matchAll(range)) add(readRange(message, match));
  for (const match of plain.matchAll(shape)) add(readOne(message, match));
  for (const match of plain.matchAll(named)) {
    const isNight = match[1] !== 'giua trua';
    if (match[1] === 'nua dem' && !spelled(message, match.index, 7, ['nửa đêm'])) continue;
    add(
      entityOf(message, match.index, match.index + match[0].length, {
        value: isNight ? '00:00' : '12:00',
      }),
    );
  }
  return found.sort((a, b) => a.start - b.start);
}

interface Clock {
  /** Minutes since midnight, by a clock of twelve or of twenty-four hours. */
  readonly minutes: number;
  readonly part: string | undefined;
  /** The part was typed without marks and may be another word: “7 gio toi qua”. */
  readonly isPartSure: boolean;
  readonly end: number;
}

function readOne(message: Typed, match: RegExpExecArray): Entity | undefined {
  const read = readClock(message, match, match.slice(1), match.index);
  if (!read || isLength(message, match.index, read.end, match[0])) return undefined;
  const beside = read.part ?? partBeside(message);
  if (read.part !== undefined && !read.isPartSure) {
    const both = [
      ...new Set([...inPart(read.minutes, read.part), ...inPart(read.minutes, undefined)]),
    ];
    return entityOf(message, match.index, read.end, answer(both));
  }
  return entityOf(message, match.index, read.end, answer(inPart(read.minutes, beside)));
}

function readRange(message: Typed, match: RegExpExecArray): Entity | undefined {
  const [whole, firstHour = '', firstMinute, half, firstPart, ...rest] = match;
  const hourAt = match.index + whole.lastIndexOf(rest[0] ?? '');
  const last = readClock(message, match, rest, hourAt);
  if (!last || isLength(message, match.index, last.end, whole)) return undefined;
  const first = Number(firstHour) * 60 + (half !== undefined ? 30 : Number(firstMinute ?? 0));
  if (Number(firstHour) > 23 || first % 60 > 59) return undefined;
  const beside = partBeside(message);
  const [to, ...otherTo] = inPart(last.minutes, last.part ?? beside);
  if (to === undefined) return undefined;
  const own = inPart(first, firstPart ?? beside);
  const shared = firstPart === undefined && last.part !== undefined ? inPart(first, last.part) : [];
  const starts = [...new Set([...shared, ...own])].filter((from) => from < to);
  const [from] = starts;
  const isOne =
    from !== undefined && otherTo.length === 0 && (starts.length === 1 || shared.length === 1);
  if (isOne)
    return entityOf(message, match.index, last.end, {
      value: written(from),
      from: written(from),
      to: written(to),
    });
  return own.length > 0
    ? entityOf(message, match.index, last.end, { candidates: own.map(written) })
    : undefined;
}

/** Hour, sign, minute, half, minutes to go, part – as `clock`, `minutes` and `part` capture them from `at` on. */
function readClock(
  message: Typed,
  match: RegExpExecArray,
  groups: readonly (string | undefined)[],
  at: number,
): Clock | undefined {
  const [hourWord = '', sign, minuteWord, half, toGoWord, partWord] = groups;
  const said = { hourWord, sign, minuteWord, half };
  const hour = readNumberAt(message, at, hourWord.length);
  const toGo = minutesToGo(message, at, toGoWord);
  const part = partOfDay(message, match, partWord);
  if (hour === undefined || hour > 23 || toGo === undefined) return undefined;
  if (!isHour(message, at, hourWord) || !isOfClock(message, at, said, part.part !== undefined))
    return undefined;
  const minute = half === undefined ? minuteIn(minuteWord) : 30;
  if (minute > 59 || toGo > 59) return undefined;
  return { minutes: (hour * 60 + minute - toGo + day) % day, ...part };
}

/** What was captured of hour and minute, without marks. */
interface Said {
  readonly hourWord: string;
  readonly sign: string | undefined;
  readonly minuteWord: string | undefined;
  readonly half: string | undefined;
}

/** “kém 15”; 0 where nothing is to go, undefined where its words are no number. */
function minutesToGo(message: Typed, at: number, word: string | undefined): number | undefined {
  if (word === undefined) return 0;
  const before = message.plain.indexOf('kem', at);
  return readNumberAt(message, message.plain.indexOf(word, before), word.length);
}

/** The part of the day behind a time, where it is one (“tối”, not “tôi”), and where the time then ends. */
function partOfDay(
  message: Typed,
  { 0: whole, index }: RegExpExecArray,
  word: string | undefined,
): Omit<Clock, 'minutes'> {
  const end = index + whole.length;
  if (word === undefined) return { part: undefined, isPartSure: true, end };
  const at = end - word.length;
  if (spelled(message, at, word.length, markedParts[word] ?? []))
    return { part: word, isPartSure: isSurePart(message, at, word), end };
  const without = whole.slice(0, -word.length).replace(/(?: buoi)? ?$/, '');
  return { part: undefined, isPartSure: true, end: index + without.length };
}

/** “bay gio” without marks is now (“bây giờ”); in “mấy chục năm giờ già” the word before belongs to the number. */
function isHour(message: Typed, at: number, hourWord: string): boolean {
  if (hourWord === 'bay' && isBare(message, at, at + 7)) return false;
  if (isNumber(hourWord)) return true;
  return !/^(?:chuc|may|vai|tram|muoi|\d+)$/.test(wordBefore(message, at));
}

/** “2 rưỡi chiều”, “hai giờ”; without either word a number is no time, and “8g” is a weight. */
function isOfClock(
  message: Typed,
  at: number,
  { hourWord, sign, minuteWord, half }: Said,
  hasPart: boolean,
): boolean {
  const { plain } = message;
  const isHalf = half !== undefined;
  if (isHalf && !spelled(message, plain.indexOf('ruoi', at), 4, ['rưỡi', 'rưởi'])) return false;
  switch (sign) {
    case undefined:
      return isHalf && hasPart;
    case 'gio':
      return spelled(message, plain.indexOf('gio', at), 3, ['giờ']);
    case 'g':
      return isNumber(hourWord) && (minuteWord !== undefined || hasPart);
    case ':':
      return isNumber(hourWord) && minuteWord?.length === 2;
    default:
      return isNumber(hourWord);
  }
}

/** “8h3” is half past eight. 0 where no minute is said. */
function minuteIn(word: string | undefined): number {
  if (word === undefined) return 0;
  return Number(word.length === 1 ? `${word}0` : word);
}

function isNumber(word: string): boolean {
  return /^\d/.test(word);
}

const markedParts: Readonly<Record<string, readonly string[]>> = {
  sang: ['sáng'],
  trua: ['trưa'],
  chieu: ['chiều'],
  chiu: ['chìu', 'chìu'],
  toi: ['tối'],
  dem: ['đêm'],
  khuya: ['khuya'],
  am: ['am'],
  pm: ['pm'],
};

/** “toi” without marks may be I, “dem” to bring: sure only where a day follows or the sentence ends. */
function isSurePart(message: Typed, at: number, partWord: string): boolean {
  if (partWord !== 'toi' && partWord !== 'dem') return true;
  if (!isBare(message, at, at + 3)) return true;
  return /^(?:|mai|nay|thu|t[2-7]|cn|chu|ngay|hom|a|nha|nhe|duoc|dc|\d+)$/.test(
    wordAfter(message, at + 3),
  );
}

const besideDay =
  /(?<![\p{L}\d])(sang|trua|chieu|toi|dem) (?=(?:mai|nay|mot|thu [2-7hbtns]|t[2-7]|cn|chu nhat|ngay|hom|\d{1,2}[/-]\d))/gu;

/** The part of the day said of a day elsewhere in the message, if there is just one. */
function partBeside(message: Typed): string | undefined {
  const found = new Set<string>();
  for (const { index, 1: word = '' } of message.plain.matchAll(besideDay)) {
    if (spelled(message, index, word.length, markedParts[word] ?? [])) found.add(word);
  }
  const [only, ...others] = found;
  return others.length === 0 ? only : undefined;
}

const day = 24 * 60;
const noon = 12 * 60;

/** Which minutes of the day a reading may be; the likelier first. */
function inPart(minutes: number, partWord: string | undefined): number[] {
  if (minutes >= 13 * 60 || minutes < 60) return [minutes % day];
  const isTwelve = minutes >= noon;
  switch (partWord) {
    case 'sang':
    case 'am':
      return [isTwelve ? minutes - noon : minutes];
    case 'trua':
      return [minutes < 3 * 60 ? minutes + noon : minutes];
    case 'chieu':
    case 'chiu':
    case 'pm':
      return [isTwelve ? minutes : minutes + noon];
    case 'toi':
      if (isTwelve) return [minutes - noon];
      return minutes >= 4 * 60 ? [minutes + noon] : [minutes + noon, minutes];
    case 'dem':
    case 'khuya':
      if (isTwelve) return [minutes - noon];
      return [minutes >= 6 * 60 ? minutes + noon : minutes];
  }
  return minutes < 7 * 60 ? [minutes + noon, minutes] : [minutes];
}

/** “trong 24h”, “8 giờ đồng hồ”, “8h/ngày”, “mất 2 giờ”: how long, not when. */
function isLength(message: Typed, from: number, to: number, whole: string): boolean {
  if (
    /^(?:trong|vong|mat|hon|gan|suot|moi|cu|them|khoang|duoc|ti|ty|le|con|ton|cham|tre|nhanh|cach|ra|lai)$/.test(
      wordBefore(message, from),
    )
  )
    return (
      /^\D*\d{1,2} ?(?:h|gio)$/.test(whole) ||
      /^(?:vong|ti|ty|le|cu|moi|suot)$/.test(wordBefore(message, from))
    );
  const after = message.plain.slice(to, to + 12);
  return (
    /^\s?(?:\/|mot (?:ngay|tuan)|moi|lam viec|dong ho|nua|lien)/.test(after) || /^24 ?h/.test(whole)
  );
}

const two = (n: number): string => String(n).padStart(2, '0');
const written = (minutes: number): string =>
  `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;

function answer(times: readonly number[]): Pick<Entity, 'value' | 'candidates'> {
  const [only, ...others] = times.map(written);
  return only !== undefined && others.length === 0
    ? { value: only }
    : { candidates: times.map(written) };
}

function entityOf(
  { text }: Typed,
  from: number,
  to: number,
  read: Pick<Entity, 'value' | 'candidates' | 'from' | 'to'>,
): Entity {
  return { type: 'time', text: text.slice(from, to), start: from, end: to, ...read };
}
