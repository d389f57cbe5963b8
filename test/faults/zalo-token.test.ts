import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { killAroundRenewals } from './zalo-token-run.ts';

/** `TOKEN_KILLS=100 npm test -- test/faults/zalo-token` does it that often and prints the counts. */
const kills = Number(process.env['TOKEN_KILLS'] ?? 4);

test(
  'D5: killed at any moment around a renewal, no token pair is lost but one that had not arrived',
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'nhipcau-tokens-'));
    try {
      const count = await killAroundRenewals(folder, kills);
      if (process.env['TOKEN_KILLS'] !== undefined)
        process.stderr.write(`${JSON.stringify(count)}\n`);
      expect(count.lost).toEqual([]);
      expect(count.usedBeforeStored).toEqual([]);
      expect(count.most).toBe(1);
      expect(count.doubled).toBe(0);
      expect(count.unmended).toBe(0);
      expect(count.kept + count.gaps).toBe(kills);
      // What had left Zalo longer ago than a commit takes on a busy machine must be in the store.
      expect(count.longestGapMs ?? 0).toBeLessThan(2_000);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  60_000 + kills * 30_000,
);
