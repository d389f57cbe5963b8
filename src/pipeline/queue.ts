import { later } from '../clock.ts';
import type { Instant, Millis } from '../clock.ts';
import type { InboundEvent } from '../conversation/event.ts';
import type { Purpose, Reply } from '../conversation/reply.ts';
import type { NotifyCode } from '../dialogue/effects.ts';
import { newId } from '../ids.ts';
import type { Json } from '../channels/channel.ts';
import type { ChannelName, ContactId, ConversationId, JobId, MessageId, TraceId } from '../ids.ts';
import { jobs, locks } from '../store/collections.ts';
import { insert, remove, replace } from '../store/store.ts';
import type { Claim, Job, QueueName, Write } from '../store/store.ts';

/** Something a person did, waiting to be answered. */
export interface InboxBody {
  readonly event: InboundEvent;
  readonly receivedAt: Instant;
}

/** One call to a platform. */
export interface OutboxBody {
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
  /** The platform's id of the person. */
  readonly to: string;
  readonly purpose: Purpose;
  /** The conversation's hold counter when it was written: an answer is withdrawn when somebody has taken over since. */
  readonly hold: number;
  /** The call as rendered for `via`; rendered anew from `reply` when the window has changed since. */
  readonly call: Json;
  readonly via: 'normal' | 'human' | 'template';
  readonly reply: Reply;
  readonly part: number;
  /** The line that has to have gone out, or this one speaks of what is not so. */
  readonly after?: MessageId;
}

/** Work of a task; see tasks/registry.ts. */
export interface TaskBody {
  readonly task: string;
  readonly input: Json;
}

/** A job that cannot be done, with what it was: shown to people, who may put it back. */
export interface DeadBody {
  readonly queue: QueueName;
  readonly reason: string;
  readonly at: Instant;
  readonly body: unknown;
  /** What people wrote is gone from it: it says what happened, and cannot be done again. */
  readonly emptied?: true;
}

export type InboxClaim = Claim<InboxBody>;
export type OutboxClaim = Claim<OutboxBody>;
export type TaskClaim = Claim<TaskBody>;

interface NewJob<Body> {
  readonly id: JobId;
  readonly channel: ChannelName;
  readonly lane: string;
  readonly order: number;
  readonly dueAt?: Instant;
  readonly createdAt: Instant;
  readonly cause: TraceId;
  readonly contactId?: ContactId;
  readonly body: Body;
}

/** Adds a job. With `claim` its lane is taken for this process in the same commit, if it is free. */
export function enqueue<Body>(queue: QueueName, job: NewJob<Body>, claim: boolean): Write {
  const doc = { ...job, schema: 1, queue, dueAt: job.dueAt ?? (0 as Instant), attempts: 0 };
  return insert<Job<Body>>(jobs, doc, claim ? { claim: true } : {});
}

/** What somebody outside is told: codes, never a text or a name. */
export interface Bell {
  readonly code: NotifyCode;
  readonly channel: ChannelName;
  /** Why: a waiting reason, what a platform did, what is wrong with a channel. */
  readonly reason?: string;
}

/** Somebody outside is told; see tasks/notify.ts. */
export function notifyJob({ code, channel, reason }: Bell, now: Instant, cause: TraceId): Write {
  const input = { code, channel, ...(reason === undefined ? {} : { reason }) };
  const job = {
    id: `task/notify/${newId<'job'>()}` as JobId,
    channel: 'tasks',
    lane: 'notify',
    order: now,
    createdAt: now,
    cause,
    body: { task: 'notify', input } satisfies TaskBody,
  };
  return enqueue('tasks', job, false);
}

/** The job is done and its lane free. */
export function done(claim: Claim): Write[] {
  return [remove(jobs, claim.job), release(claim)];
}

/** The same where the conversation is gone: its lane bears its name, and goes with it once it is empty. */
export function doneForGood(claim: Claim): Write[] {
  return [remove(jobs, claim.job), remove(locks, claim.lock)];
}

/** The job stays the head of its lane and is due again after a while. */
export function retry(claim: Claim, dueAt: Instant, body: unknown = claim.job.body): Write[] {
  return [
    replace<Job>(jobs, claim.job, { dueAt, attempts: claim.job.attempts + 1, body }),
    release(claim),
  ];
}

/** The job stays the head of its lane: nothing was tried, it is only too early. */
export function postpone(claim: Claim, dueAt: Instant): Write[] {
  return [replace<Job>(jobs, claim.job, { dueAt }), release(claim)];
}

/** The job will not succeed: out of its lane, kept with the reason. */
export function bury(claim: Claim, reason: string, now: Instant): Write[] {
  return [...buryJob(claim.job, reason, now), release(claim)];
}

/** Buries a job that nobody holds (the rest of a reply whose beginning was buried). */
export function buryJob(job: Job, reason: string, now: Instant): Write[] {
  const body: DeadBody = { queue: job.queue, reason, at: now, body: job.body };
  return [replace<Job>(jobs, job, { queue: 'dead', body })];
}

/** Frees the lane. Its lock's version fences the commit: who lost the lane cannot commit. */
export function release(claim: Claim): Write {
  return replace(locks, claim.lock, { owner: '' });
}

/** True when a conflict means that this process no longer has the lane or the job: computing again is no use. */
export function lostJob({ job, lock }: Claim, keys: readonly string[]): boolean {
  return keys.includes(`${locks.name}/${lock.id}`) || keys.includes(`${jobs.name}/${job.id}`);
}

/** Doubling waits with a bound, so that a long outage is not a storm of retries. */
export function backoff(attempts: number, now: Instant): Instant {
  const wait = Math.min(300_000, 1_000 * 2 ** Math.min(attempts, 12));
  return later(now, wait as Millis);
}
