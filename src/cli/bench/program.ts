import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from './crowd.ts';
import { close, listen } from './graph.ts';

/** A server under load, in a process of its own. */
export interface Running {
  readonly port: number;
  readonly pid: number;
  /** Ends it as an operator would. @throws {Error} when it ended badly. */
  stop(): Promise<void>;
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Starts the yardstick in a process of its own. @throws when it ends before it listens. */
export async function startBare(): Promise<Running> {
  const child = fork(here('./bare.js'));
  const { port } = await new Promise<AddressInfo>((resolve, reject) => {
    child.once('message', resolve as (message: unknown) => void);
    child.once('exit', () => {
      reject(new Error('The bare server did not start.'));
    });
  });
  return running(child, port, () => {
    child.disconnect();
  });
}

export interface Circumstances {
  readonly page: Page;
  readonly apiBase: string;
  readonly storeUrl: string;
  /** Where it runs: its `data/` is made in here. */
  readonly dir: string;
  /** The trained model, in a `data/` folder. */
  readonly dataDir: string;
}

/** The program as `npm start` runs it, with Messenger on and its log in a file. The port may not be open yet. */
export async function startProgram(circumstances: Circumstances): Promise<Running> {
  const { dir, dataDir } = circumstances;
  mkdirSync(path.join(dir, 'data'), { recursive: true });
  for (const name of ['model.bin', 'model.sources'])
    cpSync(path.join(dataDir, name), path.join(dir, 'data', name));
  const port = await freePort();
  const logFile = path.join(dir, 'log');
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [...process.execArgv, here('../../main.js')], {
    cwd: dir,
    env: environment(circumstances, port),
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  return running(child, port, () => child.kill('SIGTERM'), logFile);
}

function environment({ page, apiBase, storeUrl }: Circumstances, port: number): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://bench.example',
    PORT: String(port),
    STORE_URL: storeUrl,
    DATA_KEY: Buffer.alloc(32, 7).toString('base64'),
    MESSENGER_APP_SECRET: page.appSecret,
    MESSENGER_VERIFY_TOKEN: 'bench',
    MESSENGER_PAGE_TOKEN: 'bench',
    MESSENGER_PAGE_ID: page.id,
    // What is measured is the program, not what Meta lets one Page send.
    MESSENGER_PER_SECOND: '100000',
    GRAPH_API_BASE: apiBase,
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await close(server);
  return port;
}

function running(child: ChildProcess, port: number, end: () => void, logFile?: string): Running {
  const { pid } = child;
  if (pid === undefined) throw new Error('The process did not start.');
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  // Whatever happens to the measurement, nothing of it stays.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  return {
    port,
    pid,
    async stop() {
      end();
      const code = await ended;
      process.off('exit', kill);
      if (code === 0) return;
      const log = logFile === undefined ? '' : readFileSync(logFile, 'utf8').slice(-2_000);
      throw new Error(`The server ended with ${String(code)}. ${log}`);
    },
  };
}
