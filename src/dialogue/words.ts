import { removeMarks } from '../nlu/syllable.ts';
import type { Command } from './flow.ts';
import { linkLetters } from './link-code.ts';

/**
 * The few plain words that are understood without the model: commands, numbers, yes and no. Only a whole
 * message counts – “em không cần gặp cán bộ” is no command – so courtesies at both ends are taken off first.
 */

/** Lower case, no accents, words apart by one space: how a typed title is compared with a button. */
export function plain(text: string): string {
  const known = memo.get(text);
  if (known !== undefined) return known;
  const words = removeMarks(text.normalize('NFC').toLowerCase()).match(/[\p{L}\p{N}]+/gu);
  const folded = (words ?? []).join(' ');
  if (memo.size >= memoSize) memo.clear();
  if (text.length <= longestRemembered) memo.set(text, folded);
  return folded;
}

/** One message and the titles of its buttons are folded again and again in a turn. Only a memory, changes nothing. */
const memo = new Map<string, string>();
const memoSize = 500;
const longestRemembered = 200;

/** The command that a whole message is, whatever its marks, capitals and courtesies. */
export function readCommand(text: string): Command | undefined {
  return commands.get(bare(text));
}

/** “1”, “số 2”, “cai thu hai”, “0”; `last` for “cái cuối”. */
export function readNumber(text: string): number | 'last' | undefined {
  const words = bare(text).replace(/^(?:em|toi|minh|tui) /, '');
  const digits = /^(?:(?:chon|lay|bam|so|cau|muc|cai|y|nut|lop|dong|thu) )*(\d{1,2})$/.exec(words);
  if (digits) return Number(digits[1]);
  const spelled = /^(?:(?:chon|lay|bam|cau|muc|cai|y|nut|lop|dong) )*(?:thu|so) (\S+)$/.exec(words);
  if (spelled) return numberWords.get(spelled[1] ?? '');
  const place = /^(?:(?:chon|lay|bam) )?(?:cai|muc|cau|y|lop|nut|dong) (.+)$/.exec(words)?.[1];
  if (place === 'dau' || place === 'dau tien') return 1;
  return place === 'cuoi' || place === 'cuoi cung' ? 'last' : undefined;
}

/** “đúng rồi ạ”, “dung r”, “ko phai”: with or without accents, “rồi” and courtesies around it. */
export function readYesNo(text: string): 'yes' | 'no' | undefined {
  const words = bare(text);
  if (words === '' && yes.has(plain(text))) return 'yes';
  return [words, withoutDone(words)].map(yesNoOf).find((said) => said !== undefined);
}

function yesNoOf(words: string): 'yes' | 'no' | undefined {
  return yes.has(words) ? 'yes' : no.has(words) ? 'no' : undefined;
}

const withoutDone = (words: string): string => bare(words.replace(/ (?:roi|r|rui|oi|do|day)$/, ''));

/** “sao lâu vậy”, “chưa ai trả lời”: asks where the answer stays. */
export function asksForNews(text: string): boolean {
  return /(?:^| )(?:lau (?:qua|vay|the|z|v|du|lam|roi)|cho (?:hoai|mai|lau|gio)|(?:chua|khong|ko|k|bao gio|khi nao|chung nao)(?: thay)?(?: ai| can bo)? (?:tra loi|rep|phan hoi|goi)|co ai|con (?:do|day) (?:khong|ko|k)|(?:can bo|nguoi) dau|dau roi|toi (?:dau|luot)|gap (?:lam|qua)|alo)(?: |$)/.test(
    plain(text),
  );
}

/** Has the shape of a question: what a name or a phone number never has. */
export function isQuestion(text: string): boolean {
  return text.includes('?') || questionWords.test(` ${plain(text)} `);
}

/** “còn hồ sơ thì sao”, “thế còn nơi nộp”: goes on from something said before. */
export function goesOn(text: string): boolean {
  return /^(?:the |vay |a )?con .*\b(?:sao|the nao)$|^(?:the|vay) con |.\bthi sao$/.test(
    bare(text),
  );
}

/** “huỷ đăng ký lớp”, “em xin rút tên khỏi lớp”: a place taken back, not asked for. */
export function leavesCourse(text: string): boolean {
  const words = ` ${plain(text)} `;
  return (
    / (?:huy|bo|rut) (?:(?:dang|ky|dk|ghi|danh|ten|khoi|hoc|em|minh|toi|tui|ra|cho|o|trong|cai|cac|cua) )*(?:lop|khoa hoc|tap huan) /.test(
      words,
    ) || / (?:khong|ko|hong) (?:di )?hoc (?:lop \S+ )?(?:nua|duoc nua) /.test(words)
  );
}

