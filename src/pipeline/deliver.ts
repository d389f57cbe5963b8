import type { Allowed, Channel, Json, Refused } from '../channels/channel.ts';
import { later, seconds } from '../clock.ts';
import type { Clock, Instant, Millis } from '../clock.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { EventOf } from '../conversation/event.ts';
import type { Delivery, DeliveryState, Message } from '../conversation/message.ts';
import { templateOf } from '../conversation/reply.ts';
import { ChannelError, ConflictError } from '../errors.ts';
import type { JobId, MessageId } from '../ids.ts';
import type { Log } from '../log.ts';
import type { Meter } from '../meter.ts';
import * as collections from '../store/collections.ts';
import { replace } from '../store/store.ts';
import type { Job, Store, Write } from '../store/store.ts';
import type { Limiter } from './limiter.ts';
import type { Patience } from './patience.ts';
import { nextCall } from './pace.ts';
import { backoff, bury, buryJob, done, lostJob, postpone, retry } from './queue.ts';
import type { OutboxBody, OutboxClaim } from './queue.ts';

export interface DelivererPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly limiter: Limiter;
  /** An answer older than this is not sent any more: it would answer a question nobody remembers. */
  readonly answerExpires: Millis;
}

/** What one attempt comes to: how the message stands now, and what becomes of the job. */
interface Outcome {
  readonly delivery?: Delivery;
  readonly job: readonly Write[];
}

/** How long an echo may take before an answer of unknown outcome is sent again. Source: design of the outbox. */
const echoWithin = seconds(3);
/** After a crash longer: what the platform could not deliver meanwhile it delivers again when it gets round to it. */
const echoAfterCrash = seconds(15);
/** Lost commits on one message: somebody else writes to it all the time. */
const mostConflicts = 20;
/** Attempts at handing a thread over, with the waits of `backoff`: about four minutes. */
const mostHandOvers = 8;

/** Sends the call at the head of an outbox lane, once it is sure that it is still wanted and allowed. */
export function deliverer(
  ports: DelivererPorts,
): (claim: OutboxClaim, patiently: Patience) => Promise<void> {
  return async (claim, patiently) => {
    const { conversationId, messageId } = claim.job.body;
    const [conversation, message] = await Promise.all([
      ports.store.collection(collections.conversations).get(conversationId),
      ports.store.collection(collections.messages).get(messageId),
    ]);
    // Erased since: there is nobody to write to.
    if (!conversation || !message) return settle(ports, claim, message, { job: done(claim) });
    const outcome = apart(ports, claim, await attempt(ports, claim, conversation, message));
    // From here on only the commit is repeated: the call may have been made.
    await patiently(() => settle(ports, claim, message, outcome));
  };
}

async function attempt(
  ports: DelivererPorts,
  claim: OutboxClaim,
  conversation: Conversation,
  message: Message,
): Promise<Outcome> {
  const { job } = claim;
  const now = ports.clock.now();
  if (message.delivery?.sent?.[job.id] !== undefined) return { job: done(claim) };
  const unwanted =
    whyUnwanted(job, conversation, ports.answerExpires, now) ??
    (await whyUntrue(ports.store, job.body));
  if (unwanted) return { delivery: state('withdrawn', message, now, unwanted), job: done(claim) };
  const channel = ports.channels.get(job.channel);
  if (!channel) return failed(ports, claim, message, 'channel_off');
  // A process died between taking this call and saying what came of it: each time anew nobody knows.
  if (claim.takenOver) return unknownOutcome(ports, claim, message, channel);
  const { purpose, reply } = job.body;
  const permission = channel.allows(purpose, conversation.reach, now, templateOf(reply));
  if (!permission.allowed) return refused(ports, claim, message, permission);
  const { to } = job.body;
  const nextAt = await nextCall(ports.store, channel, conversation.id, to, now);
  if (nextAt === undefined) return send(ports, claim, message, channel, permission);
  ports.limiter.giveBack(channel.name, 1);
  return { job: postpone(claim, nextAt) };
}

/**
 * A call beside the words (handing the thread over) has an outcome of its own: the words are there whatever comes of it,
 * and nobody need do by hand what did not come about, since the person stands in our queue.
 */
function apart(ports: DelivererPorts, claim: OutboxClaim, outcome: Outcome): Outcome {
  if (!isBeside(ports, claim)) return outcome;
  const { delivery, job } = outcome;
  const { cause: trace, channel, attempts } = claim.job;
  if (delivery?.state === 'sent') return { job };
  // Tried again, but not for ever: what is said next waits behind it.
  if (!delivery && attempts < mostHandOvers) return outcome;
  const reason = delivery?.reason ?? 'tries';
  // Somebody else has the thread: it was handed over already, perhaps by a call whose answer got lost.
  if (reason !== 'held_elsewhere') ports.log.warn({ trace, channel, reason }, 'not handed over');
  return { job: done(claim) };
}

