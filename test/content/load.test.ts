import { describe, expect, test } from '@jest/globals';
import { loadContent, readContent } from '../../src/content/load.ts';
import { instantOf } from '../../src/conversation/calendar.ts';
import { ContentError } from '../../src/errors.ts';
import { cake, edited, filesWith, tea, teaAnswer } from './files.ts';

type Changes = Record<string, string | undefined>;

/** `file:line code` of everything that is wrong. */
function problems(changes: Changes): string[] {
  return readContent(filesWith(changes)).problems.map(
    ({ file, line, code }) => `${file}:${line} ${code}`,
  );
}

test('the small content has nothing wrong with it', () => {
  expect(problems({})).toEqual([]);
});

describe('an answer is refused, with its line and a code, when', () => {
  const read = '    read: original\n';
  test.each([
    ['its head is no YAML', 'title: Mở', 'title: Mở: nhé', '3 yaml.broken'],
    ['a key stands twice', 'owner: phuong', 'owner: phuong\nowner: a', '5 answer.key.twice'],
    ['asOf is missing', 'asOf: 2026-11-23\n', '', '5 answer.asOf.missing'],
    ['asOf is empty', 'asOf: 2026-11-23', 'asOf:', '5 answer.asOf.missing'],
    ['asOf is no day', 'asOf: 2026-11-23', 'asOf: 2026-11-31', '5 answer.asOf.invalid'],
    ['expires is missing', 'expires: 2027-05-22\n', '', '6 answer.expires.missing'],
    ['expires is before asOf', '2027-05-22', '2026-11-20', '6 answer.expires.early'],
    ['expires is over 180 days off', '2027-05-22', '2027-05-23', '6 answer.expires.late'],
    ['a key is unknown', 'asOf:', 'author: Lan\nasOf:', '5 answer.key.unknown'],
    ['a key of a source is unknown', read, `${read}    page: 3\n`, '10 answer.key.unknown'],
    ['a source says not how it was read', read, '', '8 answer.sources.read.missing'],
    ['a source was read in no known way', 'original', 'heard', '9 answer.sources.read.invalid'],
    ['a source supports no known section', ', who]', ', whom]', '10 answer.sources.for.invalid'],
    ['a source supports nothing there', ', who]', ', who, penalty]', '10 answer.source.aimless'],
    ['a section has no source', ', who]', ']', '29 answer.source.missing'],
    ['an address is not https', read, `${read}    url: http://a.vn\n`, '10 answer.sources.url.invalid'],
    ['the owner is unknown', 'owner: phuong', 'owner: xa', '4 answer.owner.unknown'],
    ['the intent is unknown', 'intent: tea_shop', 'intent: tea_shops', '2 answer.intent.unknown'],
    ['it leads on to itself', 'next: [cake_shop', 'next: [tea_shop', '17 answer.next.unknown'],
    ['it leads on to nothing', 'next: [cake_shop', 'next: [cafe', '17 answer.next.unknown'],
    ['it leads on to three', 'next: [', 'next: [person, ', '17 answer.next.invalid'],
    ['its title is over 60 characters', 'Mở quán', 'trà '.repeat(16), '3 answer.title.invalid'],
    ['an aspect is unknown', '## time:', '## duration:', '32 answer.aspect.unknown'],
    ['an aspect stands twice', '## time:', '## who:', '32 answer.aspect.twice'],
    ['a heading names no aspect', '## time: Bao lâu', '## Bao lâu', '32 answer.heading.invalid'],
    ['a heading has no button', '## time: Bao lâu', '## time:', '32 answer.heading.invalid'],
    ['it has another kind of heading', '## time:', '### time:', '32 answer.heading.invalid'],
    ['a button is over 20 characters', 'Bao lâu', 'Bao lâu thì xong giấy', '32 answer.button.tooLong'],
    ['a section is empty', 'Ba ngày.\n', '', '32 answer.section.empty'],
    ['a quote is something else', 'Chưa xác minh: mẫu', 'Chưa rõ: mẫu', '27 answer.quote.invalid'],
    ['a word is bold', 'Ba ngày', '**Ba** ngày', '33 answer.markup.refused'],
    ['it has a link', 'Ba ngày', '[Ba](https://a.vn)', '33 answer.markup.refused'],
    ['it has a table', 'Ba ngày', '| Ba | ngày |', '33 answer.markup.refused'],
    ['it has HTML', 'Ba ngày', '<b>Ba</b> ngày', '33 answer.markup.refused'],
    ['it has a numbered list', 'Ba ngày', '1. Ba ngày', '33 answer.markup.refused'],
    ['it has an emoji', 'Ba ngày', 'Ba ngày 🙂', '33 answer.markup.refused'],
    ['it inserts no known figure', '{fact.tea_fee}', '{fact.cafe}', '22 answer.insert.unknown'],
  ])('%s', (_, from, to, problem) => {
    expect(problems(edited(tea, from, to))).toContain(`${tea}:${problem}`);
  });

  test.each([
    ['it has no head', { [tea]: 'Quán trà.\n' }, `${tea}:1 answer.frontMatter.missing`],
    ['its head has no end', { [tea]: '---\nintent: a\n' }, `${tea}:1 answer.frontMatter.missing`],
    [
      'its first screen has no source',
      edited(cake, 'for: [main]', 'for: []'),
      `${cake}:10 answer.sources.for.invalid`,
    ],
    [
      'its first screen is empty',
      edited(cake, 'Tiệm bánh cũng đăng ký ở phường.\n', ''),
      `${cake}:12 answer.section.empty`,
    ],
    [
      'its file has another name',
      { [tea]: undefined, 'content/answers/business/tea.md': teaAnswer },
      'content/answers/business/tea.md:2 answer.intent.misplaced',
    ],
    [
      'its intent is answered already',
      { 'content/answers/tax/tea-shop.md': teaAnswer },
      'content/answers/tax/tea-shop.md:1 answer.intent.twice',
    ],
  ])('%s', (_, changes, problem) => {
    expect(problems(changes)).toContain(problem);
  });
});

