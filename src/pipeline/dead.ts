import { createHash } from 'node:crypto';
import { days } from '../clock.ts';
import type { Instant } from '../clock.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { Delivery, Message } from '../conversation/message.ts';
import { AppError } from '../errors.ts';
import type { ChannelName, ConversationId } from '../ids.ts';
import * as collections from '../store/collections.ts';
import { againWhenLost } from '../store/race.ts';
import { remove, replace } from '../store/store.ts';
import type { Job, Store, Write } from '../store/store.ts';
import { audit } from './audit.ts';
import type { ModerationPorts, Moderator } from './moderation.ts';
import type { DeadBody, OutboxBody } from './queue.ts';

/** What was given up together: a job, or the calls of one message. */
export interface DeadLetter {
  /** To be typed; nobody's id can be read from it. */
  readonly code: string;
  readonly queue: DeadBody['queue'];
  readonly channel: ChannelName;
  readonly reason: string;
  readonly at: Instant;
  /** Undefined for work beside the conversations. */
  readonly conversationId: ConversationId | undefined;
  /** In the order of their lane. */
  readonly jobs: readonly Job<DeadBody>[];
}

const pageSize = 500;
/** Days that a letter holds what people wrote. Those of tasks hold no words, and belong to nobody they would go with. */
const wordsFor = 7;
const tasksFor = 90;
const mostTries = 5;

/** All dead letters, the newest first. */
export async function deadLetters(store: Store): Promise<DeadLetter[]> {
  const together = new Map<string, Job<DeadBody>[]>();
  for await (const job of deadJobs(store)) {
    const key = keyOf(job);
    together.set(key, [...(together.get(key) ?? []), job]);
  }
  return [...together].map(letterOf).sort((a, b) => b.at - a.at);
}

/**
 * Puts a letter back at the end of its lane, on record. What a colleague puts back is wanted as things stand now, however
 * old it is and whoever has spoken since.
 * @throws {AppError} `not_found`; `gone` when the conversation or its line is there no more; `emptied` when the letter
 * is too old.
 */
export async function putBack(
  ports: Pick<ModerationPorts, 'store' | 'clock'>,
  code: string,
  by: Moderator,
): Promise<void> {
  // The person may be writing just now.
  await againWhenLost(mostTries, async () => {
    const letter = (await deadLetters(ports.store)).find((one) => one.code === code);
    if (!letter) throw new AppError('not_found', 404, `Không có việc hỏng “${code}”.`);
    if (letter.jobs.some(({ body }) => body.emptied)) throw emptied();
    const now = ports.clock.now();
    const object = letter.conversationId
      ? { type: 'conversation', id: letter.conversationId }
      : { type: 'task', id: letter.code };
    const before = { queue: letter.queue, reason: letter.reason };
    await ports.store.commit([
      ...(await backInLane(ports.store, letter, now)),
      audit({ action: 'letter.again', object, before }, by, now),
    ]);
  });
}

/** What old letters lose: after seven days what people wrote, after ninety a task's letter itself. At most `limit` writes. */
export async function agedLetters(store: Store, now: Instant, limit: number): Promise<Write[]> {
  const writes: Write[] = [];
  for await (const job of deadJobs(store)) {
    writes.push(...aging(job, now));
    if (writes.length === limit) break;
  }
  return writes;
}

function aging(job: Job<DeadBody>, now: Instant): Write[] {
  const { queue, at, emptied } = job.body;
  if (queue === 'tasks') return now - at > days(tasksFor) ? [remove(collections.jobs, job)] : [];
  if (emptied || now - at <= days(wordsFor)) return [];
  // The calls of one message stay one letter.
  const rest = queue === 'outbox' ? { messageId: outboxBody(job.body).messageId } : {};
  const body: DeadBody = { ...job.body, body: rest, emptied: true };
  return [replace<Job>(collections.jobs, job, { body })];
}

async function* deadJobs(store: Store): AsyncGenerator<Job<DeadBody>> {
  let after: { readonly value: string; readonly id: string } | undefined;
  for (;;) {
    const page = await store
      .collection(collections.jobs)
      .find({ where: { queue: 'dead' }, limit: pageSize, ...(after ? { after } : {}) });
    // `bury` alone makes dead jobs.
    yield* page as Job<DeadBody>[];
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    after = { value: last.id, id: last.id };
  }
}

