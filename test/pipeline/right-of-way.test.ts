import { expect, test } from '@jest/globals';
import { setImmediate as round } from 'node:timers/promises';
import { rightOfWay } from '../../src/pipeline/right-of-way.ts';

/** Asks for a turn in the name of each and notes who began. */
function queueUp(way: ReturnType<typeof rightOfWay>, names: string): string[] {
  const begun: string[] = [];
  for (const name of names) void way.turn().then(() => begun.push(name));
  return begun;
}

test('where nothing arrives all that wait begin together, after a round of input and output', async () => {
  const begun = queueUp(rightOfWay(), 'abc');
  await Promise.resolve();
  expect(begun).toEqual([]);
  await round();
  expect(begun).toEqual(['a', 'b', 'c']);
});

test('while something arrives one begins in each round, in the order of asking', async () => {
  const way = rightOfWay();
  let stored = (): void => undefined;
  const arriving = way.first(() => new Promise<void>((resolve) => (stored = resolve)));
  const begun = queueUp(way, 'abcde');
  await round();
  expect(begun).toEqual(['a']);
  await round();
  expect(begun).toEqual(['a', 'b']);
  stored();
  await arriving;
  await round();
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('what arrives without end holds nobody up for good', async () => {
  const way = rightOfWay();
  void way.first(() => new Promise(() => undefined));
  const begun = queueUp(way, 'abcdefgh');
  for (let i = 0; i < 8; i++) await round();
  expect(begun.join('')).toBe('abcdefgh');
});

test('what could not be stored no longer holds up anybody, and its failure is told', async () => {
  const way = rightOfWay();
  await expect(way.first(() => Promise.reject(new Error('disk full')))).rejects.toThrow(
    'disk full',
  );
  const begun = queueUp(way, 'ab');
  await round();
  expect(begun).toEqual(['a', 'b']);
});
