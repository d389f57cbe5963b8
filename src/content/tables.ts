import type { OrganisationId } from '../ids.ts';
import type { Calendar, CaseTerms, DayOff, Fact, MenuGroup, Programme, Retention, SendingRule } from './content.ts';
import { filesIn, readForm, stem } from './desk.ts';
import type { Desk, Read } from './desk.ts';
import type { Phrases } from './library.ts';
import * as schema from './schema.ts';

/** The single files of `content/`, and `intents/none.yaml`. */

export function readFacts(desk: Desk): Fact[] | undefined {
  const form = { kind: 'facts', schema: schema.factsFile, named: 1 };
  const read = readForm(desk, 'content/facts.yaml', form);
  if (!read) return undefined;
  return Object.entries(read.value).map(([id, fact]) => {
    if (fact.expires <= fact.asOf) {
      read.problem([id, 'expires'], 'facts.expires.early', '"expires" phải sau "asOf"');
    }
    read.say([id, 'say'], fact.say);
    return { id, ...fact, line: read.lineOf(id) };
  });
}

/** `phrases.yaml` and the words of each flow, `flows/<flow>.yaml`, whose keys begin with the flow's name. */
export function readPhrases(desk: Desk): Phrases | undefined {
  const phrases = new Map<string, string | readonly string[]>();
  const flows = filesIn(desk.files, 'content/flows', '.yaml');
  let whole = true;
  for (const file of ['content/phrases.yaml', ...flows]) {
    const form = { kind: 'phrases', schema: schema.phrasesFile, named: 1 };
    const read = readForm(desk, file, form);
    if (!read) whole = false;
    for (const [key, said] of Object.entries(read?.value ?? {})) {
      const refuse = (code: string, message: string) =>
        read?.problem([key], `phrases.key.${code}`, message);
      if (phrases.has(key)) refuse('twice', `đã có "${key}" ở tệp khác – giữ lại một`);
      if (file !== 'content/phrases.yaml' && !key.startsWith(`${stem(file)}.`)) {
        refuse('misplaced', `"${key}" phải bắt đầu bằng "${stem(file)}." – sửa tên hoặc đổi tệp`);
      }
      if (key.endsWith('.choices') !== (typeof said === 'object')) {
        refuse('kind', `tên kết thúc bằng ".choices" là danh sách nút, còn lại là một đoạn chữ`);
      }
      phrases.set(key, said);
      sayPhrase(desk, file, read?.lineOf(key) ?? 1, said);
    }
  }
  return whole ? phrases : undefined;
}

/** A block (`|`) begins on the line after its key. */
function sayPhrase(desk: Desk, file: string, line: number, said: string | readonly string[]): void {
  if (typeof said !== 'string') {
    desk.spoken.push(...said.map((text) => ({ file, line, text })));
    return;
  }
  const lines = said.split('\n');
  const first = lines.length > 1 ? line + 1 : line;
  desk.spoken.push(...lines.map((text, i) => ({ file, line: first + i, text })));
  desk.messages.push({ file, line, text: said });
}

/**
 * The rows of the menu; each intent must be one of `intents` and stand once. undefined when the file cannot be read.
 */
export function readMenu(desk: Desk, intents: ReadonlySet<string>): MenuGroup[] | undefined {
  const read = readForm(desk, 'content/menu.yaml', { kind: 'menu', schema: schema.menuFile });
  const seen = new Set<string>();
  for (const [g, group] of read?.value.groups.entries() ?? []) {
    read?.say(['groups', g, 'title'], group.title);
    for (const [i, intent] of group.intents.entries()) {
      const path = ['groups', g, 'intents', i];
      if (!intents.has(intent)) {
        read?.problem(path, 'menu.intent.unknown', `không có intents/${intent}.yaml`);
      }
      if (seen.has(intent)) read?.problem(path, 'menu.intent.twice', `"${intent}" đã có ở trên`);
      seen.add(intent);
    }
  }
  return read?.value.groups;
}

