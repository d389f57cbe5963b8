import { removeMarks } from '../syllable.ts';
import type { Entity } from '../types.ts';

/**
 * A person's name, capitalised, or undefined. Asked for, the whole message may be the name; otherwise only what
 * follows a cue ("tên là", "họ tên:"). One to five words; Ê Đê, Gia Rai and M'Nông names keep their marks.
 */
export function readName(text: string, how: { readonly asked: boolean }): string | undefined {
  const whole = text.normalize('NFC');
  const [cued] = findNames(whole);
  if (typeof cued?.value === 'string') return cued.value;
  if (!how.asked) return undefined;
  const bare = whole.trim().replace(opening, '').replace(addressed, '');
  const name = nameAt(bare, 0);
  if (!name || !isRest(bare.slice(name.end))) return undefined;
  return nameOf(name.words);
}

/** Names after a cue. */
export function findNames(text: string): Entity[] {
  if (!/t[eê]n/i.test(text)) return [];
  const found: Entity[] = [];
  for (const match of text.matchAll(cue)) {
    const start = match.index + match[0].length;
    const name = nameAt(text, start);
    const value = name && nameOf(name.words);
    if (!name || value === undefined) continue;
    const from = start + text.slice(start).search(/\S/);
    found.push({
      type: 'personName',
      text: text.slice(from, name.end),
      start: from,
      end: name.end,
      value,
    });
  }
  return found;
}

/** "ten" without accents only before a colon or là: "ten minutes" and "tên quán" name nobody. */
const cue =
  /(?<![\p{L}\p{N}])(?:(?:họ (?:và )?tên|ho (?:va )?ten)(?: (?:là|la|em là|em la|của em|tôi là|đầy đủ))?|(?:tên|ten) (?:của )?(?:em|tôi|toi|tui|mình|minh|con|cháu|chị|anh)?\s?(?:là|la)|(?:em|tôi|toi|tui|mình|minh|con|cháu|chị|anh|e|m) (?:tên|ten)(?: là| la)?|(?<!(?:đặt|dat) )(?:tên|ten)(?: (?:chồng|vợ|con|cháu|mẹ|má|ba|bố|chị|anh|em)(?: (?:em|tôi|tui|mình|gái|trai))?)?\s*:)(?![\p{L}\p{N}])\s*[:-]?/giu;

const opening =
  /^(?:(?:dạ|da|vâng|vang|thưa|ok|ạ|à|uk|ừ|rồi)[\s,]+)*(?:(?:em|tôi|toi|tui|mình|minh|con|cháu|anh|chị|e) (?:là|la)\s+)?(?:(?:cứ )?ghi (?:tên|là)?\s*)?/iu;

/** "em Lan", "chị Hoa"; "Anh" with a capital may be the name itself. */
const addressed =
  /^(?:(?:em|chị|cô|chú|bác|dì|tôi|tui|mình|Em|Chị|Cô|Chú|Bác|Dì|Tôi|Tui|Mình|anh|con|cháu)\s+)(?=\p{L})/u;

interface NameSpan {
  readonly words: readonly string[];
  readonly end: number;
}

