import { readFileSync } from 'node:fs';
import path from 'node:path';
import express from 'express';
import type { Request, RequestHandler, Router } from 'express';
import { fill as fillFacts } from '../content/compose.ts';
import { isoDay, writtenDay, writtenTime } from '../conversation/calendar.ts';
import type { Case } from '../conversation/case.ts';
import type { Choice } from '../conversation/reply.ts';
import type { Clock } from '../clock.ts';
import type { Content, Section } from '../content/content.ts';
import { openingChoices } from '../dialogue/menu.ts';
import { payload } from '../dialogue/payload.ts';
import { addressLimit } from './limits.ts';

export interface PagesPorts {
  readonly content: () => Content;
  readonly clock: Clock;
  readonly privacyUrl: string;
  /** The request about personal data with this code. @throws {AppError} `not_found`. */
  readonly requestOf: (code: string) => Promise<Case>;
  /** Where the built pages lie. */
  readonly folder: string;
}

/** What is put into a page, by the name that stands there in braces. */
type Words = Readonly<Record<string, string>>;

/**
 * The chat page, its parts and the notice of what is stored. The words a person reads first are put into the page
 * here: they stand there before any script runs.
 */
export function pages(ports: PagesPorts): Router {
  const router = express.Router();
  const built = (name: string): string => path.join(ports.folder, name);
  router.get(
    '/',
    page(built('index.html'), () => chatWords(ports)),
  );
  router.get(
    '/privacy',
    page(built('privacy.html'), () => privacyWords(ports)),
  );
  router.get(
    '/privacy/requests/:code',
    addressLimit(ports.clock, requestsPerMinute),
    page(built('privacy.html'), (request) => requestWords(ports, request)),
  );
  // Names of built parts carry a hash of what is in them.
  const forEver = { immutable: true, maxAge: '365d', index: false } as const;
  router.use('/assets', express.static(built('assets'), forEver));
  // The embedded script keeps its name: a site must not hold an old one for long.
  router.get('/widget.js', (_request, response) => {
    response.set('Cache-Control', 'public, max-age=3600');
    response.sendFile(built('widget.js'), { cacheControl: false });
  });
  return router;
}

/** A built page with the words of now; it is read once. */
function page(file: string, words: (request: Request) => Words | Promise<Words>): RequestHandler {
  let text: string | undefined;
  return async (request, response) => {
    text ??= readFileSync(file, 'utf8');
    const filled = fillPage(text, await words(request));
    response.set('Cache-Control', 'no-cache').type('html').send(filled);
  };
}

/** Nobody looks at more requests of their own; who tries codes out does. */
const requestsPerMinute = 30;

/**
 * `{{key}}` in a page becomes text, `{{{key}}}` becomes HTML that was made here of escaped parts.
 * @throws when a page asks for words there are none of: a defect, found by tests.
 */
export function fillPage(page: string, words: Words): string {
  const wordsOf = (key: string): string => {
    const found = words[key];
    if (found === undefined) throw new Error(`A page asks for {{${key}}}, which nobody fills in.`);
    return found;
  };
  return page.replace(/\{\{\{(\w+)\}\}\}|\{\{(\w+)\}\}/g, (_, html?: string, text?: string) =>
    html === undefined ? escape(wordsOf(text ?? '')) : wordsOf(html),
  );
}

function chatWords({ content: read, privacyUrl }: PagesPorts): Words {
  const content = read();
  const groups = content.menu.map(({ id, title }) => ({ title, payload: payload('menu', id) }));
  return {
    opening: paragraphs(content.phrase('opening.first', { privacyUrl }), privacyUrl),
    openingChoices: openingChoices(content).map(choiceRow).join(''),
    groups: groups.map(groupRow).join(''),
    personTitle: content.choices('answer.person')[0] ?? '',
    starting: content.phrase('starting'),
    keepMessages: content.setting('retention.messages') ?? '',
    ...programmeWords(content),
  };
}

function programmeWords({ programme }: Content): Words {
  return {
    owner: programme.owner,
    official: programme.official ? '' : 'Đây là bản thử nghiệm, chưa có cơ quan nào xác nhận.',
  };
}

function choiceRow({ title, payload: sent }: Choice): string {
  return `<li><button type="button" class="choice" data-payload="${escape(sent)}"><span>${escape(title)}</span></button></li>`;
}

function groupRow({ title, payload: sent }: Choice): string {
  return `<li><button type="button" data-payload="${escape(sent)}">${escape(title)}</button></li>`;
}

function privacyWords({ content: read, clock, privacyUrl }: PagesPorts): Words {
  const content = read();
  const today = isoDay(clock.now());
  const answer = content.answer('privacy_policy');
  return {
    title: answer?.title ?? '',
    body: (answer?.sections ?? [])
      .map((section) => privacySection(content, section, today, privacyUrl))
      .join(''),
    contact: content.programme.privacyContact,
    asOf: writtenDay(answer?.asOf ?? today),
    ...programmeWords(content),
  };
}

/** How a request stands; of whom it is nobody learns here. @throws {AppError} `not_found`. */
async function requestWords(
  { content: read, clock, requestOf }: PagesPorts,
  { params: { code = '' } }: Request,
): Promise<Words> {
  const content = read();
  const found = await requestOf(typeof code === 'string' ? code : '');
  const values = {
    request: content.phrase(`privacy.kind.${found.kind}`),
    code: found.code,
    at: writtenTime(found.receivedAt),
    controller: content.programme.owner,
    answerBy: writtenDay(isoDay(found.answerBy)),
    actBy: writtenDay(isoDay(found.actBy)),
    closedAt: writtenTime(found.closedAt ?? found.receivedAt),
  };
  const says = [content.phrase(`privacy.request.${found.state}`, values)];
  // Only what a platform passed on is of nobody we know.
  if (found.state === 'received' && found.subject !== undefined)
    says.push(content.phrase('privacy.request.whose', { code: found.code }));
  return {
    title: content.phrase('privacy.request.title', { code: found.code }),
    body: htmlOf(says.join('\n\n')),
    contact: content.programme.privacyContact,
    asOf: writtenDay(isoDay(clock.now())),
    ...programmeWords(content),
  };
}

/** What is not confirmed is said here, too: the notice must not look complete where it is not. */
function privacySection(
  content: Content,
  { button, text, unverified }: Section,
  today: string,
  privacyUrl: string,
): string {
  const { owner } = content.programme;
  const unknown = unverified.map((what) => content.phrase('answer.unverified', { what, owner }));
  const heading = button === '' ? '' : `<h2>${escape(button)}</h2>`;
  const words = [fillFacts(content, text, today), ...unknown].filter(Boolean).join('\n\n');
  return `${heading}${paragraphs(words, privacyUrl)}`;
}

/** Our own address becomes a link. */
function paragraphs(text: string, privacyUrl: string): string {
  return htmlOf(text).replaceAll(
    escape(privacyUrl),
    `<a href="/privacy">${escape(privacyUrl)}</a>`,
  );
}

/** Blocks between blank lines; `• ` lines become a list. */
function htmlOf(text: string): string {
  return text
    .trim()
    .split(/\n{2,}/)
    .map((block) => blockHtml(block.split('\n')))
    .join('');
}

const bullet = /^• /;

function blockHtml(lines: readonly string[]): string {
  const isList = lines.every((line) => bullet.test(line));
  return isList
    ? `<ul>${lines.map((line) => `<li>${escape(line.replace(bullet, ''))}</li>`).join('')}</ul>`
    : `<p>${lines.map(escape).join('<br>')}</p>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
