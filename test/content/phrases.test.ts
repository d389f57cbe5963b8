import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readTree } from '../../src/files.ts';
import { readContent } from '../../src/content/load.ts';
import type { Content } from '../../src/content/content.ts';
import { readForm } from '../../src/content/desk.ts';
import { phrasesFile } from '../../src/content/schema.ts';

/** Every phrase the code speaks of has to be there; a person finds out otherwise, as an error. */

interface Use {
  readonly at: string;
  /** With `${…}` where a part is only known when it runs. */
  readonly key: string;
}

let content: Content;
let keys: string[];
let sources: { readonly file: string; readonly text: string }[];

beforeAll(async () => {
  const files = await readTree('.');
  const read = readContent(files);
  if (!read.content) throw new Error(JSON.stringify(read.problems));
  content = read.content;
  keys = keysOf(files);
  sources = await typescript('src');
});

function keysOf(files: ReadonlyMap<string, string>): string[] {
  const desk = { files, report: () => undefined, spoken: [], messages: [] };
  const form = { kind: 'phrases', schema: phrasesFile, named: 1 };
  return [...files.keys()]
    .filter((file) => /^content\/(phrases|flows\/.*)\.yaml$/.test(file))
    .flatMap((file) => Object.keys(readForm(desk, file, form)?.value ?? {}));
}

async function typescript(folder: string) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(file, 'utf8') })));
}

function uses(call: RegExp): Use[] {
  return sources.flatMap(({ file, text }) =>
    [...text.matchAll(call)].map(({ index, groups }) => ({
      at: `${file}:${text.slice(0, index).split('\n').length}`,
      key: groups?.['key'] ?? '',
    })),
  );
}

/** A key that is only known when it runs has to fit one phrase at least. */
function isThere(key: string): boolean {
  if (!key.includes('${')) return content.hasPhrase(key);
  const parts = key.split(/\$\{[^}]*\}/).map((part) => part.replaceAll('.', '\\.'));
  const pattern = new RegExp(`^${parts.join('.+')}$`);
  return keys.some((known) => pattern.test(known));
}

describe('phrases that the code speaks of are in content/phrases.yaml', () => {
  test('.phrase(…)', () => {
    const spoken = uses(/\.phrase\(\s*(?<quote>['`])(?<key>[^'`]+)\k<quote>/g);
    expect(spoken.length).toBeGreaterThan(30);
    expect(spoken.filter(({ key }) => !isThere(key))).toEqual([]);
  });

  test('.choices(…)', () => {
    const spoken = uses(/\.choices\(\s*(?<quote>['`])(?<key>[^'`]+)\k<quote>/g);
    expect(spoken.length).toBeGreaterThan(4);
    expect(spoken.filter(({ key }) => !isThere(`${key}.choices`))).toEqual([]);
  });

  test('asking(…): the phrase and its buttons', () => {
    const spoken = uses(/\basking\(\s*[\w.]+,\s*(?<quote>['`])(?<key>[^'`]+)\k<quote>/g);
    expect(spoken.length).toBeGreaterThan(4);
    expect(spoken.filter(({ key }) => !isThere(key) || !isThere(`${key}.choices`))).toEqual([]);
  });

  test('any other key of a phrase written out in the dialogue', () => {
    const topics = [...new Set(keys.map((key) => key.split('.')[0] ?? ''))];
    const literal = new RegExp(`'(?<key>(?:${topics.join('|')})(?:\\.[A-Za-z][A-Za-z0-9]*)+)'`, 'g');
    const spoken = uses(literal).filter(({ at }) => at.startsWith(path.join('src', 'dialogue')));
    const known = (key: string): boolean => keys.some((one) => one === key || one.startsWith(`${key}.`));
    expect(spoken.length).toBeGreaterThan(20);
    expect(spoken.filter(({ key }) => !known(key))).toEqual([]);
  });
});

describe('what a phrase leaves open', () => {
  const named = /(?:[{,(]|^)\s*(?<name>\w+)\s*(?=[:,})])/gm;
  const slotsOf = (key: string): string[] =>
    content.hasPhrase(key) && !key.endsWith('.choices')
      ? [...new Set([...said(key).matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name))]
      : [];
  /** As it is written: every name is given itself, in braces. */
  const said = (key: string): string =>
    content.phrase(
      key,
      new Proxy({}, { get: (_, name) => `{${String(name)}}` }),
    );
  /** All that a key may come to which is only known when it runs. */
  const allOf = (key: string): string[] => {
    const parts = key.split(/\$\{[^}]*\}/).map((part) => part.replaceAll('.', '\\.'));
    return keys.filter((known) => new RegExp(`^${parts.join('.+')}$`).test(known));
  };

  test('is filled in by every file that speaks of it', () => {
    const topics = [...new Set(keys.map((key) => key.split('.')[0] ?? ''))].join('|');
    const spoken = new RegExp(`(?<quote>['\`])(?<key>(?:${topics})(?:\\.[\\w$.{}]+)*)\\k<quote>`, 'g');
    let open = 0;
    const missing = sources
      .filter(({ text }) => /\.phrase\(|\basking\(/.test(text))
      .flatMap(({ file, text }) => {
        const given = new Set([...text.matchAll(named)].map(({ groups }) => groups?.['name']));
        const mentioned = [...text.matchAll(spoken)].flatMap(({ groups }) => allOf(groups?.['key'] ?? ''));
        return [...new Set(mentioned)].flatMap((key) => {
          open += slotsOf(key).length;
          return slotsOf(key).filter((slot) => !given.has(slot)).map((slot) => `${file}: ${key} {${slot}}`);
        });
      });
    expect(missing).toEqual([]);
    expect(open).toBeGreaterThan(40);
  });
});

test('every phrase is a phrase of content', () => {
  expect(keys.filter((key) => !content.hasPhrase(key))).toEqual([]);
});
