import type { Channel, Json } from '../channels/channel.ts';
import { later, seconds } from '../clock.ts';
import type { Instant, Millis } from '../clock.ts';
import type { Content } from '../content/content.ts';
import { ChannelError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { JobId } from '../ids.ts';
import { backoff, enqueue } from '../pipeline/queue.ts';
import type { Bell, TaskBody } from '../pipeline/queue.ts';
import * as collections from '../store/collections.ts';
import { commitIfFirst } from '../store/race.ts';
import { insert, replace } from '../store/store.ts';
import type { Store, Write } from '../store/store.ts';
import type { StaffGroup, TaskPorts } from './task.ts';

/** Then it is left: whoever is on duty sees the list all the same. */
const mostTries = 3;
const rateWait = seconds(30);

/**
 * One line into the group of staff: at most one of a kind and a channel within the quiet time. What falls into it is told
 * at its end, once, if somebody still waits by then. It goes out beside the outbox: what becomes of it pauses no
 * channel and touches nobody's lane.
 */
export async function tellGroup(
  ports: TaskPorts,
  bell: Bell,
  tries: number | undefined,
  now: Instant,
): Promise<void> {
  const { staffGroup: group, store, channels } = ports;
  const channel = group && channels.get(group.channel);
  if (!group || !channel) return;
  if (tries === 0 && !(await isStillSo(store, bell))) return;
  // A line that failed holds its place in the quiet time already.
  if (!tries) {
    const quietUntil = await takePlace(store, bell, group, now);
    if (quietUntil !== undefined) return putOff(store, bell, 0, quietUntil, now);
  }
  const dueAt = await send(ports, channel, group, bell, tries ?? 0);
  if (dueAt !== undefined) await putOff(store, bell, (tries ?? 0) + 1, dueAt, now);
}

/** Notes that a line goes out now; the end of the quiet time where one went out lately, told before by whoever was first. */
async function takePlace(
  store: Store,
  bell: Bell,
  { quiet }: StaffGroup,
  now: Instant,
): Promise<Instant | undefined> {
  const id = `notify/${bell.code}/${bell.channel}`;
  const last = await store.collection(collections.taskStates).get(id);
  // A time ahead of us is of a clock that was set back since.
  if (last && last.lastSlot <= now && now < last.lastSlot + quiet)
    return later(last.lastSlot, quiet);
  const mark: Write = last
    ? replace(collections.taskStates, last, { lastSlot: now })
    : insert(collections.taskStates, { id, schema: 1, lastSlot: now });
  return (await commitIfFirst(store, [mark])) ? undefined : later(now, quiet);
}

/** Answered meanwhile, or seen: no false alarm. */
async function isStillSo(store: Store, { code, channel }: Bell): Promise<boolean> {
  const open = await store
    .collection(collections.notices)
    .find({ where: { state: 'open' }, sort: { by: 'at', order: 'desc' }, limit: 200 });
  const here = open.filter((notice) => notice.channel === channel);
  if (code === 'platform_notice' || code === 'channel_down') return here.length > 0;
  // A platform's deletion callback leaves nobody waiting in a conversation.
  if (code === 'privacy_request' && here.some(({ action }) => action === 'data_deletion'))
    return true;
  const waiting = await store.collection(collections.conversations).find({
    // A queryable copy: 0 = nobody waits.
    where: { waitingSince: { gt: 0 as Instant } },
    sort: { by: 'waitingSince', order: 'desc' },
    limit: 200,
  });
  return waiting.some((conversation) => conversation.channel === channel);
}

/** When to try again; undefined = it is out, or will never be. */
async function send(
  ports: TaskPorts,
  channel: Channel,
  group: StaffGroup,
  bell: Bell,
  tries: number,
): Promise<Instant | undefined> {
  const { clock, limiter, log } = ports;
  const isLast = tries + 1 >= mostTries;
  if (!(await limiter.one(channel.name, channel.limits.perSecond)))
    return isLast ? undefined : later(clock.now(), rateWait);
  const text = lineOf(bell, ports.content());
  const [call] = channel.render({ type: 'text', text }, group.address, freely);
  if (call === undefined) return undefined;
  try {
    await timed(ports, channel, call);
    return undefined;
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    log.warn({ channel: channel.name, code: error.code, about: bell.code }, 'staff not told');
    // May be out: told twice is worse than a look at the list.
    if (!error.retryable || error.outcome === 'unknown' || isLast) return undefined;
    const now = clock.now();
    return error.retryAfter === undefined
      ? backoff(tries, now)
      : later(now, error.retryAfter as Millis);
  }
}

/** Colleagues are no persons under a platform's window. */
const freely = { allowed: true, via: 'normal' } as const;

async function timed({ meter, clock }: TaskPorts, channel: Channel, call: Json): Promise<void> {
  const before = clock.elapsed();
  const took = (): number => Math.round(clock.elapsed() - before);
  try {
    await channel.send(call);
    meter.sent(channel.name, 'sent', took());
  } catch (error) {
    if (error instanceof ChannelError) meter.sent(channel.name, error.code, took());
    throw error;
  }
}

function lineOf({ code, channel, reason }: Bell, content: Content): string {
  const named = (key: string, otherwise: string): string =>
    content.hasPhrase(key) ? content.phrase(key) : otherwise;
  const values = {
    channel: named(`staff.channel.${channel}`, channel),
    reason: reason === undefined ? '' : ` (${named(`staff.reason.${reason}`, reason)})`,
  };
  return content.phrase(`staff.${code}`, values);
}

/** In a lane of its own, so that nobody else's bell waits for it; one of a kind is enough. */
async function putOff(
  store: Store,
  bell: Bell,
  tries: number,
  dueAt: Instant,
  now: Instant,
): Promise<void> {
  const { code, channel } = bell;
  const name = `notify/${code}/${channel}/${tries}`;
  const job = {
    id: `task/${name}` as JobId,
    channel: 'tasks',
    lane: name,
    order: now,
    dueAt,
    createdAt: now,
    cause: newId<'trace'>(),
    body: { task: 'notify', input: { ...bell, tries } } satisfies TaskBody,
  };
  await commitIfFirst(store, [enqueue('tasks', job, false)]);
}
