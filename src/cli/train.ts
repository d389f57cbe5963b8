import path from 'node:path';
import { ContentError } from '../errors.ts';
import { keepModel, learn, readSources } from '../training.ts';
import { progressLine } from './progress.ts';

/** `npm run train`: learns from `intents/` afresh and keeps the model in `data/`. Exit code 1: a file is broken. */
async function train(root: string): Promise<number> {
  const places = { intentsDir: path.join(root, 'intents'), dataDir: path.join(root, 'data') };
  const progress = progressLine();
  try {
    const sources = await readSources(places.intentsDir);
    const bytes = await learn(sources, progress.show);
    await keepModel(places, sources, bytes);
    progress.end(`Đã học xong, mô hình ${(bytes.length / 1e6).toFixed(1).replace('.', ',')} MB.`);
    return 0;
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    progress.end(error.message);
    return 1;
  }
}

process.exitCode = await train(process.cwd());
