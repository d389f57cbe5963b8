import {
  aroundSlot,
  editable,
  editableNamed,
  hint,
  question,
  staleOver,
} from './form-questions.ts';
import type { Talk } from './form-questions.ts';
import { checking, nextState, startState, stepOf } from './form-state.ts';
import type { FormState } from './form-state.ts';
import type { Values } from './form.ts';
import type { Input, Payload, Step } from './flow.ts';
import { menuChoice, opened, personChoice, text } from './replies.ts';
import type { TextReply } from './replies.ts';
import type { Around, Reading } from './slots.ts';
import { isBack, plain, readYesNo } from './words.ts';

type FormStep = Step<FormState>;

/** The first question, after what the starting words or button already say. */
export function begin(talk: Talk, input: Input): FormStep {
  const { spec, scene } = talk;
  if (input.pressed?.act === spec.name) return over(staleOver(talk));
  const fresh = startState(spec.name, spec.schema, scene.now);
  const given = spec.given?.(input);
  return advance(talk, given ? { ...fresh, values: defined(given) } : gleaned(talk, fresh));
}

/** What the person says or presses while the form is under way: an answer, a correction, back, or cancel. */
export function resume(talk: Talk, state: FormState, input: Input): FormStep {
  const { pressed, command, event } = input;
  if (pressed?.act === talk.spec.name) return press(talk, state, pressed);
  if (pressed || event.type !== 'text') return unread(talk, state, 0);
  const slot = talk.spec.slots[state.asking];
  if (command === 'cancel' && !slot?.claims?.(event.text)) return cancelled(talk);
  if (isBack(event.text)) return goBack(talk, state);
  const changed = slot ? {} : corrections(talk, state, input, event.text);
  if (Object.keys(changed).length > 0) {
    return advance(talk, { ...state, values: { ...state.values, ...changed } });
  }
  const wrong = editableNamed(talk, event.text);
  if (wrong !== undefined) return reopen(talk, state, wrong);
  if (!slot) return check(talk, state, event.text);
  const reading = slot.read(input, event.text, aroundSlot(talk, state, state.asking));
  return reading ? take(talk, state, reading) : unread(talk, state, 1);
}

/** The question under way once more, as it was. */
export function askAgain(talk: Talk, state: FormState): FormStep {
  const { spec, scene } = talk;
  const asked = { ...state, at: scene.now };
  return {
    state: asked,
    replies: [question(talk, asked)],
    effects: [],
    ...(spec.topic ? { memory: { lastAnswer: { intent: spec.topic, at: scene.now } } } : {}),
  };
}

/** On to the next open question: a missing slot, then the read-back – unless something forbids to go on. */
function advance(talk: Talk, before: FormState): FormStep {
  const hindrance = talk.spec.hindered?.(before.values, talk.scene, talk.named);
  if (hindrance && hindrance.again === undefined) return over(hindrance.reply);
  const values = hindrance?.again ? without(before.values, [hindrance.again]) : before.values;
  const next = Object.keys(talk.spec.slots).find((name) => values[name] === undefined);
  const asked = nextState(before, next ?? checking, values);
  const step = withNotKept(talk, asked, askAgain(talk, asked));
  return hindrance ? { ...step, replies: [hindrance.reply] } : step;
}

/** A name or number that came before the agreement was read, but not taken: said, so that nobody counts on it. */
function withNotKept(talk: Talk, { asking }: FormState, step: FormStep): FormStep {
  const { spec, scene, input } = talk;
  if (!spec.slots[asking]?.gate || input?.event.type !== 'text') return step;
  const { event } = input;
  const isGiven = Object.values(spec.slots).some(
    (slot) => slot.editable && slot.glean?.(input, event.text, noAround(talk)) !== undefined,
  );
  if (!isGiven) return step;
  return { ...step, replies: opened(scene.content.phrase('consent.notKept'), step.replies) };
}

/** Names and numbers are read from the words alone. */
const noAround = ({ scene }: Talk): Around => ({ scene, says: {}, key: '', payload: () => '' });

