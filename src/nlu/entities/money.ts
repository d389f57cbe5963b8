import type { Entity } from '../types.ts';
import { numberWords, readNumberAt } from './number-words.ts';
import { spelled, typed, wordAfter, wordBefore } from './typed.ts';
import type { Typed } from './typed.ts';

/** Units by how they are typed without marks, and the marks they may have. */
const units: Readonly<Record<string, { readonly worth: number; readonly as: readonly string[] }>> =
  {
    k: { worth: 1e3, as: ['k'] },
    nghin: { worth: 1e3, as: ['nghìn'] },
    ngan: { worth: 1e3, as: ['ngàn'] },
    tr: { worth: 1e6, as: ['tr'] },
    trieu: { worth: 1e6, as: ['triệu'] },
    cu: { worth: 1e6, as: ['củ'] },
    ty: { worth: 1e9, as: ['tỷ', 'tỹ'] },
    ti: { worth: 1e9, as: ['tỉ'] },
  };
const unit = '(nghin|ngan|trieu|tr|cu|ty|ti|k)';
const number = `(\\d{1,3}(?:[. ]\\d{3})+(?:,\\d{1,2})?|\\d{1,2} (?:tram|chuc)|\\d+(?:[.,]\\d{1,3})?|${numberWords}|nua)`;
const start = '(?<![\\p{L}\\d.,/])';
const end = '(?![\\p{L}\\d])';
const dong = '(?: ?(?:dong|vnd|d))';

/** 500 triệu, 2tr5, 1 tỷ 200 triệu, 1 tỉ rưỡi, 500k; a smaller unit may follow a larger. */
const amount = new RegExp(
  `${start}${number} ?${unit}(?:(\\d{1,3})|(?: (ruoi))|(?: (\\d{1,3}|${numberWords})(?: (tram))?)|(?![\\p{L}\\d]))(?: ?(nghin|ngan|trieu|tr|k))?${dong}?${end}`,
  'gu',
);
/** triệu rưỡi, tỷ rưỡi */
const unitAndHalf = new RegExp(`${start}(trieu|ty|ti) ruoi${dong}?${end}`, 'gu');
/** 1.500.000đ, 500000 đồng */
const plainDong = new RegExp(`${start}(\\d{1,3}(?:[. ,]\\d{3})+|\\d{3,12})${dong}${end}`, 'gu');
/** 50–100 triệu, từ 50 đến 100 triệu */
const range = new RegExp(
  `${start}(?:tu )?(\\d+(?:[.,]\\d{1,2})?|${numberWords})(?: ?${unit})?(?: ?[-–~] ?| (?:den|toi) )(\\d+(?:[.,]\\d{1,2})?|${numberWords}) ?${unit}${dong}?${end}`,
  'gu',
);
/** năm trăm, 5 trăm: thousands, or millions? */
const bareHundred = new RegExp(
  `${start}(\\d|${numberWords}) tram${dong}?${end}|${start}((?:hai|ba|bon|nam|sau|bay|tam|chin|mot) tram)${dong}?${end}`,
  'gu',
);

/**
 * Amounts of money in đồng. “Năm trăm” alone, `1,500 triệu` and other amounts of two readings have candidates.
 * Ranges carry `from` and `to`; their value is where they begin. Foreign money is none of ours. By position.
 */
export function findMoney(message: Typed): Entity[] {
  if (!mayHoldMoney.test(message.plain)) return [];
  const found: Entity[] = [];
  const scan = (shape: RegExp, read: Read): void => {
    for (const match of message.plain.matchAll(shape)) {
      const at = match.index;
      if (found.some((one) => one.start < at + match[0].length && at < one.end)) continue;
      const entity = read(message, match);
      if (entity) found.push(entity);
    }
  };
  scan(range, readRange);
  scan(amount, readAmount);
  scan(unitAndHalf, readUnitAndHalf);
  scan(plainDong, readPlain);
  scan(bareHundred, readHundred);
  return found.sort((a, b) => a.start - b.start);
}

export type MoneyAnswer = { readonly value: number } | { readonly candidates: readonly number[] };

