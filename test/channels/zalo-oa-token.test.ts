import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { httpSender } from '../../src/channels/call.ts';
import type { Sender } from '../../src/channels/call.ts';
import { rotatingTokens } from '../../src/channels/zalo-oa-token.ts';
import type { RotatingTokens, TokenPorts } from '../../src/channels/zalo-oa-token.ts';
import { days, hours, minutes, seconds } from '../../src/clock.ts';
import { AppError } from '../../src/errors.ts';
import { openLog } from '../../src/log.ts';
import { cipherOf } from '../../src/store/cipher.ts';
import { secrets as secretDocs } from '../../src/store/collections.ts';
import { openStore } from '../../src/store/open.ts';
import { sealedSecrets } from '../../src/store/secrets.ts';
import type { Store } from '../../src/store/store.ts';
import { manualClock } from '../support/clock.ts';
import type { ManualClock } from '../support/clock.ts';
import { appId, appSecret, oaId, startZaloOa } from '../support/platforms/zalo-oa.ts';
import type { FakeZaloOa } from '../support/platforms/zalo-oa.ts';

let zalo: FakeZaloOa;
let store: Store;
let clock: ManualClock;
let sender: Sender;
let told: string[];
let logged: string[];

beforeEach(async () => {
  zalo = await startZaloOa();
  clock = manualClock();
  store = await openStore('sqlite::memory:', { processId: 'tokens', clock });
  sender = httpSender();
  told = [];
  logged = [];
});

afterEach(async () => {
  await sender.close();
  await store.close();
  await zalo.close();
});

/** One process with its own memory over the store that all share. */
function process_(more: Partial<TokenPorts> = {}, refreshToken = 'refresh-0'): RotatingTokens {
  const settings = { appId, appSecret, oaId, refreshToken, oauthBase: zalo.url };
  return rotatingTokens(settings, {
    secrets: sealedSecrets(store, cipherOf(new Uint8Array(32).fill(7))),
    sender,
    clock,
    log: openLog('debug', { write: (line) => logged.push(line) }),
    tell: async ({ action, error }) => {
      told.push(`${action} ${error ?? ''}`.trim());
    },
    ...more,
  });
}

/** A process that dies in the middle of a renewal: its request may arrive, what is answered nobody hears. */
async function dyingProcess(arrives: boolean): Promise<void> {
  const dead: Sender = {
    send: async (call) => {
      if (arrives) await sender.send(call);
      return new Promise(() => undefined);
    },
    async close() {},
  };
  void process_({ sender: dead }).access();
  while (arrives ? zalo.renewals.length === 0 : (await noteOf()) === undefined)
    await new Promise((resolve) => setTimeout(resolve, 5));
}

const noteOf = async () => (await process_().state()).renewingSince;
const pairs = (): number => zalo.renewals.filter(({ accepted }) => accepted).length;
const tokenDead = { code: 'token_dead', retryable: true };

