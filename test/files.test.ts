import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readTree } from '../src/files.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tree-'));
  await mkdir(path.join(root, 'content', 'answers', 'tax'), { recursive: true });
  await writeFile(path.join(root, 'content', 'menu.yaml'), 'groups: []\n');
  await writeFile(path.join(root, 'content', 'answers', 'tax', 'b.md'), 'Thuế');
  await writeFile(path.join(root, 'content', 'notes.txt'), 'not read');
});
afterAll(async () => {
  await rm(root, { recursive: true });
});

test('a tree is its Markdown and YAML files by path, in order of name', async () => {
  expect([...(await readTree(root))]).toEqual([
    ['content/answers/tax/b.md', 'Thuế'],
    ['content/menu.yaml', 'groups: []\n'],
  ]);
});

test('only the folders asked for are read, and one that is not there is empty', async () => {
  expect([...(await readTree(root, ['intents', 'content/answers'])).keys()]).toEqual([
    'content/answers/tax/b.md',
  ]);
});
