import type { Instant } from '../clock.ts';
import type { CourseId, OrganisationId } from '../ids.ts';
import type { Gazetteer } from '../nlu/entities/gazetteer.ts';
import type { Aspect, IntentName } from '../nlu/types.ts';

/** A calendar day, `2026-11-23`. */
export type Day = string;

interface Source {
  /** As shown. */
  readonly name: string;
  readonly read: 'original' | 'quoted';
  /** The sections it supports: `main` or an aspect. */
  readonly for: readonly (Aspect | 'main')[];
  readonly url?: string;
}

/** One screen of an answer: plain text with `• ` bullets. `composeAnswer` fills `{fact.<id>}` in, by the day it is read. */
export interface Section {
  readonly aspect: Aspect | 'main';
  /** The button that leads here; '' for `main`. */
  readonly button: string;
  /** Confirmed text; '' when there is none. */
  readonly text: string;
  /** What is not verified, each as it stands after `Chưa xác minh:` (without the full stop). */
  readonly unverified: readonly string[];
  /** Where the section begins in its file. */
  readonly line: number;
}

export interface Answer {
  readonly intent: IntentName;
  readonly title: string;
  readonly owner: OrganisationId;
  readonly asOf: Day;
  readonly expires: Day;
  readonly sources: readonly Source[];
  readonly next: readonly IntentName[];
  readonly reviewed?: { readonly by: string; readonly on: Day };
  /** `main` first, then the others in file order. */
  readonly sections: readonly Section[];
  readonly file: string;
}

/** A figure that several answers use, or that moves often. */
export interface Fact {
  readonly id: string;
  readonly say: string;
  readonly source: string;
  readonly status: 'verified' | 'secondary';
  readonly asOf: Day;
  readonly expires: Day;
  /** Where it stands in `content/facts.yaml`. */
  readonly line: number;
}

export interface Organisation {
  readonly id: OrganisationId;
  readonly name: string;
  readonly phone?: string;
  readonly address?: string;
  readonly hours?: string;
  readonly formerly: readonly string[];
  readonly asOf: Day;
}

export interface MenuGroup {
  readonly id: string;
  readonly title: string;
  readonly intents: readonly IntentName[];
}

export interface Topic {
  readonly intent: IntentName;
  readonly title: string;
  /** ≤ 20 characters. */
  readonly button: string;
  /** Answered from the lower threshold τ_c: who asks for a person is never trapped. */
  readonly eager: boolean;
}

export interface Programme {
  readonly name: string;
  readonly owner: string;
  readonly privacyContact: string;
  readonly official: boolean;
  /** Queue of last resort, and whose conversation it is from the first message. */
  readonly organisationId: OrganisationId;
}

/** Days to keep each kind of record. */
export type Retention = Readonly<
  Record<
    | 'messages' | 'registrations' | 'callbacks' | 'consents' | 'cases' | 'turns' | 'audit' | 'linkMinutes' | 'forms',
    number
  >
>;

/** By when a request about one's own data is answered (working days) and done (calendar days). Dated data. */
export type CaseTerms = Readonly<
  Record<'answerWorkingDays' | 'erase' | 'withdraw' | 'access' | 'correct', number>
>;

/** When people work, at one moment. */
export interface Hours {
  readonly open: boolean;
  /** The next opening when closed (the present opening when open). */
  readonly opensAt: Instant;
}

/** A demonstration course of `content/courses/`; the app makes a document of the store of it. */
export interface CourseSeed {
  readonly id: CourseId;
  readonly code: string;
  readonly title: string;
  readonly organisationId: OrganisationId;
  readonly organisers: readonly OrganisationId[];
  readonly capacity: number;
  readonly sessions: readonly {
    readonly startsAt: Instant;
    readonly endsAt: Instant;
    readonly place: string;
  }[];
  readonly opensAt: Instant;
  readonly closesAt: Instant;
  readonly audience: string;
  readonly example: boolean;
}