describe('another file is refused, with its line and a code, when', () => {
  const cases: readonly [string, Changes, string][] = [
    ['it is missing', { 'content/phrases.yaml': undefined }, 'content/phrases.yaml:1 file.missing'],
    ['nobody reads it', { 'content/fact.yaml': 'a: 1\n' }, 'content/fact.yaml:1 file.unknown'],
    [
      'an office has an unknown key',
      edited('content/organisations/phuong.yaml', 'phone:', 'fax: "1"\nphone:'),
      'content/organisations/phuong.yaml:2 organisation.key.unknown',
    ],
    [
      'an office says not as of when',
      edited('content/organisations/nhip-cau.yaml', 'asOf: 2026-11-23\n', ''),
      'content/organisations/nhip-cau.yaml:2 organisation.asOf.missing',
    ],
    [
      'a figure is only remembered',
      edited('content/facts.yaml', 'verified', 'memory'),
      'content/facts.yaml:4 facts.status.invalid',
    ],
    [
      'a figure has no source',
      edited('content/facts.yaml', '  source: báo Sớm\n', ''),
      'content/facts.yaml:1 facts.source.missing',
    ],
    [
      'a figure ends before it begins',
      edited('content/facts.yaml', '2026-12-31', '2026-11-23'),
      'content/facts.yaml:6 facts.expires.early',
    ],
    [
      'a button of a phrase is over 20 characters',
      edited('content/phrases.yaml', '[Xem phần chung]', '[Xem lại phần chung ở trên]'),
      'content/phrases.yaml:4 phrases.invalid',
    ],
    [
      'buttons are written as a text',
      edited('content/phrases.yaml', '[Xem phần chung]', 'Xem phần chung'),
      'content/phrases.yaml:4 phrases.key.kind',
    ],
    [
      'a phrase stands in two files',
      { 'content/flows/answer.yaml': 'answer.also: Còn gì nữa?\n' },
      'content/flows/answer.yaml:1 phrases.key.twice',
    ],
    [
      'a phrase is in the file of another flow',
      { 'content/flows/course.yaml': 'hello: Chào\n' },
      'content/flows/course.yaml:1 phrases.key.misplaced',
    ],
    [
      'the menu names no topic',
      edited('content/menu.yaml', 'cake_shop', 'cafe'),
      'content/menu.yaml:4 menu.intent.unknown',
    ],
    [
      'the menu names a topic twice',
      edited('content/menu.yaml', '[person]', '[person, tea_shop]'),
      'content/menu.yaml:7 menu.intent.twice',
    ],
    [
      'the title of a group is over 20 characters',
      edited('content/menu.yaml', 'Mở quán', 'Mở quán trà, tiệm bánh'),
      'content/menu.yaml:3 menu.groups.title.invalid',
    ],
    [
      'nobody knows who runs the service',
      edited('content/programme.yaml', 'organisationId: nhip-cau', 'organisationId: ai-do'),
      'content/programme.yaml:5 programme.organisationId.unknown',
    ],
    [
      'it is not said whether the service is official',
      edited('content/programme.yaml', 'official: false\n', ''),
      'content/programme.yaml:4 programme.official.missing',
    ],
    [
      'something is kept for no time',
      edited('content/retention.yaml', 'callbacks: 30', 'callbacks: 0'),
      'content/retention.yaml:3 retention.callbacks.invalid',
    ],
    [
      'nobody ever works',
      edited('content/working-hours.yaml', '  monday: ["07:30-11:30", "13:30-17:00"]\n  friday: ["07:30-11:30"]\n', '  monday: []\n'),
      'content/working-hours.yaml:3 workingHours.week.empty',
    ],
    [
      'working time ends before it begins',
      edited('content/working-hours.yaml', '13:30-17:00', '13:30-07:00'),
      'content/working-hours.yaml:4 workingHours.week.monday.invalid',
    ],
    [
      'a holiday ends before it begins',
      edited('content/holidays.yaml', '2027-01-01\n', '2027-01-01\n    to: 2026-12-31\n'),
      'content/holidays.yaml:5 holidays.to.early',
    ],
    [
      'a holiday has no source',
      edited('content/holidays.yaml', '    source: luật\n', ''),
      'content/holidays.yaml:4 holidays.off.source.missing',
    ],
    [
      'a rule of sending ends before it begins',
      edited('content/sending-rules.yaml', 'asOf: 2026-11-23\n', 'asOf: 2026-11-23\n    validFrom: 2026-11-01\n    validUntil: 2026-10-01\n'),
      'content/sending-rules.yaml:9 sendingRules.validUntil.early',
    ],
    [
      'a rule of sending allows an unknown purpose',
      edited('content/sending-rules.yaml', '[answer]', '[answer, advert]'),
      'content/sending-rules.yaml:4 sendingRules.rules.purposes.invalid',
    ],
    [
      'a course pretends to be real',
      edited('content/courses/tra.yaml', 'example: true', 'example: false'),
      'content/courses/tra.yaml:13 course.example.invalid',
    ],
    [
      'a course is held by nobody',
      edited('content/courses/tra.yaml', 'organisation: phuong', 'organisation: xa'),
      'content/courses/tra.yaml:3 course.organisation.unknown',
    ],
    [
      'a course begins before people can enrol',
      edited('content/courses/tra.yaml', '2026-12-19', '2026-11-19'),
      'content/courses/tra.yaml:6 course.day.early',
    ],
    [
      'a session ends before it begins',
      edited('content/courses/tra.yaml', '"11:00"', '"07:00"'),
      'content/courses/tra.yaml:8 course.to.early',
    ],
    [
      'the button of a topic is over 20 characters',
      edited('intents/tea_shop.yaml', 'button: Quán trà', 'button: Quán trà và nước giải khát'),
      'intents/tea_shop.yaml:2 intent.button.invalid',
    ],
    [
      'the head of a topic has an unknown key',
      edited('intents/tea_shop.yaml', 'describes:', 'colour: red\ndescribes:'),
      'intents/tea_shop.yaml:3 intent.key.unknown',
    ],
    [
      'the border is with no topic',
      edited('intents/tea_shop.yaml', 'describes:', 'not:\n  cafe: cà phê\ndescribes:'),
      'intents/tea_shop.yaml:4 intent.not.unknown',
    ],
    [
      'a topic outside says an unknown phrase',
      edited('intents/none.yaml', 'say: prices', 'say: weather'),
      'intents/none.yaml:4 none.say.unknown',
    ],
  ];
  test.each(cases)('%s', (_, changes, problem) => {
    expect(problems(changes)).toContain(problem);
  });
});

