import type { Channel } from '../channels/channel.ts';
import type { Clock } from '../clock.ts';
import { briefly, codeOf, ConflictError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Log } from '../log.ts';
import { jobs, locks } from '../store/collections.ts';
import { check, replace } from '../store/store.ts';
import type { Claim, Job, QueueName, Store, Write } from '../store/store.ts';
import type { Limiter } from './limiter.ts';
import { patience } from './patience.ts';
import type { Patience } from './patience.ts';
import { backoff, bury, lostJob, release, retry } from './queue.ts';
import type { InboxClaim, OutboxClaim, TaskClaim } from './queue.ts';
import { rightOfWay } from './right-of-way.ts';
import type { RightOfWay } from './right-of-way.ts';

export interface WorkerPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly limiter: Limiter;
  readonly process: (claim: InboxClaim) => Promise<void>;
  /** What cannot be undone is done once: its commit alone is repeated while the store is away. */
  readonly deliver: (claim: OutboxClaim, patiently: Patience) => Promise<void>;
  readonly runTask: (claim: TaskClaim, patiently: Patience) => Promise<void>;
  /** Gives up a call and what belongs to it. */
  readonly undeliverable: (claim: OutboxClaim, reason: string) => Promise<void>;
  /** No inbox lane is taken before the model is there: what arrives meanwhile waits. */
  readonly canAnswer: () => boolean;
}

export interface Worker {
  /** Lanes that a commit of this process took. */
  take(claims: readonly Claim[]): void;
  /** Whether a commit should take a lane for this process: not more than it can begin soon, or others wait in vain. */
  hasRoom(queue: QueueName, channel: string): boolean;
  /** Does what somebody outside waits for; meanwhile one job begins in each round of input and output. */
  readonly first: RightOfWay['first'];
  /** Looks for work now, in every queue. */
  wake(): void;
  /** Lanes under way, held or being asked for, for tests and for the end. */
  busy(): number;
  /** No new work; waits for the lanes under way, at most `graceMs`, and frees those not begun. */
  stop(graceMs?: number): Promise<void>;
}

/** One queue of one channel: its own slots, so that one dead channel starves no other. */
interface Line {
  readonly queue: QueueName;
  readonly channel: string;
  /** Shared by all lines. */
  readonly way: RightOfWay;
  readonly slots: number;
  readonly perSecond: number;
  running: number;
  /** Lanes taken in a commit and not begun. */
  readonly held: Claim[];
  claiming: boolean;
  /** There may be more to claim than was. */
  more: boolean;
}

const slots = { inbox: 24, outbox: 64, tasks: 4, dead: 0 } as const;
const pollMs = 500;
/** A job that failed this often, or took its process down this often, is buried. */
const mostFaults = 5;

/** Claims free lanes and works them: woken in process, by other processes through the store, else by polling. */
export function worker(ports: WorkerPorts): Worker {
  const way = rightOfWay();
  const lines = openLines(ports.channels, way);
  let stopped = false;
  const isOn = (): boolean => !stopped;
  const wake = (): void => {
    for (const line of lines.values()) void pump(ports, line, isOn);
  };
  const unwatch = wakeOnHints(ports, lines, isOn);
  const poll = setInterval(wake, pollMs).unref();
  wake();
  return {
    first: way.first,
    wake,
    take: (claims) => {
      for (const claim of claims) hold(ports, lines, claim, isOn);
    },
    hasRoom: (queue, channel) => {
      const line = lines.get(`${queue}/${channel}`);
      if (!line || !canBegin(ports, line, isOn)) return false;
      return line.running + line.held.length < line.slots;
    },
    busy: () => [...lines.values()].reduce((sum, line) => sum + busyIn(line), 0),
    stop: async (graceMs = 10_000) => {
      stopped = true;
      clearInterval(poll);
      unwatch();
      await letAllGo(ports.store, lines);
      await settled(lines, graceMs);
      // Lanes that a commit under way had still asked for.
      await letAllGo(ports.store, lines);
    },
  };
}

type Lines = ReadonlyMap<string, Line>;

/** Looks where the store says that jobs were put, and where a channel may send more. @returns what ends the first. */
function wakeOnHints(ports: WorkerPorts, lines: Lines, isOn: () => boolean): () => void {
  const look = (name: string): void => {
    const line = lines.get(name);
    if (line) void pump(ports, line, isOn);
  };
  ports.limiter.whenMore((channel) => {
    look(`outbox/${channel}`);
  });
  return ports.store.watch((changes) => {
    for (const { topic, id } of changes) if (topic === 'jobs') look(id);
  });
}