/** A text that the platform has approved, for one kind of notice. */
export interface MessageTemplate {
  /** The notice: `course_reminder`. */
  readonly for: string;
  /** As the platform knows it. */
  readonly name: string;
  readonly language: string;
  /** What stands for {{1}}, {{2}} …, in order, by the notice's own names. */
  readonly parameters: readonly string[];
  readonly status: 'approved' | 'pending' | 'rejected';
  /** When that was looked up. */
  readonly asOf: Day;
}

/** When a platform lets us write. The first rule of a channel that fits decides. */
export interface SendingRule {
  readonly channel: string;
  readonly via: 'normal' | 'human' | 'template';
  readonly purposes: readonly ('answer' | 'comment' | 'moderator' | 'reminder' | 'broadcast')[];
  readonly opens: readonly ('message' | 'touch' | 'comment' | 'any')[];
  /** Length of the window after the act; none = it never closes. */
  readonly hours?: number;
  /** For `via: template`: what may be sent; nothing else may. */
  readonly templates?: readonly MessageTemplate[];
  readonly source: string;
  readonly url?: string;
  readonly asOf: Day;
  /** First and last day on which the rule holds. */
  readonly validFrom?: Day;
  readonly validUntil?: Day;
}

/** When people work: the week, days off and days worked in exchange. */
export interface Calendar {
  /** Times of each day as `07:30-11:30`; lunch is the gap between two of them. */
  readonly week: Readonly<Record<Weekday, readonly string[]>>;
  readonly off: readonly DayOff[];
  readonly makeUp: readonly DayOff[];
  /** The last day this calendar knows about, and where that is written. */
  readonly until: Day;
  readonly line: number;
}

export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
type Weekday = (typeof weekdays)[number];

export interface DayOff {
  readonly from: Day;
  /** Last day; the same as `from` when it is one. */
  readonly to: Day;
  readonly name: string;
  readonly source: string;
  /** `computed`: worked out from a rule that was read. */
  readonly status: 'verified' | 'computed' | 'unverified';
  readonly line: number;
}

/** Everything the bot can say, checked and in memory. Immutable; swapped as a whole. */
export interface Content {
  /** Of all files it was read from; recorded with every turn. */
  readonly hash: string;
  answer(intent: IntentName): Answer | undefined;
  readonly answers: readonly Answer[];
  topic(intent: IntentName): Topic | undefined;
  /** All topics, by intent name. */
  readonly topics: readonly Topic[];
  /** The phrase key that says why a topic of `none.yaml` is not answered. */
  outside(topic: string): string | undefined;
  fact(id: string): Fact | undefined;
  readonly facts: readonly Fact[];
  /** What an answer may say of the service itself: `retention.messages` → `180 ngày`, `programme.owner`. */
  setting(name: string): string | undefined;
  /** `{name}` is filled from `values`. @throws when the key or a value is missing: a defect, found by tests. */
  phrase(key: string, values?: Readonly<Record<string, string>>): string;
  /** Whether there is such a phrase (or, for a key ending in `.choices`, such buttons). */
  hasPhrase(key: string): boolean;
  /** The button titles written beside a phrase: `choices('opening')` reads `opening.choices`. @throws when there are none. */
  choices(key: string): readonly string[];
  readonly menu: readonly MenuGroup[];
  /** @throws when there is no such organisation: references are checked on loading. */
  organisation(id: OrganisationId): Organisation;
  readonly organisations: readonly Organisation[];
  /** Communes and organisations by the names people use, of `intents/entities/`. */
  readonly gazetteer: Gazetteer;
  readonly programme: Programme;
  readonly retention: Retention;
  readonly caseTerms: CaseTerms;
  readonly courses: readonly CourseSeed[];
  readonly sendingRules: readonly SendingRule[];
  readonly calendar: Calendar;
  hours(now: Instant): Hours;
  /** Adds working time, skipping nights, weekends and holidays. */
  afterWorking(now: Instant, minutes: number): Instant;
  /** When work ends on the n-th working day after the day of `now`. */
  endOfWorkingDay(now: Instant, n: number): Instant;
}
