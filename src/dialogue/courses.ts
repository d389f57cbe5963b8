import { writtenTime } from '../conversation/calendar.ts';
import type { Course, Session } from '../conversation/course.ts';
import type { Choice } from '../conversation/reply.ts';
import type { Scene } from './flow.ts';
import type { Instant } from '../clock.ts';
import { payload } from './payload.ts';
import { mostChoices, personChoice } from './replies.ts';
import { plain } from './words.ts';

/** As many as have a button each, beside the one for a person. */
const mostShown = mostChoices - 1;
const longestTitle = 60;
const longestPlace = 50;
/** What the words around the lines leave of a message. */
const roomForLines = 500;

/** Courses that take names now, the next one first. Needs `{ list: 'openCourses' }`. */
export function openCourses({ docs, now }: Scene): readonly Course[] {
  return docs
    .list('openCourses')
    .filter((course) => isOpen(course, now))
    .sort((a, b) => startOf(a) - startOf(b) || (a.code < b.code ? -1 : 1));
}

/** Whether one can register now: from `opensAt` on, and no longer at `closesAt`. */
export function isOpen({ state, opensAt, closesAt }: Course, now: Instant): boolean {
  return state === 'open' && opensAt <= now && now < closesAt;
}

/** A seed for demonstration says so wherever it is named. */
export function titleOf({ title, example }: Course, { content }: Scene): string {
  const short = shortened(title, longestTitle);
  return example ? content.phrase('course.example', { title: short }) : short;
}

/** One line each: code, title, first session; without the place where the lines would not fit into a message. */
export function courseLines(courses: readonly Course[], scene: Scene): string {
  const shown = courses.slice(0, mostShown);
  const whole = shown.map((course) => line(course, whenOf(course, scene), scene)).join('\n');
  return whole.length <= roomForLines
    ? whole
    : shown.map((course) => line(course, timeOf(course, scene), scene)).join('\n');
}

/** `08:00 thứ Bảy 05/12/2026, Hội trường xã` */
export function whenOf(course: Course, scene: Scene): string {
  const place = firstSession(course)?.place;
  const time = timeOf(course, scene);
  return place === undefined ? time : `${time}, ${shortened(place, longestPlace)}`;
}

function line(course: Course, when: string, scene: Scene): string {
  const values = { code: course.code, title: titleOf(course, scene), when };
  return scene.content.phrase('course.line', values);
}

function timeOf(course: Course, { content }: Scene): string {
  const first = firstSession(course);
  return first ? writtenTime(first.startsAt) : content.phrase('course.noDate');
}

function firstSession({ sessions }: Course): Session | undefined {
  return [...sessions].sort((a, b) => a.startsAt - b.startsAt)[0];
}

/** A button for each course shown; pressed days later it still means this course. */
export function courseChoices(courses: readonly Course[], { content }: Scene): Choice[] {
  const enrol = content.choices('course.enrol')[0] ?? '';
  const shown = courses.slice(0, mostShown).map(({ id, code }) => ({
    title: `${enrol} ${code}`,
    payload: payload('register', id),
  }));
  return [...shown, personChoice(content)];
}

/** The one course whose code stands in the text as a word, or whose whole title does. */
export function namedCourse(text: string, courses: readonly Course[]): Course | undefined {
  const words = ` ${plain(text)} `;
  const named = courses.filter(({ code, title }) =>
    [code, title].some((name) => words.includes(` ${plain(name)} `)),
  );
  return named.length === 1 ? named[0] : undefined;
}

/**
 * “lop ban hang qua mang”: most of its words, two at least, stand in one title more than in any other. Only where a
 * course was asked for: the next question says which one was understood.
 */
export function courseByPart(text: string, courses: readonly Course[]): Course | undefined {
  const words = plain(text)
    .split(' ')
    .filter((word) => !aroundTitle.has(word));
  if (words.length < 2) return undefined;
  const [best, next] = courses
    .map((course) => {
      const own = plain(course.title).split(' ');
      return { course, common: words.filter((word) => own.includes(word)).length };
    })
    .sort((a, b) => b.common - a.common);
  const isClear = best && best.common >= Math.max(2, mostOfThem * words.length);
  return isClear && best.common > (next?.common ?? 0) ? best.course : undefined;
}

const mostOfThem = 0.6;

const aroundTitle = new Set(
  'lop khoa hoc em toi minh tui chi anh muon xin cho dang ky dk ghi danh ten chon lay cai ve vao nha a ad'.split(
    ' ',
  ),
);

const startOf = ({ sessions, closesAt }: Course): number =>
  Math.min(...sessions.map(({ startsAt }) => startsAt), closesAt);

function shortened(words: string, most: number): string {
  return words.length <= most ? words : `${words.slice(0, most - 1).trimEnd()}…`;
}
