import type { Spoken } from './answer.ts';
import type { Problem } from './problem.ts';

/** How we write (content.md §2): what is refused, and what is only pointed out. */

export interface Judgement {
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
}

const longestSentence = 25;

/** `spoken` is judged line by line, `messages` as a whole. Texts are NFC. */
export function judgeStyle(spoken: readonly Spoken[], messages: readonly Spoken[]): Judgement {
  const expanded = expandedIn(spoken);
  return {
    errors: spoken.flatMap((said) => [
      ...misplacedTones(said),
      ...abbreviations(said, expanded.get(said.file) ?? new Set()),
    ]),
    warnings: [
      ...spoken.flatMap((said) => [...longSentences(said), ...officialese(said)]),
      ...messages.flatMap(tooPolite),
    ],
  };
}

/** The tone stands on the second vowel of oa, oe, uy (hoà, khoẻ, huỷ); after q the u is no vowel (quý). */
export function modernTone(word: string): string {
  return word
    .replaceAll(/([òóỏõọ])([ae])/giu, (_, o: string, next: string) => onNext('òóỏõọ', 'o', o, next))
    .replaceAll(/([ùúủũụ])(y)/giu, (_, u: string, next: string) => onNext('ùúủũụ', 'u', u, next))
    .replaceAll(/(?<=q)([ùúủũụ])([aeê])/giu, (_, u: string, next: string) =>
      onNext('ùúủũụ', 'u', u, next),
    );
}

const toned: Readonly<Record<string, string>> = { a: 'àáảãạ', e: 'èéẻẽẹ', ê: 'ềếểễệ', y: 'ỳýỷỹỵ' };

function onNext(row: string, bare: string, from: string, to: string): string {
  const tone = row.indexOf(from.toLowerCase());
  const vowel = toned[to.toLowerCase()]?.charAt(tone) ?? to;
  return sameCase(from, bare) + sameCase(to, vowel);
}

const sameCase = (model: string, letter: string): string =>
  model === model.toUpperCase() ? letter.toUpperCase() : letter;

function misplacedTones({ file, line, text }: Spoken): Problem[] {
  return [...text.matchAll(/\p{L}+/gu)].flatMap(([word]) => {
    const better = modernTone(word);
    if (better === word) return [];
    const message = `dấu thanh đặt theo kiểu cũ: "${word}" – viết "${better}"`;
    return [{ file, line, code: 'style.tone', message }];
  });
}

/** Known to everybody here; and “VÍ DỤ” in front of a demonstration course, which is meant to shout. */
const allowed = new Set(['UBND', 'HTX', 'OCOP', 'OTP', 'VÍ', 'DỤ']);

function abbreviations(said: Spoken, expanded: ReadonlySet<string>): Problem[] {
  const { file, line, text } = said;
  return abbreviationsOf(text).flatMap((word) => {
    if (allowed.has(word) || expanded.has(word)) return [];
    const message = `viết tắt "${word}" – viết đầy đủ, hoặc giải nghĩa ngay đó: tên đầy đủ (${word})`;
    return [{ file, line, code: 'style.abbreviation', message }];
  });
}

/** `168/2025/NĐ-CP`, `57-NQ/TW`, `93/2025/QH15`: the number of a document is its name. */
const documentNumber = /\d+(?:\/\d{4})?[/-]\p{Lu}[\p{L}\d]*(?:[-/]\p{Lu}[\p{L}\d]*)*/gu;
const roman = /^[IVXLC]+$/;

function abbreviationsOf(text: string): string[] {
  const words = text.replaceAll(documentNumber, ' ').matchAll(/[\p{L}\d&]+/gu);
  return [...words]
    .map(([word]) => word)
    .filter((word) => /\p{Lu}{2}/u.test(word) && !/\p{Ll}/u.test(word) && !roman.test(word));
}

/** Abbreviations that their own file spells out: `tên đầy đủ (TĐ)` or `TĐ (tên đầy đủ)`. */
function expandedIn(spoken: readonly Spoken[]): Map<string, Set<string>> {
  const files = new Map<string, Set<string>>();
  for (const { file, text } of spoken) {
    const found = files.get(file) ?? new Set();
    for (const [, inside] of text.matchAll(/\(([\p{Lu}&]{2,})\)/gu)) if (inside) found.add(inside);
    for (const [, before] of text.matchAll(/([\p{Lu}&]{2,}) \(/gu)) if (before) found.add(before);
    files.set(file, found);
  }
  return files;
}

function longSentences({ file, line, text }: Spoken): Problem[] {
  return text.split(/[.!?;](?=\s|$)/).flatMap((sentence) => {
    const words = sentence.match(/[\p{L}\d][^\s]*/gu)?.length ?? 0;
    if (words <= longestSentence) return [];
    const message = `câu dài ${words} chữ – tách làm hai, mỗi câu nhiều nhất ${longestSentence} chữ`;
    return [{ file, line, code: 'style.sentence.long', message }];
  });
}

function officialese({ file, line, text }: Spoken): Problem[] {
  return ['vui lòng', 'quý khách', 'hệ thống']
    .filter((words) => text.toLowerCase().includes(words))
    .map((words) => {
      const message = `"${words}" nghe như công văn – nói thường: “anh/chị”, “giúp em”, tên trang`;
      return { file, line, code: 'style.officialese', message };
    });
}

function tooPolite({ file, line, text }: Spoken): Problem[] {
  const times = text.match(/(?<!\p{L})ạ(?!\p{L})/giu)?.length ?? 0;
  if (times < 2) return [];
  return [{ file, line, code: 'style.a.twice', message: `"ạ" ${times} lần trong một tin – giữ một` }];
}