function isBeside({ channels }: DelivererPorts, { job }: OutboxClaim): boolean {
  // The call was rendered by this channel: `Channel<Json>` has forgotten its exact form.
  return channels.get(job.channel)?.isBeside?.(job.body.call) ?? false;
}

/** Somebody took the conversation over since, or the answer is too old to be one. */
function whyUnwanted(
  { body, createdAt }: Job<OutboxBody>,
  { hold, reach }: Conversation,
  expires: Millis,
  now: Instant,
) {
  if (body.purpose !== 'answer' && body.purpose !== 'comment') return undefined;
  if (body.hold !== hold) return 'taken_over';
  if (reach.standby) return 'held_elsewhere';
  return now - createdAt > expires ? 'too_old' : undefined;
}

/** What speaks of another line is only said once that one has gone out. */
async function whyUntrue(store: Store, { after }: OutboxBody) {
  if (after === undefined) return undefined;
  const first = await store.collection(collections.messages).get(after);
  return first?.delivery?.state === 'sent' ? undefined : 'first_not_sent';
}

async function send(
  ports: DelivererPorts,
  claim: OutboxClaim,
  message: Message,
  channel: Channel,
  permission: Allowed,
): Promise<Outcome> {
  const call = callFor(claim.job.body, channel, permission, message.id);
  if (call === undefined) return { job: done(claim) };
  const before = ports.clock.elapsed();
  try {
    // The call was rendered by this channel: `Channel<Json>` has forgotten its exact form.
    const { platformId, restFor } = await channel.send(call);
    if (restFor !== undefined) ports.limiter.pause(channel.name, restFor, 'account');
    logSend(ports, claim, 'sent', before);
    return {
      delivery: sentBy(claim.job.id, platformId, message, ports.clock.now()),
      job: done(claim),
    };
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    logSend(ports, claim, error.code, before);
    return afterError(ports, claim, message, channel, error);
  }
}

/** As rendered when it was written, unless the window has changed since and the call with it. */
function callFor(
  body: OutboxBody,
  channel: Channel,
  permission: Allowed,
  messageId: MessageId,
): Json | undefined {
  if (permission.via === body.via) return body.call;
  return channel.render(body.reply, body.to, permission, markOf(messageId))[body.part];
}

/** The mark of a message's calls; call number i is the job `<mark>/<i>`. */
export function markOf(messageId: MessageId): string {
  return `out/${messageId}`;
}

async function afterError(
  ports: DelivererPorts,
  claim: OutboxClaim,
  message: Message,
  channel: Channel,
  error: ChannelError,
): Promise<Outcome> {
  if (!error.retryable) return failed(ports, claim, message, error.code);
  if (error.outcome === 'unknown') return unknownOutcome(ports, claim, message, channel);
  const now = ports.clock.now();
  const dueAt =
    error.retryAfter === undefined
      ? backoff(claim.job.attempts, now)
      : later(now, error.retryAfter as Millis);
  // These concern the whole account, not one message.
  const pause = (dueAt - now) as Millis;
  if (error.code === 'rate_limited') ports.limiter.pause(channel.name, pause, 'account');
  // Not kept: whoever has entered a new one starts the program anew.
  if (error.code === 'token_dead') ports.limiter.pause(channel.name, pause, 'here');
  return { job: retry(claim, dueAt) };
}

/**
 * Nobody knows whether it went out. An answer is sent again – silence is worse than a double – but first the echo
 * that would settle it is awaited, where the platform sends one. Anything else, also what answers a comment, waits for
 * a person to decide.
 */
async function unknownOutcome(
  ports: DelivererPorts,
  claim: OutboxClaim,
  message: Message,
  channel: Channel,
): Promise<Outcome> {
  const now = ports.clock.now();
  const { body, attempts } = claim.job;
  // An answer is tried until it expires.
  if (body.purpose !== 'answer') {
    return {
      delivery: state('unknown', message, now, 'outcome_unknown'),
      job: await buryMessage(ports, claim, 'outcome_unknown'),
    };
  }
  const wait = claim.takenOver ? echoAfterCrash : echoWithin;
  const echoed = channel.echoes ? later(now, wait) : now;
  const dueAt = Math.max(echoed, backoff(attempts, now)) as Instant;
  return { job: retry(claim, dueAt) };
}

function refused(
  ports: DelivererPorts,
  claim: OutboxClaim,
  message: Message,
  { why, nextAt }: Refused,
): Promise<Outcome> | Outcome {
  if (nextAt !== undefined) return { job: retry(claim, nextAt) };
  return failed(ports, claim, message, why);
}

/** It will not succeed: the call and the rest of its message become dead letters, with the reason. */
async function failed(
  ports: DelivererPorts,
  claim: OutboxClaim,
  message: Message,
  reason: string,
): Promise<Outcome> {
  return {
    delivery: state('failed', message, ports.clock.now(), reason),
    job: await buryMessage(ports, claim, reason),
  };
}

