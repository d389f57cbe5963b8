import { afterAll, expect, test } from '@jest/globals';
import { cleanUp, makeHome, patience } from '../support/process.ts';
import { killUnderLoad } from './kill-run.ts';
import type { KillCount } from './kill-run.ts';

/** `KILLS=200 npm test -- test/faults/kill` does it that often and prints the counts. */
const kills = Number(process.env['KILLS'] ?? 6);
const half = Math.max(1, Math.round(kills / 2));
const time = patience + kills * 30_000;

afterAll(cleanUp);

function report(how: string, { acknowledged, answered, doubled, kills }: KillCount): void {
  if (process.env['KILLS'] === undefined) return;
  process.stderr.write(
    `${kills} × kill -9 ${how}: ${acknowledged} acknowledged, ${answered} answered, ${doubled.size} doubled\n`,
  );
}

test(
  'a program that is killed at random answers all it acknowledged, and doubles only what was being sent',
  async () => {
    const count = await killUnderLoad({ home: await makeHome(), kills: half, echoes: false });
    report('without echoes', count);
    expect(count.acknowledged).toBeGreaterThan(half * 5);
    expect(count.unanswered).toEqual([]);
    expect(count.unexplained).toEqual([]);
    expect(count.dead).toEqual([]);
  },
  time,
);

test(
  'where the platform echoes what it sent, being killed doubles nothing whose echo comes in time',
  async () => {
    const count = await killUnderLoad({
      home: await makeHome(),
      kills: kills - half,
      echoes: true,
    });
    report('with echoes', count);
    expect(count.acknowledged).toBeGreaterThan((kills - half) * 5);
    expect(count.unanswered).toEqual([]);
    expect(count.hasty).toEqual([]);
    expect(count.unexplained).toEqual([]);
    expect(count.dead).toEqual([]);
  },
  time,
);
