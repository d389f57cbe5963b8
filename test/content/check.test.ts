import { describe, expect, test } from '@jest/globals';
import { checkContent } from '../../src/content/check.ts';
import { figuresOf } from '../../src/content/figures.ts';
import type { Problem } from '../../src/content/problem.ts';
import { modernTone } from '../../src/content/style.ts';
import { summarise } from '../../src/content/todo.ts';
import { cake, edited, filesWith, tea, teaAnswer } from './files.ts';

type Changes = Record<string, string | undefined>;
const today = '2026-11-24';

const written = (problems: readonly Problem[]): string[] =>
  problems.map(({ file, line, code }) => `${file}:${line} ${code}`);
const errors = (changes: Changes, day = today) =>
  written(checkContent(filesWith(changes), day).errors);
const warnings = (changes: Changes, day = today) =>
  written(checkContent(filesWith(changes), day).warnings);

test('the small content passes without a word', () => {
  const { errors, warnings } = checkContent(filesWith(), today);
  expect([...errors, ...warnings]).toEqual([]);
});

describe('check refuses', () => {
  const long = 'tea'.repeat(19);
  const cakeSays = (text: string): Changes =>
    edited(cake, 'Tiệm bánh cũng đăng ký ở phường.', text);
  const cases: readonly [string, Changes, string][] = [
    [
      'a topic without an answer',
      { [cake]: undefined, ...edited(tea, '[cake_shop, person]', '[person]') },
      'intents/cake_shop.yaml:1 intent.answer.missing',
    ],
    [
      'an answer without a topic',
      { 'intents/cake_shop.yaml': undefined },
      `${cake}:2 answer.intent.unknown`,
    ],
    [
      'a topic in no group of the menu',
      edited('content/menu.yaml', '[tea_shop, cake_shop]', '[tea_shop]'),
      'content/menu.yaml:1 menu.intent.missing',
    ],
    [
      "an answer in another group's folder",
      { [tea]: undefined, 'content/answers/tax/tea-shop.md': teaAnswer },
      'content/answers/tax/tea-shop.md:1 answer.group.misplaced',
    ],
    [
      'two topics with the same button',
      edited('intents/tea_shop.yaml', 'button: Quán trà', 'button: Tiệm bánh'),
      'intents/tea_shop.yaml:1 intent.button.twice',
    ],
    [
      'a date in the future',
      edited(cake, 'asOf: 2026-11-23', 'asOf: 2026-11-25'),
      `${cake}:5 answer.asOf.future`,
    ],
    [
      'a first screen of more than 600 characters with its foot',
      cakeSays('Tiệm bánh. '.repeat(48)),
      `${cake}:12 answer.message.tooLong`,
    ],
    [
      'a section of more than 600 characters with its foot',
      edited(tea, 'Ba ngày.', 'Ba ngày. '.repeat(56)),
      `${tea}:32 answer.message.tooLong`,
    ],
    [
      'a message that grows too long once its figure has expired',
      {
        ...edited('content/facts.yaml', '20.000 đồng', '2%'),
        ...edited(tea, 'Quán trà đăng ký', `${'Quán trà. '.repeat(43)}Quán trà đăng ký`),
      },
      `${tea}:19 answer.message.tooLong`,
    ],
    [
      'a payload of more than 64 bytes',
      {
        [`content/answers/business/${long}.md`]: teaAnswer.replace('tea_shop', long),
        [`intents/${long}.yaml`]: 'title: Trà\nbutton: Trà\ndescribes: Một câu.\n',
      },
      `content/answers/business/${long}.md:24 answer.payload.tooLong`,
    ],
    [
      'a missing phrase without which no answer can be put together',
      edited('content/phrases.yaml', 'answer.aspect.fee: lệ phí\n', ''),
      'content/phrases.yaml:1 phrases.key.missing',
    ],
    [
      'a phrase of more than 600 characters',
      edited('content/phrases.yaml', 'Em không có giá.', 'Em không có giá. '.repeat(36)),
      'content/phrases.yaml:21 phrases.message.tooLong',
    ],
    ['an old tone', cakeSays('Tiệm bánh được xóa ở phường.'), `${cake}:12 style.tone`],
    ['an old tone in capitals', cakeSays('THỦY sản.'), `${cake}:12 style.tone`],
    [
      'an old tone on a button of a phrase',
      edited('content/phrases.yaml', '[Xem phần chung]', '[Hủy]'),
      'content/phrases.yaml:4 style.tone',
    ],
    [
      'an abbreviation nobody explained',
      cakeSays('Hỏi NHCSXH ở phường.'),
      `${cake}:12 style.abbreviation`,
    ],
    [
      'an abbreviation in a section',
      edited(tea, 'Ba ngày.', 'Ba ngày, tính cả CN.'),
      `${tea}:33 style.abbreviation`,
    ],
    [
      'an amount written out in two answers',
      { ...cakeSays('Đóng 5 triệu đồng.'), ...edited(tea, 'Ba ngày.', 'Đóng 5.000.000 đồng.') },
      `${cake}:12 answer.figure.repeated`,
    ],
    [
      'an amount written out that another answer takes from a fact',
      cakeSays('Đóng 20 nghìn đồng.'),
      `${cake}:12 answer.figure.repeated`,
    ],
    [
      'a share written out in two answers',
      { ...cakeSays('Đóng 8%.'), ...edited(tea, 'Ba ngày.', 'Đóng 8 %.') },
      `${tea}:33 answer.figure.repeated`,
    ],
  ];
  test.each(cases)('%s', (_, changes, problem) => {
    expect(errors(changes)).toContain(problem);
  });

  test('every form problem too, beside those of the other files', () => {
    const two = {
      ...edited(tea, 'asOf: 2026-11-23\n', ''),
      ...cakeSays('Tiệm bánh được xóa.'),
    };
    expect(errors(two)).toEqual([
      `${cake}:12 style.tone`,
      `${tea}:5 answer.asOf.missing`,
      'intents/tea_shop.yaml:1 intent.answer.missing',
    ]);
  });
});

