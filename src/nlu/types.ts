/** An intent's name: the name of its file in `intents/`. */
export type IntentName = string;

export const aspects = [
  'who',
  'papers',
  'place',
  'online',
  'time',
  'fee',
  'amount',
  'how',
  'penalty',
] as const;
/** What about a topic is asked; picks the section of the answer. */
export type Aspect = (typeof aspects)[number];

export type Signal =
  /** A life may be in danger. */
  | 'danger'
  | 'urgent'
  | 'worried'
  /** Money or a code has already been given away. */
  | 'moneyGone'
  | 'rude'
  /** A bribe, or somebody denounced. */
  | 'complaint'
  | 'correction'
  | 'followUp'
  | 'act'
  /** What coffee, pepper or fertiliser costs today. */
  | 'price';

/** What the lexicon marks beside the signals, for reading them. */
export type Mark =
  | Signal
  | 'connector'
  /** Holds a word of a signal and means something else: “buồn cười chết”. */
  | 'harmless'
  /** “Cứu tôi với”: danger when it is all that is said. */
  | 'cry'
  | 'commodity';

export interface Entity {
  readonly type:
    | 'phone'
    | 'personName'
    | 'email'
    | 'idNumber'
    | 'bank'
    | 'otp'
    | 'taxCode'
    | 'date'
    | 'time'
    | 'money'
    | 'place'
    | 'organisation';
  /** As written; offsets are UTF-16 units of the NFC text. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /**
   * What was meant, when there is one reading: a date `2026-03-13`, a time `14:00`, an amount in đồng, the code of
   * a commune, the id of an organisation. A day with its time of day are two entities, one beside the other.
   * Never set for identity and account numbers.
   */
  readonly value?: string | number;
  /** More than one reading, or one that is only likely: the flow asks, nothing is guessed. The likeliest first. */
  readonly candidates?: readonly (string | number)[];
  /** First and last of a range or of a vague word (“tuần sau”), both included, written like `value`. */
  readonly from?: string | number;
  readonly to?: string | number;
}

export interface Scored {
  readonly name: IntentName;
  readonly probability: number;
}

/** What one typed message means. See docs/understanding.md. */
export interface Understanding {
  readonly text: string;
  /** In scope only, best first; probabilities of the whole distribution (`none` has the rest). */
  readonly intents: readonly Scored[];
  /** z_best − z_none. */
  readonly scope: number;
  readonly decision: 'answer' | 'choose' | 'human';
  /** A topic of `none.yaml` whose own phrase says why not (prices, personal papers), when nothing in scope fits. */
  readonly outside?: string;
  /** Only a courtesy ("alo", "cho em hỏi", "ad ơi"): no question in it. */
  readonly courtesy?: boolean;
  /** A second question of the same message, or a near tie. */
  readonly also?: IntentName;
  readonly aspect?: Aspect;
  readonly entities: readonly Entity[];
  readonly signals: readonly Signal[];
}

/** The ground of a follow-up: what was answered last, if that was within ten minutes. */
export interface Previous {
  readonly intent: IntentName;
  readonly aspect?: Aspect;
}
