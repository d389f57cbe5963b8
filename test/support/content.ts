import path from 'node:path';
import type { Content } from '../../src/content/content.ts';
import { loadContent } from '../../src/content/load.ts';
import { readTree } from '../../src/files.ts';

let known: Promise<Content> | undefined;

/** The content that ships. */
export function realContent(): Promise<Content> {
  known ??= readTree(path.join(import.meta.dirname, '..', '..')).then(loadContent);
  return known;
}
