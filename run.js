/**
 * `node run.js main [role]`, `node run.js cli/<command> …` – builds what is missing or older than its
 * source, then runs it. Without an argument it only builds.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = import.meta.dirname;
const stamp = path.join(root, 'dist', '.built');

function newest(folder) {
  return Math.max(
    0,
    ...readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(path.join(entry.parentPath, entry.name)).mtimeMs),
  );
}

function run(...command) {
  // Messages of a build belong on stderr: stdout is the command's own (`understand` prints JSON lines).
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
}

function build() {
  // An image ships dist/ without src/ or compilers.
  if (!existsSync(path.join(root, 'src'))) return;
  const source = Math.max(newest('src'), statSync(path.join(root, 'package.json')).mtimeMs);
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= source) return;
  console.error('Đang dựng chương trình …');
  run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
  run('node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn');
  writeFileSync(stamp, '');
}

build();
const [target, ...rest] = process.argv.slice(2);
if (target) {
  process.argv = [process.argv[0], path.join(root, 'dist', `${target}.js`), ...rest];
  await import(pathToFileURL(process.argv[1]));
}
