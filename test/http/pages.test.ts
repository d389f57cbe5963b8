import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import express from 'express';
import { manualClock } from '../support/clock.ts';
import { listen } from '../support/chat-page.ts';
import type { Site } from '../support/chat-page.ts';
import { realContent } from '../support/content.ts';
import { temporaryFile } from '../support/files.ts';
import type { Case } from '../../src/conversation/case.ts';
import { AppError } from '../../src/errors.ts';
import { fillPage, pages } from '../../src/http/pages.ts';

/** The words that are put into built pages before they leave. */

const privacyUrl = 'https://nhipcau.example/privacy';
const request = {
  code: 'DL-7K3M9Q',
  kind: 'erase',
  state: 'received',
  subject: '900000000000009',
  receivedAt: Date.parse('2026-11-24T02:00:00Z'),
  answerBy: Date.parse('2026-11-26T10:00:00Z'),
  actBy: Date.parse('2026-12-14T02:00:00Z'),
} as unknown as Case;
let site: Site;
let text: (at: string) => Promise<string>;

beforeEach(async () => {
  const folder = temporaryFile('pages');
  mkdirSync(path.join(folder, 'assets'), { recursive: true });
  const file = (name: string, words: string): void => {
    writeFileSync(path.join(folder, name), words);
  };
  file('index.html', '<p>{{owner}}</p>{{{opening}}}<ul>{{{openingChoices}}}</ul>{{{groups}}}');
  file('privacy.html', '<h1>{{title}}</h1>{{{body}}}<p>{{asOf}}</p>');
  file('widget.js', '(()=>{})();');
  file('assets/style-abc.css', 'p{}');
  const content = await realContent();
  const app = express();
  const clock = manualClock();
  const { subject: _, ...fromChat } = { ...request, code: 'DL-3C7F9H' };
  const requestOf = async (code: string): Promise<Case> => {
    const found = [request, fromChat].find((one) => one.code === code);
    if (!found) throw new AppError('not_found', 404, 'none');
    return found;
  };
  app.use(pages({ content: () => content, clock, privacyUrl, requestOf, folder }));
  site = await listen(app);
  text = async (at) => (await fetch(site.url + at)).text();
});
afterEach(async () => {
  await site.close();
});

test('text is escaped, and every word that a page asks for must be there', () => {
  expect(fillPage('<p>{{a}}</p>{{{b}}}', { a: '<i>&"', b: '<b>x</b>' })).toBe(
    '<p>&#60;i&#62;&#38;&#34;</p><b>x</b>',
  );
  expect(fillPage('{{a}}', { a: '{{b}} $1 $$' })).toBe('{{b}} $1 $$');
  expect(() => fillPage('{{c}}', { a: '' })).toThrow('{{c}}');
});

test('the opening links to our own notice, and its rows carry what the bot understands', async () => {
  const page = await text('/');
  expect(page).toContain(`<a href="/privacy">${privacyUrl}</a>`);
  expect(page).toContain('data-payload="menu:business"><span>Đăng ký kinh doanh</span>');
  expect(page.match(/class="choice"/g)).toHaveLength(5);
  expect(page).toContain('data-payload="menu:people">Gặp cán bộ<');
});

test('the notice says all sections, with the days of content/retention.yaml and what is not known', async () => {
  const page = await text('/privacy');
  expect(page).toContain('<h1>Em lưu những gì</h1>');
  expect(page).toContain('<h2>Lưu bao lâu</h2>');
  expect(page).toContain('<li>tin nhắn, bình luận: 180 ngày');
  expect(page).toContain('Em chưa chắc về');
  expect(page).not.toMatch(/\{[a-z]+\./);
});

test.each([
  ['/', 'no-cache'],
  ['/privacy', 'no-cache'],
  ['/widget.js', 'public, max-age=3600'],
  ['/assets/style-abc.css', 'public, max-age=31536000, immutable'],
])('%s may be kept: %s', async (at, kept) => {
  const answer = await fetch(site.url + at);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toBe(kept);
  await answer.body?.cancel();
});

test('nothing else of the folder is served', async () => {
  for (const at of ['/index.html', '/assets/', '/assets/..%2fprivacy.html', '/assets/missing.js']) {
    const answer = await fetch(site.url + at);
    expect([at, answer.status]).toEqual([at, 404]);
    await answer.body?.cancel();
  }
});

test('who has a request’s code reads how it stands, by when, and never whose it is', async () => {
  const page = await text('/privacy/requests/DL-7K3M9Q');
  expect(page).toContain('<h1>Yêu cầu DL-7K3M9Q</h1>');
  expect(page).toContain('Chưa làm xong.');
  expect(page).toContain('26/11/2026');
  expect(page).toContain('14/12/2026');
  expect(page).not.toContain('900000000000009');
  expect((await fetch(`${site.url}/privacy/requests/DL-AAAAAA`)).status).toBe(404);
});

test('only of a request that a platform passed on nobody knows whose it is: its person is asked for a message', async () => {
  const passedOn = await text('/privacy/requests/DL-7K3M9Q');
  expect(passedOn).toMatch(/chỉ mang mã số của nền tảng.*nhắn mã DL-7K3M9Q cho Trang/);
  const fromChat = await text('/privacy/requests/DL-3C7F9H');
  expect(fromChat).toContain('Chưa làm xong.');
  expect(fromChat).not.toMatch(/mã số của nền tảng|cho Trang/);
});

test('codes cannot be tried out one after the other', async () => {
  const statuses = [];
  for (let i = 0; i < 31; i++)
    statuses.push((await fetch(`${site.url}/privacy/requests/DL-AAAAAA`)).status);
  expect(new Set(statuses.slice(0, 30))).toEqual(new Set([404]));
  expect(statuses.at(-1)).toBe(429);
});
