import type { ReadAnswer, Spoken } from './answer.ts';
import type { Content } from './content.ts';
import type { Desk, Files } from './desk.ts';
import { readGazetteer } from './gazetteer.ts';
import { readAnswers, readCourses, readOrganisations, readTopics } from './folders.ts';
import { buildContent, settingNames } from './library.ts';
import { inOrder, toError } from './problem.ts';
import type { Problem } from './problem.ts';
import * as tables from './tables.ts';
import { fingerprint } from './text.ts';

/** All that could be read, and what could not. */
export interface Reading {
  /** Undefined when a file without which nothing works is missing or broken. Broken answers are left out. */
  readonly content: Content | undefined;
  readonly problems: readonly Problem[];
  readonly answers: readonly ReadAnswer[];
  readonly spoken: readonly Spoken[];
  readonly messages: readonly Spoken[];
  /** Names of the files in `intents/`. */
  readonly intents: ReadonlySet<string>;
}

/**
 * Content of the texts of all files under `content/` and `intents/`, by path from the root.
 * @throws {ContentError} the first problem, with file and line; `checkContent` finds them all.
 */
export function loadContent(files: Files): Content {
  const { content, problems } = readContent(files);
  const [first, ...rest] = problems;
  if (first) throw toError([first, ...rest]);
  if (!content) throw new Error('A file that content needs is missing and was not reported');
  return content;
}

/** Everything that can be read, with all problems in order of file and line. */
export function readContent(texts: Files): Reading {
  const problems: Problem[] = [];
  const files = new Map([...texts].map(([file, text]) => [file, text.normalize('NFC')]));
  const desk: Desk = { files, report: (one) => problems.push(one), spoken: [], messages: [] };
  refuseStrangers(desk);
  const organisations = readOrganisations(desk);
  const bodies = new Set<string>(organisations.map(({ id }) => id));
  const gazetteer = readGazetteer(desk, bodies);
  const { topics, names: intents } = readTopics(desk);
  const facts = tables.readFacts(desk);
  // One broken figure must not make every answer that uses another look broken, too.
  const inserts = facts && new Set([...facts.map(({ id }) => `fact.${id}`), ...settingNames]);
  const answers = readAnswers(desk, { organisations: bodies, intents, inserts });
  const phrases = tables.readPhrases(desk);
  const outside = tables.readOutside(desk, phrases);
  const courses = readCourses(desk, bodies);
  const settings = readSettings(desk, intents, bodies);
  const parts = { hash: hashOf(files), organisations, gazetteer, topics, outside, courses };
  const said = answers.map(({ answer }) => answer);
  return {
    content:
      settings && facts && phrases
        ? buildContent({ ...parts, ...settings, facts, phrases, answers: said })
        : undefined,
    problems: inOrder(problems),
    answers,
    spoken: desk.spoken,
    messages: desk.messages,
    intents,
  };
}

/** The files of which there is one each; undefined when one of them is missing or broken. */
function readSettings(desk: Desk, intents: ReadonlySet<string>, bodies: ReadonlySet<string>) {
  const menu = tables.readMenu(desk, intents);
  const programme = tables.readProgramme(desk, bodies);
  const retention = tables.readRetention(desk);
  const caseTerms = tables.readCaseTerms(desk);
  const calendar = tables.readCalendar(desk);
  const sendingRules = tables.readSendingRules(desk);
  if (!menu || !programme || !retention || !caseTerms || !calendar || !sendingRules) return undefined;
  return { menu, programme, retention, caseTerms, calendar, sendingRules };
}

const places = [
  /^content\/answers\/[a-z]+\/[a-z0-9-]+\.md$/,
  /^content\/(organisations|courses|flows)\/[a-z0-9-]+\.yaml$/,
  /^content\/(facts|phrases|menu|programme|retention|case-terms|working-hours|holidays|sending-rules)\.yaml$/,
  /^intents\/[a-z][a-z0-9_]*\.yaml$/,
  /^intents\/(lexicon|entities)\//,
  /(^|\/)README\.md$/,
];

/** A file under a wrong name would be passed over in silence. */
function refuseStrangers({ files, report }: Desk): void {
  for (const file of files.keys()) {
    if (places.some((place) => place.test(file))) continue;
    const message = 'tệp lạ, không ai đọc – xem tên và thư mục trong docs/add-an-answer.md';
    report({ file, line: 1, code: 'file.unknown', message });
  }
}

const hashOf = (files: Files): string =>
  fingerprint([...files].sort(([a], [b]) => (a < b ? -1 : 1)).flat());
