import { aspects } from '../nlu/types.ts';
import { composeAnswer, longestMessage } from './compose.ts';
import type { Answer, Content, Day } from './content.ts';
import { dateOf, instantOf } from '../conversation/calendar.ts';
import type { Files } from './desk.ts';
import { repeatedFigures } from './figures.ts';
import { dayNoOf } from './hours.ts';
import { readContent } from './load.ts';
import type { Reading } from './load.ts';
import { inOrder } from './problem.ts';
import type { Problem } from './problem.ts';
import { judgeStyle } from './style.ts';
import { bytes, characters } from './text.ts';
import { todoOf } from './todo.ts';
import type { Todo } from './todo.ts';

export interface Checked {
  /** In order of file and line, as the others. */
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly todo: readonly Todo[];
  /** Undefined when the files could not be made into content at all. */
  readonly content: Content | undefined;
}

/** Telegram's limit for what a button carries; the smallest of all channels. Source: core.telegram.org/bots/api. */
const payloadBytes = 64;

/** Everything an editor has to know about the files, as of `today` (`2026-11-24`). */
export function checkContent(files: Files, today: Day): Checked {
  const reading = readContent(files);
  const { content } = reading;
  const style = judgeStyle(reading.spoken, reading.messages);
  const errors = [
    ...reading.problems,
    ...style.errors,
    ...missingAnswers(reading),
    ...futureDays(reading, today),
    ...longPhrases(reading),
    ...repeatedFigures(reading.answers, content?.facts ?? []),
    ...(content ? inWhole(content, reading, today) : []),
  ];
  return {
    errors: inOrder(errors),
    warnings: inOrder([...style.warnings, ...pastDays(reading, today)]),
    todo: content ? todoOf(content, today) : [],
    content,
  };
}

function missingAnswers({ answers, intents }: Reading): Problem[] {
  const answered = new Set(answers.map(({ answer }) => answer.intent));
  return [...intents]
    .filter((intent) => !answered.has(intent))
    .map((intent) => ({
      file: `intents/${intent}.yaml`,
      line: 1,
      code: 'intent.answer.missing',
      message: `chưa có bài trả lời – viết content/answers/<nhóm>/${intent.replaceAll('_', '-')}.md`,
    }));
}

function futureDays({ answers }: Reading, today: Day): Problem[] {
  return answers
    .filter(({ answer }) => answer.asOf > today)
    .map(({ answer: { file, asOf }, lineOf }) => ({
      file,
      line: lineOf('asOf'),
      code: 'answer.asOf.future',
      message: `"asOf" ${asOf} chưa tới – ghi ngày đã đối chiếu nguồn`,
    }));
}

function longPhrases({ messages }: Reading): Problem[] {
  return messages.flatMap(({ file, line, text }) => {
    const length = characters(text);
    if (length <= longestMessage || file.startsWith('content/answers/')) return [];
    const message = `lời này dài ${length} ký tự – rút còn ${longestMessage}`;
    return [{ file, line, code: 'phrases.message.tooLong', message }];
  });
}

/** A day that passes is no mistake of the files: they stay valid, somebody has to look at them again. */
function pastDays({ answers: read, content }: Reading, today: Day): Problem[] {
  const answers = read
    .filter(({ answer }) => today > answer.expires)
    .map(({ answer: { file, expires }, lineOf }) => ({
      file,
      line: lineOf('expires'),
      code: 'answer.expired',
      message: `hết hạn ngày ${expires} – đối chiếu lại nguồn rồi sửa "asOf" và "expires"`,
    }));
  const facts = (content?.facts ?? [])
    .filter(({ expires }) => today > expires)
    .map(({ line, id, expires }) => ({
      file: 'content/facts.yaml',
      line,
      code: 'fact.expired',
      message: `"${id}" hết hạn ngày ${expires}, nay đọc là “đang cập nhật” – đối chiếu lại nguồn`,
    }));
  return [...answers, ...facts];
}

