import type { Course } from '../../conversation/course.ts';
import type { Reply } from '../../conversation/reply.ts';
import { courseChoices, courseLines, openCourses, titleOf, whenOf } from '../courses.ts';
import type { Flow, Input, Scene, Step } from '../flow.ts';
import { personChoice, text } from '../replies.ts';
import { changesEntry, leavesCourse } from '../words.ts';
import { answerTo, askedIn } from './faq.ts';

/** What the list of courses says itself; other aspects are the answer's. */
const inTheList: readonly (string | undefined)[] = [undefined, 'time', 'place'];

/** Courses that take names now, a button each. Asking about courses does not begin a registration. */
export const training: Flow = {
  name: 'training',
  aside: true,
  startsOn: [
    { on: 'intent', intent: 'training' },
    { on: 'pressed', act: 'training' },
  ],
  needs: () => [{ list: 'openCourses' }],
  start(scene, input) {
    if (input.event.type === 'text' && leavesCourse(input.event.text))
      return byPerson(scene, 'training.leave');
    if (input.event.type === 'text' && !input.pressed && changesEntry(input.event.text)) {
      return byPerson(scene, 'training.change');
    }
    const courses = openCourses(scene);
    const answered = answer(scene, input);
    const isInList = inTheList.includes(askedIn(input)?.aspect);
    const told = isInList ? [] : answered.replies;
    if (courses.length === 0) {
      const none = text(scene.content.phrase('training.none'));
      return { ...answered, replies: [none, ...answered.replies] };
    }
    if (scene.conversation.memory.flow?.flow === 'registration') {
      return { ...answered, replies: told.length > 0 ? told : chosen(scene, courses) };
    }
    const words = scene.content.phrase('training.list', { courses: courseLines(courses, scene) });
    return { ...answered, replies: [...told, text(words, courseChoices(courses, scene))] };
  },
};

/** In the middle of a registration “học ở đâu” is about that course; while it is chosen the form lists them itself. */
function chosen(scene: Scene, courses: readonly Course[]): readonly Reply[] {
  const values = scene.conversation.memory.flow?.['values'];
  const id =
    typeof values === 'object' ? (values as Readonly<Record<string, unknown>>)['courseId'] : '';
  const course = courses.find((one) => one.id === id);
  if (!course) return [];
  const said = { course: titleOf(course, scene), when: whenOf(course, scene) };
  return [text(scene.content.phrase('training.course', said))];
}

/** A place is given back by a person: the list of a class is not changed by a guess. */
function byPerson({ content }: Scene, key: string): Step {
  return {
    replies: [text(content.phrase(key), [personChoice(content)])],
    effects: [],
  };
}

function answer(scene: Scene, input: Input): Step {
  const asked = askedIn(input) ?? { intent: 'training' };
  return answerTo(scene, { ...asked, intent: 'training' }) ?? { replies: [], effects: [] };
}