/** The call under way and those of the same message behind it: an end without its beginning helps nobody. */
async function buryMessage(
  { store, clock }: DelivererPorts,
  claim: OutboxClaim,
  reason: string,
): Promise<Write[]> {
  const now = clock.now();
  const { id, queue, lane, body } = claim.job;
  const waiting = await store
    .collection(collections.jobs)
    .find({ where: { queue, lane }, sort: { by: 'order', order: 'asc' }, limit: 100 });
  const rest = waiting.filter(
    // Only `speak` puts jobs into the outbox.
    (job) => job.id !== id && (job.body as OutboxBody).messageId === body.messageId,
  );
  return [...bury(claim, reason, now), ...rest.flatMap((job) => buryJob(job, reason, now))];
}

/** For a job that failed again and again by a defect of ours: it and the rest of its message are given up. */
export function undeliverable(
  ports: DelivererPorts,
): (claim: OutboxClaim, reason: string) => Promise<void> {
  return async (claim, reason) => {
    const message = await ports.store
      .collection(collections.messages)
      .get(claim.job.body.messageId);
    const outcome = message
      ? apart(ports, claim, await failed(ports, claim, message, reason))
      : { job: bury(claim, reason, ports.clock.now()) };
    await settle(ports, claim, message, outcome);
  };
}

/** Commits what came of an attempt. An echo may have moved the message meanwhile: then it is read again. */
async function settle(
  { store }: DelivererPorts,
  claim: OutboxClaim,
  read: Message | undefined,
  outcome: Outcome,
): Promise<void> {
  let message = read;
  for (let tries = 0; ; tries++) {
    try {
      await store.commit(settling(claim, message, outcome));
      return;
    } catch (error) {
      if (!(error instanceof ConflictError) || tries >= mostConflicts || lostJob(claim, error.keys))
        throw error;
    }
    message = await store.collection(collections.messages).get(claim.job.body.messageId);
  }
}

/** The platform's echo is proof, whatever the call's own answer was: what went out is neither failed nor unknown. */
function settling(claim: OutboxClaim, message: Message | undefined, outcome: Outcome): Write[] {
  if (message?.delivery?.sent?.[claim.job.id] !== undefined) return done(claim);
  const line = message && outcome.delivery ? [delivered(message, outcome.delivery)] : [];
  return [...line, ...outcome.job];
}

function delivered(message: Message, delivery: Delivery): Write {
  return replace<Message>(collections.messages, message, { delivery: merged(message, delivery) });
}

function merged(message: Message, delivery: Delivery): Delivery {
  const sent = { ...message.delivery?.sent, ...delivery.sent };
  return Object.keys(sent).length > 0 ? { ...delivery, sent } : delivery;
}

function state(to: DeliveryState, message: Message, at: Instant, reason?: string): Delivery {
  return { ...message.delivery, state: to, at, ...(reason === undefined ? {} : { reason }) };
}

function sentBy(jobId: JobId, platformId: string, message: Message, at: Instant): Delivery {
  return { ...message.delivery, state: 'sent', at, sent: { [jobId]: platformId } };
}

/** Our own echo came back: that call went out, whatever its answer was. The job itself is taken away by its worker. */
export async function settleSent(store: Store, event: EventOf<'sent'>, at: Instant): Promise<void> {
  const messageId = event.jobId.slice('out/'.length, event.jobId.lastIndexOf('/')) as MessageId;
  for (let tries = 0; tries < mostConflicts; tries++) {
    const message = await store.collection(collections.messages).get(messageId);
    if (!message || message.delivery?.sent?.[event.jobId] !== undefined) return;
    const delivery = merged(message, sentBy(event.jobId, event.platformId, message, at));
    const awaited = await awaitedBy(store, event.jobId, at);
    try {
      await store.commit([
        replace<Message>(collections.messages, message, { delivery }),
        ...awaited,
      ]);
      return;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}

/** A call that waits for this very echo need not wait any longer, nor the lines behind it. */
async function awaitedBy(store: Store, jobId: JobId, at: Instant): Promise<Write[]> {
  const job = await store.collection(collections.jobs).get(jobId);
  if (!job || job.queue !== 'outbox' || job.dueAt <= at) return [];
  return [replace<Job>(collections.jobs, job, { dueAt: at })];
}

function logSend(ports: DelivererPorts, claim: OutboxClaim, came: string, before: Millis): void {
  const { log, meter, clock } = ports;
  const { job } = claim;
  const outcome = isBeside(ports, claim) ? handOver(came) : came;
  const took = Math.round(clock.elapsed() - before);
  meter.sent(job.channel, outcome, took);
  log.info(
    { trace: job.cause, channel: job.channel, purpose: job.body.purpose, outcome, took },
    'send',
  );
}

/** Counted apart: it is no message to anybody. */
function handOver(outcome: string): string {
  return outcome === 'sent' ? 'hand_over' : `hand_over:${outcome}`;
}
