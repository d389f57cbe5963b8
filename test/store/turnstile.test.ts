import { describe, expect, test } from '@jest/globals';
import { seconds } from '../../src/clock.ts';
import { turnstile } from '../../src/store/turnstile.ts';
import { manualClock } from '../support/clock.ts';

/** Work that ends when it is told to. */
function work(): { started: boolean; end: () => void; run: () => Promise<void> } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const one = {
    started: false,
    end,
    run: () => {
      one.started = true;
      return ended;
    },
  };
  return one;
}
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('work on a document', () => {
  test('that nobody fought over runs at once', async () => {
    const turns = turnstile(manualClock());
    const [one, two] = [work(), work()];
    void turns.run(['a'], one.run);
    void turns.run(['a'], two.run);
    await settle();
    expect([one.started, two.started]).toEqual([true, true]);
  });

  test('that was fought over runs one after another, in the order of asking', async () => {
    const turns = turnstile(manualClock());
    turns.crowded(['a']);
    const all = [work(), work(), work()];
    const runs = all.map((one) => turns.run(['a'], one.run));
    for (const [n, one] of all.entries()) {
      await settle();
      expect(all.map(({ started }) => started)).toEqual(all.map((_, i) => i <= n));
      one.end();
    }
    await Promise.all(runs);
  });

  test('lets work on other documents pass', async () => {
    const turns = turnstile(manualClock());
    turns.crowded(['a', 'b']);
    const [one, two] = [work(), work()];
    void turns.run(['a'], one.run);
    void turns.run(['b', 'c'], two.run);
    await settle();
    expect([one.started, two.started]).toEqual([true, true]);
  });

  test('goes on after work that failed, and tells who asked', async () => {
    const turns = turnstile(manualClock());
    turns.crowded(['a']);
    const failing = turns.run(['a'], () => Promise.reject(new Error('no seat left')));
    const next = turns.run(['a'], async () => 'next');
    await expect(failing).rejects.toThrow('no seat left');
    expect(await next).toBe('next');
  });

  test('cannot block itself, whatever the order in which keys are named', async () => {
    const turns = turnstile(manualClock());
    turns.crowded(['a', 'b']);
    const keys = [['a', 'b'], ['b', 'a'], ['b'], ['a'], ['b', 'b']];
    const done = await Promise.all(keys.map((some, n) => turns.run(some, async () => n)));
    expect(done).toEqual([0, 1, 2, 3, 4]);
  });

  test('is free for all again once it has been quiet for a while', async () => {
    const clock = manualClock();
    const turns = turnstile(clock);
    turns.crowded(['a']);
    clock.advance(seconds(11));
    const [one, two] = [work(), work()];
    void turns.run(['a'], one.run);
    void turns.run(['a'], two.run);
    await settle();
    expect([one.started, two.started]).toEqual([true, true]);
  });
});
