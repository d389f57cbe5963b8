import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..');

/** Once before all tests: the program is built and its sentences are learnt; tests then only read the model. */
export default function prepare() {
  const { status } = spawnSync(process.execPath, ['run.js', 'cli/train'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0)
    throw new Error('The program could not be built or its model not be trained; see above.');
}
