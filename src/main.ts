import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import path from 'node:path';
import { createApp, newProcessId } from './app.ts';
import type { App } from './app.ts';
import { httpSender } from './channels/call.ts';
import { seconds, systemClock } from './clock.ts';
import { readConfig } from './config.ts';
import type { Config } from './config.ts';
import { loadContent } from './content/load.ts';
import { AppError, ContentError } from './errors.ts';
import { readTree } from './files.ts';
import { openLog } from './log.ts';
import type { Log } from './log.ts';
import { staffing } from './pipeline/staff.ts';
import { startScreen } from './start-screen.ts';
import type { StartScreen } from './start-screen.ts';
import { cipherOf, confirmKey, keyBeside } from './store/cipher.ts';
import { openStore } from './store/open.ts';
import type { Store } from './store/store.ts';
import { ensureModel } from './training.ts';
import type { Role } from './world.ts';

const root = path.join(import.meta.dirname, '..');

async function main(args: readonly string[]): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = readConfig(process.env);
  const roles = rolesOf(args, config);
  const screen = startScreen(process.stdout);
  // At a terminal the screen says what is going on; elsewhere the log does.
  const log = openLog(process.stdout.isTTY && !process.env['LOG_LEVEL'] ? 'warn' : config.logLevel);
  const content = loadContent(await readTree(root));
  const isNew =
    config.storeUrl.startsWith('sqlite:') && !existsSync(config.storeUrl.slice('sqlite:'.length));
  const store = await openStore(config.storeUrl, {
    processId: newProcessId(),
    clock: systemClock,
    log,
    role: 'server',
  });
  const key = await dataKey(config, store, log);
  const sender = httpSender();
  const pagesDir = path.join(root, 'dist', 'pages');
  const world = { store, dataKey: key, content, clock: systemClock, sender, log, roles, pagesDir };
  const app = await createApp(config, world);
  const http = createServer(app.http);
  stopOnSignal(log, async () => {
    await Promise.all([close(http), app.stop()]);
    await sender.close();
    await store.close();
  });
  const port = await listen(http, config);
  screen.show({
    config,
    content,
    port,
    version: version(),
    storeState: isNew ? 'mới tạo' : 'đã mở',
    channels: [...app.channels.keys()],
    staffed: await staffing(store, systemClock)(),
    now: systemClock.now(),
  });
  log.info({ port, roles, channels: [...app.channels.keys()] }, 'listening');
  if (roles.includes('worker')) await learn(app, config, screen, log);
}

/** `npm start -- web`, `npm start -- worker`; both by default. */
function rolesOf(args: readonly string[], { storeUrl }: Config): readonly Role[] {
  const given = args.filter((arg) => arg !== '--');
  if (given.length === 0) return ['web', 'worker'];
  const [role] = given;
  if (given.length > 1 || (role !== 'web' && role !== 'worker')) {
    throw new AppError(
      'usage',
      2,
      'Cách dùng: npm start, npm start -- web, hoặc npm start -- worker.',
    );
  }
  if (storeUrl.startsWith('sqlite:')) {
    throw new AppError(
      'usage',
      2,
      'Chạy riêng vai web hoặc worker cần MongoDB: đặt STORE_URL=mongodb://…',
    );
  }
  return [role];
}

async function dataKey(config: Config, store: Store, log: Log): Promise<Uint8Array> {
  const beside = config.dataKey ? undefined : keyBeside(config.dataDir);
  if (beside?.made) {
    log.warn({ file: beside.file }, 'made a new data key; keep a copy of it with your backups');
    if (process.stdout.isTTY)
      console.log(`Đã tạo khoá dữ liệu ${beside.file}. Hãy giữ một bản cùng bản sao lưu.`);
  }
  const key = config.dataKey ?? beside?.key;
  if (!key) throw new AppError('config', 500, 'DATA_KEY: bắt buộc khi dùng MongoDB.');
  await confirmKey(store, cipherOf(key));
  return key;
}

/** The port is open already: what arrives while the sentences are learnt is stored and waits. */
async function learn(app: App, { dataDir }: Config, screen: StartScreen, log: Log): Promise<void> {
  const before = systemClock.elapsed();
  const model = await ensureModel({
    intentsDir: path.join(root, 'intents'),
    dataDir,
    // The sentences have changed: what was learnt before answers until the new is learnt.
    meanwhile: (last) => {
      app.useModel(last);
    },
    onProgress: ({ sentences, part }) => {
      screen.learning(sentences, part);
    },
  });
  app.useModel(model);
  const took = systemClock.elapsed() - before;
  screen.ready(took);
  log.info({ model: model.hash, took: Math.round(took) }, 'ready to answer');
}

async function listen(http: Server, { port, host }: Config): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => {
      reject(portError(error, port, host));
    });
    http.listen(port, host, resolve);
  });
  const address = http.address();
  return typeof address === 'object' && address ? address.port : port;
}

function portError(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code === 'EADDRINUSE') {
    return new AppError(
      'port_in_use',
      500,
      `Cổng ${port} đang có chương trình khác dùng. Đặt PORT khác, hoặc dừng chương trình kia.`,
    );
  }
  if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL') {
    return new AppError(
      'port_refused',
      500,
      `Không mở được ${host}:${port} (${error.code}). Xem lại HOST và PORT.`,
    );
  }
  return error;
}

/** First what comes in, then what is under way, then the store; a second signal ends at once. */
function stopOnSignal(log: Log, stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info('stopping');
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        fail(error);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

const answersWithin = seconds(5);

/** Answers who has asked; who is still asking after a while is cut off. */
async function close(http: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    http.close(() => {
      resolve();
    });
    http.closeIdleConnections();
    setTimeout(() => {
      http.closeAllConnections();
    }, answersWithin);
  });
}

function version(): string {
  // package.json lies beside dist/ and src/ alike.
  const read = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  return read.version;
}

/** What a person can mend is said in a sentence; what is our own mistake comes with its stack. */
function fail(error: unknown): never {
  const isMendable = error instanceof AppError || error instanceof ContentError;
  console.error(isMendable ? error.message : error);
  process.exit(error instanceof AppError && ['config', 'usage'].includes(error.code) ? 2 : 1);
}

main(process.argv.slice(2)).catch(fail);
