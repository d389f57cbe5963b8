import type { Instant } from '../clock.ts';
import type { CourseId, OrganisationId } from '../ids.ts';
import { dateOf, instantOf } from '../conversation/calendar.ts';
import { readAnswer } from './answer.ts';
import type { Known, ReadAnswer } from './answer.ts';
import type { CourseSeed, Day, Organisation, Topic } from './content.ts';
import { filesIn, readForm, stem } from './desk.ts';
import type { Desk, Read } from './desk.ts';
import { dayNoOf } from './hours.ts';
import * as schema from './schema.ts';

/** The folders of which each file is one thing. */

export function readOrganisations(desk: Desk): Organisation[] {
  return filesIn(desk.files, 'content/organisations', '.yaml').flatMap((file) => {
    const form = { kind: 'organisation', schema: schema.organisationFile };
    const read = readForm(desk, file, form);
    if (!read) return [];
    read.say(['name'], read.value.name);
    const { phone, address, hours, ...rest } = read.value;
    return [
      {
        id: stem(file) as OrganisationId, // the file's name is the id
        ...rest,
        ...(phone === undefined ? {} : { phone }),
        ...(address === undefined ? {} : { address }),
        ...(hours === undefined ? {} : { hours }),
      },
    ];
  });
}

/** Heads of the intents files; the names of all of them, also of those whose head is broken. */
export function readTopics(desk: Desk): { topics: Topic[]; names: ReadonlySet<string> } {
  const files = filesIn(desk.files, 'intents', '.yaml').filter((file) => stem(file) !== 'none');
  const names = new Set(files.map(stem));
  const topics = files.flatMap((file) => {
    const form = { kind: 'intent', schema: schema.intentHead, before: /^examples:/m };
    const read = readForm(desk, file, form);
    if (!read) return [];
    for (const other of Object.keys(read.value.not)) {
      if (names.has(other) || other === 'none') continue;
      read.problem(['not', other], 'intent.not.unknown', `không có intents/${other}.yaml`);
    }
    const { title, button, eager } = read.value;
    read.say(['title'], title);
    return [{ intent: stem(file), title, button, eager }];
  });
  return { topics, names };
}

/**
 * All answers of content/answers, in order of file name. Problems go to the desk's report; a broken file is left out.
 */
export function readAnswers(desk: Desk, known: Known): ReadAnswer[] {
  const files = [...desk.files.keys()]
    .filter((file) => file.startsWith('content/answers/') && !file.endsWith('/README.md'))
    .sort();
  const answers = files.flatMap((file) => {
    const read = readAnswer(file, desk.files.get(file) ?? '', known, desk.report);
    return read ? [read] : [];
  });
  const seen = new Map<string, string>();
  for (const { answer, spoken } of answers) {
    desk.spoken.push(...spoken);
    desk.messages.push(
      ...answer.sections.map(({ text, line }) => ({ file: answer.file, line, text })),
    );
    const first = seen.get(answer.intent);
    if (first !== undefined) {
      const message = `mục "${answer.intent}" đã có bài ở ${first} – giữ lại một`;
      desk.report({ file: answer.file, line: 1, code: 'answer.intent.twice', message });
    }
    seen.set(answer.intent, answer.file);
  }
  return answers;
}

/** Demonstration courses: their days become instants in Việt Nam. */
export function readCourses(desk: Desk, bodies: ReadonlySet<string>): CourseSeed[] {
  return filesIn(desk.files, 'content/courses', '.yaml').flatMap((file) => {
    const read = readForm(desk, file, { kind: 'course', schema: schema.courseFile });
    if (!read) return [];
    const { organisation, organisers, sessions, opens, closes, ...rest } = read.value;
    checkCourse(read, bodies);
    read.say(['title'], rest.title);
    read.say(['audience'], rest.audience);
    return [
      {
        id: stem(file) as CourseId, // the file's name is the id
        ...rest,
        organisationId: organisation as OrganisationId, // checked in checkCourse
        organisers: organisers as OrganisationId[], // checked in checkCourse
        sessions: sessions.map(({ day, from, to, place }) => ({
          startsAt: at(day, from),
          endsAt: at(day, to),
          place,
        })),
        opensAt: at(opens, '00:00'),
        closesAt: at(closes, '23:59'),
      },
    ];
  });
}

function checkCourse(
  read: Read<ReturnType<typeof schema.courseFile.parse>>,
  bodies: ReadonlySet<string>,
): void {
  const { organisation, organisers, sessions, opens, closes } = read.value;
  const unknown = 'không có tệp này trong content/organisations/';
  if (!bodies.has(organisation)) {
    read.problem(['organisation'], 'course.organisation.unknown', unknown);
  }
  for (const [i, body] of organisers.entries()) {
    if (!bodies.has(body)) read.problem(['organisers', i], 'course.organisers.unknown', unknown);
  }
  if (closes < opens) read.problem(['closes'], 'course.closes.early', '"closes" phải sau "opens"');
  for (const [i, { day, from, to }] of sessions.entries()) {
    if (to <= from) {
      read.problem(['sessions', i, 'to'], 'course.to.early', '"to" phải sau "from"');
    }
    if (day < opens) {
      read.problem(['sessions', i, 'day'], 'course.day.early', 'buổi học phải sau ngày "opens"');
    }
  }
}

function at(day: Day, clock: string): Instant {
  const [hour = 0, minute = 0] = clock.split(':').map(Number);
  return instantOf(dateOf(dayNoOf(day)), hour, minute);
}
