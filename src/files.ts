import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const readable = /\.(md|ya?ml)$/;

/**
 * Markdown and YAML files under the given folders of `root`, by their path from there with forward
 * slashes (`content/answers/tax/household-tax.md`), in order of name. A folder that does not exist is empty.
 */
export async function readTree(
  root: string,
  folders: readonly string[] = ['content', 'intents'],
): Promise<Map<string, string>> {
  const names = (await Promise.all(folders.map((folder) => list(root, folder)))).flat().sort();
  const texts = await Promise.all(names.map((name) => readFile(path.join(root, name), 'utf8')));
  return new Map(names.map((name, i) => [name, texts[i] ?? '']));
}

async function list(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(path.join(root, folder), {
    recursive: true,
    withFileTypes: true,
  }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile() && readable.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .map((name) => name.split(path.sep).join('/'));
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
