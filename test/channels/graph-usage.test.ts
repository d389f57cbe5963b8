import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { restAfter, usageOf } from '../../src/channels/graph-usage.ts';

const headers = (of: Record<string, unknown>) => ({
  headers: Object.fromEntries(
    Object.entries(of).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  ),
});
const app = { call_count: 28, total_time: 81, total_cputime: 5 };
const business = (more: object) => ({
  '123': [{ type: 'messenger', call_count: 10, total_time: 1, total_cputime: 2, ...more }],
});

describe('what Meta says of our share', () => {
  test('is the fullest of all counters', () => {
    expect(usageOf(headers({ 'x-app-usage': app }))?.percent).toBe(81);
    const both = { 'x-app-usage': app, 'x-business-use-case-usage': business({ call_count: 96 }) };
    expect(usageOf(headers(both))?.percent).toBe(96);
    expect(usageOf(headers({ 'x-page-usage': { call_count: 40 } }))?.percent).toBe(40);
  });

  test('may be how many minutes it will refuse everything', () => {
    const told = business({ call_count: 100, estimated_time_to_regain_access: 19 });
    const used = usageOf(headers({ 'x-business-use-case-usage': told }));
    expect(used?.refusedFor).toBe(19 * 60_000);
    expect(restAfter(used, 75)).toBe(19 * 60_000);
  });

  test('is nothing where the headers are missing or of another form, whatever it is', () => {
    expect(usageOf({ headers: {} })).toBeUndefined();
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (value) => {
        const used = usageOf(headers({ 'x-app-usage': value, 'x-page-usage': value }));
        if (used) expect(used.percent).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

test('calls rest from the threshold on, the longer the fuller, and never before', () => {
  const at = (percent: number) => restAfter({ percent, refusedFor: 0 as never }, 75);
  expect([at(0), at(74), at(75), at(100), at(250)]).toEqual([
    undefined,
    undefined,
    1_000,
    60_000,
    60_000,
  ]);
  const rests = [75, 80, 85, 90, 95, 100].map((percent) => at(percent) ?? 0);
  expect(rests).toEqual([...rests].sort((a, b) => a - b));
  expect(restAfter(undefined, 75)).toBeUndefined();
});