/** The amount an answer names; a range or several amounts are asked about. */
export function readMoney(text: string): MoneyAnswer | undefined {
  const found = findMoney(typed(text.normalize('NFC')));
  const amounts = new Set<number>();
  for (const { value, candidates = [], to } of found) {
    for (const one of [value, ...candidates, to]) if (typeof one === 'number') amounts.add(one);
  }
  const [only, ...others] = amounts;
  if (only === undefined) return undefined;
  const isSure = others.length === 0 && found.every(({ candidates }) => !candidates);
  return isSure ? { value: only } : { candidates: [...amounts] };
}

type Read = (message: Typed, match: RegExpExecArray) => Entity | undefined;

const mayHoldMoney = /\d ?(?:k|tr|d|vnd|cu|t[yi])|trieu|nghin|ngan|tram|\bt[yi]\b|\bcu\b/;

/** “1 tỷ 2 năm”, “500k người”: what follows belongs to the number, not to the amount. */
const counted =
  /^(?:nam|thang|ngay|tuan|gio|nguoi|lan|lop|sao|ha|con|cai|chiec|kg|ky|ki|tan|bao|dua|suat|cay|buoi|ho|mon|xe|phong|khoa|dot|ky|quy|cau|phan|trang|anh|chi|em|ban|vo|chong|nha|quan|goi|loai|cho|view|like|follow|sub)$/;
const foreign = /^(?:usd|do|dola|euro|eur|te|yen|won|bat)$/;

function readAmount(message: Typed, match: RegExpExecArray): Entity | undefined {
  const [whole, numberText = '', unitText = ''] = match;
  const gap = whole.charAt(numberText.length) === ' ' ? 1 : 0;
  const unitAt = match.index + numberText.length + gap;
  const worth = worthAt(message, unitAt, unitText, /^\d/.test(numberText));
  const bases = numbersAt(message, match.index, numberText);
  if (worth === undefined || bases.length === 0 || (unitText === 'k' && gap > 0)) return undefined;
  const unitEnd = unitAt + unitText.length;
  const tail = tailOf(message, match, unitEnd, worth) ?? {
    adds: [0],
    end: endWithDong(message, unitEnd, match),
  };
  if (isCountOfThings(message, match, tail.end) || isForeign(message, tail.end)) return undefined;
  const amounts = tail.adds.flatMap((add) => bases.map((base) => Math.round(base * worth + add)));
  if (!amounts.every(isAmount)) return undefined;
  const unsure = tail.unsure === true || (unitText === 'cu' && isBareCu(message, unitAt));
  return entityOf(message, match.index, tail.end, answer(amounts, unsure));
}

/** What stands behind the unit: “2tr5”, “1 tỷ 200 triệu”, “rưỡi”. */
interface Tail {
  /** Each a reading, in đồng. */
  readonly adds: readonly number[];
  readonly end: number;
  readonly unsure?: true;
}

function tailOf(
  message: Typed,
  match: RegExpExecArray,
  unitEnd: number,
  worth: number,
): Tail | undefined {
  const [whole, , unitText, attached, half, spaced, tram, smaller] = match;
  const end = match.index + whole.length;
  if (half !== undefined) {
    const halfAt = message.plain.indexOf('ruoi', unitEnd);
    return spelled(message, halfAt, 4, ['rưỡi', 'rưởi']) ? { adds: [worth / 2], end } : undefined;
  }
  const written = attached ?? spaced;
  if (written === undefined) return undefined;
  const at = message.plain.indexOf(written, unitEnd);
  const count = readNumberAt(message, at, written.length);
  if (count === undefined) return undefined;
  if (smaller !== undefined) {
    const smallerAt = message.plain.indexOf(smaller, at + written.length);
    const less = worthAt(message, smallerAt, smaller, true) ?? worth;
    return less < worth ? { adds: [count * (tram ? 100 : 1) * less], end } : undefined;
  }
  const after = wordAfter(message, end);
  const isApart = attached === undefined;
  if (isApart && (unitText === 'k' || counted.test(after) || /^\d/.test(after))) return undefined;
  // “một tỷ hai lăm”: 1,025 or 1,25 tỷ, or something else.
  if (/^(?:lam|nham|muoi)$/.test(after)) return { adds: [0], end: unitEnd, unsure: true };
  if (tram !== undefined || !/^\d/.test(written)) {
    const tenths = tram === undefined && count % 100 === 0 && count > 0 ? count / 100 : count;
    return tenths < 10
      ? { adds: [(tenths * worth) / 10], end }
      : { adds: [0], end: unitEnd, unsure: true };
  }
  return { adds: [(count * worth) / 10 ** written.length], end };
}

