import type { Conversation } from '../../conversation/conversation.ts';
import { contactKey } from '../../conversation/course.ts';
import type { Course, Key, Seats } from '../../conversation/course.ts';
import { contactsOf } from '../../conversation/link.ts';
import type { CourseId } from '../../ids.ts';
import { readPhone } from '../../nlu/entities/phone.ts';
import { isOpen, openCourses, titleOf, whenOf } from '../courses.ts';
import type { Flow, Input, Need, Scene } from '../flow.ts';
import { form } from '../form.ts';
import type { Hindrance } from '../form.ts';
import type { FormState } from '../form-state.ts';
import { payload } from '../payload.ts';
import { personChoice, text } from '../replies.ts';
import { consent, openCourse, personName, phone, writtenPhone } from '../slots.ts';

type Slots = {
  readonly courseId: CourseId;
  readonly consent: string;
  readonly fullName: string;
  readonly phone: string;
};
type Known = Partial<Slots>;

/** A place in a course: from its button, or from the topic together with an act (“em muốn đăng ký lớp”). */
export const registration: Flow<FormState> = form<'registration', Slots>({
  name: 'registration',
  schema: 1,
  topic: 'training',
  startsOn: [
    { on: 'pressed', act: 'register' },
    { on: 'act', intent: 'training', act: 'register' },
  ],
  slots: {
    courseId: openCourse,
    consent: consent('consent.course.v1'),
    // Behind the consent: only now may a platform's own form hand over name and number together.
    fullName: {
      ...personName,
      question: (around) => ({ ...personName.question(around), asks: 'contact' }),
    },
    phone,
  },
  given(input) {
    const courseId = pressedCourse(input);
    return courseId === undefined ? undefined : { courseId };
  },
  needs,
  says,
  hindered,
  submit: (values, scene) => ({
    replies: [
      text(
        scene.content.phrase('registration.done', {
          ...says(values, scene),
          fullName: values.fullName,
        }),
      ),
    ],
    effects: [
      {
        type: 'register',
        courseId: values.courseId,
        fullName: values.fullName,
        phone: values.phone,
        wording: values.consent,
      },
    ],
    // “đổi số” right after is about this.
    memory: { lastAnswer: { intent: 'training', at: scene.now } },
  }),
});

const courses = { name: 'courses' };
const seats = { name: 'seats' };
const keys = { name: 'keys' };

function needs(known: Known, input: Input | undefined, conversation: Conversation): Need[] {
  const courseId = pressedCourse(input) ?? known.courseId;
  if (courseId === undefined) return [{ list: 'openCourses' }];
  return [
    { list: 'openCourses' },
    { in: courses.name, id: courseId },
    { in: seats.name, id: courseId },
    ...contactsOf(conversation).map((contactId): Need => ({
      in: keys.name,
      id: contactKey(courseId, contactId),
    })),
    ...phonesIn(known, input).map((number): Need => ({
      in: 'keys',
      phoneOf: courseId,
      phone: number,
    })),
  ];
}

/** The course of a “Ghi tên” button; whether there is such a course is seen when it is looked up. */
function pressedCourse(input: Input | undefined): CourseId | undefined {
  const { act, subject = '' } = input?.pressed ?? {};
  return act === 'register' && subject !== '' ? (subject as CourseId) : undefined;
}

/** Every number this step may put into the slot. */
function phonesIn(known: Known, input: Input | undefined): string[] {
  const { event, pressed } = input ?? {};
  const numbers = [
    known.phone,
    event?.type === 'text' ? readPhone(event.text)?.value : undefined,
    pressed?.act === 'registration' ? readPhone(pressed.detail ?? '')?.value : undefined,
  ];
  return [...new Set(numbers.filter((number) => number !== undefined))];
}

function says(known: Known, scene: Scene): Readonly<Record<string, string>> {
  const course = known.courseId === undefined ? undefined : courseOf(known.courseId, scene);
  const { content } = scene;
  const keepDays = `${content.retention.registrations}`;
  if (!course) return { keepDays };
  return {
    keepDays,
    course: titleOf(course, scene),
    capacity: `${course.capacity}`,
    organiser: content.organisation(course.organisationId).name,
    when: whenOf(course, scene),
    ...(known.phone === undefined ? {} : { phone: writtenPhone(known.phone) }),
  };
}

/** What forbids to go on, by what was loaded: told before more is asked, and once more before it is written. */
function hindered(known: Known, scene: Scene, named: readonly Need[]): Hindrance | undefined {
  const { courseId } = known;
  if (courseId === undefined) {
    return openCourses(scene).length === 0 ? ends(scene, 'registration.none') : undefined;
  }
  const course = courseOf(courseId, scene);
  if (!course || !isOpen(course, scene.now)) return ends(scene, 'registration.closed');
  // Chosen by a code in a sentence: its seats are looked at with the next message.
  if (!named.some((need) => 'in' in need && 'id' in need && need.in === seats.name))
    return undefined;
  const isIn = contactsOf(scene.conversation).some(
    (contactId) => scene.docs.get<Key>(keys, contactKey(courseId, contactId)) !== undefined,
  );
  if (isIn) {
    return ends(scene, 'registration.already', says(known, scene));
  }
  const left = scene.docs.get<Seats>(seats, courseId);
  if (!left || left.taken >= left.capacity) {
    const key = known.consent === undefined ? 'registration.noSeats' : 'registration.full';
    return ends(scene, key, says(known, scene));
  }
  return known.phone === undefined ? undefined : phoneTaken(courseId, known.phone, scene);
}

function phoneTaken(courseId: CourseId, number: string, scene: Scene): Hindrance | undefined {
  if (!scene.docs.phoneKey(courseId, number)) return undefined;
  const values = { phone: writtenPhone(number) };
  const words = scene.content.phrase('registration.phoneTaken', values);
  return { reply: text(words, [personChoice(scene.content)]), again: 'phone' };
}

function ends(scene: Scene, key: string, values?: Readonly<Record<string, string>>): Hindrance {
  const { content } = scene;
  const others = {
    title: content.choices('registration.others')[0] ?? '',
    payload: payload('training'),
  };
  return { reply: text(content.phrase(key, values), [others, personChoice(content)]) };
}

function courseOf(courseId: CourseId, scene: Scene): Course | undefined {
  return (
    openCourses(scene).find(({ id }) => id === courseId) ??
    scene.docs.get<Course>(courses, courseId)
  );
}
