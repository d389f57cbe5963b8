import path from 'node:path';
import { ContentError } from '../errors.ts';
import { isLearnt, keepModel, learn, readSources } from '../training.ts';
import { progressLine } from './progress.ts';

const usage = `Dùng: npm run train [-- --again]
  --again   học lại cả khi mô hình đang giữ vẫn đúng với intents/`;

/**
 * `npm run train`: learns from `intents/` and keeps the model in `data/`; does nothing when the model kept is of the
 * same sentences. Exit codes 0, 1 (a file is broken), 2 (wrong use).
 */
async function train(args: readonly string[], root: string): Promise<number> {
  if (args.some((arg) => arg !== '--again')) {
    console.error(usage);
    return 2;
  }
  const places = { intentsDir: path.join(root, 'intents'), dataDir: path.join(root, 'data') };
  const progress = progressLine();
  try {
    const sources = await readSources(places.intentsDir);
    if (args.length === 0 && (await isLearnt(places, sources))) return 0;
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

process.exitCode = await train(process.argv.slice(2), process.cwd());