/** Who runs the bot; its organisation must be one of `bodies`. undefined when the file cannot be read. */
export function readProgramme(desk: Desk, bodies: ReadonlySet<string>): Programme | undefined {
  const form = { kind: 'programme', schema: schema.programmeFile };
  const read = readForm(desk, 'content/programme.yaml', form);
  if (!read) return undefined;
  const { organisationId, ...programme } = read.value;
  if (!bodies.has(organisationId)) {
    const message = `không có content/organisations/${organisationId}.yaml`;
    read.problem(['organisationId'], 'programme.organisationId.unknown', message);
  }
  for (const key of ['name', 'owner', 'privacyContact'] as const) read.say([key], programme[key]);
  return { ...programme, organisationId: organisationId as OrganisationId }; // checked just above
}

/** How long requests about data may take, from content/case-terms.yaml. undefined when it cannot be read. */
export function readCaseTerms(desk: Desk): CaseTerms | undefined {
  const form = { kind: 'caseTerms', schema: schema.caseTermsFile };
  return readForm(desk, 'content/case-terms.yaml', form)?.value;
}

/** How long things are kept, from content/retention.yaml. undefined when it cannot be read. */
export function readRetention(desk: Desk): Retention | undefined {
  const form = { kind: 'retention', schema: schema.retentionFile };
  return readForm(desk, 'content/retention.yaml', form)?.value;
}

/** Until when platforms let us write, from content/sending-rules.yaml. undefined when it cannot be read. */
export function readSendingRules(desk: Desk): SendingRule[] | undefined {
  const form = { kind: 'sendingRules', schema: schema.sendingRulesFile };
  const read = readForm(desk, 'content/sending-rules.yaml', form);
  for (const [i, { validFrom, validUntil }] of read?.value.rules.entries() ?? []) {
    if (validFrom === undefined || validUntil === undefined || validFrom <= validUntil) continue;
    const message = '"validUntil" phải sau "validFrom"';
    read?.problem(['rules', i, 'validUntil'], 'sendingRules.validUntil.early', message);
  }
  return read?.value.rules.map(known);
}

/** Working hours with holidays and days worked in exchange. undefined when one of both files cannot be read. */
export function readCalendar(desk: Desk): Calendar | undefined {
  const timesForm = { kind: 'workingHours', schema: schema.workingHoursFile };
  const times = readForm(desk, 'content/working-hours.yaml', timesForm);
  const daysForm = { kind: 'holidays', schema: schema.holidaysFile };
  const days = readForm(desk, 'content/holidays.yaml', daysForm);
  if (times && Object.values(times.value.week).every((spans) => spans.length === 0)) {
    times.problem(['week'], 'workingHours.week.empty', 'cả tuần không có giờ trực nào');
    return undefined;
  }
  if (!times || !days) return undefined;
  const off = days.value.off.map((one, i) => dayOff(days, ['off', i], one));
  const makeUp = days.value.makeUp.map((one, i) => dayOff(days, ['makeUp', i], one));
  return {
    week: times.value.week,
    off,
    makeUp,
    until: days.value.until,
    line: days.lineOf('until'),
  };
}

function dayOff(
  read: Read<unknown>,
  path: readonly PropertyKey[],
  { to, ...one }: Omit<DayOff, 'to' | 'line'> & { readonly to?: string | undefined },
): DayOff {
  if (to !== undefined && to < one.from) {
    read.problem([...path, 'to'], 'holidays.to.early', '"to" phải sau "from"');
  }
  return { ...one, to: to ?? one.from, line: read.lineOf(...path) };
}

/** Phrase keys by topic of `none.yaml`; a topic without one is simply not answered. */
export function readOutside(desk: Desk, phrases: Phrases | undefined): Map<string, string> {
  const read = readForm(desk, 'intents/none.yaml', { kind: 'none', schema: schema.noneFile });
  const says = new Map<string, string>();
  for (const [i, { topic, say }] of read?.value.topics.entries() ?? []) {
    if (say === undefined) continue;
    if (phrases && typeof phrases.get(say) !== 'string') {
      const message = `không có lời "${say}" trong content/phrases.yaml`;
      read?.problem(['topics', i, 'say'], 'none.say.unknown', message);
    }
    says.set(topic, say);
  }
  return says;
}

type Known<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without keys that have no value, as `exactOptionalPropertyTypes` wants it. */
function known<T extends object>(value: T): Known<T> {
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries) as Known<T>; // the same keys, less the empty ones
}
