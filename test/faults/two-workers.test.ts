import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SendCall } from '../../src/channels/messenger.ts';
import { hours, seconds } from '../../src/clock.ts';
import type { Message } from '../../src/conversation/message.ts';
import type { TurnRecord } from '../../src/conversation/turn.ts';
import { jobs, locks, messages, turns } from '../../src/store/collections.ts';
import type { Job } from '../../src/store/store.ts';
import { conversationOf, messageBody, signed } from '../support/bot.ts';
import type { ManualClock } from '../support/clock.ts';
import { fakeGraph, graph, textOf } from '../support/platforms.ts';
import type { FakeGraph } from '../support/platforms.ts';
import { until } from '../support/process.ts';
import { freezingBeforeTurn, gate, startProcess } from '../support/shared-store.ts';
import type { Process, ProcessOptions } from '../support/shared-store.ts';
import { pageId } from '../support/webhook.ts';

const person = '200000000000001';
const question = { text: 'đăng ký hộ kinh doanh cần giấy tờ gì' };

let file: string;
let platform: FakeGraph;
const processes: Process[] = [];
const folders: string[] = [];

beforeEach(() => {
  const folder = mkdtempSync(path.join(tmpdir(), 'nhipcau-test-'));
  folders.push(folder);
  file = path.join(folder, 'shared.db');
  platform = fakeGraph();
});

afterEach(async () => {
  for (const { app } of processes) await app.stop();
  for (const { store } of processes.splice(0)) await store.close();
});

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The first of a test is the file's server. */
async function start(name: string, through?: ProcessOptions['through']): Promise<Process> {
  const it = await startProcess({
    name,
    storeUrl: `sqlite:${file}`,
    platform,
    role: processes.length === 0 ? 'server' : 'command',
    ...(through ? { through } : {}),
  });
  processes.push(it);
  return it;
}

async function receive({ app, clock }: Process, body: unknown): Promise<void> {
  await app.receiver.receive(app.channels.get('messenger')!, signed(body, clock));
}

const hears = (it: Process): Promise<void> => receive(it, messageBody(question, person, it.clock));

/** The other process's clock runs on, as it would; it looks around every two seconds. */
async function passes(it: Process, by: number): Promise<void> {
  for (let passed = 0; passed < by; passed += 2) {
    it.clock.advance(seconds(2));
    await it.store.claim('outbox', 'nowhere', 1);
  }
  it.app.worker?.wake();
}

function owner({ store }: Process, queue: 'inbox' | 'outbox'): Promise<string | undefined> {
  return store
    .collection(locks)
    .get(`${queue}/messenger/${conversationOf(person)}`)
    .then((lock) => lock?.owner);
}

function jobsOf({ store }: Process): Promise<Job[]> {
  return store.collection(jobs).find({
    where: { queue: { in: ['inbox', 'outbox', 'dead'] }, lane: conversationOf(person) },
    limit: 50,
  });
}

function linesOf({ store }: Process): Promise<Message[]> {
  return store.collection(messages).find({
    where: { conversationId: conversationOf(person) },
    sort: { by: 'seq', order: 'asc' },
    limit: 50,
  });
}

function turnsOf({ store }: Process): Promise<TurnRecord[]> {
  return store
    .collection(turns)
    .find({ where: { conversationId: conversationOf(person) }, limit: 50 });
}

async function waitsForEcho(it: Process): Promise<boolean> {
  return (await jobsOf(it)).some(({ queue, dueAt }) => queue === 'outbox' && dueAt > 0);
}

/** The calls that reached the person, by the mark they carry. */
const marks = (): string[] => platform.sent.map(({ call }) => call.message.metadata ?? '');

