import { readFileSync } from 'node:fs';
import path from 'node:path';
import express from 'express';
import type { Router } from 'express';
import { isoDay, writtenDay } from '../conversation/calendar.ts';
import type { Clock } from '../clock.ts';
import type { Content } from '../content/content.ts';

export interface PagesPorts {
  readonly content: () => Content;
  readonly clock: Clock;
  readonly privacyUrl: string;
  /** Where the built pages lie. */
  readonly folder: string;
}

/**
 * The chat page, its parts and the notice of what is stored. The words a person reads first are put into the page
 * here: they stand there before any script runs.
 */
export function pages(ports: PagesPorts): Router {
  const router = express.Router();
  const page = template(path.join(ports.folder, 'index.html'));
  router.get('/', (_request, response) => {
    response
      .set('Cache-Control', 'no-cache')
      .type('html')
      .send(fill(page(), chatWords(ports)));
  });
  const notice = template(path.join(ports.folder, 'privacy.html'));
  router.get('/privacy', (_request, response) => {
    response
      .set('Cache-Control', 'no-cache')
      .type('html')
      .send(fill(notice(), privacyWords(ports)));
  });
  // Names of built parts carry a hash of what is in them.
  router.use(
    '/assets',
    express.static(path.join(ports.folder, 'assets'), {
      immutable: true,
      maxAge: '365d',
      index: false,
    }),
  );
  router.use(express.static(ports.folder, { index: false, maxAge: '1h' }));
  return router;
}

function template(file: string): () => string {
  let text: string | undefined;
  return () => (text ??= readFileSync(file, 'utf8'));
}

/** `{{key}}` in a page becomes text, `{{{key}}}` becomes HTML that was made here of escaped parts. */
function fill(page: string, words: Readonly<Record<string, string>>): string {
  return page
    .replace(/\{\{\{(\w+)\}\}\}/g, (_, key: string) => words[key] ?? '')
    .replace(/\{\{(\w+)\}\}/g, (_, key: string) => escape(words[key] ?? ''));
}

function chatWords({ content, privacyUrl }: PagesPorts): Record<string, string> {
  const { phrase, choices, menu, programme } = content();
  const rows = menu.map(({ id, title }) => `<li data-group="${escape(id)}">${escape(title)}</li>`);
  return {
    opening: paragraphs(phrase('opening.first', { privacyUrl })),
    openingChoices: choices('opening')
      .map((title) => `<li><button type="button" class="choice">${escape(title)}</button></li>`)
      .join(''),
    groups: rows.join(''),
    programme: programme.name,
    owner: programme.owner,
    official: programme.official ? '' : 'Bản thử nghiệm, chưa được cơ quan nào xác nhận.',
  };
}

function privacyWords({ content, clock }: PagesPorts): Record<string, string> {
  const answer = content().answer('privacy_policy');
  const sections = (answer?.sections ?? []).filter(({ text }) => text !== '');
  return {
    title: answer?.title ?? '',
    body: sections
      .map(({ button, text }) => `${button ? `<h2>${escape(button)}</h2>` : ''}${paragraphs(text)}`)
      .join(''),
    contact: content().programme.privacyContact,
    asOf: writtenDay(answer?.asOf ?? isoDay(clock.now())),
  };
}

function paragraphs(text: string): string {
  return text
    .trim()
    .split(/\n{2,}/)
    .map((block) => `<p>${escape(block).replaceAll('\n', '<br>')}</p>`)
    .join('');
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
