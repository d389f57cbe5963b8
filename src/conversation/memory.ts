import type { Instant } from '../clock.ts';
import type { Choice } from './reply.ts';

/** The state of the flow under way; `schema` so that a later release can end it kindly instead of failing. */
export interface FlowState {
  readonly flow: string;
  readonly schema: number;
  readonly [slot: string]: unknown;
}

/** What the bot last answered: the ground of a follow-up such as “còn phí thì sao?”. */
export interface LastAnswer {
  readonly intent: string;
  readonly aspect?: string;
  readonly at: Instant;
  /** What was asked, for "sai rồi" and the report of a wrong answer. */
  readonly question?: string;
}

/** The choices last shown, so that “1”, “số 2” or a typed title can be understood. */
export interface Offered {
  readonly choices: readonly Choice[];
  readonly at: Instant;
  /** What “có” and “không” mean, when the bot's last line was such a question. */
  readonly yes?: string;
  readonly no?: string;
  /** What the person had asked when the bot could only offer choices. */
  readonly question?: string;
}

/** What the dialogue remembers between turns. Written by `takeTurn` and `memoryAfterHold` alone; plain data. */
export interface Memory {
  readonly flow?: FlowState;
  readonly lastAnswer?: LastAnswer;
  readonly offered?: Offered;
  /** Misunderstandings in a row. */
  readonly misunderstood: number;
  readonly openedAt?: Instant;
  readonly disclosedAt?: Instant;
  readonly feedbackAskedAt?: Instant;
  /** When somebody who waits was last told that the wish still stands. */
  readonly waitingToldAt?: Instant;
  /** The code for linking that was given out here, and wrong codes typed here since a moment. */
  readonly link?: { readonly offer?: string; readonly wrong: number; readonly since: Instant };
  /** The last request about the person's own data, so that pressing twice makes one case. */
  readonly lastCase?: { readonly kind: string; readonly code: string; readonly at: Instant };
}

export const emptyMemory: Memory = { misunderstood: 0 };
