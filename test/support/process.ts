import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The program that `npm start` runs, as a process of its own. */

const root = path.join(import.meta.dirname, '..', '..');

/** A test that starts programs may take this long on a machine that is busy with other things. */
export const patience = 300_000;

/** A folder to run in: its `data/` has the trained model already, everything else is made by the program. */
export interface Home {
  readonly dir: string;
  readonly port: number;
  readonly url: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Everything it printed. */
  readonly output: string;
}

export interface Program {
  readonly pid: number;
  readonly url: string;
  readonly exited: Promise<Exit>;
  /** How it ended, once it has. */
  exit(): Exit | undefined;
  output(): string;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<Exit>;
  /** Asks it to end, and waits. */
  stop(): Promise<Exit>;
  signal(name: NodeJS.Signals): void;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** The folder with `dist/`, `content/` and `intents/`. */
  readonly program?: string;
  /** What to put before the command, to run it inside of something. */
  readonly inside?: readonly string[];
}

const homes: string[] = [];
const running = new Set<ChildProcess>();
process.once('exit', endAll);

export async function makeHome(): Promise<Home> {
  const dir = mkdtempSync(path.join(tmpdir(), 'nhipcau-test-'));
  homes.push(dir);
  mkdirSync(path.join(dir, 'data'));
  for (const file of ['model.bin', 'model.sources']) {
    const trained = path.join(root, 'data', file);
    if (existsSync(trained)) symlinkSync(trained, path.join(dir, 'data', file));
  }
  const port = await freePort();
  return { dir, port, url: `http://127.0.0.1:${port}` };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts it and waits until it is ready to answer. @throws when it ends before. */
export async function startProgram(home: Home, options: StartOptions = {}): Promise<Program> {
  const program = launch(home, options);
  await until(`${home.url} is ready`, async () => {
    const exit = program.exit();
    if (exit) throw new Error(`It ended with code ${String(exit.code)}:\n${exit.output}`);
    return (await statusOf(`${home.url}/health/ready`)) === 200;
  });
  return program;
}

/** Starts it and waits for nothing. */
export function launch(home: Home, options: StartOptions = {}): Program {
  const main = path.join(options.program ?? root, 'dist', 'main.js');
  const [command = '', ...args] = [
    ...(options.inside ?? []),
    process.execPath,
    main,
    ...(options.args ?? []),
  ];
  // Nothing of the environment that the tests run in comes along.
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, HOST: '127.0.0.1', PORT: String(home.port), ...options.env };
  const child = spawn(command, args, { cwd: home.dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
  return watch(child, home.url);
}

function watch(child: ChildProcess, url: string): Program {
  running.add(child);
  let output = '';
  let exit: Exit | undefined;
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      exit = { code, signal, output };
      resolve(exit);
    });
  });
  const end = async (signal: NodeJS.Signals): Promise<Exit> => {
    child.kill(signal);
    return exited;
  };
  return {
    pid: child.pid ?? 0,
    url,
    exited,
    exit: () => exit,
    output: () => output,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    signal: (name) => void child.kill(name),
  };
}

/** The status of a GET; undefined when nobody answers. */
export async function statusOf(url: string): Promise<number | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return undefined;
  }
}

/** Waits for something to become so; fails loudly instead of hanging. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  withinMs = 120_000,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`Not within ${withinMs / 1_000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** For `afterAll`: nothing stays behind. */
export async function cleanUp(): Promise<void> {
  const gone = [...running].map((child) => new Promise((resolve) => child.once('close', resolve)));
  endAll();
  await Promise.all(gone);
  for (const dir of homes.splice(0)) rmSync(dir, { recursive: true, force: true });
}

function endAll(): void {
  for (const child of running) child.kill('SIGKILL');
}
