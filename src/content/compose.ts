import type { Limits } from '../channels/channel.ts';
import type { Instant } from '../clock.ts';
import { isoDay, writtenDay } from '../conversation/calendar.ts';
import type { Choice } from '../conversation/reply.ts';
import type { Aspect, IntentName } from '../nlu/types.ts';
import type { Answer, Content, Day, Section, Topic } from './content.ts';
import { characters } from './text.ts';

/** The longest message, in NFC characters: what is read on a phone without scrolling. */
export const longestMessage = 600;
/** Choices of one turn. */
const mostChoices = 5;
const mostSections = 3;
const mostSources = 2;

export interface Asked {
  readonly aspect?: Aspect | undefined;
  /** A second question of the same message, offered as a button. */
  readonly also?: IntentName | undefined;
  readonly now: Instant;
  readonly limits: Pick<Limits, 'choices'>;
}

export interface Composed {
  /** One message each, in order; at most 600 characters. */
  readonly texts: readonly string[];
  /** Under the last message. */
  readonly choices: readonly Choice[];
  /** `confirmed` has text that was read at a source; the others say that we do not know. */
  readonly says: 'confirmed' | 'unverified' | 'nothing';
}

/**
 * What a person sees of an answer: the section asked for (never the general text in its place), what is not
 * verified, whom to ask, the sources and the day – and the buttons that lead on.
 */
export function composeAnswer(content: Content, answer: Answer, asked: Asked): Composed {
  const aspect = asked.aspect ?? 'main';
  const section = answer.sections.find((one) => one.aspect === aspect);
  const today = isoDay(asked.now);
  const expired = today > answer.expires;
  const cap = capOf(asked.limits);
  const also = secondTopic(content, answer, asked, cap);
  const top = expired ? expiredLine(content, answer) : '';
  const below = also ? content.phrase('answer.also', { title: also.title }) : '';
  const body = section
    ? sectionBody(content, answer, section, today)
    : noSection(content, answer, aspect);
  return {
    texts: intoMessages(top, body, below, section ? footFor(body, content, answer, section) : ''),
    choices: choicesFor(content, answer, section, { also, expired, cap }),
    says: !section ? 'nothing' : section.text === '' ? 'unverified' : 'confirmed',
  };
}

/** Not spoken of where its button would have no room beside the person's. */
function secondTopic(
  content: Content,
  { intent }: Answer,
  { also }: Asked,
  cap: number,
): Topic | undefined {
  return also === undefined || also === intent || cap < 2 ? undefined : content.topic(also);
}

function sectionBody(content: Content, answer: Answer, section: Section, today: Day): string {
  const owner = ownerName(content, answer);
  const unverified = section.unverified.length
    ? content.phrase('answer.unverified', { what: section.unverified.join('; '), owner })
    : '';
  // A button pressed days later shows one section alone: its first line says of what.
  const heading = section.aspect === 'main' ? '' : `${answer.title} – ${section.button}`;
  const known = section.text === '' ? gist(content, answer, today) : '';
  const body = [heading, fill(content, section.text, today), unverified];
  const withGist = paragraphs([...body, known]);
  return characters(withGist) <= longestMessage - roomForFoot ? withGist : paragraphs(body);
}

/** Place, two sources and the day. */
const roomForFoot = 200;

/** What is known of the matter at least, where nothing is known of the detail: the main section's first paragraph. */
function gist(content: Content, { sections }: Answer, today: Day): string {
  const main = sections.find(({ aspect }) => aspect === 'main');
  return fill(content, main?.text.split('\n\n')[0] ?? '', today);
}

function noSection(content: Content, answer: Answer, aspect: Aspect | 'main'): string {
  const named = content.phrase(`answer.aspect.${aspect}`);
  const owner = ownerName(content, answer);
  return paragraphs([answer.title, content.phrase('answer.noSection', { aspect: named, owner })]);
}

function expiredLine(content: Content, answer: Answer): string {
  const owner = ownerName(content, answer);
  return content.phrase('answer.expired', { asOf: writtenDay(answer.asOf), owner });
}

/** Puts in what stands in braces. A figure past its day is not said any more. */
export function fill(content: Content, text: string, today: Day): string {
  return text.replaceAll(/\{([a-z]+)\.([A-Za-z0-9_]+)\}/g, (braces, from: string, name: string) => {
    if (from === 'fact') {
      const fact = content.fact(name);
      if (!fact) return braces;
      return today > fact.expires ? content.phrase('answer.fact.expired') : fact.say;
    }
    return content.setting(`${from}.${name}`) ?? braces;
  });
}