function keyOf({ id, body }: Job<DeadBody>): string {
  return body.queue === 'outbox' ? outboxBody(body).messageId : id;
}

/** The queue says what a job's body is. */
function outboxBody({ body }: DeadBody): OutboxBody {
  return body as OutboxBody;
}

function letterOf([key, found]: [string, Job<DeadBody>[]]): DeadLetter {
  const jobs = found.toSorted((a, b) => a.order - b.order);
  // A letter is made of at least one job.
  const { channel, lane, body } = jobs[0] as Job<DeadBody>;
  return {
    code: createHash('sha256').update(key).digest('hex').slice(0, 8),
    queue: body.queue,
    channel,
    // What follows the colon names documents.
    reason: body.reason.split(':', 1)[0] ?? '',
    at: body.at,
    conversationId: body.queue === 'tasks' ? undefined : (lane as ConversationId),
    jobs,
  };
}

async function backInLane(store: Store, letter: DeadLetter, now: Instant): Promise<Write[]> {
  const { conversationId, queue } = letter;
  if (conversationId === undefined) return requeued(letter, await endOfLane(store, letter, now));
  const conversation = await store.collection(collections.conversations).get(conversationId);
  if (!conversation) throw gone();
  if (queue === 'outbox') return sentAgain(store, letter, conversation, now);
  return requeued(letter, await endOfLane(store, letter, now));
}

/** Behind what waits there, and behind all that came in before now. */
async function endOfLane(store: Store, { jobs, queue }: DeadLetter, now: Instant): Promise<number> {
  const lane = jobs[0]?.lane ?? '';
  const [last] = await store
    .collection(collections.jobs)
    .find({ where: { queue, lane }, sort: { by: 'order', order: 'desc' }, limit: 1 });
  return Math.max(now, (last?.order ?? 0) + 1);
}

async function sentAgain(
  store: Store,
  letter: DeadLetter,
  conversation: Conversation,
  now: Instant,
): Promise<Write[]> {
  const { outboxOrder, hold } = conversation;
  const [first] = letter.jobs;
  const message = first
    ? await store.collection(collections.messages).get(outboxBody(first.body).messageId)
    : undefined;
  if (!message) throw gone();
  return [
    // Old answers, and those of before a colleague took over, are withdrawn.
    ...requeued(letter, outboxOrder, { createdAt: now }, { hold }),
    replace<Conversation>(collections.conversations, conversation, {
      outboxOrder: outboxOrder + letter.jobs.length,
    }),
    replace<Message>(collections.messages, message, { delivery: queuedAgain(message, now) }),
  ];
}

function requeued(
  { jobs, queue }: DeadLetter,
  order: number,
  job: Partial<Job> = {},
  change: Partial<Record<keyof OutboxBody, unknown>> = {},
): Write[] {
  return jobs.map(({ faults: _, ...dead }, n) =>
    replace<Job>(collections.jobs, dead, {
      ...job,
      queue,
      order: order + n,
      dueAt: 0 as Instant,
      attempts: 0,
      body: withChange(dead.body.body, change),
    }),
  );
}

function withChange(body: unknown, change: Readonly<Record<string, unknown>>): unknown {
  const changed = Object.entries({ ...(body as object), ...change });
  return Object.fromEntries(changed.filter(([, value]) => value !== undefined));
}

function queuedAgain({ delivery }: Message, at: Instant): Delivery {
  return { state: 'queued', at, ...(delivery?.sent ? { sent: delivery.sent } : {}) };
}

function emptied(): AppError {
  return new AppError(
    'emptied',
    409,
    `Việc này hỏng đã hơn ${wordsFor} ngày nên nội dung đã xoá, không làm lại được.`,
  );
}

function gone(): AppError {
  return new AppError(
    'gone',
    409,
    'Hội thoại của việc này không còn (đã xoá hoặc hết hạn lưu), không làm lại được.',
  );
}
