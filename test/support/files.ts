import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from '@jest/globals';

/** A path in a folder of its own, which goes when the tests of this file have ended. */
export function temporaryFile(name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'nhipcau-'));
  folders.push(folder);
  return path.join(folder, name);
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