/** Keeps a lane that a commit of this process took, and begins it if there is a slot. */
function hold(ports: WorkerPorts, lines: Lines, claim: Claim, isOn: () => boolean): void {
  const line = lines.get(`${claim.job.queue}/${claim.job.channel}`);
  if (!line) return;
  line.held.push(claim);
  begin(ports, line, isOn);
}

function busyIn({ running, held, claiming }: Line): number {
  return running + held.length + (claiming ? 1 : 0);
}

function openLines(channels: ReadonlyMap<string, Channel>, way: RightOfWay): Lines {
  const line = (queue: QueueName, channel: string, perSecond: number): [string, Line] => [
    `${queue}/${channel}`,
    {
      queue,
      channel,
      way,
      slots: slots[queue],
      perSecond,
      running: 0,
      held: [],
      claiming: false,
      more: false,
    },
  ];
  const each = [...channels.values()].flatMap(({ name, delivery, limits }) => [
    line('inbox', name, Infinity),
    ...(delivery === 'push' ? [line('outbox', name, limits.perSecond)] : []),
  ]);
  return new Map([...each, line('tasks', 'tasks', Infinity)]);
}

/** Begins lanes that are held already, as many as there are slots and tokens for. */
function begin(ports: WorkerPorts, line: Line, isOn: () => boolean): void {
  while (
    line.held.length > 0 &&
    canBegin(ports, line, isOn) &&
    take(ports.limiter, line, 1) === 1
  ) {
    const claim = line.held.shift();
    if (claim) void work(ports, line, claim, isOn);
  }
  if (line.held.length > 0 && canBegin(ports, line, isOn) && line.perSecond !== Infinity)
    void ports.limiter.ask(line.channel, line.perSecond);
}

function canBegin(ports: WorkerPorts, line: Line, isOn: () => boolean): boolean {
  return isOn() && line.running < line.slots && (line.queue !== 'inbox' || ports.canAnswer());
}

/** Claims lanes for the slots that are free. A hint that comes meanwhile asks for one more look. */
async function pump(ports: WorkerPorts, line: Line, isOn: () => boolean): Promise<void> {
  begin(ports, line, isOn);
  line.more = true;
  if (line.claiming) return;
  line.claiming = true;
  try {
    while (line.more && canBegin(ports, line, isOn)) {
      line.more = false;
      if (!(await claimFree(ports, line, isOn))) break;
    }
  } catch (error) {
    // The store is away; the next poll tries again.
    const { queue, channel } = line;
    const trace = newId<'trace'>();
    ports.log.warn({ trace, queue, channel, code: codeOf(error) }, 'claim failed');
  } finally {
    line.claiming = false;
  }
}

/** False when the rate allows nothing now: then the next poll looks again. */
async function claimFree(ports: WorkerPorts, line: Line, isOn: () => boolean): Promise<boolean> {
  const wanted = takeToClaim(ports.limiter, line);
  if (wanted === 0) {
    await takeInHand(ports, line, isOn);
    return false;
  }
  const claims = await ports.store.claim(line.queue, line.channel, wanted);
  if (line.perSecond !== Infinity) ports.limiter.giveBack(line.channel, wanted - claims.length);
  for (const claim of claims) {
    if (isOn()) void work(ports, line, claim, isOn);
    else line.held.push(claim);
  }
  // A full hand may mean that more lies there.
  if (claims.length === wanted) line.more = true;
  return true;
}

/** Where the rate is shared a share is asked for with work in hand only: who is idle takes nothing from others. */
async function takeInHand(ports: WorkerPorts, line: Line, isOn: () => boolean): Promise<void> {
  const { queue, channel, held } = line;
  if (held.length > 0 || !ports.limiter.mayAsk(channel)) return;
  held.push(...(await ports.store.claim(queue, channel, 1)));
  if (isOn()) begin(ports, line, isOn);
}

/** All but one: what is told beside the outbox must not find every call taken while we only look whether there is work. */
function takeToClaim(limiter: Limiter, line: Line): number {
  const taken = take(limiter, line, line.slots - line.running);
  if (taken < 2 || line.perSecond === Infinity) return taken;
  limiter.giveBack(line.channel, 1);
  return taken - 1;
}

/** Rate tokens are taken before claiming: a throttled channel leaves its lanes to others. */
function take(limiter: Limiter, { channel, perSecond }: Line, wanted: number): number {
  return perSecond === Infinity ? wanted : limiter.take(channel, perSecond, wanted);
}