function press(talk: Talk, state: FormState, { subject, detail = '', step }: Payload): FormStep {
  if (step !== stepOf(state) || subject !== state.asking) return stale(talk, state);
  if (detail === 'cancel') return cancelled(talk);
  if (subject === checking) return pressCheck(talk, state, detail);
  const reading = talk.spec.slots[subject]?.press(detail, aroundSlot(talk, state, subject));
  return reading ? take(talk, state, reading) : stale(talk, state);
}

function take(talk: Talk, state: FormState, reading: Reading<string>): FormStep {
  const { content } = talk.scene;
  if ('ends' in reading) return over(text(content.phrase(reading.ends), [personChoice(content)]));
  if ('candidates' in reading) {
    const { candidates } = reading;
    return askAgain(talk, { ...state, candidates, turn: state.turn + 1 });
  }
  const values = { ...state.values, [state.asking]: reading.value };
  return advance(talk, gleaned(talk, { ...state, values }));
}

/** What else the message says of open slots, up to the first consent that is still missing. */
function gleaned(talk: Talk, state: FormState): FormState {
  const { input, spec } = talk;
  if (input?.event.type !== 'text') return state;
  let values = state.values;
  for (const [name, slot] of Object.entries(spec.slots)) {
    if (values[name] !== undefined) continue;
    if (slot.gate) break;
    const value = slot.glean?.(input, input.event.text, aroundSlot(talk, state, name));
    if (value !== undefined) values = { ...values, [name]: value };
  }
  return { ...state, values };
}

/** Words at the read-back that are neither a new value nor the name of what is wrong. */
function check(talk: Talk, state: FormState, said: string): FormStep {
  const answer = readYesNo(said);
  if (answer === 'yes') return submit(talk, state);
  const [only, ...others] = editable(talk);
  const wants = answer === 'no' || / (?:sua|doi|sai|nham) /.test(` ${plain(said)} `);
  return wants && only !== undefined && others.length === 0
    ? reopen(talk, state, only)
    : unread(talk, state, 1);
}

function pressCheck(talk: Talk, state: FormState, detail: string): FormStep {
  if (detail === 'yes') return submit(talk, state);
  return editable(talk).includes(detail) ? reopen(talk, state, detail) : stale(talk, state);
}

/** Everything is looked at once more: the last seat may have gone while the person read. */
function submit(talk: Talk, state: FormState): FormStep {
  const hindrance = talk.spec.hindered?.(state.values, talk.scene, talk.named);
  if (hindrance) return advance(talk, state);
  return talk.spec.submit(state.values, talk.scene);
}

function corrections(talk: Talk, state: FormState, input: Input, said: string): Values {
  const found = editable(talk).map((name) => {
    const value = talk.spec.slots[name]?.glean?.(input, said, aroundSlot(talk, state, name));
    return [name, value === state.values[name] ? undefined : value];
  });
  return defined(Object.fromEntries(found) as Record<string, string | undefined>);
}

function reopen(talk: Talk, state: FormState, slot: string): FormStep {
  return advance(talk, { ...state, values: without(state.values, [slot]) });
}

function goBack(talk: Talk, state: FormState): FormStep {
  const names = Object.keys(talk.spec.slots);
  const at = state.asking === checking ? names.length : names.indexOf(state.asking);
  return advance(talk, {
    ...state,
    values: without(state.values, names.slice(Math.max(0, at - 1))),
  });
}

/** `wrong` = 1 when the person tried to answer; what goes beside the question does not count. */
function unread(talk: Talk, state: FormState, wrong: 0 | 1): FormStep {
  const asked = { ...state, tries: state.tries + wrong, at: talk.scene.now };
  const reply = wrong ? hint(talk, asked) : question(talk, asked);
  const step: FormStep = { state: asked, replies: [reply], effects: [], unread: true };
  return withNotKept(talk, asked, step);
}

function stale(talk: Talk, state: FormState): FormStep {
  const again = askAgain(talk, state);
  return { ...again, replies: [text(talk.scene.content.phrase('stale.step')), ...again.replies] };
}

function cancelled({ spec, scene }: Talk): FormStep {
  return over(text(scene.content.phrase(`${spec.name}.cancelled`), [menuChoice(scene.content)]));
}

const over = (reply: TextReply): FormStep => ({ replies: [reply], effects: [] });

function without(values: Values, names: readonly string[]): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}

function defined(values: Readonly<Record<string, string | undefined>>): Values {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