/** With the office's number, where one is confirmed and there is room for it. */
function footFor(body: string, content: Content, answer: Answer, section: Section): string {
  const { name, phone } = content.organisation(answer.owner);
  const full = footOf(content, answer, section, phone ? `${name}, ${phone}` : name);
  return fits([body, full]) ? full : footOf(content, answer, section, name);
}

/** Where, from what, as of when, and that a machine says it. */
function footOf(content: Content, answer: Answer, section: Section, where: string): string {
  // A detail of which nothing is confirmed is told with the first words of the main section.
  const told = section.text === '' ? 'main' : section.aspect;
  const named = answer.sources
    .filter((source) => source.for.includes(told))
    .slice(0, mostSources)
    .map(({ name, read }) =>
      read === 'quoted' ? content.phrase('answer.foot.quoted', { source: name }) : name,
    );
  // What the bot says of itself is done nowhere but here.
  const own = answer.owner === content.programme.organisationId;
  return [
    own ? '' : content.phrase('answer.foot.place', { where }),
    named.length ? content.phrase('answer.foot.sources', { sources: named.join('; ') }) : '',
    content.phrase('answer.foot.asOf', { asOf: writtenDay(answer.asOf) }),
  ]
    .filter(Boolean)
    .join('\n');
}

/** The answer and its foot stay together; the lines around it get a message of their own when there is no room. */
function intoMessages(top: string, body: string, below: string, foot: string): string[] {
  const withTop = fits([top, body, foot]);
  const first = withTop ? top : '';
  const withBelow = fits([first, body, below, foot]);
  return [
    withTop ? '' : top,
    paragraphs([first, body, withBelow ? below : '', foot]),
    withBelow ? '' : below,
  ].filter(Boolean);
}

interface Room {
  readonly also: Topic | undefined;
  readonly expired: boolean;
  readonly cap: number;
}

function choicesFor(
  content: Content,
  answer: Answer,
  shown: Section | undefined,
  { also, expired, cap }: Room,
): Choice[] {
  const person = { title: personButton(content), payload: 'human:ask' };
  const second = also ? [topicChoice(also)] : [];
  const room = Math.max(0, Math.min(mostSections, cap - 1 - second.length));
  const onward = shown
    ? sectionChoices(answer, shown).slice(0, room)
    : [generalChoice(content, answer)].slice(0, room);
  const next = shown ? answer.next : [];
  const offered = [
    ...(expired ? [person, ...onward] : [...onward, person]),
    ...second,
    ...next
      .filter((intent) => intent !== also?.intent)
      .map((intent) => content.topic(intent))
      .filter((topic) => topic !== undefined)
      .map(topicChoice),
  ];
  return distinct(offered).slice(0, cap);
}

const generalChoice = (content: Content, { intent }: Answer): Choice => ({
  title: content.choices('answer.noSection')[0] ?? '',
  payload: `ask:${intent}`,
});

/** A typed title means its button, so no two may read the same: the first one stays. */
const distinct = (choices: readonly Choice[]): Choice[] =>
  choices.filter(({ title }, i) => choices.findIndex((one) => one.title === title) === i);

const sectionChoices = (answer: Answer, shown: Section): Choice[] =>
  answer.sections
    .filter((section) => section.aspect !== 'main' && section.text !== '' && section !== shown)
    .map(({ aspect, button }) => ({ title: button, payload: `ask:${answer.intent}/${aspect}` }));

const topicChoice = ({ intent, button }: Topic): Choice => ({
  title: button,
  payload: `ask:${intent}`,
});

/** A channel without buttons writes the choices out, so it has room for as many. */
const capOf = (limits: Asked['limits']): number =>
  limits.choices > 0 ? Math.min(mostChoices, limits.choices) : mostChoices;

const personButton = (content: Content): string => content.choices('answer.person')[0] ?? '';
const ownerName = (content: Content, answer: Answer): string =>
  content.organisation(answer.owner).name;
const fits = (parts: readonly string[]): boolean =>
  characters(paragraphs(parts)) <= longestMessage;
const paragraphs = (parts: readonly string[]): string => parts.filter(Boolean).join('\n\n');