test('a process that froze within a turn loses its lane, and its late commit changes nothing', async () => {
  const ice = freezingBeforeTurn();
  const frozen = await start('frozen', ice.through);
  const other = await start('other');
  await hears(frozen);
  await ice.frozen;
  expect(await owner(other, 'inbox')).toBe('frozen');

  await passes(other, 8);
  await until('the other process has answered', async () => (await jobsOf(other)).length === 0);
  const [sent, lines] = [marks(), await linesOf(other)];
  expect(sent.length).toBeGreaterThan(0);

  ice.thaw();
  expect(await ice.outcome()).toBe('ConflictError');
  await until('the frozen process has let go', () => frozen.app.worker?.busy() === 0);
  expect(marks()).toEqual(sent);
  expect(await linesOf(other)).toEqual(lines);
  expect(await turnsOf(other)).toHaveLength(1);
  expect(await jobsOf(other)).toEqual([]);
});

test('a lane stays with its process for six seconds of silence, by the clock of who looks', async () => {
  const ice = freezingBeforeTurn();
  const frozen = await start('frozen', ice.through);
  const other = await start('other');
  await hears(frozen);
  await ice.frozen;

  await passes(other, 2);
  // What the silent process's own clock says does not matter.
  frozen.clock.set((frozen.clock.now() + hours(10)) as never);
  await passes(other, 4);
  expect(await owner(other, 'inbox')).toBe('frozen');
  await passes(other, 2);
  await until('the lane was taken over', async () => (await owner(other, 'inbox')) !== 'frozen');
  ice.thaw();
  await ice.outcome();
});

test('a send that froze is settled by its echo: the process that takes over sends nothing again', async () => {
  const thaw = gate();
  const frozen = await start('frozen');
  const other = await start('other');
  // The platform does the work at once; the frozen process hears of it much later.
  platform.answersNext(async (call, n) => {
    const answer = await graph.ok(call, n);
    const body = JSON.parse(call.body!) as SendCall;
    platform.sent.push({ url: new URL(call.url), call: body, text: textOf(body) });
    await thaw.opened;
    return { ...answer, status: 201 };
  });
  await hears(frozen);
  await until('the call is under way', () => platform.sent.length === 1);
  const [first = ''] = marks();

  await passes(other, 8);
  await until('it waits for the echo', () => waitsForEcho(other));
  await receive(other, echoOf(first, other.clock));
  await passes(other, 16);
  await until('nothing is left to send', async () => (await jobsOf(other)).length === 0);
  const sent = marks();
  expect(new Set(sent).size).toBe(sent.length);

  thaw.open();
  await until('the frozen process has let go', () => frozen.app.worker?.busy() === 0);
  expect(marks()).toEqual(sent);
  for (const { from, delivery } of await linesOf(other))
    if (from === 'bot') expect(delivery?.state).toBe('sent');
});

test('without an echo an answer of unknown outcome is sent again, once', async () => {
  const thaw = gate();
  const frozen = await start('frozen');
  const other = await start('other');
  platform.answersNext(async (call, n) => {
    await thaw.opened;
    return graph.ok(call, n);
  });
  await hears(frozen);
  await until('the call is under way', async () => (await owner(other, 'outbox')) === 'frozen');

  await passes(other, 8);
  await until('it waits for the echo', () => waitsForEcho(other));
  await passes(other, 14);
  expect(marks()).toEqual([]);
  await passes(other, 2);
  await until('nothing is left to send', async () => (await jobsOf(other)).length === 0);
  const sent = marks();
  expect(new Set(sent).size).toBe(sent.length);
  thaw.open();
  await until('the frozen process has let go', () => frozen.app.worker?.busy() === 0);
  // The frozen call was done after all: the one double that may be.
  expect(marks().slice(sent.length)).toEqual(sent.slice(0, 1));
  expect(await jobsOf(other)).toEqual([]);
});

function echoOf(metadata: string, clock: ManualClock): unknown {
  const message = { mid: 'm_echo', is_echo: true, app_id: 42, metadata, text: '' };
  const event = { sender: { id: pageId }, recipient: { id: person }, timestamp: clock.now() };
  return {
    object: 'page',
    entry: [{ id: pageId, time: clock.now(), messaging: [{ ...event, message }] }],
  };
}
