import type { OrganisationId } from '../ids.ts';
import { aspects } from '../nlu/types.ts';
import type { Aspect } from '../nlu/types.ts';
import type { Answer, Section } from './content.ts';
import { dayNoOf } from './hours.ts';
import type { Report } from './problem.ts';
import { frontMatter } from './schema.ts';
import { characters } from './text.ts';
import { readYaml } from './yaml.ts';
import type { Located } from './yaml.ts';

/** What an answer may refer to. */
export interface Known {
  readonly organisations: ReadonlySet<string>;
  readonly intents: ReadonlySet<string>;
  /** What may stand in braces: `fact.<id>`, `retention.<kind>`, `terms.<kind>`, `programme.<key>`; undefined = not to be judged. */
  readonly inserts: ReadonlySet<string> | undefined;
}

/** One paragraph or list item, with the line it begins on. */
export interface Spoken {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

export interface ReadAnswer {
  readonly answer: Answer;
  readonly spoken: readonly Spoken[];
  /** The line of a key of its head. */
  lineOf(key: string): number;
}

/** Longest trust in what was read once: content.md §2. */
const longestDays = 180;

/** An answer file taken apart. Undefined when it has no usable head; every problem is reported with its line. */
export function readAnswer(
  file: string,
  text: string,
  known: Known,
  report: Report,
): ReadAnswer | undefined {
  const lines = text.split(/\r?\n/);
  const end = lines.indexOf('---', 1);
  if (lines[0] !== '---' || end < 0) {
    const message = 'thiếu phần đầu – bắt đầu tệp bằng ---, các mục, rồi ---';
    report({ file, line: 1, code: 'answer.frontMatter.missing', message });
    return undefined;
  }
  const yaml = lines.slice(1, end).join('\n') + '\n';
  const head = readYaml({ file, text: yaml, before: 1, kind: 'answer' }, frontMatter, report);
  const body = readBody(file, lines, end + 1, known, report);
  if (!head) return undefined;
  const sections = body.map(({ section }) => section);
  checkHead(file, head, known, report);
  checkSections(file, head, sections, report);
  const { owner, reviewed, sources, ...rest } = head.value;
  const answer: Answer = {
    ...rest,
    owner: owner as OrganisationId, // checked against the files of content/organisations/
    sources: sources.map(({ name, read, for: supports, url }) => ({
      name,
      read,
      for: supports,
      ...(url === undefined ? {} : { url }),
    })),
    ...(reviewed ? { reviewed } : {}),
    sections,
    file,
  };
  const title = { file, line: head.lineOf('title'), text: answer.title };
  return { answer, spoken: [title, ...body.flatMap(({ spoken }) => spoken)], lineOf: head.lineOf };
}

interface ReadSection {
  readonly section: Section;
  readonly spoken: readonly Spoken[];
}

interface Draft {
  readonly aspect: Aspect | 'main';
  readonly button: string;
  readonly line: number;
  /** Paragraphs and lists, each of lines as they will be sent. */
  readonly blocks: Spoken[][];
  readonly unverified: Spoken[];
}

function readBody(
  file: string,
  lines: readonly string[],
  first: number,
  known: Known,
  report: Report,
): ReadSection[] {
  let draft: Draft = { aspect: 'main', button: '', line: first + 1, blocks: [], unverified: [] };
  const drafts = [draft];
  let fresh = true;
  for (const [i, raw] of lines.entries()) {
    if (i < first) continue;
    const at = { file, line: i + 1, text: raw.trimEnd() };
    if (at.text === '') {
      fresh = true;
    } else if (at.text.startsWith('#')) {
      draft = readHeading(at, drafts, report);
      drafts.push(draft);
      fresh = true;
    } else if (at.text.startsWith('>')) {
      readUnverified(at, draft, report);
      fresh = true;
    } else {
      checkMarkup(at, known, report);
      addLine(at, draft.blocks, fresh);
      fresh = false;
    }
  }
  return drafts.map((done) => finish(done, file, report));
}

const heading = /^## ([a-z]+): *(\S.*)$/;

function readHeading(at: Spoken, drafts: readonly Draft[], report: Report): Draft {
  const [, name = '', button = ''] = heading.exec(at.text) ?? [];
  const aspect = aspects.find((known) => known === name);
  const problem = (code: string, message: string): void => {
    report({ file: at.file, line: at.line, code: `answer.${code}`, message });
  };
  if (name === '') {
    problem('heading.invalid', 'đề mục chưa đúng – viết "## fee: Lệ phí" (loại, hai chấm, chữ nút)');
  } else if (!aspect) {
    problem('aspect.unknown', `không có loại "${name}" – dùng: ${aspects.join(', ')}`);
  } else if (drafts.some((draft) => draft.aspect === aspect)) {
    problem('aspect.twice', `đã có phần "${name}" ở trên – gộp lại`);
  }
  if (characters(button) > 20) {
    problem('button.tooLong', `chữ nút dài ${characters(button)} ký tự – rút còn 20`);
  }
  return { aspect: aspect ?? 'main', button, line: at.line, blocks: [], unverified: [] };
}

function readUnverified(at: Spoken, draft: Draft, report: Report): void {
  const what = /^> Chưa xác minh: *(\S.*?)\.?$/.exec(at.text)?.[1];
  if (what) {
    draft.unverified.push({ ...at, text: what });
    return;
  }
  const message = 'dòng ">" chỉ dùng cho "> Chưa xác minh: điều gì."';
  report({ file: at.file, line: at.line, code: 'answer.quote.invalid', message });
}

const markup: readonly (readonly [RegExp, string])[] = [
  [/\*|__|`/, 'chữ đậm, nghiêng hoặc dấu sao'],
  [/\]\(/, 'liên kết kiểu Markdown; viết thẳng tên trang'],
  [/^\s*\|/, 'bảng'],
  [/<\/?[a-z!]/i, 'thẻ HTML'],
  [/^\s*\d+[.)] /, 'danh sách đánh số; dùng "- "'],
  [/\p{Extended_Pictographic}/u, 'biểu tượng cảm xúc'],
];

function checkMarkup(at: Spoken, known: Known, report: Report): void {
  const { file, line } = at;
  for (const [pattern, what] of markup) {
    if (!pattern.test(at.text)) continue;
    const message = `không dùng ${what} – mọi kênh chỉ hiện chữ thường`;
    report({ file, line, code: 'answer.markup.refused', message });
  }
  for (const [braced, name = ''] of at.text.matchAll(/\{([^}]*)\}/g)) {
    if (!known.inserts || known.inserts.has(name)) continue;
    const message = `không có ${braced} – xem tên trong content/facts.yaml, case-terms.yaml, retention.yaml`;
    report({ file, line, code: 'answer.insert.unknown', message });
  }
}

/** A line after an empty one begins a block; a plain line goes on with the one before it. */
function addLine(at: Spoken, blocks: Spoken[][], fresh: boolean): void {
  const item = /^ *- +(.*)$/.exec(at.text)?.[1];
  const text = item === undefined ? at.text.trim() : `• ${item}`;
  const block = blocks.at(-1);
  const last = block?.at(-1);
  if (!block || !last || fresh) {
    blocks.push([{ ...at, text }]);
  } else if (item === undefined && (!last.text.startsWith('• ') || at.text.startsWith(' '))) {
    block[block.length - 1] = { ...last, text: `${last.text} ${text}` };
  } else {
    block.push({ ...at, text });
  }
}

function finish(draft: Draft, file: string, report: Report): ReadSection {
  const { aspect, button, line, blocks, unverified } = draft;
  const text = blocks.map((block) => block.map((said) => said.text).join('\n')).join('\n\n');
  if (text === '' && unverified.length === 0) {
    const message = 'phần này trống – viết nội dung, hoặc "> Chưa xác minh: điều gì."';
    report({ file, line, code: 'answer.section.empty', message });
  }
  return {
    section: { aspect, button, text, unverified: unverified.map((said) => said.text), line },
    spoken: [...blocks.flat(), ...unverified, ...(button ? [{ file, line, text: button }] : [])],
  };
}

type Head = Located<ReturnType<typeof frontMatter.parse>>;

function checkHead(file: string, head: Head, known: Known, report: Report): void {
  const { intent, owner, asOf, expires, next } = head.value;
  const problem = (key: string, what: string, message: string): void => {
    report({ file, line: head.lineOf(key), code: `answer.${key}.${what}`, message });
  };
  if (!known.intents.has(intent)) {
    problem('intent', 'unknown', `không có intents/${intent}.yaml – sửa tên mục`);
  }
  const fileName = `${intent.replaceAll('_', '-')}.md`;
  if (file.split('/').at(-1) !== fileName) {
    problem('intent', 'misplaced', `tệp của mục này phải tên là ${fileName}`);
  }
  if (!known.organisations.has(owner)) {
    problem('owner', 'unknown', `không có content/organisations/${owner}.yaml – sửa tên cơ quan`);
  }
  const trusted = dayNoOf(expires) - dayNoOf(asOf);
  if (trusted < 1) problem('expires', 'early', '"expires" phải sau "asOf"');
  if (trusted > longestDays) {
    problem('expires', 'late', `"expires" cách "asOf" ${trusted} ngày – nhiều nhất ${longestDays}`);
  }
  for (const other of next) {
    if (other === intent || !known.intents.has(other)) {
      problem('next', 'unknown', `"next" không dùng được "${other}" – ghi tên một mục khác có thật`);
    }
  }
}

function checkSections(
  file: string,
  head: Head,
  sections: readonly Section[],
  report: Report,
): void {
  const { sources } = head.value;
  for (const { aspect, text, line } of sections) {
    if (text === '' || sources.some((source) => source.for.includes(aspect))) continue;
    const message = `phần "${aspect}" chưa có nguồn – thêm "${aspect}" vào "for:" của một nguồn`;
    report({ file, line, code: 'answer.source.missing', message });
  }
  for (const [i, source] of sources.entries()) {
    const line = head.lineOf('sources', i, 'for');
    for (const aspect of source.for) {
      if (sections.some((section) => section.aspect === aspect)) continue;
      const message = `nguồn này ghi phần "${aspect}" nhưng bài không có phần đó`;
      report({ file, line, code: 'answer.source.aimless', message });
    }
  }
}
