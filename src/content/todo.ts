import { writtenDay } from '../conversation/calendar.ts';
import type { Content, Day } from './content.ts';
import { dayNoOf } from './hours.ts';

export type TodoKind = 'expiring' | 'unverified' | 'contact' | 'calendar' | 'official';

/** Something only the operator can settle: a date to look at again, a question to an office. */
export interface Todo {
  readonly kind: TodoKind;
  readonly file: string;
  readonly message: string;
  /** The office to ask. */
  readonly ask?: string;
}

/** How long before its last day a thing is put on the list. */
const notice = 30;

/** Expiring within 30 days, not verified, offices without contact, days off to be confirmed, unconfirmed owner. */
export function todoOf(content: Content, today: Day): Todo[] {
  return [
    ...expiring(content, today),
    ...unverified(content),
    ...withoutContact(content),
    ...openDays(content, today),
    ...owner(content),
  ];
}

/** The figures of the start screen and of the last line of `npm run check`. */
export interface Summary {
  readonly answers: number;
  readonly expired: number;
  /** Answers with a part that is not verified. */
  readonly unverified: number;
  readonly withoutContact: number;
}

/** How many answers there are and how many want work, as of `today`. */
export function summarise(content: Content, today: Day): Summary {
  return {
    answers: content.answers.length,
    expired: content.answers.filter(({ expires }) => today > expires).length,
    unverified: content.answers.filter(({ sections }) => sections.some((s) => s.unverified.length))
      .length,
    withoutContact: withoutContact(content).length,
  };
}

function expiring(content: Content, today: Day): Todo[] {
  const soon = (day: Day): boolean => dayNoOf(day) - dayNoOf(today) <= notice;
  const says = (day: Day): string =>
    today > day ? `đã hết hạn ${writtenDay(day)}` : `hết hạn ${writtenDay(day)}`;
  const answers = content.answers
    .filter(({ expires }) => soon(expires))
    .map(({ file, title, expires }) => ({ file, message: `${title}: ${says(expires)}` }));
  const facts = content.facts
    .filter(({ expires }) => soon(expires))
    .map(({ id, say, expires }) => ({
      file: 'content/facts.yaml',
      message: `${id} (${say}): ${says(expires)}`,
    }));
  const holidays = soon(content.calendar.until)
    ? [{ file: 'content/holidays.yaml', message: `lịch nghỉ ${says(content.calendar.until)}` }]
    : [];
  return [...answers, ...facts, ...holidays].map((one) => ({ kind: 'expiring', ...one }));
}

function unverified(content: Content): Todo[] {
  return content.answers.flatMap(({ file, title, owner, sections }) =>
    sections.flatMap((section) =>
      section.unverified.map((what) => ({
        kind: 'unverified' as const,
        file: `${file}:${section.line}`,
        message: `${title}: ${what}`,
        ask: content.organisation(owner).name,
      })),
    ),
  );
}

/** An office of the bot itself needs none: people are already talking to it. */
function withoutContact(content: Content): Todo[] {
  return content.organisations
    .filter(({ id }) => id !== content.programme.organisationId)
    .filter(({ phone, address }) => phone === undefined && address === undefined)
    .map(({ id, name }) => ({
      kind: 'contact',
      file: `content/organisations/${id}.yaml`,
      message: `${name}: chưa có điện thoại và địa chỉ đã xác nhận`,
    }));
}

function openDays({ calendar }: Content, today: Day): Todo[] {
  return [...calendar.off, ...calendar.makeUp]
    .filter(({ status, to }) => status === 'unverified' && to >= today)
    .map(({ from, name, line }) => ({
      kind: 'calendar',
      file: `content/holidays.yaml:${line}`,
      message: `${writtenDay(from)}, ${name}`,
    }));
}

function owner({ programme }: Content): Todo[] {
  if (programme.official) return [];
  return [
    {
      kind: 'official',
      file: 'content/programme.yaml',
      message: 'chưa có cơ quan nào xác nhận đây là kênh của mình',
    },
  ];
}
