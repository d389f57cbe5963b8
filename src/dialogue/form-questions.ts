import type { Choice } from '../conversation/reply.ts';
import type { Input, Need, Scene } from './flow.ts';
import type { AnyForm } from './form.ts';
import { checking, stepOf } from './form-state.ts';
import type { FormState } from './form-state.ts';
import { payload } from './payload.ts';
import { menuChoice, mostChoices, personChoice, text } from './replies.ts';
import type { TextReply } from './replies.ts';
import type { Around } from './slots.ts';
import { plain } from './words.ts';

/** One step of one form. */
export interface Talk {
  readonly spec: AnyForm;
  readonly scene: Scene;
  readonly input: Input | undefined;
  /** What of the store was asked for before this step. */
  readonly named: readonly Need[];
}

/** The question under way, as it was first asked. */
export function question(talk: Talk, state: FormState): TextReply {
  if (state.candidates) return which(talk, state, state.candidates);
  const slot = talk.spec.slots[state.asking];
  if (!slot) return readBack(talk, state, 'check');
  const asked = slot.question(aroundSlot(talk, state, state.asking));
  const words = text(asked.text, asked.choices);
  return asked.asks ? { ...words, asks: asked.asks } : words;
}

/** The same question after an answer that could not be read: with a hint, and soon with a way out. */
export function hint(talk: Talk, state: FormState): TextReply {
  const { scene } = talk;
  if (state.asking === checking) return readBack(talk, state, 'check.again');
  const around = aroundSlot(talk, state, state.asking);
  const choices = question(talk, state).choices ?? [];
  const wayOut = [cancelChoice(talk, state), personChoice(scene.content)];
  const words = scene.content.phrase(`${around.key}.again`, around.says);
  if (state.tries < 2) return text(words, choices);
  const others = choices.filter(({ payload: sent }) => !sent.startsWith('human:'));
  return text(words, [...others.slice(0, mostChoices - wayOut.length), ...wayOut]);
}

/** What a slot may use to ask: its phrases' key, its words, and payloads that only this step of this run takes. */
export function aroundSlot({ spec, scene }: Talk, state: FormState, slot: string): Around {
  return {
    scene,
    key: `${spec.name}.${slot}`,
    says: saying({ spec, scene }, state),
    payload: (value) => payload(spec.name, slot, value, stepOf(state)),
  };
}

/** Slots that may be changed at the read-back, in order. */
export function editable({ spec }: Pick<Talk, 'spec'>): readonly string[] {
  return Object.entries(spec.slots).flatMap(([name, slot]) => (slot.editable ? [name] : []));
}

/** “sửa số”, “tên sai rồi”: the slot whose word in `<form>.<slot>.words` occurs. */
export function editableNamed(talk: Talk, said: string): string | undefined {
  const words = ` ${plain(said)} `;
  if (!/ (?:sua|doi|sai|nham|lai) /.test(words)) return undefined;
  return editable(talk).find((name) =>
    talk.spec.slots[name]?.calledBy?.some((called) => words.includes(` ${called} `)),
  );
}

/** A button of a form that is over. */
export function staleOver({ scene }: Talk): TextReply {
  return text(scene.content.phrase('stale.over'), [menuChoice(scene.content)]);
}

function readBack(talk: Talk, state: FormState, key: string): TextReply {
  const { spec, scene } = talk;
  const titles = scene.content.choices(`${spec.name}.check`);
  const acts = ['yes', ...editable(talk), 'cancel'];
  const choices = acts.map((act, i) => ({
    title: titles[i] ?? '',
    payload: payload(spec.name, checking, act, stepOf(state)),
  }));
  return text(scene.content.phrase(`${spec.name}.${key}`, saying(talk, state)), choices);
}

function which(talk: Talk, state: FormState, candidates: readonly string[]): TextReply {
  const around = aroundSlot(talk, state, state.asking);
  const slot = talk.spec.slots[state.asking];
  const choices = candidates.slice(0, 3).map((value) => ({
    title: slot?.show(value, talk.scene) ?? value,
    payload: around.payload(value),
  }));
  const words = talk.scene.content.phrase(`${around.key}.which`, around.says);
  return text(words, [...choices, cancelChoice(talk, state)]);
}

function cancelChoice({ spec, scene }: Talk, state: FormState): Choice {
  return {
    title: scene.content.choices(`${spec.name}.cancel`)[0] ?? '',
    payload: payload(spec.name, state.asking, 'cancel', stepOf(state)),
  };
}

function saying({ spec, scene }: Pick<Talk, 'spec' | 'scene'>, { values }: FormState) {
  const shown = Object.entries(values).map(([name, value]) => [
    name,
    spec.slots[name]?.show(value, scene) ?? value,
  ]);
  return { ...Object.fromEntries(shown), ...spec.says(values, scene) } as Record<string, string>;
}