async function work(
  ports: WorkerPorts,
  line: Line,
  claim: Claim,
  isOn: () => boolean,
): Promise<void> {
  line.running++;
  try {
    const patiently = patience(ports.log, claim.job.cause, isOn);
    await line.way.turn();
    const counted = claim.takenOver ? await countTakeOver(ports, claim) : claim;
    if (counted) await patiently(() => handle(ports, counted, patiently));
  } catch (error) {
    await afterFailure(ports, claim, error, isOn).catch((second: unknown) => {
      // The lane's lock runs out with this process's heartbeat, or at the next start.
      ports.log.error({ trace: claim.job.cause, code: codeOf(second) }, 'job could not be settled');
    });
  } finally {
    line.running--;
    begin(ports, line, isOn);
    if (line.more) void pump(ports, line, isOn);
  }
}

async function handle(ports: WorkerPorts, claim: Claim, patiently: Patience): Promise<void> {
  // The queue says what a job's body is; bodies are written by `queue.ts` alone.
  if (claim.job.queue === 'inbox') return ports.process(claim as InboxClaim);
  if (claim.job.queue === 'outbox') return ports.deliver(claim as OutboxClaim, patiently);
  return ports.runTask(claim as TaskClaim, patiently);
}

/** A lane taken from a dead process counts as a fault: a job that kills its process is buried, too. */
async function countTakeOver(ports: WorkerPorts, claim: Claim): Promise<Claim | undefined> {
  const { store } = ports;
  if (faultsOf(claim.job) >= mostFaults) {
    await giveUp(ports, claim, 'process_died');
    return undefined;
  }
  await store.commit([
    replace<Job>(jobs, claim.job, {
      attempts: claim.job.attempts + 1,
      faults: faultsOf(claim.job) + 1,
    }),
    check(locks, claim.lock),
  ]);
  return reread(store, claim);
}

/** The claim as it stands in the store now; undefined when the lane or the job is gone. A lane without its job is freed. */
async function reread(store: Store, claim: Claim): Promise<Claim | undefined> {
  const job = await store.collection(jobs).get(claim.job.id);
  const lock = await store.collection(locks).get(claim.lock.id);
  if (lock?.version !== claim.lock.version) return undefined;
  if (job) return { ...claim, job };
  await store.commit([release(claim)]);
  return undefined;
}

/** What nobody foresaw: tried again some times, then buried. Its text may hold what people wrote, so only its kind is kept. */
async function afterFailure(
  ports: WorkerPorts,
  claim: Claim,
  error: unknown,
  isOn: () => boolean,
): Promise<void> {
  const { store, log } = ports;
  const { cause: trace, queue, channel } = claim.job;
  if (error instanceof ConflictError && lostJob(claim, error.keys)) {
    // Erased meanwhile, or taken over by another process after a silence.
    log.warn({ trace, queue, channel }, 'job lost');
    const held = await reread(store, claim);
    // Only the job was written anew (an echo ended its wait): the lane is ours still, and free for its next taker.
    if (held) await store.commit([release(held)]);
    return;
  }
  log.error({ trace, queue, channel, ...briefly(error) }, 'job failed');
  await patience(log, trace, isOn)(() => settleFailure(ports, claim, codeOf(error)));
}

async function settleFailure(ports: WorkerPorts, claim: Claim, reason: string): Promise<void> {
  const held = await reread(ports.store, claim);
  if (!held) return;
  const faults = faultsOf(held.job) + 1;
  if (faults >= mostFaults) return giveUp(ports, held, reason);
  const dueAt = backoff(held.job.attempts, ports.clock.now());
  await ports.store.commit(retry({ ...held, job: { ...held.job, faults } }, dueAt));
}

/** The end of a message does not go out without its beginning, so a call takes its message with it. */
async function giveUp(ports: WorkerPorts, claim: Claim, reason: string): Promise<void> {
  // The queue says what a job's body is.
  if (claim.job.queue === 'outbox') return ports.undeliverable(claim as OutboxClaim, reason);
  await ports.store.commit(bury(claim, reason, ports.clock.now()));
}

/** A platform that was down for long is no fault of the job: attempts are not counted here. */
function faultsOf({ faults = 0 }: Job): number {
  return faults;
}

async function letAllGo(store: Store, lines: Lines): Promise<void> {
  await Promise.all([...lines.values()].map((line) => letGo(store, line)));
}

async function letGo(store: Store, line: Line): Promise<void> {
  const writes: Write[] = line.held.splice(0).map(release);
  // One by one: a lane that was lost must not keep the others.
  await Promise.all(writes.map((write) => store.commit([write]).catch(() => undefined)));
}

async function settled(lines: Lines, graceMs: number): Promise<void> {
  const until = performance.now() + graceMs;
  const running = (): boolean =>
    [...lines.values()].some(({ running, claiming }) => running > 0 || claiming);
  while (running() && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 5));
}