/** `H'Yon`, and `H' Yon` with its prefix apart. */
const wordShape =
  /[\s,]*?([hk]['’ʼ](?= ?\p{L})(?! ?\p{L}*['’ʼ])(?=\s)|[\p{L}\p{M}]+(?:['’ʼ][\p{L}\p{M}]+)*)/iuy;
const longestName = 5;

/** Reads words until something says that the name is over. */
function nameAt(text: string, start: number): NameSpan | undefined {
  const words: string[] = [];
  let end = start;
  while (words.length < longestName + 1) {
    wordShape.lastIndex = end;
    const match = wordShape.exec(text);
    const word = match?.[1];
    if (
      match === null ||
      word === undefined ||
      isStop(word, words.length, text, wordShape.lastIndex)
    )
      break;
    if (/[,\n]/.test(match[0]) && words.length > 0) break;
    words.push(word);
    end = wordShape.lastIndex;
  }
  return words.length === 0 || words.length > longestName ? undefined : { words, end };
}

const stops = new Set(
  (
    'ở o sinh năm nam sđt sdt số so điện đt dt năm nay tuổi tuoi tại tai làm nhà địa quê que ạ a nha nhé nhe nghen nhen ' +
    'đăng muốn muon cần can không khong và với voi thì ban ơi oi xin gọi goi hiện mail email gmail zalo fb đang dang bên của ' +
    'là la rồi roi đây day đó do này cho được duoc ghi học hoc lớp lop giúp giup dùm giùm ad ak nè ne kinh bán chủ xã phường gì gi sao nào nao người nguoi đẹp'
  ).split(' '),
);
/** Words that may also be part of a name: they end it only when small or where more words follow that end it. */
const alsoNames = new Set(
  'nay sao nam nhà lớp năm ban an do sinh xã chủ học kinh bên cần can day la so tai que đang'.split(
    ' ',
  ),
);

function isStop(word: string, position: number, text: string, end: number): boolean {
  const lower = word.toLowerCase();
  // "Nguyễn Văn A": a capital letter alone ends many a name in examples and on forms.
  if (word === 'A') return false;
  if (!stops.has(lower)) return false;
  if (position === 0) return !alsoNames.has(lower) || !/^\p{Lu}/u.test(word);
  if (!alsoNames.has(lower)) return true;
  if (/^\p{Lu}/u.test(word)) return false;
  // "nguyễn văn nam", "trần thị sinh": at the end of the line a small word belongs to the name.
  return !/^[\s.,;!]*$/.test(text.slice(end)) || position > 3;
}

function isRest(rest: string): boolean {
  return (
    /^[\s.,;!ạ]*(?:(?:ạ|a|nha|nhé|nhe|nghen|nhen|đó|ad|ơi|đây|nè)[\s.!,]*)*$/iu.test(rest) ||
    /^\s*[,.;\-–(]/.test(rest) ||
    /^\s*(?:sinh|sđt|sdt|số|ở|\d)/i.test(rest) ||
    /^\s*(?:là|la) (?:được|dc|đc|đủ)/i.test(rest) ||
    /^\s*(?:nam|nữ|nu)(?:\s*,|\s+\d|\s+sinh|\s*$)/i.test(rest)
  );
}

/** Words that are no name by themselves, so that "dạ vâng" or "đồng ý" is never a person. */
const noName = new Set(
  (
    'da vang co khong ko khum u uh uhm ok oke okie dong y duoc roi dung sai huy thoi alo chao xin cam on em anh chi toi tui minh ' +
    'ban gi sao nao dau ai ad bot menu xong tiep bo qua chua biet ten ho va la cho hoi hi hello nguoi ta me ba bo con chau bac co chu'
  ).split(' '),
);

function nameOf(words: readonly string[]): string | undefined {
  const folded = words.map((word) => removeMarks(word.toLowerCase()));
  if (folded.every((word) => noName.has(word)) && !looksLikeName(words)) return undefined;
  if (isSmallTalk(words, folded)) return undefined;
  if (words.some((word) => word.length > 15) || !words.every(isNameWord)) return undefined;
  if (words.length === 1 && folded[0]?.length === 1) return undefined;
  return words.map(capital).join(' ');
}

/** Typed without a capital: “để em hỏi chồng đã”, “sáng mai”, “gặp cán bộ”, “hihi”. */
function isSmallTalk(words: readonly string[], folded: readonly string[]): boolean {
  if (words.some((word) => /^\p{Lu}/u.test(word))) return false;
  if (words.some((word) => neverInNames.has(word))) return true;
  // Pronouns between other words; “mai anh”, “chí minh” are names.
  const between = folded.slice(1, -1);
  if (between.some((word) => /^(?:em|toi|tui|chong)$/.test(word))) return true;
  const whole = folded.join(' ');
  return (
    /^(?:sang|trua|chieu|toi|dem|ngay) (?:mai|nay|kia|mot)$/.test(whole) ||
    /^(?:(?:hi|ha|he|kk|hu)+|tu tu|de tu tu|gap can bo)$/.test(whole)
  );
}

const neverInNames = new Set('để hỏi đã gặp cán bộ từ sẽ chưa lúc khi trước thôi'.split(' '));

/** Several capitals speak for a name even of such words: "Bác Ái", "Cô Thị Vâng". */
function looksLikeName(words: readonly string[]): boolean {
  return (
    words.length >= 2 && words.length <= 4 && words.every((word) => /^\p{Lu}\p{Ll}+$/u.test(word))
  );
}

function isNameWord(word: string): boolean {
  return /[aeiouyăâêôơưĕŏŭ]/i.test(word.normalize('NFD')) || /^[HYK]['’ʼ]?$/i.test(word);
}

function capital(word: string): string {
  const upper = word === word.toUpperCase() && word.length > 1 ? word.toLowerCase() : word;
  return upper.replace(/^\p{L}|(?<=['’ʼ])\p{L}/gu, (letter) => letter.toUpperCase());
}
