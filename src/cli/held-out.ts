import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Problem } from '../content/problem.ts';
import type { HeldOut } from '../content/sentences.ts';

const folder = 'test/held-out';

/**
 * Sentences kept for measuring: rows of `test/held-out/*.tsv`, of which the third column is the sentence
 * (intent, style, text, writer). None when the folder is not there, as in an installed copy.
 */
export async function readHeldOut(
  root: string,
): Promise<{ readonly sentences: HeldOut[]; readonly problems: Problem[] }> {
  const names = (await readdir(path.join(root, folder)).catch(() => [])).sort();
  const tables = names.filter((name) => name.endsWith('.tsv'));
  const read = await Promise.all(tables.map((name) => readTable(root, `${folder}/${name}`)));
  return {
    sentences: read.flat(),
    problems: names.filter((name) => !/\.(tsv|md)$/.test(name)).map(unreadable),
  };
}

async function readTable(root: string, file: string): Promise<HeldOut[]> {
  const rows = (await readFile(path.join(root, file), 'utf8')).split(/\r?\n/);
  return rows.flatMap((row, i) => {
    const text = row.split('\t')[2]?.trim();
    return text ? [{ file, line: i + 1, text }] : [];
  });
}

/** Passed over in silence, its sentences could be learnt and nobody would know. */
const unreadable = (name: string): Problem => ({
  file: `${folder}/${name}`,
  line: 1,
  code: 'heldOut.form',
  message: 'không đọc được dạng này – dùng .tsv: mục, kiểu gõ, câu, người viết',
});
