import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { httpSender } from '../../src/channels/call.ts';
import { rotatingTokens } from '../../src/channels/zalo-oa-token.ts';
import { systemClock } from '../../src/clock.ts';
import { openLog } from '../../src/log.ts';
import { cipherOf } from '../../src/store/cipher.ts';
import { openStore } from '../../src/store/open.ts';
import { sealedSecrets } from '../../src/store/secrets.ts';
import { appId, appSecret, oaId, startZaloOa } from '../support/platforms/zalo-oa.ts';
import type { FakeZaloOa, Renewed } from '../support/platforms/zalo-oa.ts';

export interface TokenKillCount {
  readonly kills: number;
  readonly renewals: number;
  /** Killed with the note of a renewal standing, or not: the pair that is kept is the good one. */
  readonly kept: number;
  /** Killed between Zalo's making of a pair and its arrival in the store: nobody but Zalo has it. */
  readonly gaps: number;
  /** Of these, the longest time for which the answer had been under way; undefined = none had left Zalo. */
  readonly longestGapMs: number | undefined;
  /** Pairs that are missing and should not be. */
  readonly lost: readonly string[];
  /** Tokens that were used before they were stored. */
  readonly usedBeforeStored: readonly string[];
  /** Requests that spent a token a second time. */
  readonly doubled: number;
  /** The most requests for a pair at one time. */
  readonly most: number;
  /** Gaps after which a token entered by the operator did not set things right. */
  readonly unmended: number;
}

const leaseMs = 3_000;

/** Two processes renew one OA's tokens all the time; both are killed at a random moment, and what is kept is looked at. */
export async function killAroundRenewals(folder: string, kills: number): Promise<TokenKillCount> {
  const zalo = await startZaloOa();
  const url = `sqlite:${path.join(folder, 'tokens.db')}`;
  const desk = await openDesk(url, zalo);
  zalo.renews({ holds: '0.04', afterMs: () => Math.random() * 30 });
  const seen: Seen = { kept: 0, gaps: [], lost: [], early: [], unmended: 0 };
  try {
    for (let n = 0; n < kills; n++) await oneKill(url, zalo, desk, seen);
  } finally {
    await desk.close();
    await zalo.close();
  }
  const late = seen.gaps.filter((ms) => ms !== undefined);
  return {
    kills,
    renewals: zalo.renewals.length,
    kept: seen.kept,
    gaps: seen.gaps.length,
    longestGapMs: late.length > 0 ? Math.max(...late) : undefined,
    lost: seen.lost,
    usedBeforeStored: seen.early,
    doubled: zalo.renewals.filter(({ accepted }) => !accepted).length,
    most: zalo.renewing().most,
    unmended: seen.unmended,
  };
}

interface Seen {
  kept: number;
  readonly gaps: (number | undefined)[];
  readonly lost: string[];
  readonly early: string[];
  unmended: number;
}

async function oneKill(url: string, zalo: FakeZaloOa, desk: Desk, seen: Seen): Promise<void> {
  const pair = [startProcess(url, zalo), startProcess(url, zalo)];
  await Promise.all(pair.map((one) => one.started));
  const before = zalo.renewals.length;
  // Past a lease that a kill before may have left standing.
  const end = performance.now() + leaseMs * 4;
  while (zalo.renewals.length < before + 2 && performance.now() < end) await pause(5);
  await pause(Math.random() * 80);
  // The second one lives a little longer, at times: it must not take a fresh note for a dead one's.
  const [first, second] = pair;
  await first?.kill();
  await pause(Math.random() < 0.5 ? 0 : Math.random() * 200);
  await second?.kill();
  const killedAt = performance.now();
  while (zalo.renewing().now > 0) await pause(5);
  const stored = await desk.refresh();
  const used = pair.flatMap((one) => one.used());
  seen.early.push(...used.filter((token) => !isStored(token, stored, zalo.renewals)));
  if (stored === zalo.refreshToken()) {
    seen.kept++;
    return;
  }
  const last = zalo.renewals.findLast(({ accepted }) => accepted);
  const isGap = last?.refresh === stored && last.pair?.refresh === zalo.refreshToken();
  const age = last?.answeredAt === undefined ? undefined : killedAt - last.answeredAt;
  if (!isGap) seen.lost.push(stored);
  else seen.gaps.push(age);
  await mend(zalo, desk, seen);
}

/** What an operator does once the bell has rung: a new token out of Zalo's console. */
async function mend(zalo: FakeZaloOa, desk: Desk, seen: Seen): Promise<void> {
  const granted = zalo.grant();
  await desk.enter(granted);
  if ((await desk.refresh()) === granted) return;
  seen.unmended++;
}

/** A token that was used belongs to a pair that was stored: the stored one, or one made before it. */
function isStored(token: string, stored: string, renewals: readonly Renewed[]): boolean {
  const made = renewals.flatMap(({ pair }) => (pair ? [pair] : []));
  const at = made.findIndex(({ access }) => access === token);
  const upTo = made.findIndex(({ refresh }) => refresh === stored);
  return at >= 0 && at <= upTo;
}

interface Desk {
  /** The refresh token that is kept. */
  refresh(): Promise<string>;
  enter(token: string): Promise<void>;
  close(): Promise<void>;
}

async function openDesk(url: string, zalo: FakeZaloOa): Promise<Desk> {
  const log = openLog('silent');
  const clock = systemClock;
  const store = await openStore(url, { processId: 'desk', clock, log, role: 'command' });
  const secrets = sealedSecrets(store, cipherOf(new Uint8Array(32).fill(7)));
  const sender = httpSender();
  const tell = (): Promise<void> => Promise.resolve();
  const tokens = rotatingTokens(settingsFor(zalo), { secrets, sender, clock, log, tell });
  await tokens.state();
  return {
    async refresh() {
      const kept = await secrets.read(`zalo/${oaId}/token`);
      return (JSON.parse(kept?.text ?? '{}') as { refresh: string }).refresh;
    },
    enter: (token) => tokens.enter(token),
    async close() {
      await sender.close();
      await store.close();
    },
  };
}

function settingsFor({ url }: FakeZaloOa) {
  return { appId, appSecret, oaId, refreshToken: 'refresh-0', oauthBase: url };
}

interface TokenProcess {
  readonly started: Promise<void>;
  used(): string[];
  kill(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function startProcess(url: string, zalo: FakeZaloOa): TokenProcess {
  const { PATH, HOME, BUILT } = process.env;
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'zalo-token-process.js')], {
    env: {
      PATH,
      HOME,
      ...(BUILT ? { BUILT } : {}),
      STORE: url,
      SETTINGS: JSON.stringify(settingsFor(zalo)),
      LEASE: String(leaseMs satisfies number),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  let printed = '';
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => {
      running.delete(child);
      resolve();
    });
  });
  const started = new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.includes('started')) resolve();
    });
    void gone.then(() => {
      reject(new Error('The process ended before it had started.'));
    });
  });
  return {
    started,
    // The last line may have been cut off in the middle.
    used: () =>
      printed
        .split('\n')
        .slice(0, -1)
        .filter((line) => line.startsWith('access-')),
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
