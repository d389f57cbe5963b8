import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { HeldOut } from '../content/sentences.ts';

const folder = 'test/held-out';

/**
 * Sentences kept for measuring: `test/held-out/*.tsv`, of which the third column is the sentence
 * (intent, style, text, writer). None when the folder is not there, as in an installed copy.
 */
export async function readHeldOut(root: string): Promise<HeldOut[]> {
  const names = await readdir(path.join(root, folder)).catch(() => []);
  const files = names.filter((name) => name.endsWith('.tsv')).sort();
  const texts = await Promise.all(
    files.map((name) => readFile(path.join(root, folder, name), 'utf8')),
  );
  return texts.flatMap((text, i) => sentencesOf(`${folder}/${files[i] ?? ''}`, text));
}

function sentencesOf(file: string, text: string): HeldOut[] {
  return text.split('\n').flatMap((row, i) => {
    const sentence = row.split('\t')[2]?.trim();
    return sentence ? [{ file, line: i + 1, text: sentence }] : [];
  });
}
