import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import { freePort, until } from './process.ts';

/** A mongod of its own that can be stopped, killed and started again on the same files. */
export interface Mongod {
  /** The address of one database on it. */
  url(database: string): string;
  signal(name: NodeJS.Signals): void;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** Starts it again on what it has on disk. */
  restart(): Promise<void>;
  /** Lets some commands go wrong, by the server's own means for tests. */
  breakCommand(mode: 'off' | { readonly times: number }, data: object): Promise<void>;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A replica set of one; `alone`: no replica set. */
export async function startMongod({ alone = false } = {}): Promise<Mongod> {
  const [port, folder] = [await freePort(), mkdtempSync(path.join(tmpdir(), 'nhipcau-mongod-'))];
  const base = `mongodb://127.0.0.1:${port}`;
  const client = new mongoose.mongo.MongoClient(`${base}/?directConnection=true`, {
    serverSelectionTimeoutMS: 60_000,
  });
  const command = (document: object): Promise<unknown> => client.db('admin').command(document);
  let child = launch(port, folder, alone);
  await client.connect();
  if (!alone) {
    const members = [{ _id: 0, host: `127.0.0.1:${port}` }];
    await command({ replSetInitiate: { _id: 'rs0', members } });
    await primary(command);
  }
  const kill = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  return {
    url: (database) => `${base}/${database}${alone ? '' : '?replicaSet=rs0'}`,
    signal: (name) => void child.kill(name),
    kill,
    async restart() {
      child = launch(port, folder, alone);
      await primary(command);
    },
    async breakCommand(mode, data) {
      await command({ configureFailPoint: 'failCommand', mode, data });
    },
    async stop() {
      await client.close(true);
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function launch(port: number, folder: string, alone: boolean): ChildProcess {
  const options = [
    ...['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1'],
    ...['--wiredTigerCacheSizeGB', '0.25', '--setParameter', 'enableTestCommands=1'],
    ...(alone ? [] : ['--replSet', 'rs0']),
  ];
  const child = spawn(process.env['MONGOMS_SYSTEM_BINARY'] ?? '', options, { stdio: 'ignore' });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

async function primary(command: (document: object) => Promise<unknown>): Promise<void> {
  await until('the mongod is primary', async () => {
    const hello = await command({ hello: 1 }).catch(() => undefined);
    return (hello as { isWritablePrimary?: boolean } | undefined)?.isWritablePrimary === true;
  });
}
