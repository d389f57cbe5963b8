import type { Choice } from '../conversation/reply.ts';
import { weekdayOf, writtenDay } from '../conversation/calendar.ts';
import type { CourseId } from '../ids.ts';
import { readDate } from '../nlu/entities/date.ts';
import { readMoney } from '../nlu/entities/money.ts';
import { readName } from '../nlu/entities/name.ts';
import { readPhone } from '../nlu/entities/phone.ts';
import { readPlace } from '../nlu/entities/place.ts';
import { courseByPart, courseChoices, courseLines, namedCourse, openCourses } from './courses.ts';
import type { Understanding } from '../nlu/types.ts';
import type { Input, Scene } from './flow.ts';
import { isQuestion, mayBeNamedHuy, plain, readYesNo } from './words.ts';

/** Where a slot stands: what is known so far, and how its buttons are labelled. */
export interface Around {
  readonly scene: Scene;
  /** Values for the phrases of this form: {course}, {organiser}, … */
  readonly says: Readonly<Record<string, string>>;
  /** `<form>.<slot>`, under which its phrases stand. */
  readonly key: string;
  /** The payload of a button that gives this slot a value. */
  readonly payload: (value: string) => string;
}

/** What a message comes to, for one slot. */
export type Reading<Value extends string> =
  | { readonly value: Value }
  /** More than one reading: the form asks, no guess is silent. */
  | { readonly candidates: readonly Value[] }
  /** The form is over, and this phrase says why. */
  | { readonly ends: string };

export interface Question {
  readonly text: string;
  readonly choices?: readonly Choice[];
  /** As in `Reply`. */
  readonly asks?: 'contact';
}

/** One kind of thing a form can ask for. */
export interface Slot<Value extends string> {
  question(around: Around): Question;
  /** What a typed message gives; undefined = it cannot be read as this. */
  read(input: Input, text: string, around: Around): Reading<Value> | undefined;
  /** What a button of this slot gives; undefined = no button of ours. */
  press(value: string, around: Around): Reading<Value> | undefined;
  /** What can safely be taken from a message that answers something else. */
  glean?(input: Input, text: string, around: Around): Value | undefined;
  /** As it is read back. */
  show(value: Value, scene: Scene): string;
  /** Nothing that follows is taken from any message before this is answered. */
  readonly gate?: true;
  /** May be changed when the form is read back. */
  readonly editable?: true;
  /** Folded words by which people name it: “sửa số”, “sai tên”. */
  readonly calledBy?: readonly string[];
  /** Reads as a command but may be a value. */
  claims?(text: string): boolean;
}

/** A course that takes names now, by button, code or title. */
export const openCourse: Slot<CourseId> = {
  question({ scene, key }) {
    const courses = openCourses(scene);
    const text = scene.content.phrase(`${key}.ask`, { courses: courseLines(courses, scene) });
    return { text, choices: courseChoices(courses, scene) };
  },
  read(_input, text, { scene }) {
    const courses = openCourses(scene);
    const named = namedCourse(text, courses) ?? courseByPart(text, courses);
    if (!named && readYesNo(text) === 'no') return { ends: 'registration.cancelled' };
    return named ? { value: named.id } : undefined;
  },
  press: () => undefined,
  glean: (_input, text, { scene }) => namedCourse(text, openCourses(scene))?.id,
  show: (id) => id,
};

/**
 * Agreement to exactly the words of `wording`; its value is that phrase's key, so that the record says what was
 * agreed to. Nothing personal is taken before it. Source: Luật 91/2025/QH15, consent is express, per purpose.
 */
export function consent(wording: string): Slot<string> {
  const answers: Readonly<Record<string, Reading<string>>> = {
    yes: { value: wording },
    no: { ends: 'consent.refused' },
    young: { ends: 'consent.under16' },
  };
  return {
    gate: true,
    question({ scene, says, payload }) {
      const titles = scene.content.choices(wording);
      const choices = Object.keys(answers).map((answer, i) => ({
        title: titles[i] ?? '',
        payload: payload(answer),
      }));
      return { text: scene.content.phrase(wording, says), choices };
    },
    read(_input, text) {
      if (isUnder16(text)) return answers['young'];
      const said = readYesNo(text) ?? (agreesFirst(text) ? 'yes' : undefined);
      // “đồng ý à?” asks.
      return said === undefined || isQuestion(text) ? undefined : answers[said];
    },
    press: (value) => (Object.hasOwn(answers, value) ? answers[value] : undefined),
    show: (value) => value,
  };
}

/** The name as the person writes it. A question is never a name. */
export const personName: Slot<string> = {
  editable: true,
  calledBy: ['ten', 'ho ten', 'ho va ten'],
  question: ({ scene, key, says }) => ({ text: scene.content.phrase(`${key}.ask`, says) }),
  read({ understood }, text) {
    if (mayBeNamedHuy(text)) return { candidates: ['Huy'] };
    if (isQuestion(text) || isSpeech(understood, text)) return undefined;
    const value = readName(text, { asked: true });
    return value === undefined ? undefined : { value };
  },
  press: (value) => (value === 'Huy' ? { value } : undefined),
  glean: (_input, text) => readName(text, { asked: false }),
  show: (value) => value,
  claims: mayBeNamedHuy,
};

