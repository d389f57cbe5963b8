import type { OutboxBody } from '../../src/pipeline/queue.ts';
import { jobs, locks } from '../../src/store/collections.ts';
import type { Job } from '../../src/store/store.ts';
import { ledgerOf } from '../support/ledger.ts';
import type { Ledger } from '../support/ledger.ts';
import { startLoad } from '../support/load.ts';
import type { Load } from '../support/load.ts';
import { manners, startPlatform } from '../support/platform-server.ts';
import type { Brought, PlatformServer } from '../support/platform-server.ts';
import { startProgram, until } from '../support/process.ts';
import type { Home, Program } from '../support/process.ts';
import { jobsIn, lookInto } from '../support/store-view.ts';
import { messengerEnv } from '../support/webhook.ts';

export interface KillOptions {
  readonly home: Home;
  readonly kills: number;
  /** Whether the platform echoes what it sent: then nothing needs to be sent twice. */
  readonly echoes: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export interface KillCount extends Ledger {
  readonly kills: number;
  /** Doubled calls that were not under way at a kill, or came more often than the kills explain. */
  readonly unexplained: readonly string[];
  /** Doubled calls whose echo had been taken before, or was not waited for long enough. */
  readonly hasty: readonly string[];
  /** Jobs that were given up. */
  readonly dead: readonly Job[];
}

/** Longer than any wait after a crash: when nothing came for so long, nothing will. */
const stillMs = 120_000;

/** Kills the program at random points under load, starts it again each time, and at the end counts. */
export async function killUnderLoad(options: KillOptions): Promise<KillCount> {
  const { home, kills, echoes } = options;
  const platform = await startPlatform();
  if (echoes) platform.echoesTo(`${home.url}/webhooks/messenger`);
  // Slow enough that some sends are always under way.
  platform.behaves({ ...manners.well, afterMs: 100 });
  const env = { LOG_LEVEL: 'warn', ...messengerEnv(platform.url), ...options.env };
  let program = await startProgram(home, { env });
  const load = startLoad({ url: home.url, people: 24, connections: 8, pauseMs: 10, name: 'kill' });
  const underWay = new Map<string, number>();
  for (let n = 0; n < kills; n++) {
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 1_200));
    await program.kill();
    for (const id of await heldCalls(home, env)) underWay.set(id, (underWay.get(id) ?? 0) + 1);
    program = await startProgram(home, { env });
  }
  const ledger = await settle(load, platform);
  const dead = await end(program, platform, () => jobsIn(home, env, 'dead'));
  const unexplained = [...ledger.doubled]
    .filter(([id, times]) => times > 1 + (underWay.get(id) ?? 0))
    .map(([id]) => id);
  const hasty = [...ledger.doubled.keys()].filter((id) => isHasty(id, platform.brought));
  return { ...ledger, kills, unexplained, hasty, dead };
}

/** Until all is answered, or nothing more has been brought to anybody for a while. */
async function settle(load: Load, platform: PlatformServer): Promise<Ledger> {
  await load.stop();
  const unanswered = (): number => ledgerOf(load.acknowledged, platform.brought).unanswered.length;
  for (let seen = -1; unanswered() > 0 && platform.brought.length > seen;) {
    seen = platform.brought.length;
    await until('something is brought', () => platform.brought.length > seen, stillMs)
      // The caller counts what is missing.
      .catch(() => undefined);
  }
  return ledgerOf(load.acknowledged, platform.brought);
}

/** After a crash an echo is waited for so long; one that comes later can only be followed by a double. */
const echoWithinMs = 15_000;

function isHasty(jobId: string, brought: readonly Brought[]): boolean {
  const times = brought.filter((call) => call.jobId === jobId);
  return times.slice(1).some(({ at }, i) => {
    const before = times[i];
    const isEchoed = before?.echoedAt !== undefined && before.echoedAt < at;
    return isEchoed || at - (before?.at ?? 0) < echoWithinMs;
  });
}

async function end<T>(
  program: Program,
  platform: PlatformServer,
  look: () => Promise<T>,
): Promise<T> {
  await program.stop();
  const seen = await look();
  await platform.close();
  return seen;
}

/** Heads of outbox lanes that the dead process held: sends that may have been under way. */
export async function heldCalls(
  home: Home,
  env: Readonly<Record<string, string>>,
): Promise<string[]> {
  return lookInto(home, env, async (store) => {
    const held = (await store.collection(locks).find({ where: {}, limit: 10_000 })).filter(
      ({ queue, owner }) => queue === 'outbox' && owner !== '',
    );
    const heads = held.map(async ({ queue, lane }) => {
      const [head] = await store
        .collection(jobs)
        .find({ where: { queue, lane }, sort: { by: 'order', order: 'asc' }, limit: 1 });
      return head && (head as Job<OutboxBody>).id;
    });
    return (await Promise.all(heads)).filter((id) => id !== undefined);
  });
}
