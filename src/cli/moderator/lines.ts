import { writtenTime } from '../../conversation/calendar.ts';
import type { Case } from '../../conversation/case.ts';
import type { Conversation } from '../../conversation/conversation.ts';
import type { Message } from '../../conversation/message.ts';
import type { Notice } from '../../conversation/notice.ts';
import type { ConversationId } from '../../ids.ts';
import { troubleInWords } from '../../pipeline/channel-health.ts';
import type { DeadLetter } from '../../pipeline/dead.ts';
import { unseen } from '../../pipeline/pulse.ts';
import { reasonInWords } from '../../pipeline/reasons.ts';
import type { ChannelHealth } from '../../store/collections.ts';
import { printable } from '../printable.ts';

/** The last characters of an id: short enough to type, and never taken when two conversations share them. */
export function codeOf(id: ConversationId): string {
  return id.slice(-6);
}

const actions: Readonly<Record<string, string>> = {
  warning: 'cảnh báo tài khoản này',
  block: 'đã chặn tài khoản này gửi tin',
  unblock: 'đã thôi chặn tài khoản này',
  app_roles: 'đổi vai trò của các ứng dụng trên Trang',
  data_deletion: 'chuyển một yêu cầu xoá dữ liệu; xem bằng lệnh case',
};

/** A notice in two lines, with the short code under which it is marked as seen. */
export function noticeLine({ id, channel, action, text, at }: Notice): string {
  const did = actions[action] ?? `thông báo “${action}”`;
  return `!${id.slice(-6)}  ${channel}  lúc ${writtenTime(at)}  nền tảng ${did}\n    “${printable(text)}”`;
}

const kinds = {
  erase: 'xoá dữ liệu',
  withdraw: 'rút lại đồng ý',
  access: 'xem dữ liệu',
  correct: 'sửa dữ liệu',
} as const;
const states = {
  received: 'chưa trả lời',
  answered: 'đã trả lời, chưa làm xong',
  done: 'đã xong',
  refused: 'không làm',
} as const;

/** A request about data with its two clocks, and whose it is as far as that is known. */
export function caseLine({ code, kind, state, channel, conversationId, ...one }: Case): string {
  const whose =
    one.subject === undefined
      ? conversationId && `hội thoại ${conversationId}`
      : `mã người này ở nền tảng: ${printable(one.subject)} (không phải mã hội thoại; tìm người nhắn mã ${code})`;
  return [
    `${code}  ${channel}  ${kinds[kind]}  ${states[state]}`,
    `    nhận lúc ${writtenTime(one.receivedAt)}, trả lời trước ${writtenTime(one.answerBy)}, xong trước ${writtenTime(one.actBy)}`,
    ...(whose ? [`    ${whose}`] : []),
  ].join('\n');
}

const reasons: Readonly<Record<string, string>> = {
  asked_human: 'xin gặp cán bộ',
  not_understood_twice: 'bot không hiểu hai lần',
  complaint: 'phản ánh',
  scam_suspected: 'nghi lừa đảo',
  wrong_answer_reported: 'báo bot trả lời sai',
  urgent: 'việc gấp',
  callback: 'xin gọi lại',
  privacy_request: 'yêu cầu về dữ liệu cá nhân',
  hold_expired: 'cán bộ chưa trả lời kịp',
};

/** Who waits, since when and why, and beneath it the person's last words ('' = none to be read). */
export function waitingLine(conversation: Conversation, words: string): string {
  const { id, channel, waiting } = conversation;
  const since = waiting ? writtenTime(waiting.since) : '';
  const why = `${reasons[waiting?.reason ?? ''] ?? ''}${elsewhere(conversation)}`;
  return `#${codeOf(id)}  ${channel}  từ ${since}  ${why}\n    “${printable(words)}”`;
}

/** The platform would refuse what is written here. */
function elsewhere({ reach }: Conversation): string {
  return reach.standby ? ' (trả lời ở hộp thư của Trang hoặc ứng dụng đang giữ)' : '';
}

/** Who answers here now, or why a person is waited for. */
export function stateOf(conversation: Conversation): string {
  const { handledBy, holder, waiting } = conversation;
  if (handledBy === 'moderator')
    return `${printable(holder?.name || 'đồng nghiệp trong hộp thư của trang')} đang giữ`;
  if (!waiting) return 'bot đang trả lời';
  return `đang chờ: ${reasons[waiting.reason] ?? waiting.reason}${elsewhere(conversation)}`;
}

const speakers = {
  person: 'Người dân',
  bot: 'Bot',
  moderator: 'Cán bộ',
  system: 'Thông báo',
} as const;

/** One line of a transcript; a line that did not go out says why. */
export function lineText({ from, by, text, at, kind, removedAt, delivery }: Message): string {
  const said = removedAt !== undefined ? '(đã gỡ)' : text || `(${kind})`;
  const words = kind === 'comment' ? `[bình luận dưới bài] ${said}` : said;
  const trouble =
    delivery?.state === 'failed' || delivery?.state === 'unknown'
      ? `  [chưa gửi được: ${reasonInWords(delivery.reason ?? '')}]`
      : '';
  return `${writtenTime(at)}  ${by ? `${speakers[from]} ${printable(by.name)}` : speakers[from]}: ${printable(words, '\n    ')}${trouble}`;
}

/** One channel in plain words, and under it what to do. */
export function channelLine(name: string, health: ChannelHealth | undefined, dead: number): string {
  const { troubles, checkedAt, lastEventAt, lastSentAt, check } = health ?? unseen;
  const facts = [
    lastEventAt === undefined ? 'chưa có tin đến' : `tin đến lúc ${writtenTime(lastEventAt)}`,
    lastSentAt === undefined ? '' : `tin gửi được lúc ${writtenTime(lastSentAt)}`,
    check?.tokenUntil === undefined ? '' : `khoá đến ${writtenTime(check.tokenUntil)}`,
    ...Object.entries(check?.quota ?? {}).map(
      ([kind, remain]) => `còn ${remain} lượt gửi (${printable(kind)})`,
    ),
    check?.pending ? `${check.pending} tin đang chờ ở nền tảng` : '',
    dead === 0 ? '' : `${dead} việc hỏng (xem: dead)`,
    checkedAt === 0 ? '' : `kiểm tra lúc ${writtenTime(checkedAt)}`,
  ].filter(Boolean);
  const [mark, state] =
    troubles.length > 0 ? ['!', 'có trục trặc'] : ['●', checkedAt === 0 ? 'đang bật' : 'ổn'];
  const missing = check?.missing ? `\n    Còn thiếu: ${check.missing.join(', ')}` : '';
  return `${mark} ${name}  ${state}; ${facts.join('; ')}${troubles
    .map((trouble) => `\n    ${troubleInWords[trouble]}`)
    .join('')}${missing}`;
}

const undone = {
  inbox: 'câu của người dân chưa được trả lời',
  outbox: 'tin chưa gửi được',
  tasks: 'việc định kỳ chưa làm được',
  dead: '',
} as const;

/** What was given up and why, without a word of the person; `show` has those. An emptied letter cannot be done again. */
export function deadLine(letter: DeadLetter): string {
  const { code, queue, channel, at, reason, conversationId, jobs } = letter;
  const emptied = jobs.some(({ body }) => body.emptied) ? '  (đã xoá lời)' : '';
  const where = conversationId === undefined ? '' : `  #${codeOf(conversationId)}`;
  return `${code}${where}  ${channel}  lúc ${writtenTime(at)}  ${undone[queue]}${emptied}\n    ${printable(reasonInWords(reason))}`;
}
