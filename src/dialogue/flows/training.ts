import { courseChoices, courseLines, openCourses } from '../courses.ts';
import type { Flow, Input, Scene, Step } from '../flow.ts';
import { personChoice, text } from '../replies.ts';
import { takesBack } from '../words.ts';
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
    if (input.event.type === 'text' && takesBack(input.event.text)) return leave(scene);
    const courses = openCourses(scene);
    const answered = answer(scene, input);
    if (courses.length === 0) {
      const none = text(scene.content.phrase('training.none'));
      return { ...answered, replies: [none, ...answered.replies] };
    }
    const words = scene.content.phrase('training.list', { courses: courseLines(courses, scene) });
    const list = text(words, courseChoices(courses, scene));
    const isInList = inTheList.includes(askedIn(input)?.aspect);
    return { ...answered, replies: [...(isInList ? [] : answered.replies), list] };
  },
};

/** A place is given back by a person: the list of a class is not changed by a guess. */
function leave({ content }: Scene): Step {
  return {
    replies: [text(content.phrase('training.leave'), [personChoice(content)])],
    effects: [],
  };
}

function answer(scene: Scene, input: Input): Step {
  const asked = askedIn(input) ?? { intent: 'training' };
  return answerTo(scene, { ...asked, intent: 'training' }) ?? { replies: [], effects: [] };
}
