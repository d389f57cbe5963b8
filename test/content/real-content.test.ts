import { beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../src/clock.ts';
import { checkContent } from '../../src/content/check.ts';
import { composeAnswer } from '../../src/content/compose.ts';
import type { Choice } from '../../src/conversation/reply.ts';
import type { Instant } from '../../src/clock.ts';
import type { Content } from '../../src/content/content.ts';
import { loadContent } from '../../src/content/load.ts';
import { bytes, characters } from '../../src/content/text.ts';
import { instantOf, isoDay, writtenTime } from '../../src/conversation/calendar.ts';
import { readTree } from '../../src/files.ts';
import { aspects } from '../../src/nlu/types.ts';

/** The content that ships. */
let files: ReadonlyMap<string, string>;
let content: Content;

beforeAll(async () => {
  files = await readTree('.');
  content = loadContent(files);
});

test('passes check', () => {
  const { errors } = checkContent(files, isoDay(systemClock.now()));
  expect(errors.map(({ file, line, code }) => `${file}:${line} ${code}`)).toEqual([]);
});

test('answers every topic of the menu, and there are 56', () => {
  const topics = content.menu.flatMap(({ intents }) => intents);
  expect(topics).toHaveLength(56);
  expect(topics.filter((intent) => !content.answer(intent))).toEqual([]);
});

describe('whatever is asked, today or when everything has expired,', () => {
  const days = {
    today: instantOf({ year: 2026, month: 11, day: 24 }, 9),
    later: instantOf({ year: 2028, month: 1, day: 1 }, 9),
  };
  /** Everything a person can get to see on that day. */
  const seen = (now: Instant) =>
    content.answers.flatMap((answer) =>
      [undefined, ...aspects].map((aspect) => {
        const asked = { aspect, also: 'greeting', now, limits: { choices: 13 } };
        return { of: `${answer.intent}/${aspect ?? ''}`, ...composeAnswer(content, answer, asked) };
      }),
    );

  test.each(Object.entries(days))('%s: messages are short and filled in', (_, now) => {
    const bad = (text: string) => characters(text) > 600 || /[{}]/.test(text);
    expect(seen(now).filter(({ texts }) => texts.some(bad))).toEqual([]);
  });

  test.each(Object.entries(days))('%s: buttons work, and a person is among them', (_, now) => {
    const works = ({ title, payload }: Choice) =>
      title !== '' && characters(title) <= 20 && bytes(payload) <= 64;
    const good = (choices: readonly Choice[]) =>
      choices.length <= 5 &&
      choices.every(works) &&
      choices.some(({ payload }) => payload === 'human:ask');
    expect(seen(now).filter(({ choices }) => !good(choices))).toEqual([]);
  });

  test('every answer that says something ends by saying that a machine says it', () => {
    const marked = (texts: readonly string[]) =>
      texts.some((text) => text.endsWith(' · máy trả lời tự động'));
    const answers = seen(days.today).filter(({ says }) => says !== 'nothing');
    expect(answers.length).toBeGreaterThan(56);
    expect(answers.filter(({ texts }) => !marked(texts))).toEqual([]);
  });
});

test('the law’s days stand in one place: answers and receipts take them from there', () => {
  const { answerWorkingDays, erase, withdraw, access } = content.caseTerms;
  const told = (intent: string, aspect?: 'time') => {
    const answer = content.answer(intent)!;
    const now = instantOf({ year: 2026, month: 11, day: 25 });
    return composeAnswer(content, answer, { aspect, now, limits: { choices: 13 } }).texts.join('\n');
  };
  expect(told('data_erasure', 'time')).toContain(`Xoá: trong ${erase} ngày`);
  expect(told('data_erasure', 'time')).toContain(`Rút đồng ý: trong ${withdraw} ngày`);
  expect(told('data_access_update')).toContain(`trong ${answerWorkingDays} ngày làm việc`);
  expect(told('data_access_update')).toContain(`trong ${access} ngày`);
  expect(content.facts.filter(({ id }) => id.startsWith('privacy_'))).toEqual([]);
});

test('names the next opening over Tết 2027, later rather than too early', () => {
  const { open, opensAt } = content.hours(instantOf({ year: 2027, month: 2, day: 6 }, 9));
  expect([open, writtenTime(opensAt)]).toEqual([false, '07:30 thứ Sáu 12/02/2027']);
});

test('the days of the Labour Code are days off in 2027', () => {
  // Bộ luật Lao động 45/2019/QH14, Điều 112; Tết is 06/02/2027, the 10th of the third month 16/04/2027.
  const days = ['1/1', '2/5', '2/6', '2/7', '2/8', '4/16', '4/30', '5/1', '9/2'];
  const open = days.filter((day) => {
    const [month = 0, date = 0] = day.split('/').map(Number);
    return content.hours(instantOf({ year: 2027, month, day: date }, 9)).open;
  });
  expect(open).toEqual([]);
});

test('the example courses are marked as examples and lie ahead of the day they were written', () => {
  expect(content.courses.length).toBeGreaterThanOrEqual(2);
  const written = instantOf({ year: 2026, month: 11, day: 24 });
  for (const { example, sessions } of content.courses) {
    expect(example).toBe(true);
    expect(sessions.every(({ startsAt }) => startsAt > written)).toBe(true);
  }
});