/** The dong sign after the unit belongs to the amount; other words of the match do not. */
function endWithDong(message: Typed, unitEnd: number, match: RegExpExecArray): number {
  const rest = message.plain.slice(unitEnd, match.index + match[0].length);
  return /^ ?(?:dong|vnd|d)$/.test(rest) ? match.index + match[0].length : unitEnd;
}

/** More than nothing, and not more than all the money there is. */
const isAmount = (amount: number): boolean => amount > 0 && amount <= 1e15;

function isForeign(message: Typed, at: number): boolean {
  const after = wordAfter(message, at);
  if (after === 'do') return message.lower.slice(at).trimStart().startsWith('đô');
  return foreign.test(after);
}

const things = /^(?:cai|cay|nguoi|tui|hop|ly|nong|view|like|follow|sub)$/;
const digitsBefore = /^(?:mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi|may|vai|\d)$/;
const screens = /^(?:tivi|tv|hinh|video|phim|camera|clip)$/;

/** “năm ngàn cái”, “20 nghìn ảnh”, “tivi 4k”: no money. */
function isCountOfThings(message: Typed, match: RegExpExecArray, end: number): boolean {
  // “10 nghìn tỷ” is more than ten thousand; “hai ba trăm triệu” is no one amount.
  if (/^(?:ty|ti|trieu|tr)$/.test(wordAfter(message, end))) return true;
  if (!/^\d/.test(match[0]) && digitsBefore.test(wordBefore(message, match.index))) return true;
  if (message.plain.charAt(end) === '/') return false;
  if (match[2] === 'k' && screens.test(wordBefore(message, match.index))) return true;
  if (things.test(wordAfter(message, end))) return true;
  return message.lower.slice(end).trimStart().startsWith('ảnh');
}

function readUnitAndHalf(message: Typed, match: RegExpExecArray): Entity | undefined {
  const [whole, unitText = ''] = match;
  const worth = worthAt(message, match.index, unitText, false);
  const halfAt = match.index + unitText.length + 1;
  if (worth === undefined || !spelled(message, halfAt, 4, ['rưỡi', 'rưởi'])) return undefined;
  if (/^(?:may|vai)$/.test(wordBefore(message, match.index))) return undefined;
  return entityOf(message, match.index, match.index + whole.length, answer([worth * 1.5]));
}

function readPlain(message: Typed, match: RegExpExecArray): Entity | undefined {
  const [whole, digits = ''] = match;
  const sign = whole.slice(digits.length).trim();
  const at = match.index + whole.length - sign.length;
  if (
    !spelled(message, at, sign.length, sign === 'd' ? ['đ'] : sign === 'vnd' ? ['vnđ'] : ['đồng'])
  )
    return undefined;
  const value = Number(digits.replace(/\D/g, ''));
  return value < 100
    ? undefined
    : entityOf(message, match.index, match.index + whole.length, answer([value]));
}

function readRange(message: Typed, match: RegExpExecArray): Entity | undefined {
  const [whole, fromText = '', fromUnit, toText = '', toUnit = ''] = match;
  const fromAt = match.index + whole.indexOf(fromText);
  const unitAt =
    match.index +
    whole.lastIndexOf(
      toUnit,
      whole.length - (/\s?(?:dong|vnd|d)$/.exec(whole)?.[0].length ?? 0) - toUnit.length,
    );
  const toAt = match.index + whole.indexOf(toText, whole.indexOf(fromText) + fromText.length);
  const [from] = numbersAt(message, fromAt, fromText);
  const [to] = numbersAt(message, toAt, toText);
  const worth = worthAt(message, unitAt, toUnit, true);
  const fromWorth =
    fromUnit === undefined
      ? worth
      : worthAt(message, message.plain.indexOf(fromUnit, fromAt + fromText.length), fromUnit, true);
  if (from === undefined || to === undefined || worth === undefined || fromWorth === undefined)
    return undefined;
  const [low, high] = [Math.round(from * fromWorth), Math.round(to * worth)];
  if (!isAmount(low) || !isAmount(high) || low >= high) return undefined;
  if (isForeign(message, match.index + whole.length)) return undefined;
  return entityOf(message, match.index, match.index + whole.length, {
    value: low,
    from: low,
    to: high,
  });
}