describe('a token', () => {
  test('is bought with the one from the settings, and kept in the store', async () => {
    expect(await process_().access()).toBe('access-1');
    expect(await process_().access()).toBe('access-1');
    expect(zalo.renewals.map(({ refresh }) => refresh)).toEqual(['refresh-0']);
  });

  test('lies in the store under the data key alone', async () => {
    await process_().access();
    const kept = await store.collection(secretDocs).find({ where: {}, limit: 10 });
    expect(kept).toHaveLength(1);
    for (const secret of ['access-1', 'refresh-1', 'refresh-0'])
      expect(JSON.stringify([kept, logged])).not.toContain(secret);
  });

  test('is stored before it is used: while it cannot be, nobody gets it, and once it can it is not lost', async () => {
    const sealed = sealedSecrets(store, cipherOf(new Uint8Array(32).fill(7)));
    let isAway = false;
    const tokens = process_({
      secrets: {
        read: sealed.read,
        async write(name, text, read) {
          if (isAway) throw new AppError('store_unavailable', 503, 'away');
          // The note of the renewal is the second write; from then on the store is away.
          const kept = await sealed.write(name, text, read);
          if (text.includes('"renewing"')) isAway = true;
          return kept;
        },
      },
    });
    let got: string | undefined;
    const asking = tokens.access().then((token) => (got = token));
    while (!logged.some((line) => line.includes('cannot be stored')))
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect([pairs(), got]).toEqual([1, undefined]);
    isAway = false;
    expect(await asking).toBe('access-1');
    expect(await process_().access()).toBe('access-1');
    expect(pairs()).toBe(1);
  });

  test('is renewed from its twentieth hour on, while the one of before is used', async () => {
    const tokens = process_();
    await tokens.access();
    clock.advance(hours(19.9));
    await tokens.upkeep();
    expect(pairs()).toBe(1);
    clock.advance(hours(0.2));
    expect(await tokens.access()).toBe('access-1');
    await tokens.stop();
    expect(await tokens.access()).toBe('access-2');
    expect(pairs()).toBe(2);
  });

  test('is renewed though nothing is sent for months', async () => {
    const tokens = process_();
    for (let day = 0; day < 120; day++) {
      await tokens.upkeep();
      clock.advance(days(1));
    }
    expect(pairs()).toBe(120);
    expect(told).toEqual([]);
  });

  test('that the platform refuses is renewed once, and not again a moment later', async () => {
    const tokens = process_();
    await tokens.access();
    clock.advance(hours(1));
    zalo.expireAccess();
    expect(await tokens.access('access-1')).toBe('access-2');
    await expect(tokens.access('access-2')).rejects.toMatchObject(tokenDead);
    expect(pairs()).toBe(2);
  });

  test('that another process has renewed meanwhile is taken from the store', async () => {
    const [a, b] = [process_(), process_()];
    await a.access();
    await b.access();
    clock.advance(hours(1));
    expect(await a.access('access-1')).toBe('access-2');
    expect(await b.access('access-1')).toBe('access-2');
    expect(pairs()).toBe(2);
  });
});