describe('check lets pass', () => {
  test.each([
    ['abbreviations that everybody knows', 'UBND, HTX, OCOP.'],
    ['an abbreviation right after its full name', 'Ngân hàng Chính sách (NHCS). NHCS cho vay.'],
    ['an abbreviation explained in brackets', 'GTGT (giá trị gia tăng).'],
    ['numbers of documents', 'Nghị định 168/2025/NĐ-CP, 57-NQ/TW, Luật 93/2025/QH15.'],
    ['names written in both cases', 'VNeID, Techfest.'],
    ['tones where they belong', 'Quý, hoà, khoẻ, huỷ, thuỷ, hoàn, của, mùa, quà, ngoài, tuỳ.'],
    ['days said in two answers', 'Ba ngày; 3 ngày làm việc.'],
    ['a figure said twice in one answer', 'Đóng 7 triệu đồng. Đủ 7 triệu đồng.'],
  ])('%s', (_, text) => {
    expect(errors(edited(cake, 'Tiệm bánh cũng đăng ký ở phường.', text))).toEqual([]);
  });

  test('the same amount from one fact in two answers', () => {
    expect(errors(edited(cake, 'cũng đăng ký', 'đóng {fact.tea_fee}'))).toEqual([]);
  });

  test('abbreviations of a source', () => {
    expect(errors(edited(cake, 'báo Sớm 22/01/2026', 'QĐ 1/QĐ-BTC, TT ABC'))).toEqual([]);
  });
});

describe('check warns', () => {
  const text = (to: string): Changes => edited(cake, 'Tiệm bánh cũng đăng ký ở phường.', to);
  test.each([
    ['of a sentence over 25 words', text(`${'một '.repeat(25)}hai.`), `${cake}:12 style.sentence.long`],
    ['of “ạ” twice in one message', text('Dạ ạ.\n\nVâng ạ.'), `${cake}:12 style.a.twice`],
    ['of “vui lòng”', text('Vui lòng nộp ở phường.'), `${cake}:12 style.officialese`],
    ['of “quý khách”', text('Quý khách nộp ở phường.'), `${cake}:12 style.officialese`],
    ['of “hệ thống”', text('Xem trên hệ thống.'), `${cake}:12 style.officialese`],
    [
      'of “ạ” twice in a phrase',
      edited('content/phrases.yaml', 'Em không có giá.', 'Dạ ạ, không ạ.'),
      'content/phrases.yaml:21 style.a.twice',
    ],
  ])('%s', (_, changes, problem) => {
    expect(warnings(changes)).toEqual([problem]);
    expect(errors(changes)).toEqual([]);
  });

  test('of no sentence of exactly 25 words', () => {
    expect(warnings(text(`${'một '.repeat(24)}hai.`))).toEqual([]);
  });

  test('of what is past its last day, and says where', () => {
    expect(warnings({}, '2027-05-23')).toEqual([
      `${cake}:6 answer.expired`,
      `${tea}:6 answer.expired`,
      'content/answers/people/person.md:6 answer.expired',
      'content/facts.yaml:1 fact.expired',
    ]);
    expect(warnings({}, '2026-12-31')).toEqual([]);
  });
});

