import { describe, expect, test } from '@jest/globals';
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Model } from '../src/nlu/model.ts';
import { ensureModel, isLearnt, readSources } from '../src/training.ts';
import type { Places, Run } from '../src/training.ts';
import { temporaryFile } from './support/files.ts';

const root = path.join(import.meta.dirname, '..');

/** Copies of the real sentences and of what was learnt from them. */
function learnt(): Places {
  const folder = path.dirname(temporaryFile('model'));
  const places = { intentsDir: path.join(folder, 'intents'), dataDir: path.join(folder, 'data') };
  cpSync(path.join(root, 'intents'), places.intentsDir, { recursive: true });
  for (const name of ['model.bin', 'model.sources'])
    cpSync(path.join(root, 'data', name), path.join(places.dataDir, name));
  return places;
}

interface Heard {
  readonly order: string[];
  readonly run: Run;
  readonly meanwhile: (last: Model) => void;
}

/** Learning that ends at once: what it is asked for counts here, not what it finds. */
function heard(): Heard {
  const order: string[] = [];
  const packed = readFileSync(path.join(root, 'data', 'model.bin'));
  return {
    order,
    run: (task) => {
      order.push(task.do);
      return Promise.resolve(task.do === 'pack' ? { packed } : { fitted: {} as never });
    },
    meanwhile: () => {
      order.push('answers meanwhile');
    },
  };
}

const greeting = (places: Places): string => path.join(places.intentsDir, 'greeting.yaml');

describe('the model of the sentences', () => {
  test('that is fresh is loaded once, and nothing answers in its place', async () => {
    const places = learnt();
    const { order, ...how } = heard();
    await ensureModel({ ...places, ...how });
    expect(order).toEqual([]);
    expect(await isLearnt(places, await readSources(places.intentsDir))).toBe(true);
  });

  test('is still fresh when only a comment was written', async () => {
    const places = learnt();
    appendFileSync(greeting(places), '# ghi chú\n');
    const { order, ...how } = heard();
    await ensureModel({ ...places, ...how });
    expect(order).toEqual([]);
  });

  test('of older sentences answers while the new one is learnt', async () => {
    const places = learnt();
    const text = readFileSync(greeting(places), 'utf8');
    expect(text).toContain('Xin chào\n');
    writeFileSync(greeting(places), text.replace('Xin chào\n', 'Xin chào ngày mới\n'));
    expect(await isLearnt(places, await readSources(places.intentsDir))).toBe(false);
    const { order, ...how } = heard();
    await ensureModel({ ...places, ...how });
    expect(order).toEqual(['answers meanwhile', 'fit', 'fit', 'pack']);
  });

  test('where none was ever learnt is waited for', async () => {
    const places = learnt();
    const { order, ...how } = heard();
    await ensureModel({ ...places, dataDir: path.join(places.dataDir, 'new'), ...how });
    expect(order).toEqual(['fit', 'fit', 'pack']);
  });

  test('that was damaged is learnt anew, and does not answer meanwhile', async () => {
    const places = learnt();
    const file = path.join(places.dataDir, 'model.bin');
    const bytes = readFileSync(file);
    bytes[1_000] = (bytes[1_000] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const { order, ...how } = heard();
    await ensureModel({ ...places, ...how });
    expect(order).toEqual(['fit', 'fit', 'pack']);
  });
});