/** “để lại số điện thoại”, “goi lai cho em nha”: wants to be called. */
export function leavesNumber(text: string): boolean {
  return /^(?:(?:cho|xin|muon|em|toi|minh|tui|anh|chi|co) )*(?:(?:de|dua|gui|cho) lai (?:so|sdt|dt)|goi (?:lai|dien) (?:cho )?(?:em|toi|minh|tui|chi|anh))(?: (?:so|sdt|dt|dien thoai|may|cua|em|toi|minh|di|nha))*$/.test(
    bare(text),
  );
}

/** “lệ phí”, “môn bài”: a fee by its name. */
export function namesFee(text: string): boolean {
  return / (?:phi|mon bai|mien phi) /.test(` ${plain(text)} `);
}

/** “đổi số điện thoại”, “em ghi sai tên”: what stands in a list is to be put right. */
export function changesEntry(text: string): boolean {
  return / (?:doi|sua|chinh|sai|nham|ghi lai|cap nhat) (?:lai |sai |nham |giup |em |dum )*(?:ten|ho ten|so|sdt|dt)(?: |$)/.test(
    ` ${plain(text)} `,
  );
}

/** “VD1”, “dk vd3”: a class by its code and nothing else. Numbers of laws look alike and are none. */
export function isCourseCode(text: string): boolean {
  return /^(?:(?:em|toi|minh|tui|cho|muon|xin|dang ky|dk|dki|ghi danh|ghi ten|tham gia|vao|hoc|chon|lay|lop|khoa|ma) )*(?!(?:nd|tt|qd|nq|kh|cv|ct|da|hd|ttlt|cp)\d)(?:[a-z]{2,4}\d{1,3}|[a-z]\d{2,3})$/.test(
    bare(text),
  );
}

/** Hearts and thumbs, with nothing said; tears and anger are no thanks. */
export function isEmoji(text: string): boolean {
  return (
    isWordless(text) &&
    /\p{Extended_Pictographic}/u.test(text) &&
    !/[😀-😿]|[👎💔🖕]/u.test(text.replace(/[😀😁😃😄😆😇😉😊😋😍😘🙂🥰]/gu, ''))
  );
}

/** Dots, question marks, symbols, “hmm”: no word in it, and no covered number. */
export function isWordless(text: string): boolean {
  return text.trim() !== '' && !text.includes('•••') && /^(?:h+m+|u+m+|o+|a+)?$/.test(plain(text));
}

const longStory = 60;

/** A long account with more than one question in it: a person reads such a thing better. */
export function isStory(text: string): boolean {
  const words = plain(text);
  if (words.split(' ').length <= longStory) return false;
  const marks = text.split('?').length - 1;
  return marks > 1 || [...` ${words} `.matchAll(new RegExp(questionWords, 'g'))].length > 1;
}

