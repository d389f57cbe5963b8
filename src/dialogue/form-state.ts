import type { Instant } from '../clock.ts';
import type { FlowState } from '../conversation/memory.ts';

/** Where a form stands. Kept in the conversation, so plain data; read back with suspicion. */
export interface FormState extends FlowState {
  readonly values: Readonly<Record<string, string>>;
  /** The slot asked for, or `check` when everything is read back. */
  readonly asking: string;
  /** Two values were read; the person was asked which. */
  readonly candidates?: readonly string[];
  /** Names this run of the form, and the question within it: on every button, so that an old one is known. */
  readonly run: string;
  readonly turn: number;
  /** Answers in a row that could not be read. */
  readonly tries: number;
  readonly at: Instant;
}

export const checking = 'check';

/** A form at its beginning. `run` is made of `now`, so that buttons of an earlier run are told apart. */
export function startState(flow: string, schema: number, now: Instant): FormState {
  return {
    flow,
    schema,
    values: {},
    asking: '',
    run: now.toString(36),
    turn: 0,
    tries: 0,
    at: now,
  };
}

/** A stored state in today's form; undefined when another release wrote it or it is damaged. */
export function stateOf(
  stored: FlowState,
  flow: string,
  schema: number,
  slots: readonly string[],
): FormState | undefined {
  const { values, asking, run, turn, tries, at } = stored;
  const isWhole =
    stored.flow === flow &&
    stored.schema === schema &&
    typeof asking === 'string' &&
    [...slots, checking].includes(asking) &&
    typeof run === 'string' &&
    [turn, tries, at].every((n) => typeof n === 'number') &&
    isRecord(values) &&
    Object.entries(values).every(([name, v]) => slots.includes(name) && typeof v === 'string');
  // Every field was looked at just now.
  return isWhole ? (stored as FormState) : undefined;
}

/** The question is answered: another slot, or the read-back, is asked for with values as they are now. */
export function nextState(
  { flow, schema, run, turn, at }: FormState,
  asking: string,
  values: FormState['values'],
): FormState {
  return { flow, schema, values, asking, run, turn: turn + 1, tries: 0, at };
}

/** What every button of the present question carries. */
export const stepOf = ({ run, turn }: FormState): string => `${run}.${turn}`;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