/** What can only be seen of everything together. */
function inWhole(content: Content, reading: Reading, today: Day): Problem[] {
  const groupOf = new Map(
    content.menu.flatMap(({ id, intents }) => intents.map((intent) => [intent, id])),
  );
  return [
    ...misplaced(content, groupOf),
    ...outsideMenu(reading.intents, groupOf),
    ...sameButtons(content),
    ...missingWords(content),
    ...content.answers.flatMap((answer) => tooLong(content, answer, today)),
    ...content.answers.flatMap(longPayloads),
  ];
}

function misplaced(content: Content, groupOf: ReadonlyMap<string, string>): Problem[] {
  return content.answers.flatMap(({ intent, file }) => {
    const group = groupOf.get(intent);
    const folder = file.split('/').at(-2);
    if (group === undefined || group === folder) return [];
    const message = `mục này thuộc nhóm "${group}" trong content/menu.yaml – chuyển tệp sang content/answers/${group}/`;
    return [{ file, line: 1, code: 'answer.group.misplaced', message }];
  });
}

function outsideMenu(
  intents: ReadonlySet<string>,
  groupOf: ReadonlyMap<string, string>,
): Problem[] {
  return [...intents]
    .filter((intent) => !groupOf.has(intent))
    .map((intent) => ({
      file: 'content/menu.yaml',
      line: 1,
      code: 'menu.intent.missing',
      message: `"${intent}" chưa ở nhóm nào – thêm vào một nhóm`,
    }));
}

/** A typed title means a button, so no two topics may share one. */
function sameButtons({ topics }: Content): Problem[] {
  return topics.flatMap(({ intent, button }, i) => {
    const twin = topics.slice(0, i).find((other) => other.button === button);
    if (!twin) return [];
    const message = `nút "${button}" trùng với intents/${twin.intent}.yaml – đặt chữ khác`;
    return [{ file: `intents/${intent}.yaml`, line: 1, code: 'intent.button.twice', message }];
  });
}

/** Phrases without which no answer can be put together (`composeAnswer`). */
const needed = [
  'answer.unverified',
  'answer.noSection',
  'answer.noSection.choices',
  'answer.expired',
  'answer.also',
  'answer.person.choices',
  'answer.fact.expired',
  'answer.foot.place',
  'answer.foot.sources',
  'answer.foot.quoted',
  'answer.foot.asOf',
  ...aspects.map((aspect) => `answer.aspect.${aspect}`),
];

function missingWords(content: Content): Problem[] {
  return needed.filter((key) => !content.hasPhrase(key)).map((key) => ({
    file: 'content/phrases.yaml',
    line: 1,
    code: 'phrases.key.missing',
    message: `thiếu lời "${key}" – không có nó thì không ghép được câu trả lời`,
  }));
}

/** A day on which no figure holds any more: what is said in their place is often longer. */
const farOff = instantOf({ year: 9999, month: 1, day: 1 });

function tooLong(content: Content, answer: Answer, today: Day): Problem[] {
  if (missingWords(content).length > 0) return [];
  const days = [instantOf(dateOf(dayNoOf(today)), 12), farOff];
  return answer.sections.flatMap(({ aspect, line }) => {
    const asked = { limits: { choices: 5 }, ...(aspect === 'main' ? {} : { aspect }) };
    const texts = days.flatMap((now) => composeAnswer(content, answer, { ...asked, now }).texts);
    const length = Math.max(...texts.map(characters));
    if (length <= longestMessage) return [];
    const message = `tin gửi đi dài ${length} ký tự kể cả chân tin – rút còn ${longestMessage}`;
    return [{ file: answer.file, line, code: 'answer.message.tooLong', message }];
  });
}

function longPayloads({ intent, file, sections }: Answer): Problem[] {
  return sections.flatMap(({ aspect, line }) => {
    const payload = `ask:${intent}/${aspect}`;
    if (bytes(payload) <= payloadBytes) return [];
    const message = `nút của phần này mang ${bytes(payload)} byte – tên mục quá dài, nhiều nhất ${payloadBytes}`;
    return [{ file, line, code: 'answer.payload.tooLong', message }];
  });
}
