import type { OrganisationId } from '../ids.ts';
import type { Gazetteer } from '../nlu/entities/gazetteer.ts';
import type {
  Answer,
  Calendar,
  Content,
  CourseSeed,
  Fact,
  MenuGroup,
  Organisation,
  Programme,
  CaseTerms,
  Retention,
  SendingRule,
  Topic,
} from './content.ts';
import { workingTime } from './hours.ts';

export type Phrases = ReadonlyMap<string, string | readonly string[]>;

/** What the files hold, checked. */
export interface Parts {
  readonly hash: string;
  readonly answers: readonly Answer[];
  readonly topics: readonly Topic[];
  /** Phrase key of each topic of `none.yaml` that has one. */
  readonly outside: ReadonlyMap<string, string>;
  readonly facts: readonly Fact[];
  readonly phrases: Phrases;
  readonly menu: readonly MenuGroup[];
  readonly organisations: readonly Organisation[];
  readonly gazetteer: Gazetteer;
  readonly programme: Programme;
  readonly retention: Retention;
  readonly caseTerms: CaseTerms;
  readonly courses: readonly CourseSeed[];
  readonly sendingRules: readonly SendingRule[];
  readonly calendar: Calendar;
}

/** Everything that was read, made ready to be looked up; the parts have been checked before. */
export function buildContent(parts: Parts): Content {
  const { phrases, outside, ...kept } = parts;
  const answers = new Map(parts.answers.map((answer) => [answer.intent, answer]));
  const topics = new Map(parts.topics.map((topic) => [topic.intent, topic]));
  const facts = new Map(parts.facts.map((fact) => [fact.id, fact]));
  const organisations = new Map(parts.organisations.map((one) => [one.id, one]));
  const settings = settingsOf(parts);
  return {
    ...kept,
    ...workingTime(parts.calendar),
    answer: (intent) => answers.get(intent),
    topic: (intent) => topics.get(intent),
    outside: (topic) => outside.get(topic),
    fact: (id) => facts.get(id),
    setting: (name) => settings.get(name),
    phrase: (key, values = {}) => {
      const phrase = phrases.get(key);
      if (typeof phrase !== 'string') throw new Error(`No phrase "${key}" in content/`);
      return fillIn(key, phrase, values);
    },
    hasPhrase: (key) => phrases.has(key),
    choices: (key) => {
      const titles = phrases.get(`${key}.choices`);
      if (typeof titles !== 'object') throw new Error(`No phrase "${key}.choices" in content/`);
      return titles;
    },
    organisation: (id: OrganisationId) => {
      const organisation = organisations.get(id);
      if (!organisation) throw new Error(`No content/organisations/${id}.yaml`);
      return organisation;
    },
  };
}

function fillIn(key: string, phrase: string, values: Readonly<Record<string, string>>): string {
  return phrase.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`Phrase "${key}" needs a value for {${name}}`);
    return value;
  });
}

/** Names that an answer may put in braces, beside facts. */
export const settingNames = [
  'retention.messages',
  'retention.registrations',
  'retention.callbacks',
  'retention.consents',
  'retention.cases',
  'retention.turns',
  'terms.reply',
  'terms.erase',
  'terms.withdraw',
  'terms.access',
  'terms.correct',
  'programme.name',
  'programme.owner',
  'programme.privacyContact',
] as const;

function settingsOf({ programme, retention, caseTerms }: Parts): ReadonlyMap<string, string> {
  const values: Record<(typeof settingNames)[number], string> = {
    'retention.messages': `${retention.messages} ngày`,
    'retention.registrations': `${retention.registrations} ngày`,
    'retention.callbacks': `${retention.callbacks} ngày`,
    'retention.consents': `${retention.consents} ngày`,
    'retention.cases': `${retention.cases} ngày`,
    'retention.turns': `${retention.turns} ngày`,
    'terms.reply': `${caseTerms.answerWorkingDays} ngày làm việc`,
    'terms.erase': `${caseTerms.erase} ngày`,
    'terms.withdraw': `${caseTerms.withdraw} ngày`,
    'terms.access': `${caseTerms.access} ngày`,
    'terms.correct': `${caseTerms.correct} ngày`,
    'programme.name': programme.name,
    'programme.owner': programme.owner,
    'programme.privacyContact': programme.privacyContact,
  };
  return new Map(Object.entries(values));
}