const aboutMoney =
  /(?:vay|von|tien|gia|phi|luong|thu nhap|tra|mua|ban|dong|nop|goi|ho tro|tai tro|lai|no|muon|dau tu|chi)(?![\p{L}])/u;
const closing =
  /^(?:|thoi|nha|nhe|a|ad|khong|ko|k|duoc|dc|de|thi|la|va|hay|hoac|moi|mot|nua|roi|em|e|cho|tu|ben|ngan|o)$/;

function readHundred(message: Typed, match: RegExpExecArray): Entity | undefined {
  const [whole, digit, words] = match;
  const written = (words ?? digit ?? '').replace(/ tram$/, '');
  const count = readNumberAt(message, match.index, written.length);
  const tramAt = match.index + whole.indexOf('tram');
  if (count === undefined || count === 0 || count > 9 || !spelled(message, tramAt, 4, ['trăm']))
    return undefined;
  const after = wordAfter(message, match.index + whole.length);
  if (!aboutMoney.test(message.plain) || !closing.test(after)) return undefined;
  return entityOf(message, match.index, match.index + whole.length, {
    candidates: [count * 1e8, count * 1e5],
  });
}

function isBareCu({ lower }: Typed, at: number): boolean {
  return lower.slice(at, at + 2) === 'cu' && /\s/.test(lower.charAt(at - 1));
}

const roots = /^(?:san|khoai|toi|gung|nghe|hanh|cai|dau|ca)$/;

/** What one of a unit is worth, if that unit was meant: “5 củ khoai” and “5 cũ” are no millions. */
function worthAt(
  message: Typed,
  at: number,
  unitText: string,
  afterDigit: boolean,
): number | undefined {
  const found = units[unitText];
  if (!found || !spelled(message, at, unitText.length, found.as)) return undefined;
  if ((unitText === 'k' || unitText === 'tr') && !afterDigit) return undefined;
  if (unitText === 'cu' && roots.test(wordAfter(message, at + 2))) return undefined;
  return found.worth;
}

/** The number, and a second reading where the comma may part thousands. */
function numbersAt(message: Typed, at: number, written: string): number[] {
  if (written === 'nua')
    return spelled(message, at, 3, ['nửa']) && wordBefore(message, at) !== 'them' ? [0.5] : [];
  if (!/^\d/.test(written)) {
    const read = readNumberAt(message, at, written.length);
    return read === undefined ? [] : [read];
  }
  const many = /^(\d+) (tram|chuc)$/.exec(written);
  if (many) {
    const isMeant = spelled(message, at + written.length - 4, 4, ['trăm', 'chục']);
    return isMeant ? [Number(many[1]) * (many[2] === 'tram' ? 100 : 10)] : [];
  }
  const decimal = /^(\d+),(\d+)$/.exec(written);
  if (decimal) {
    const read = Number(`${decimal[1]}.${decimal[2]}`);
    return decimal[2]?.length === 3 ? [read, Number(`${decimal[1]}${decimal[2]}`)] : [read];
  }
  if (/^\d{1,3}(?:[. ]\d{3})+/.test(written)) {
    return [Number(written.replace(/[. ]/g, '').replace(',', '.'))];
  }
  return [Number(written)];
}

function answer(amounts: readonly number[], unsure = false): Pick<Entity, 'value' | 'candidates'> {
  const [only, ...others] = amounts;
  return only !== undefined && others.length === 0 && !unsure
    ? { value: only }
    : { candidates: amounts };
}

function entityOf(
  { text }: Typed,
  from: number,
  to: number,
  read: Pick<Entity, 'value' | 'candidates' | 'from' | 'to'>,
): Entity {
  return { type: 'money', text: text.slice(from, to), start: from, end: to, ...read };
}
