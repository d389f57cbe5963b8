import { createApp } from '../../src/app.ts';
import type { App } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { openLog } from '../../src/log.ts';
import { turns } from '../../src/store/collections.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { manualClock } from './clock.ts';
import type { ManualClock } from './clock.ts';
import { realContent } from './content.ts';
import { realModel } from './model.ts';
import type { FakeGraph } from './platforms.ts';
import { messengerEnv } from './webhook.ts';

/** What would be one process of several on one database, each with its own clock. */
export interface Process {
  readonly app: App;
  readonly store: Store;
  readonly clock: ManualClock;
}

export interface ProcessOptions {
  readonly name: string;
  readonly storeUrl: string;
  readonly platform: FakeGraph;
  /** The first on a SQLite file is its server. */
  readonly role: 'server' | 'command';
  /** Stands between the process and its store. */
  readonly through?: (store: Store) => Store;
}

export async function startProcess(options: ProcessOptions): Promise<Process> {
  const { name, storeUrl, platform, role, through = (store: Store): Store => store } = options;
  const clock = manualClock();
  const log = openLog('silent');
  const store = await openStore(storeUrl, { processId: name, clock, log, role });
  const app = await createApp(readConfig(messengerEnv('http://127.0.0.1:9/v25.0')), {
    store: through(store),
    content: await realContent(),
    clock,
    log,
    sender: platform,
    dataKey: new Uint8Array(32).fill(7),
    roles: ['web', 'worker'],
    pagesDir: '',
  });
  app.useModel(await realModel());
  return { app, store, clock };
}

export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** A process that freezes once, just before the commit of a turn, until it thaws. */
export interface Ice {
  readonly through: (store: Store) => Store;
  readonly frozen: Promise<void>;
  thaw(): void;
  /** What became of the late commit: `committed`, or the name of its error. */
  outcome(): Promise<string> | undefined;
}

export function freezingBeforeTurn(): Ice {
  const [frozen, thawed] = [gate(), gate()];
  let late: Promise<unknown> | undefined;
  const through = (store: Store): Store => ({
    ...store,
    commit: (writes) => {
      const isTurn = writes.some((write) => write.op === 'insert' && write.in === turns.name);
      if (late || !isTurn) return store.commit(writes);
      frozen.open();
      const commit = thawed.opened.then(() => store.commit(writes));
      late = commit;
      return commit;
    },
  });
  return {
    through,
    frozen: frozen.opened,
    thaw: thawed.open,
    outcome: () =>
      late?.then(
        () => 'committed',
        (error: unknown) => (error instanceof Error ? error.name : 'unknown'),
      ),
  };
}
