import type { Instant } from '../../clock.ts';
import { isoDay, localTime, writtenTime } from '../../conversation/calendar.ts';
import type { Status, Trouble } from './messages.ts';

/** What the page itself says. What the bot says comes from the server. */
export const text = {
  bot: 'Nhịp Cầu',
  person: 'Anh/chị',
  official: (name: string, organisation: string): string =>
    [name === '' ? 'Cán bộ' : `Cán bộ ${name}`, organisation].filter(Boolean).join(' · '),
  choices: 'Chọn một mục',
  earlierChoices: 'Xem lại các lựa chọn',
  answering: 'Đang trả lời…',
  newBelow: 'Có tin mới ↓',
  moreBelow: 'Còn nữa ↓',
  waitsForNetwork: 'Chưa gửi – chờ có mạng',
  sending: 'Đang gửi…',
  refused: 'Tin này không gửi được. Anh/chị viết lại giúp em.',
  newSession: 'Cuộc trò chuyện trước đã hết hạn trên máy này. Anh/chị cứ hỏi tiếp.',
  forgotten: 'Đã xoá khỏi máy này.',
  wasItRight: 'Câu trả lời này có ích không?',
  helpful: 'Có ích',
  wrong: 'Chưa đúng',
  notJudged: 'Chưa gửi được. Anh/chị bấm lại giúp em.',
  left: (n: number): string => `Còn ${n} ký tự`,
  over: (n: number): string =>
    `Tin dài quá ${longestText.toLocaleString('vi-VN')} ký tự. Anh/chị bớt ${n} ký tự rồi gửi.`,
  today: 'Hôm nay',
  page: 'Nhịp Cầu – hỏi về khởi nghiệp ở Đắk Lắk',
  pageWithNew: (n: number): string => `(${n}) Nhịp Cầu`,
} as const;

/** Characters of one message, as the server counts them. */
export const longestText = 2_000;

export interface State {
  readonly isOnline: boolean;
  readonly trouble: Trouble | undefined;
  readonly isReached: boolean;
  readonly status: Status;
  /** Who holds the conversation, as the last line of a moderator says. */
  readonly official: string | undefined;
  /** What the bot says while it is learning. */
  readonly starting: string;
  readonly now: number;
}

/** The one line above the composer: what keeps an answer away, the nearest cause first. '' when nothing does. */
export function statusLine(state: State): string {
  const { status } = state;
  if (!state.isOnline) return 'Mất mạng – tin sẽ gửi khi có mạng lại.';
  if (state.trouble === 'too_many') return 'Anh/chị gửi hơi nhanh. Tin sẽ gửi sau ít giây.';
  if (state.trouble === 'network' || !state.isReached)
    return 'Chưa nối được với Nhịp Cầu – em đang thử lại.';
  if (status.handledBy === 'moderator')
    return `${state.official ?? 'Cán bộ'} đang trả lời anh/chị. Em tạm dừng.`;
  if (status.starting) return state.starting;
  if (status.waitingSince === undefined) return '';
  const since = `Đang chờ cán bộ từ ${momentOf(status.waitingSince, state.now)}`;
  // A page that stays open must not announce what is past.
  return status.opensAt === undefined || status.opensAt <= state.now
    ? `${since}.`
    : `${since}; cán bộ trực lại lúc ${momentOf(status.opensAt, state.now)}.`;
}

/** `08:10` of today, `07:30 thứ Hai 30/11/2026` of another day; always as in Việt Nam. */
export function momentOf(at: number, now: number): string {
  return isSameDay(at, now) ? clockTime(at) : writtenTime(at as Instant);
}

/** `08:10` */
export function clockTime(at: number): string {
  const { hour, minute } = localTime(at as Instant);
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** `Hôm nay`, or `thứ Hai 30/11/2026` */
export function dayOf(at: number, now: number): string {
  return isSameDay(at, now)
    ? text.today
    : writtenTime(at as Instant).slice(clockTime(at).length + 1);
}

/** Whether two times (ms since 1970) are of one day in Việt Nam, wherever the browser is. */
export function isSameDay(one: number, other: number): boolean {
  return isoDay(one as Instant) === isoDay(other as Instant);
}

/** What stands on the badge: `MN` of “Minh Nguyễn”, `M` of “Minh”. */
export function initialsOf(name: string): string {
  const words = name.normalize('NFC').trim().split(/\s+/);
  const initials = [words[0], words.length > 1 ? words.at(-1) : ''].map((word) =>
    String(word).slice(0, 1),
  );
  return initials.join('').toLocaleUpperCase('vi') || 'CB';
}

/** `title`: of what the section below it speaks. `foot`: sources and day. */
export interface Block {
  readonly type: 'lines' | 'list' | 'title' | 'foot';
  readonly lines: readonly string[];
}

/** Plain text as it is to be read: blocks between blank lines, and `• ` lists. */
export function blocksOf(plain: string): Block[] {
  return plain
    .trim()
    .split(/\n{2,}/)
    .flatMap((block) => partsOf(block.split('\n')));
}

/** The same of a composed answer (content/compose.ts): the title of its section and its foot stand out. */
export function answerBlocks(plain: string): Block[] {
  const blocks = blocksOf(plain);
  return blocks.map((block, n) => {
    const isLast = n === blocks.length - 1;
    if (block.type !== 'lines') return block;
    if (isLast && block.lines.at(-1)?.endsWith(footEnds)) return { ...block, type: 'foot' };
    const isTitle = !isLast && block.lines.length === 1 && titleLine.test(block.lines[0] ?? '');
    return isTitle ? { ...block, type: 'title' } : block;
  });
}

/** The last words of `answer.foot.asOf` in content/phrases.yaml. */
const footEnds = 'máy trả lời tự động';
/** Short, and no sentence: it ends without a mark. */
const titleLine = /^.{1,80}[\p{L}\p{N}]$/u;
const bullet = /^• /;

function partsOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  for (const line of lines) {
    const type = bullet.test(line) ? 'list' : 'lines';
    const last = blocks.at(-1);
    const words = line.replace(bullet, '');
    if (last?.type === type) blocks.splice(-1, 1, { type, lines: [...last.lines, words] });
    else blocks.push({ type, lines: [words] });
  }
  return blocks;
}

/** Cuts text at the addresses in it: odd parts are addresses. */
export function partsWithAddresses(plain: string): string[] {
  return plain.split(/(https?:\/\/[^\s<>"“”]*[^\s<>"“”.,;:!?)])/);
}