/** Not Vietnamese but English: no accents, and words that only English has. */
export function isEnglish(text: string): boolean {
  const words = text.toLowerCase().match(/[\p{L}']+/gu) ?? [];
  const own = words.filter((word) => englishWords.has(word)).length;
  return (
    words.length >= 3 &&
    words.join('') === removeMarks(words.join('')) &&
    own * 3 >= words.length &&
    own >= 2
  );
}

/** “can I talk to a human”: the same wish as “gặp cán bộ”. */
export function wantsPersonInEnglish(text: string): boolean {
  return /\b(?:talk|speak|chat|connect|transfer)\b.*\b(?:human|person|someone|somebody|agent|staff|officer|people)\b|\b(?:human|real person|live agent)\b(?: please)?[.!?]*$/i.test(
    text,
  );
}

/** “thôi em đổi ý”, “không muốn cho số”: out of a form. */
export function leavesForm(text: string): boolean {
  return / (?:doi y|thay doi y dinh) | (?:khong|ko|k|hong|chua)(?: muon| the| co)? (?:cho|dua|gui|de lai|cung cap) (?:so|sdt|dt|ten|thong tin) |^ (?:thoi|khoi)(?: em| chi| anh| toi| minh)? (?:khong|ko|k|hong|khoi|de|bo|chac) /.test(
    ` ${plain(text)} `,
  );
}

/** “có xoá”, “xóa đi em”, “đồng ý xoá hết”: yes, erase. */
export function agreesToErase(text: string): boolean {
  return /^(?:(?:co|dong y|ok|uk|vang|em|toi|minh|muon|cu|dung|cho) )*xoa(?: (?:het|sach|di|luon|giup|cho|em|toi|minh|tat ca|du lieu|tin nhan))*$/.test(
    bare(text),
  );
}

/** “lớp”, “khoá học”, “tập huấn” as words of their own. */
export function speaksOfCourse(text: string): boolean {
  return / (?:lop|khoa hoc|tap huan) /.test(` ${plain(text)} `);
}

const channelWord = '(?:zalo|facebook|fb|messenger|mess|telegram|tele|web|website)(?: oa| bot)?';
const linkWish = new RegExp(
  `^(?:(?:em|toi|minh|anh|chi|muon|xin|cho|can|giup) )*(?:noi|lien ket|ket noi)(?: kenh)? ${channelWord}(?: (?:voi|va|qua|sang|vao) ${channelWord})?$`,
);

/** “nối Zalo với Facebook”. */
export function linksChannels(text: string): boolean {
  return linkWish.test(bare(text));
}

/**
 * “liên kết K7M TQ4X”, or the code alone. No vowel, no W and no D stand in a code: typing aids for Vietnamese would turn
 * them into something else; nothing that looks like another (0/O, 1/I, 5/S, 8/B, 2/Z). It begins and ends with a letter and
 * its second is a digit, so that it is no word, no code of a class and no number to be covered.
 */
export function readLinkCode(text: string): string | undefined {
  const said = /^(?:(?:ma|lien ket|noi|nhap|day) )*(.+)$/
    .exec(bare(text))?.[1]
    ?.replaceAll(' ', '');
  return said !== undefined && linkCode.test(said) ? said.toUpperCase() : undefined;
}

const linkCode = new RegExp(
  `^[${linkLetters}]\\d[${linkLetters}\\d][${linkLetters}][${linkLetters}\\d]{2}[${linkLetters}]$`,
  'i',
);

/** One question back, in a form. */
export function isBack(text: string): boolean {
  return back.has(bare(text));
}

/** “Huy” is a name as well as a word of stopping: without its accent nobody can tell them apart. */
export function mayBeNamedHuy(text: string): boolean {
  return bare(text) === 'huy' && !/[ủỷ]/iu.test(text.normalize('NFC'));
}

const before = /^(?:da|vang|u|um|ad|em oi|ban oi|ad oi|bot oi|bot|a|o|nay) /;
const after =
  / (?:a|ah|ha|nha|nhe|nhen|nghen|nghe|nao|ad|em|anh|chi|ban|bot|oi|di|voi|giup|gium|luon|hen|hi)$/;

function bare(text: string): string {
  let words = plain(text);
  for (let shorter = strip(words); shorter !== words; shorter = strip(words)) words = shorter;
  return words;
}

function strip(words: string): string {
  return words.replace(before, '').replace(after, '');
}

const commands = new Map<string, Command>(
  Object.entries({
    cancel:
      'huy, huy bo, huy dang ky, huy ghi ten, thoi, thoi khoi, thoi khong can nua, khong can nua, khong dang ky nua, khong lam nua, thoi khong dang ky nua, thoi khong cho nua, khong cho nua, thoi khoi cho nua, khoi cho nua, thoi khoi cho, thoi khong gap nua, khong gap nua, khong can gap nua, khong can gap can bo nua, thoi khong can gap nua, bo qua, dung lai, thoat, stop, cancel',
    link: 'lien ket, lien ket tai khoan, lien ket kenh, lien ket cac kenh, lien ket khung chat, noi kenh, noi cac kenh, noi tai khoan, noi khung chat, ma lien ket, xin ma lien ket, cho em ma lien ket, cho toi ma lien ket, lay ma lien ket',
    unlink:
      'bo lien ket, huy lien ket, go lien ket, ngat lien ket, thoi lien ket, tach lien ket, khong lien ket nua',
    menu: 'menu, xem menu, cac muc, xem cac muc, xem muc, danh muc, muc luc, chuc nang, bat dau lai, xem cac muc khac, muc khac',
    person:
      'gap can bo, cho gap can bo, muon gap can bo, em muon gap can bo, toi muon gap can bo, cho em gap can bo, cho toi gap can bo, can gap can bo, chuyen can bo, gap nguoi, gap nguoi that, nguoi that, gap nhan vien, cho gap nhan vien, gap tu van vien, noi chuyen voi can bo, noi chuyen voi nguoi, noi chuyen voi nguoi that, gap nguoi truc, can bo',
    erase:
      'xoa du lieu, xoa du lieu cua toi, xoa du lieu cua em, xoa du lieu cua minh, xoa het du lieu, xoa het du lieu cua toi, xoa het du lieu cua em, xoa thong tin cua toi, xoa thong tin cua em, xoa thong tin cua minh, xoa het thong tin cua toi, xoa du lieu ca nhan',
    withdraw:
      'rut dong y, rut lai dong y, rut lai su dong y, rut su dong y, toi rut dong y, em rut dong y',
    access:
      'xem du lieu, xem du lieu cua toi, xem du lieu cua em, xem du lieu cua minh, xem thong tin cua toi, sua du lieu, sua du lieu cua toi, sua thong tin cua toi, sua thong tin cua em, xem sua du lieu',
    lost: 'khong hieu, ko hieu, k hieu, hong hieu, em khong hieu, toi khong hieu, khong hieu gi, khong hieu gi het, chua hieu, em chua hieu, kho hieu, kho hieu qua, noi lai, noi lai di, noi ro hon, giai thich lai, nghia la sao, la sao, the la sao, vay la sao',
    wrong:
      'sai, sai roi, sai het, sai het roi, sai be bet, sai bet, noi sai, noi sai roi, tra loi sai, tra loi sai roi, bot sai roi, bot tra loi sai, chua dung, khong dung, chua dung y, khong dung y, khong phai, khong phai vay, khong phai cai do, sai y',
  } satisfies Record<Command, string>).flatMap(([command, phrases]) =>
    // The keys are checked by `satisfies`; Object.entries forgets them.
    phrases.split(', ').map((phrase): [string, Command] => [phrase, command as Command]),
  ),
);

const numberWords = new Map(
  [['mot', 'nhat'], ['hai', 'nhi'], ['ba'], ['bon', 'tu'], ['nam', 'lam'], ['sau']].flatMap(
    (words, i) => words.map((word): [string, number] => [word, i + 1]),
  ),
);

const setOf = (phrases: string): ReadonlySet<string> => new Set(phrases.split(', '));

const yes = setOf(
  'dong y, toi dong y, em dong y, minh dong y, co, co chu, co dong y, ok, oke, okay, okie, okela, ok dong y, vang, vang dong y, da, da vang, da dong y, da co, da duoc, da dung, duoc, dc, duoc chu, u, uh, uk, uhm, um, uki, okk, okey, yes, yep, y, dung, dung vay, dung the, dung so, dung so do, so do dung, chinh xac, chuan, chuan luon, chuan cmnr, phai, phai do, roi, roi dung, nhat tri, tat nhien, xac nhan',
);
const no = setOf(
  'khong, ko, k, kg, hong, hok, hk, kh, khong phai, ko phai, k phai, hong phai, khong dung, ko dung, k dung, khong co, ko co, k co, nham, no, nope, khong dong y, toi khong dong y, em khong dong y, ko dong y, k dong y, chua, chua dong y, khong can, ko can, k can, thoi, thoi khoi, khoi, khong muon, khong dau, khong can dau, khong muon dau, khong dong y dau, em khong dong y dau, toi khong dong y dau, co dau, khong can goi, khong dung, chua dung, khong phai, sai, sai roi',
);

const back = setOf('quay lai, tro lai, lui lai, buoc truoc, quay ve, quay lai buoc truoc, back');

const englishWords = new Set(
  'how what where when which why who please want need help you your is are does register business with for from this that have has english speak talk human there would could should about much my get open company tax loan hello of and the start apply'.split(
    ' ',
  ),
);

const questionWords =
  / (?:bao nhieu|bao lau|bao gio|khi nao|luc nao|o dau|cho nao|the nao|nhu the nao|lam sao|ra sao|vi sao|tai sao|sao lai|la gi|can gi|gi vay|gi the|may gio|may ngay|may buoi|ai day|duoc khong|duoc ko|dc khong|dc ko|co khong|phai khong|khong vay|ko vay|thi sao|hong vay|mat phi|le phi|hoc phi) /;
