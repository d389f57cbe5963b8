import type { Conversation } from '../conversation/conversation.ts';
import type { Flow, Input, Need, Scene, Start, Step } from './flow.ts';
import { askAgain, begin, resume } from './form-steps.ts';
import { stateOf } from './form-state.ts';
import type { FormState } from './form-state.ts';
import type { TextReply } from './replies.ts';
import type { Slot } from './slots.ts';

export type Values = Readonly<Record<string, string>>;

/** Why a form cannot go on; `again` names the slot whose value is asked anew, else the form is over. */
export interface Hindrance {
  readonly reply: TextReply;
  readonly again?: string;
}

export interface FormSpec<Name extends string, Slots extends Values> {
  readonly name: Name;
  /** Grows when the meaning of stored values changes: what older releases stored then ends with an apology. */
  readonly schema: number;
  readonly startsOn: readonly Start[];
  /** The topic it belongs to: “học phí bao nhiêu” in its midst is about that. */
  readonly topic?: string;
  /** Asked in this order, then read back. */
  readonly slots: { readonly [K in keyof Slots & string]: Slot<Slots[K]> };
  /** Values that a starting button carries. */
  given?(input: Input): Partial<Slots> | undefined;
  needs?(
    values: Partial<Slots>,
    input: Input | undefined,
    conversation: Conversation,
  ): readonly Need[];
  /** What its phrases say in braces, besides the slots themselves. */
  says(values: Partial<Slots>, scene: Scene): Values;
  /** `named` = what of the store was asked for before this step: only that may be looked up. */
  hindered?(values: Partial<Slots>, scene: Scene, named: readonly Need[]): Hindrance | undefined;
  submit(values: Slots, scene: Scene): Omit<Step, 'state'>;
}

/** A form whose slots are known by name only, for the code that walks through any of them. */
export type AnyForm = FormSpec<string, Values>;

/**
 * A flow that asks for its slots in order, takes what a message says of later ones, reads everything back and
 * submits only after “đúng”. Its phrases by name: `<form>.<slot>.ask|again|which`, `<form>.check`, `.check.again`,
 * `.cancelled`, `.dropped`, and buttons `<form>.check.choices`, `<form>.cancel.choices`. “huỷ” ends it,
 * “quay lại” goes one question back, buttons of an earlier question are stale.
 */
export function form<Name extends string, Slots extends Values>(
  declared: FormSpec<Name, Slots>,
): Flow<FormState> {
  // The slots are checked against `Slots` here, where they are declared; inside they are found by name.
  const spec = declared as unknown as AnyForm;
  const needs = (values: Values, input: Input | undefined, conversation: Conversation) =>
    spec.needs?.(values, input, conversation) ?? [];
  const talk = (scene: Scene, input: Input | undefined, values: Values) => ({
    spec,
    scene,
    input,
    named: needs(values, input, scene.conversation),
  });
  return {
    name: spec.name,
    personal: true,
    startsOn: [...spec.startsOn, { on: 'pressed', act: spec.name }],
    read: (stored) => stateOf(stored, spec.name, spec.schema, Object.keys(spec.slots)),
    needs: (state, input, conversation) => needs(state?.values ?? {}, input, conversation),
    start: (scene, input) => begin(talk(scene, input, {}), input),
    resume: (state, scene, input) => resume(talk(scene, input, state.values), state, input),
    ask: (state, scene) => askAgain(talk(scene, undefined, state.values), state),
  };
}
