import path from 'node:path';
import type { Model } from '../../src/nlu/model.ts';
import { ensureModel } from '../../src/training.ts';

const root = path.join(import.meta.dirname, '..', '..');
let known: Promise<Model> | undefined;

/** The real model; trained before the tests begin (jest.config.js), so that here it is only read. */
export function realModel(): Promise<Model> {
  known ??= ensureModel({
    intentsDir: path.join(root, 'intents'),
    dataDir: path.join(root, 'data'),
    onProgress: () => undefined,
  });
  return known;
}