test('a problem says in Vietnamese what is wrong and what to do', () => {
  const load = () => loadContent(filesWith(edited(tea, 'asOf: 2026-11-23\n', '')));
  expect(load).toThrow(ContentError);
  expect(load).toThrow(
    `${tea}:5: thiếu "asOf" – ghi ngày anh/chị đối chiếu nguồn, dạng 2026-11-23 [answer.asOf.missing]`,
  );
});

test('one broken figure does not make answers look broken', () => {
  expect(problems(edited('content/facts.yaml', '  source: báo Sớm\n', ''))).toEqual([
    'content/facts.yaml:1 facts.source.missing',
  ]);
  expect(problems(edited('content/phrases.yaml', 'Em không có giá.', '[]'))).toEqual([
    'content/phrases.yaml:21 phrases.key.kind',
    'intents/none.yaml:4 none.say.unknown',
  ]);
});

test('all problems are found at once, in order', () => {
  const both = {
    ...edited(cake, 'owner: phuong', 'owner: xa'),
    ...edited(tea, 'asOf: 2026-11-23\nexpires: 2027-05-22', 'asOf: hôm nay\nexpires: mai'),
  };
  expect(problems(both)).toEqual([
    `${cake}:4 answer.owner.unknown`,
    `${tea}:5 answer.asOf.invalid`,
    `${tea}:6 answer.expires.invalid`,
  ]);
  expect(() => loadContent(filesWith(both))).toThrow('còn 2 lỗi khác');
});

