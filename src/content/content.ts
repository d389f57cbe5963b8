import type { OrganisationId } from '../ids.ts';
import type { Aspect, IntentName } from '../nlu/types.ts';
import type { Instant } from '../clock.ts';

/** A calendar day, `2026-11-23`. */
export type Day = string;

export interface Source {
  /** As shown. */
  readonly name: string;
  readonly read: 'original' | 'quoted';
  /** The sections it supports: `main` or an aspect. */
  readonly for: readonly (Aspect | 'main')[];
  readonly url?: string;
}

/** One screen of an answer, plain text with `• ` bullets, facts filled in, unverified lines rendered. */
export interface Section {
  readonly aspect: Aspect | 'main';
  /** The button that leads here; '' for `main`. */
  readonly button: string;
  /** Confirmed text; '' when there is none. */
  readonly text: string;
  /** What is not verified, each as it stands after `Chưa xác minh:` (without the full stop). */
  readonly unverified: readonly string[];
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
export type Retention = Readonly<Record<'messages' | 'registrations' | 'callbacks' | 'consents' | 'cases' | 'turns', number>>;

/** When people work, at one moment. */
export interface Hours {
  readonly open: boolean;
  /** The next opening when closed (the present opening when open). */
  readonly opensAt: Instant;
}

/** Everything the bot can say, checked and in memory. Immutable; swapped as a whole. */
export interface Content {
  /** Of all files it was read from; recorded with every turn. */
  readonly hash: string;
  answer(intent: IntentName): Answer | undefined;
  topic(intent: IntentName): Topic | undefined;
  /** `{name}` is filled from `values`. @throws when the key or a value is missing: a defect, found by tests. */
  phrase(key: string, values?: Readonly<Record<string, string>>): string;
  /** The buttons of a phrase, as written in phrases.yaml next to it. */
  readonly menu: readonly MenuGroup[];
  organisation(id: OrganisationId): Organisation;
  readonly programme: Programme;
  readonly retention: Retention;
  hours(now: Instant): Hours;
  /** Adds working time, skipping nights, weekends and holidays. */
  afterWorking(now: Instant, minutes: number): Instant;
}