describe('one refresher (D5)', () => {
  test('many who ask at once, in several processes, make one request', async () => {
    zalo.renews({ afterMs: 50 });
    const processes = Array.from({ length: 5 }, () => process_());
    const asked = processes.flatMap((tokens) => [1, 2, 3].map(() => tokens.access()));
    const outcomes = await Promise.allSettled(asked);
    const got = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(got.length).toBeGreaterThanOrEqual(3);
    for (const one of outcomes)
      if (one.status === 'rejected') expect(one.reason).toMatchObject(tokenDead);
    expect(zalo.renewals).toHaveLength(1);
    for (const tokens of processes) expect(await tokens.access()).toBe('access-1');
  });

  test('a process that dies before its request has burnt nothing: another goes on after the lease', async () => {
    await dyingProcess(false);
    const next = process_();
    await expect(next.access()).rejects.toMatchObject({ ...tokenDead, retryAfter: 1_000 });
    clock.advance(seconds(74));
    await expect(next.access()).rejects.toMatchObject(tokenDead);
    expect(zalo.renewals).toEqual([]);
    clock.advance(seconds(2));
    expect(await next.access()).toBe('access-1');
  });

  test('a clock that is set forward ends no lease', async () => {
    await dyingProcess(false);
    const still = { ...clock, now: () => (clock.now() + days(1)) as never };
    const next = process_({ clock: still });
    await expect(next.access()).rejects.toMatchObject(tokenDead);
    await expect(next.access()).rejects.toMatchObject(tokenDead);
    expect(zalo.renewals).toEqual([]);
  });

  test('a process that was taken for dead and was not still saves its pair', async () => {
    zalo.renews({ afterMs: 300 });
    const slow = process_().access();
    while (zalo.renewals.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const hasty = process_({ leaseFor: seconds(0) });
    // It spends the same token, and hears that it is spent.
    await expect(hasty.access()).rejects.toMatchObject(tokenDead);
    expect(await slow).toBe('access-1');
    expect(await process_().access()).toBe('access-1');
    expect(zalo.renewals.map(({ accepted }) => accepted)).toEqual([true, false]);
    expect((await process_().state()).refused).toBeUndefined();
  });

  test('an answer that got lost is the one loss there is: told, with the platform’s number, once', async () => {
    await dyingProcess(true);
    const next = process_({ leaseFor: seconds(0) });
    for (let n = 0; n < 3; n++) await expect(next.access()).rejects.toMatchObject(tokenDead);
    expect(told).toEqual(['token_lost -14020']);
    expect(zalo.renewals).toHaveLength(2);
    expect((await next.state()).refused).toMatchObject({ error: -14020 });
  });

  test('and until then the access token of before goes on being used, for five hours', async () => {
    const first = process_();
    await first.access();
    clock.advance(hours(21));
    // Zalo made a pair, and its answer got lost: nobody has the new one.
    zalo.renews({ says: 'broken' });
    await first.upkeep();
    zalo.renews({});
    clock.advance(minutes(1));
    await first.upkeep();
    expect(told).toEqual(['token_lost -14020']);
    clock.advance(hours(3));
    expect(await first.access()).toBe('access-1');
    clock.advance(hours(2));
    await expect(first.access()).rejects.toMatchObject(tokenDead);
  });
});

describe('a refused refresh token', () => {
  test('is tried again after ten minutes, not with every message', async () => {
    zalo.grant();
    const tokens = process_();
    for (let n = 0; n < 5; n++) await expect(tokens.access()).rejects.toMatchObject(tokenDead);
    expect(zalo.renewals).toHaveLength(1);
    clock.advance(minutes(11));
    await expect(tokens.access()).rejects.toMatchObject(tokenDead);
    expect(zalo.renewals).toHaveLength(2);
  });

  test('is replaced by one that is entered, whoever was refused before', async () => {
    const granted = zalo.grant();
    const tokens = process_();
    await expect(tokens.access()).rejects.toMatchObject(tokenDead);
    await process_().enter(granted);
    expect(await tokens.access()).toMatch(/^access-/);
    expect((await tokens.state()).refused).toBeUndefined();
  });

  test('is replaced by one that is new in the settings; an old one there is not tried again', async () => {
    const granted = zalo.grant();
    await expect(process_().access()).rejects.toMatchObject(tokenDead);
    expect(await process_({}, granted).access()).toMatch(/^access-/);
    clock.advance(hours(30));
    // A process with last year's settings: its token was taken in once and is burnt.
    expect(await process_({}, 'refresh-0').access()).toMatch(/^access-/);
    expect(zalo.renewals.filter(({ refresh }) => refresh === 'refresh-0')).toHaveLength(1);
  });

  test('entered while a renewal is under way holds, whatever that brings', async () => {
    zalo.renews({ afterMs: 200 });
    const tokens = process_();
    const asking = tokens.access().catch(() => undefined);
    while (zalo.renewals.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const granted = zalo.grant();
    await tokens.enter(granted);
    zalo.renews({});
    await asking;
    await process_().upkeep();
    expect(zalo.renewals.at(-1)).toMatchObject({ refresh: granted, accepted: true });
  });
});

describe('trouble that says nothing about the token', () => {
  test.each([
    ['is down', { spends: false, says: 'down' }],
    ['breaks off', { spends: false, says: 'broken' }],
  ] as const)('(Zalo %s) leaves it as it is, and it is tried again', async (_what, how) => {
    zalo.renews(how);
    const tokens = process_();
    await expect(tokens.access()).rejects.toMatchObject({ ...tokenDead, retryAfter: 5_000 });
    zalo.renews({});
    expect(await tokens.access()).toBe('access-1');
    expect(told).toEqual([]);
  });

  test('rings a week before the refresh token runs out', async () => {
    const tokens = process_();
    await tokens.access();
    zalo.renews({ spends: false, says: 'down' });
    clock.advance(days(82));
    await tokens.upkeep();
    expect(told).toEqual([]);
    clock.advance(days(1.5));
    await tokens.upkeep();
    expect(told).toEqual(['token_expiring']);
  });
});
