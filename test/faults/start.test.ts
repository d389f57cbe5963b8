import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import {
  cleanUp,
  freePort,
  launch,
  makeHome,
  patience,
  startProgram,
  statusOf,
  until,
} from '../support/process.ts';
import type { Exit, Home, StartOptions } from '../support/process.ts';
import { messengerEnv } from '../support/webhook.ts';

const root = path.join(import.meta.dirname, '..', '..');
const key = Buffer.alloc(32, 7).toString('base64');

let home: Home;

beforeAll(async () => {
  home = await makeHome();
});

afterAll(cleanUp, patience);

/** A start that comes to nothing: how it ended, and its last words. */
async function refused(options: StartOptions, at: Home = home): Promise<Exit> {
  const program = launch(at, options);
  await until('it has ended', () => program.exit() !== undefined);
  const exit = await program.exited;
  // What people are told is a sentence, not the place in the program where it was noticed.
  expect(exit.output).not.toMatch(/\n\s+at /);
  return exit;
}

test.each([
  [
    'one credential',
    { MESSENGER_APP_SECRET: 'x' },
    ['MESSENGER_VERIFY_TOKEN', 'MESSENGER_PAGE_TOKEN', 'MESSENGER_PAGE_ID'],
  ],
  [
    'all but one',
    { ...messengerEnv('http://127.0.0.1:9'), MESSENGER_PAGE_TOKEN: '' },
    ['MESSENGER_PAGE_TOKEN'],
  ],
])(
  'with %s of Messenger set it names what is missing',
  async (_how, env, missing) => {
    const { code, output } = await refused({ env: { ...env } });
    expect(code).toBe(2);
    for (const name of missing) expect(output).toContain(name);
  },
  patience,
);

test(
  'all wrong settings are told at once',
  async () => {
    const env = { PORT: 'abc', STORE_URL: 'mysql://x', DATA_KEY: 'short', LOG_LEVEL: 'loud' };
    const { code, output } = await refused({ env });
    expect(code).toBe(2);
    for (const name of Object.keys(env)) expect(output).toContain(name);
  },
  patience,
);

test.each([['banana'], ['web', 'worker'], ['worker', 'now']])(
  'the role words "%s" are refused with what may be said',
  async (...args) => {
    const { code, output } = await refused({ args });
    expect(code).toBe(2);
    expect(output).toContain('npm start -- worker');
  },
  patience,
);

test.each(['web', 'worker'])(
  'the role %s alone needs MongoDB, and says so',
  async (role) => {
    const { code, output } = await refused({ args: [role] });
    expect(code).toBe(2);
    expect(output).toContain('MongoDB');
  },
  patience,
);

test(
  'MongoDB without a data key is refused before anything is opened',
  async () => {
    const { code, output } = await refused({ env: { STORE_URL: 'mongodb://127.0.0.1:9/x' } });
    expect(code).toBe(2);
    expect(output).toContain('DATA_KEY');
  },
  patience,
);

test(
  'a MongoDB that cannot be reached is named',
  async () => {
    const port = await freePort();
    const env = { STORE_URL: `mongodb://127.0.0.1:${port}/nhipcau`, DATA_KEY: key };
    const { code, output } = await refused({ env });
    expect(code).toBe(1);
    expect(output).toContain('MongoDB');
    expect(output).toContain('store_unavailable');
  },
  patience,
);

test(
  'a port that somebody else uses is named',
  async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(home.port, '127.0.0.1', resolve));
    const { code, output } = await refused({});
    expect(code).toBe(1);
    expect(output).toContain(`Cổng ${home.port}`);
    expect(output).toContain('PORT');
    await new Promise((resolve) => other.close(resolve));
  },
  patience,
);

test(
  'an address that is not of this machine is named',
  async () => {
    const { code, output } = await refused({ env: { HOST: '192.0.2.1' } });
    expect(code).toBe(1);
    expect(output).toContain('192.0.2.1');
    expect(output).toContain('HOST');
  },
  patience,
);

test(
  'a second server on one file is refused, and the first goes on undisturbed',
  async () => {
    const own = await makeHome();
    const first = await startProgram(own);
    const second = { ...own, port: await freePort() };
    const { code, output } = await refused({}, second);
    expect(code).toBe(1);
    expect(output).toContain('store.locked');
    expect(output).toContain('nhipcau.db');
    expect(await statusOf(`${own.url}/health/ready`)).toBe(200);
    await first.kill();
    // A lock dies with its process, however it died.
    const third = await startProgram(own);
    expect((await third.stop()).code).toBe(0);
  },
  patience,
);

test(
  'a file that is no database is named',
  async () => {
    const own = await makeHome();
    writeFileSync(path.join(own.dir, 'data', 'nhipcau.db'), 'This is no database. '.repeat(100));
    const { code, output } = await refused({}, own);
    expect(code).toBe(1);
    expect(output).toMatch(/không phải cơ sở dữ liệu|bị hỏng/);
  },
  patience,
);

/** A copy of the program, to break its content. */
async function brokenProgram(file: string, change: (text: string) => string): Promise<string> {
  const { dir } = await makeHome();
  for (const part of ['dist', 'content', 'intents', 'package.json'])
    cpSync(path.join(root, part), path.join(dir, part), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(dir, 'node_modules'));
  const place = path.join(dir, file);
  writeFileSync(place, change(readFileSync(place, 'utf8')));
  return dir;
}

test.each([
  ['content/programme.yaml', (text: string) => `${text}\nunknown: true\n`],
  ['content/phrases.yaml', (text: string) => `${text}\n- [\n`],
  ['intents/training.yaml', (text: string) => `${text}\n- [\n`],
  ['content/answers/money/loan-nhcsxh.md', (text: string) => text.replace(/^asOf:.*$/m, '')],
])(
  'a broken %s is named with file, line and what is wrong',
  async (file, change) => {
    const program = await brokenProgram(file, change);
    const own = await makeHome();
    const { code, output } = await refused({ program }, own);
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`${file}:\\d+: [^]+ \\[[\\w.]+\\]`));
  },
  patience,
);
