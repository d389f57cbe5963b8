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

export type Signal = 'urgent' | 'worried' | 'rude' | 'correction' | 'followUp' | 'act';

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
  /** Never set for identity and account numbers. */
  readonly value?: string | number;
  /** More than one reading: the flow asks. */
  readonly candidates?: readonly (string | number)[];
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
