import { describe, expect, test } from '@jest/globals';
import type { Instant } from '../../src/clock.ts';
import { composeAnswer } from '../../src/content/compose.ts';
import type { Asked } from '../../src/content/compose.ts';
import { loadContent } from '../../src/content/load.ts';
import { characters } from '../../src/content/text.ts';
import { instantOf } from '../../src/conversation/calendar.ts';
import { cake, edited, filesWith, tea, teaAnswer } from './files.ts';

const today = instantOf({ year: 2026, month: 11, day: 24 }, 9);
const afterFact = instantOf({ year: 2027, month: 1, day: 2 }, 9);
const afterAnswer = instantOf({ year: 2027, month: 5, day: 23 }, 0);

/** What a person sees of the tea shop's answer (or another's). */
function seen(
  asked: Partial<Asked> & { now?: Instant } = {},
  changes: Record<string, string> = {},
  intent = 'tea_shop',
) {
  const content = loadContent(filesWith(changes));
  const answer = content.answer(intent);
  if (!answer) throw new Error(`no answer to ${intent}`);
  return composeAnswer(content, answer, { now: today, limits: { choices: 13 }, ...asked });
}

const titles = (choices: readonly { title: string }[]) => choices.map(({ title }) => title);

describe('the first screen', () => {
  test('is the general text, the figure filled in, with its foot', () => {
    expect(seen().texts).toEqual([
      [
        'Quán trà đăng ký ở phường.',
        '',
        '• Nộp tại quầy.',
        '• Đóng 20.000 đồng.',
        '',
        'Nơi làm: UBND phường',
        'Nguồn: báo Sớm 22/01/2026; QĐ 1/QĐ-BTC, bản dẫn lại',
        'Tính đến 23/11/2026 · máy trả lời tự động',
      ].join('\n'),
    ]);
    expect(seen().says).toBe('confirmed');
  });

  test('names at most two sources', () => {
    expect(seen().texts[0]).not.toContain('báo Chiều');
  });

  test('leads on to the first three confirmed sections, a person, and one topic more', () => {
    expect(seen().choices).toEqual([
      { title: 'Giấy tờ', payload: 'ask:tea_shop/papers' },
      { title: 'Ai phải đăng ký', payload: 'ask:tea_shop/who' },
      { title: 'Bao lâu', payload: 'ask:tea_shop/time' },
      { title: 'Gặp cán bộ', payload: 'human:ask' },
      { title: 'Tiệm bánh', payload: 'ask:cake_shop' },
    ]);
  });

  test('offers a second question before the next topic, and says so', () => {
    const { texts, choices } = seen({ also: 'person' });
    expect(titles(choices)).toEqual([
      'Giấy tờ',
      'Ai phải đăng ký',
      'Bao lâu',
      'Gặp cán bộ',
      'Nói với người',
    ]);
    expect(texts).toHaveLength(1);
    expect(texts[0]).toMatch(/“Nói với người”, bấm nút bên dưới\.\n\nNơi làm/);
  });

  test('offers both next topics when there is room', () => {
    const few = teaAnswer.replace(/## papers[^]*## fee/, '## fee').replace(/for: \[.*\]/g, 'for: [main]');
    expect(titles(seen({}, { [tea]: few }).choices)).toEqual([
      'Gặp cán bộ',
      'Tiệm bánh',
      'Nói với người',
    ]);
  });

  test('never shows two buttons that read the same', () => {
    const same = edited('intents/person.yaml', 'button: Nói với người', 'button: Gặp cán bộ');
    expect(titles(seen({ also: 'person' }, same).choices)).toEqual([
      'Giấy tờ',
      'Ai phải đăng ký',
      'Bao lâu',
      'Gặp cán bộ',
      'Tiệm bánh',
    ]);
  });

  test('keeps a person and the second question where a channel has few buttons', () => {
    expect(titles(seen({ limits: { choices: 3 }, also: 'cake_shop' }).choices)).toEqual([
      'Giấy tờ',
      'Gặp cán bộ',
      'Tiệm bánh',
    ]);
    expect(titles(seen({ limits: { choices: 1 } }).choices)).toEqual(['Gặp cán bộ']);
    expect(seen({ limits: { choices: 0 } }).choices).toHaveLength(5);
  });

  test('of what the bot says about itself names no office', () => {
    expect(seen({}, {}, 'person').texts[0]).toBe(
      'Em chuyển ngay.\n\nNguồn: Chương trình Nhịp Cầu\nTính đến 23/11/2026 · máy trả lời tự động',
    );
  });

  test("gives the office's number once there is one", () => {
    const phone = edited('content/organisations/phuong.yaml', 'phone:', 'phone: "0262 000 000"');
    expect(seen({}, phone).texts[0]).toContain('Nơi làm: UBND phường, 0262 000 000\n');
  });

  test('leaves the number out rather than grow too long', () => {
    const changes = {
      ...edited('content/organisations/phuong.yaml', 'phone:', 'phone: "0262 000 000"'),
      ...edited(cake, 'Tiệm bánh cũng', `${'Tiệm bánh. '.repeat(43)}Tiệm bánh`),
    };
    const [text = ''] = seen({}, changes, 'cake_shop').texts;
    expect(characters(text)).toBeLessThanOrEqual(600);
    expect(text).toContain('Nơi làm: UBND phường\n');
  });
});

describe('a section that was asked for', () => {
  test('leads, under a line that says of what, with the sources of that section alone', () => {
    expect(seen({ aspect: 'time' }).texts).toEqual([
      [
        'Mở quán trà – Bao lâu',
        '',
        'Ba ngày.',
        '',
        'Nơi làm: UBND phường',
        'Nguồn: QĐ 1/QĐ-BTC, bản dẫn lại',
        'Tính đến 23/11/2026 · máy trả lời tự động',
      ].join('\n'),
    ]);
  });

  test('is not offered again, and the one after it takes its place', () => {
    expect(titles(seen({ aspect: 'papers' }).choices)).toEqual([
      'Ai phải đăng ký',
      'Bao lâu',
      'Nộp qua mạng',
      'Gặp cán bộ',
      'Tiệm bánh',
    ]);
  });

  test('says what of it is not verified, and whom to ask', () => {
    expect(seen({ aspect: 'papers' }).texts[0]).toContain(
      'Một tờ đơn.\n\nEm chưa có thông tin về mẫu đơn; anh/chị hỏi UBND phường.\n\nNơi làm',
    );
  });

  test('names all that is not verified in one sentence', () => {
    const two = edited(tea, '> Chưa xác minh: mẫu đơn.', '> Chưa xác minh: mẫu đơn.\n> Chưa xác minh: số bản.');
    expect(seen({ aspect: 'papers' }, two).texts[0]).toContain('về mẫu đơn; số bản; anh/chị hỏi');
  });

  test('with nothing confirmed in it says of what, and what is known at least, but has no button', () => {
    const { texts, choices, says } = seen({ aspect: 'fee' });
    expect(texts).toEqual([
      [
        'Mở quán trà – Lệ phí',
        '',
        'Em chưa có thông tin về lệ phí mở quán trà; anh/chị hỏi UBND phường.',
        '',
        'Quán trà đăng ký ở phường.',
        '',
        'Nơi làm: UBND phường',
        'Nguồn: báo Sớm 22/01/2026; QĐ 1/QĐ-BTC, bản dẫn lại',
        'Tính đến 23/11/2026 · máy trả lời tự động',
      ].join('\n'),
    ]);
    expect(says).toBe('unverified');
    expect(choices).toContainEqual({ title: 'Gặp cán bộ', payload: 'human:ask' });
    expect(titles(seen().choices)).not.toContain('Lệ phí');
  });

  test('that is not there is never replaced by the general text', () => {
    const { texts, choices, says } = seen({ aspect: 'penalty' });
    expect(texts).toEqual([
      'Mở quán trà\n\nRiêng phần mức phạt, em chưa có thông tin. Anh/chị hỏi UBND phường.',
    ]);
    expect(choices).toEqual([
      { title: 'Xem phần chung', payload: 'ask:tea_shop' },
      { title: 'Gặp cán bộ', payload: 'human:ask' },
    ]);
    expect(says).toBe('nothing');
  });

  test('that is not there still offers the second question', () => {
    expect(titles(seen({ aspect: 'penalty', also: 'cake_shop' }).choices)).toEqual([
      'Xem phần chung',
      'Gặp cán bộ',
      'Tiệm bánh',
    ]);
  });
});

describe('time passes', () => {
  test('a figure past its last day is not said any more', () => {
    const lastDay = instantOf({ year: 2026, month: 12, day: 31 }, 23, 59);
    expect(seen({ now: lastDay }).texts[0]).toContain('Đóng 20.000 đồng.');
    expect(seen({ now: afterFact }).texts[0]).toContain('Đóng đang cập nhật.');
  });

  test('an answer past its last day says so on top and offers a person first', () => {
    const lastDay = instantOf({ year: 2027, month: 5, day: 22 }, 23, 59);
    expect(seen({ now: lastDay }).texts[0]).toMatch(/^Quán trà/);
    const { texts, choices } = seen({ now: afterAnswer });
    expect(texts[0]).toMatch(
      /^Lưu ý – phần này tính đến 23\/11\/2026\. Anh\/chị hỏi lại UBND phường\.\n\nQuán trà/,
    );
    expect(titles(choices).slice(0, 2)).toEqual(['Gặp cán bộ', 'Giấy tờ']);
    expect(choices).toHaveLength(5);
  });
});

describe('room', () => {
  const long = edited(cake, 'Tiệm bánh cũng', `${'Tiệm bánh. '.repeat(43)}Tiệm bánh cũng`);

  test('what stands around a long answer gets messages of its own; choices stand under the last', () => {
    const { texts } = seen({ now: afterAnswer, also: 'tea_shop' }, long, 'cake_shop');
    expect(texts).toHaveLength(3);
    expect(texts[0]).toMatch(/^Lưu ý/);
    expect(texts[1]).toMatch(/^Tiệm bánh.*máy trả lời tự động$/s);
    expect(texts[2]).toContain('“Mở quán trà”');
    expect(texts.every((text) => characters(text) <= 600)).toBe(true);
  });

  test('a short answer is one message', () => {
    expect(seen({ now: afterAnswer, also: 'cake_shop' }).texts).toHaveLength(1);
  });
});

test('what the service says of itself is filled in from its own files', () => {
  const says = edited(cake, 'cũng đăng ký', 'giữ tin {retention.messages} ({programme.owner}) và');
  expect(seen({}, says, 'cake_shop').texts[0]).toContain('giữ tin 180 ngày (Đơn vị phụ trách) và');
});

test('the law’s days of a request are those of the register of cases', () => {
  const braces = 'trong {terms.reply}, {terms.erase}, {terms.withdraw}, {terms.access} và';
  const says = edited(cake, 'cũng đăng ký', braces);
  expect(seen({}, says, 'cake_shop').texts[0]).toContain(
    'trong 2 ngày làm việc, 20 ngày, 15 ngày, 10 ngày và',
  );
});

test('where one button is all there is, it is the person, and no second question is promised', () => {
  const one = { limits: { choices: 1 }, also: 'cake_shop' };
  expect(titles(seen(one).choices)).toEqual(['Gặp cán bộ']);
  expect(seen(one).texts[0]).not.toContain('bấm nút bên dưới');
  expect(titles(seen({ ...one, aspect: 'penalty' }).choices)).toEqual(['Gặp cán bộ']);
});

test('the topic itself is no second question', () => {
  expect(seen({ also: 'tea_shop' })).toEqual(seen());
});