describe("the operator's list", () => {
  const todo = (day: string, changes: Changes = {}) =>
    checkContent(filesWith(changes), day).todo.map(({ kind, file }) => `${kind} ${file}`);

  test('names what is not verified, offices without contact, and an unconfirmed owner', () => {
    expect(todo(today)).toEqual([
      `unverified ${tea}:24`,
      `unverified ${tea}:38`,
      'contact content/organisations/phuong.yaml',
      'official content/programme.yaml',
    ]);
  });

  test('says what is open and whom to ask', () => {
    expect(checkContent(filesWith(), today).todo[0]).toMatchObject({
      message: 'Mở quán trà: mẫu đơn',
      ask: 'UBND phường',
    });
  });

  test('names what expires within 30 days, and not a day earlier', () => {
    expect(todo('2026-11-30')).not.toContain('expiring content/facts.yaml');
    expect(todo('2026-12-01')).toContain('expiring content/facts.yaml');
    expect(todo('2027-04-22')).toContain(`expiring ${tea}`);
    expect(todo('2027-12-01')).toContain('expiring content/holidays.yaml');
  });

  test('names days off that nobody has confirmed, until they are over', () => {
    const open = edited('content/holidays.yaml', 'status: verified', 'status: unverified');
    expect(todo(today, open)).toContain('calendar content/holidays.yaml:4');
    expect(todo('2027-01-02', open)).not.toContain('calendar content/holidays.yaml:4');
  });

  test('no longer names an office with a number, nor an owner who confirmed', () => {
    const settled = {
      ...edited('content/organisations/phuong.yaml', 'phone:', 'phone: "0262 000 000"'),
      ...edited('content/programme.yaml', 'official: false', 'official: true'),
    };
    expect(todo(today, settled)).toEqual([`unverified ${tea}:24`, `unverified ${tea}:38`]);
  });
});

test('the figures of the start screen', () => {
  const { content } = checkContent(filesWith(), today);
  expect(content && summarise(content, today)).toEqual({
    answers: 3,
    expired: 0,
    unverified: 1,
    withoutContact: 1,
  });
});

test.each([
  ['xóa', 'xoá'],
  ['Hóa', 'Hoá'],
  ['HÒA', 'HOÀ'],
  ['khỏe', 'khoẻ'],
  ['hủy', 'huỷ'],
  ['Thúy', 'Thuý'],
  ['Ủy', 'Uỷ'],
  ['qúy', 'quý'],
  ['qùa', 'quà'],
  ['của', 'của'],
  ['hoàn', 'hoàn'],
  ['quỹ', 'quỹ'],
  ['đũa', 'đũa'],
])('the tone of %s belongs on %s', (word, better) => {
  expect(modernTone(word)).toBe(better);
});

test.each([
  ['1,5 tỷ đồng', ['1500000000 đồng']],
  ['1.500.000.000 đồng', ['1500000000 đồng']],
  ['từ 300 triệu đến 150 tỷ', ['300000000 đồng', '150000000000 đồng']],
  ['25.000 đồng', ['25000 đồng']],
  ['0,5%', ['0,5%']],
  ['trong 3 ngày, 12 lớp', []],
  ['ngày 24/11/2026, 127 đường Lê Lợi', []],
])('figures of “%s”', (text, figures) => {
  expect(figuresOf(text).map(({ figure }) => figure)).toEqual(figures);
});