describe('what was read', () => {
  const content = loadContent(filesWith());

  test('the text before the first heading is the first screen, with bullets', () => {
    const [main] = content.answer('tea_shop')?.sections ?? [];
    expect(main).toMatchObject({
      aspect: 'main',
      button: '',
      text: 'Quán trà đăng ký ở phường.\n\n• Nộp tại quầy.\n• Đóng {fact.tea_fee}.',
      unverified: [],
    });
  });

  test('what is not verified is kept apart, without its full stop', () => {
    const sections = content.answer('tea_shop')?.sections ?? [];
    expect(sections.find(({ aspect }) => aspect === 'papers')).toMatchObject({
      button: 'Giấy tờ',
      text: 'Một tờ đơn.',
      unverified: ['mẫu đơn'],
    });
    expect(sections.at(-1)).toMatchObject({ aspect: 'fee', text: '', unverified: ['lệ phí mở quán trà'] });
  });

  test('a line that goes on in the next one is one sentence', () => {
    const wrapped = edited(cake, 'cũng đăng ký', 'cũng\nđăng ký');
    expect(loadContent(filesWith(wrapped)).answer('cake_shop')?.sections[0]?.text).toBe(
      'Tiệm bánh cũng đăng ký ở phường.',
    );
  });

  test('text typed with loose accents comes out composed, on the same lines', () => {
    const loose = { [tea]: teaAnswer.normalize('NFD') };
    expect(loadContent(filesWith(loose)).answer('tea_shop')).toEqual(content.answer('tea_shop'));
    expect(problems({ [tea]: teaAnswer.replace('asOf: 2026-11-23\n', '').normalize('NFD') })).toEqual(
      [`${tea}:5 answer.asOf.missing`],
    );
  });

  test('files written with Windows line ends read the same', () => {
    const windows = { [tea]: teaAnswer.replaceAll('\n', '\r\n') };
    expect(loadContent(filesWith(windows)).answer('tea_shop')).toEqual(content.answer('tea_shop'));
  });

  test('an office without a number has none', () => {
    expect(content.organisations.find(({ name }) => name === 'UBND phường')).toEqual({
      id: 'phuong',
      name: 'UBND phường',
      formerly: [],
      asOf: '2026-11-23',
    });
  });

  test('a phrase is filled in, and a missing value or phrase is a defect', () => {
    expect(content.phrase('answer.also', { title: 'Trà' })).toBe(
      'Nếu anh/chị muốn hỏi về “Trà”, bấm nút bên dưới.',
    );
    expect(() => content.phrase('answer.also')).toThrow('{title}');
    expect(() => content.phrase('nothing')).toThrow('nothing');
    expect(content.choices('answer.noSection')).toEqual(['Xem phần chung']);
    expect(() => content.choices('answer.also')).toThrow('answer.also.choices');
  });

  test('a topic outside knows the phrase that says why', () => {
    expect(content.outside('prices')).toBe('prices');
    expect(content.outside('weather')).toBeUndefined();
  });

  test('an example course has instants in Việt Nam', () => {
    const [course] = content.courses;
    expect(course).toMatchObject({ id: 'tra', code: 'VD1', example: true });
    expect(course?.sessions[0]?.startsAt).toBe(
      instantOf({ year: 2026, month: 12, day: 19 }, 8, 0),
    );
    expect(course?.closesAt).toBe(instantOf({ year: 2026, month: 12, day: 17 }, 23, 59));
  });

  test('the hash tells versions apart and does not depend on the order of files', () => {
    const turned = new Map([...filesWith()].reverse());
    expect(loadContent(turned).hash).toBe(content.hash);
    expect(loadContent(filesWith(edited(cake, 'cũng', 'đều'))).hash).not.toBe(content.hash);
  });
});
