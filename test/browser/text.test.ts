import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Message, Page } from '../../src/browser/widget/messages.ts';
import {
  answerBlocks,
  blocksOf,
  dayOf,
  initialsOf,
  momentOf,
  partsWithAddresses,
  statusLine,
} from '../../src/browser/widget/text.ts';
import type { State } from '../../src/browser/widget/text.ts';
import { instantOf } from '../../src/conversation/calendar.ts';
import type { Page as ServerPage, WidgetStatus } from '../../src/http/transcript.ts';

/** What the chat page makes of words and times. */

const thursday = { year: 2026, month: 11, day: 26 };
const now = instantOf(thursday, 9, 14);

/** Takes what the server sends as what the page reads: does not compile once the two no longer speak alike. */
function heard(page: ServerPage): Page {
  return page;
}

function line(status: WidgetStatus, more: Partial<State> = {}): string {
  return statusLine({
    isOnline: true,
    trouble: undefined,
    isReached: true,
    official: undefined,
    starting: 'Em đang khởi động.',
    now,
    ...more,
    status: heard({ messages: [], status }).status,
  });
}

describe('the line above the field', () => {
  test('is empty while nothing keeps an answer away', () => {
    expect(line({ handledBy: 'bot' })).toBe('');
  });

  test('says since when one waits, and when people are there again', () => {
    const waitingSince = instantOf(thursday, 8, 10);
    expect(line({ handledBy: 'bot', waitingSince })).toBe('Đang chờ cán bộ từ 08:10.');
    expect(line({ handledBy: 'bot', waitingSince, opensAt: instantOf(thursday, 13, 30) })).toBe(
      'Đang chờ cán bộ từ 08:10; cán bộ trực lại lúc 13:30.',
    );
  });

  test('names the day when it is another one', () => {
    const waitingSince = instantOf({ ...thursday, day: 25 }, 17, 5);
    const opensAt = instantOf({ ...thursday, day: 30 }, 7, 30);
    expect(line({ handledBy: 'bot', waitingSince, opensAt })).toBe(
      'Đang chờ cán bộ từ 17:05 thứ Tư 25/11/2026; cán bộ trực lại lúc 07:30 thứ Hai 30/11/2026.',
    );
  });

  test('does not announce an opening that is past', () => {
    const opensAt = instantOf(thursday, 7, 30);
    const waitingSince = instantOf(thursday, 6, 0);
    expect(line({ handledBy: 'bot', waitingSince, opensAt })).toBe('Đang chờ cán bộ từ 06:00.');
  });

  test('says who answers while a person holds the conversation', () => {
    expect(line({ handledBy: 'moderator' })).toBe('Cán bộ đang trả lời anh/chị. Em tạm dừng.');
    expect(line({ handledBy: 'moderator' }, { official: 'Cán bộ Minh · Sở KH&CN' })).toBe(
      'Cán bộ Minh · Sở KH&CN đang trả lời anh/chị. Em tạm dừng.',
    );
  });

  test('says the nearest cause first', () => {
    const status = { handledBy: 'bot', waitingSince: now, starting: true } as const;
    expect(line(status)).toBe('Em đang khởi động.');
    expect(line(status, { isReached: false })).toContain('Chưa nối được');
    expect(line(status, { trouble: 'network' })).toContain('Chưa nối được');
    expect(line(status, { trouble: 'too_many' })).toContain('gửi hơi nhanh');
    expect(line(status, { isOnline: false, isReached: false, trouble: 'network' })).toBe(
      'Mất mạng – tin sẽ gửi khi có mạng lại.',
    );
  });
});

test('times are those of Việt Nam, wherever the browser is', () => {
  expect(momentOf(Date.UTC(2026, 10, 26, 1, 10), now)).toBe('08:10');
  expect(momentOf(Date.UTC(2026, 10, 25, 17, 0), now)).toBe('00:00');
  expect(dayOf(now, now)).toBe('Hôm nay');
  expect(dayOf(Date.UTC(2026, 10, 25, 16, 59), now)).toBe('thứ Tư 25/11/2026');
});

describe('an answer', () => {
  test('is read as title, paragraphs, list and foot', () => {
    const composed = [
      'Đăng ký hộ kinh doanh – Giấy tờ',
      'Cần có:\n• giấy uỷ quyền\n• bản sao',
      'Nộp ở quầy.\nHoặc qua mạng.',
      'Nơi làm: UBND xã, phường\nTính đến 23/11/2026 · máy trả lời tự động',
    ].join('\n\n');
    expect(answerBlocks(composed)).toEqual([
      { type: 'title', lines: ['Đăng ký hộ kinh doanh – Giấy tờ'] },
      { type: 'lines', lines: ['Cần có:'] },
      { type: 'list', lines: ['giấy uỷ quyền', 'bản sao'] },
      { type: 'lines', lines: ['Nộp ở quầy.', 'Hoặc qua mạng.'] },
      {
        type: 'foot',
        lines: ['Nơi làm: UBND xã, phường', 'Tính đến 23/11/2026 · máy trả lời tự động'],
      },
    ]);
  });

  test('a sentence is no title, nor is the only line', () => {
    expect(answerBlocks('Dạ em nghe.\n\nAnh/chị cần gì ạ?').map(({ type }) => type)).toEqual([
      'lines',
      'lines',
    ]);
    expect(answerBlocks('Lớp khởi sự kinh doanh')).toEqual([
      { type: 'lines', lines: ['Lớp khởi sự kinh doanh'] },
    ]);
  });

  test('the foot is known by the words that content/phrases.yaml ends it with', () => {
    const file = path.join(import.meta.dirname, '..', '..', 'content', 'phrases.yaml');
    const phrases = parse(readFileSync(file, 'utf8')) as Record<string, string>;
    expect(answerBlocks(`Một.\n\n${phrases['answer.foot.asOf']}`).at(-1)?.type).toBe('foot');
  });

  test('an officer’s words are left as they are', () => {
    expect(blocksOf('Chào chị\n\nMáy trả lời tự động').map(({ type }) => type)).toEqual([
      'lines',
      'lines',
    ]);
  });
});

test('initials are those of the first and the last word', () => {
  expect(initialsOf('Minh')).toBe('M');
  expect(initialsOf('  H’Hen Niê ')).toBe('HN');
  expect(initialsOf('đặng thị ánh'.normalize('NFD'))).toBe('ĐÁ');
  expect(initialsOf('')).toBe('CB');
});

test('addresses in text are found without the mark that ends the sentence', () => {
  expect(partsWithAddresses('Xem https://vi.example/a?b=1&c=2, rồi “http://x.vn/y”. Hết')).toEqual([
    'Xem ',
    'https://vi.example/a?b=1&c=2',
    ', rồi “',
    'http://x.vn/y',
    '”. Hết',
  ]);
  expect(partsWithAddresses('javascript:alert(1)')).toEqual(['javascript:alert(1)']);
});

test('lines of the server are lines of the page', () => {
  const [first]: readonly Message[] = heard({
    messages: [{ seq: 1, id: 'a/b', from: 'bot', text: 'Dạ', choices: [], at: now }],
    status: { handledBy: 'bot' },
  }).messages;
  expect(first?.text).toBe('Dạ');
});