/** A Vietnamese number, `0` and nine or ten digits; two in one message are asked back. */
export const phone: Slot<string> = {
  editable: true,
  calledBy: ['so', 'sdt', 'dt', 'dien thoai', 'so dien thoai', 'so may'],
  question: ({ scene, key, says }) => ({ text: scene.content.phrase(`${key}.ask`, says) }),
  read(_input, text) {
    const found = readPhone(text);
    if (found?.value !== undefined) return { value: found.value };
    return found?.candidates ? { candidates: found.candidates } : undefined;
  },
  press(value) {
    const found = readPhone(value)?.value;
    return found === undefined ? undefined : { value: found };
  },
  glean: (_input, text) => readPhone(text)?.value,
  show: writtenPhone,
};

/** `0905 123 456`: in groups, so that a wrong digit is seen. */
export function writtenPhone(digits: string): string {
  return digits.replace(/^(\d{4})(\d{3,4})(\d{3})$/, '$1 $2 $3');
}

/** A day; a vague word (“tuần sau”) and two days are asked about, and the day is read back with its weekday. */
export const date: Slot<string> = {
  editable: true,
  calledBy: ['ngay', 'ngay gio', 'lich'],
  question: ({ scene, key, says }) => ({ text: scene.content.phrase(`${key}.ask`, says) }),
  read: (_input, text, { scene }) => readDate(text, scene.now),
  press: (value, { scene }) => sure(readDate(value, scene.now)),
  glean: (_input, text, { scene }) => sure(readDate(text, scene.now))?.value,
  show: (value) => `${weekdayOf(value)} ${writtenDay(value)}`,
};

/** An amount in đồng, kept in digits. */
export const money: Slot<string> = {
  editable: true,
  calledBy: ['so tien', 'tien', 'von', 'muc vay'],
  question: ({ scene, key, says }) => ({ text: scene.content.phrase(`${key}.ask`, says) }),
  read: (_input, text) => amountIn(text),
  press: (value) => (/^\d{1,15}$/.test(value) ? { value } : undefined),
  glean: (_input, text) => sure(amountIn(text))?.value,
  show: writtenMoney,
};

/** A commune of today, by its code; an old name that went to several is asked about. */
export const place: Slot<string> = {
  editable: true,
  calledBy: ['xa', 'phuong', 'xa phuong', 'dia chi', 'noi o'],
  question: ({ scene, key, says }) => ({ text: scene.content.phrase(`${key}.ask`, says) }),
  read: (_input, text, { scene }) => readPlace(text, scene.content.gazetteer),
  press(value, { scene }) {
    return scene.content.gazetteer.communeName(value) === undefined ? undefined : { value };
  },
  // Whose place a sentence names is not known: only an answer to the question is taken.
  show: (value, { content }) => content.gazetteer.communeName(value) ?? value,
};

/** `500 triệu đồng (500.000.000 đ)`: in words and digits, so that a nought too many is seen. */
function writtenMoney(digits: string): string {
  const amount = Number(digits);
  const dotted = `${digits.replace(/\B(?=(?:\d{3})+$)/g, '.')} đ`;
  const unit = moneyUnits.find(({ worth }) => amount >= worth);
  if (!unit) return dotted;
  const count = amount / unit.worth;
  // More than two decimals are easier read in digits alone.
  const isShort = Number.isInteger(count * 100);
  return isShort ? `${String(count).replace('.', ',')} ${unit.name} đồng (${dotted})` : dotted;
}

const moneyUnits = [
  { worth: 1e9, name: 'tỷ' },
  { worth: 1e6, name: 'triệu' },
  { worth: 1e3, name: 'nghìn' },
];

function amountIn(text: string): Reading<string> | undefined {
  const found = readMoney(text);
  if (!found) return undefined;
  return 'value' in found
    ? { value: String(found.value) }
    : { candidates: found.candidates.map(String) };
}

/** Only what has one reading. */
function sure(reading: Reading<string> | undefined): { readonly value: string } | undefined {
  return reading && 'value' in reading ? reading : undefined;
}

/** Somebody named like a topic is asked again; a wish that is taken for a name would never be heard. */
const neverNames: readonly string[] = [
  'human_handoff',
  'data_erasure',
  'data_access_update',
  'complaint_feedback',
  'scam_check',
];
const mostWords = 8;

function isSpeech(understood: Understanding | undefined, text: string): boolean {
  if (!/\d/.test(text) && plain(text).split(' ').length > mostWords) return true;
  const best = understood?.intents[0];
  if (understood?.decision !== 'answer' || !best) return false;
  return best.probability >= (neverNames.includes(best.name) ? 0.5 : 0.9);
}

/** “Đồng ý, em tên Lan …”: agreement first, then more; a condition or a question is none. */
function agreesFirst(text: string): boolean {
  const words = plain(text);
  return (
    /^(?:(?:da|vang|ok|u) )*(?:(?:toi|em|minh|tui|anh|chi) )?dong y /.test(words) &&
    !/ (?:khong|ko|chua|nhung|neu) /.test(` ${words} `) &&
    !isQuestion(text)
  );
}

function isUnder16(text: string): boolean {
  const words = plain(text);
  if (/\b(?:duoi|chua du|chua toi|chua den) (?:16|muoi sau)\b/.test(words)) return true;
  const age = /\b(\d{1,2}) tuoi\b/.exec(words)?.[1];
  return age !== undefined && Number(age) < 16 && !words.includes('tren');
}
