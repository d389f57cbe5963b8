import { ZodError } from 'zod';
import type { Channel, ChannelCheck, Trouble } from '../channels/channel.ts';
import { days, hours } from '../clock.ts';
import type { Instant, Millis } from '../clock.ts';
import { isoDay } from '../conversation/calendar.ts';
import { briefly, ChannelError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { EventId } from '../ids.ts';
import { troubleInWords } from '../pipeline/channel-health.ts';
import { openNotice, openNotices } from '../pipeline/notice.ts';
import { unseen } from '../pipeline/pulse.ts';
import * as collections from '../store/collections.ts';
import { againWhenLost } from '../store/race.ts';
import type { ChannelHealth } from '../store/collections.ts';
import { insert, replace } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import type { Task, TaskPorts } from './task.ts';

/** Asks every platform how our account stands, and listens whether anything comes in at all. */
export const channels: Task = {
  name: 'channels',
  every: hours(1),
  missed: 'once',
  async run(ports, _input, now) {
    const all = [...ports.channels.values()].map((channel) => look(ports, channel, now));
    await Promise.all(all);
    return undefined;
  },
};

async function look(ports: TaskPorts, channel: Channel, now: Instant): Promise<void> {
  const { name } = channel;
  const said = await ask(ports, channel, now);
  if (!said) return;
  const health = await keep(ports.store, name, said, ports.silence, now);
  for (const trouble of health.troubles) await tell(ports, name, trouble, said, now);
}

/** What cannot be asked is an answer of its own; the store's own trouble is not, and the task is run again. */
async function ask(
  { log }: TaskPorts,
  channel: Channel,
  now: Instant,
): Promise<ChannelCheck | undefined> {
  try {
    return await channel.check?.(now);
  } catch (error) {
    if (!(error instanceof ChannelError) && !(error instanceof ZodError)) throw error;
    log.warn({ channel: channel.name, ...briefly(error) }, 'channel not checked');
    const isDead = error instanceof ChannelError && error.code === 'token_dead';
    return { troubles: [isDead ? 'token_dead' : 'unreachable'] };
  }
}

const mostTries = 5;

async function keep(
  store: Store,
  id: string,
  said: ChannelCheck,
  silence: Millis | undefined,
  now: Instant,
): Promise<ChannelHealth> {
  return againWhenLost(mostTries, async () => {
    const before = await store.collection(collections.channelHealth).get(id);
    const seen = after(before ?? { ...unseen, id, version: 0 }, said, silence, now);
    await store.commit([
      before
        ? replace(collections.channelHealth, before, seen)
        : insert<ChannelHealth>(collections.channelHealth, seen),
    ]);
    return seen;
  });
}

/** Longer than that between two looks, and this program was not there to hear. */
const nobodyHere = hours(2);
const warnBefore = days(7);
/** Networks falter and processes change over: told when it is so at two looks in a row. */
const passing: readonly Trouble[] = ['unreachable', 'nobody_polls'];

function after(
  before: ChannelHealth,
  said: ChannelCheck,
  silence: Millis | undefined,
  now: Instant,
): ChannelHealth {
  const wasHere = Math.abs(now - before.checkedAt) <= nobodyHere;
  const listeningSince = wasHere ? before.listeningSince : now;
  const { tokenUntil } = said;
  const quietFor = now - Math.max(listeningSince, before.lastEventAt ?? 0);
  const lasting = said.troubles.filter(
    (one) => !passing.includes(one) || (wasHere && before.check?.troubles.includes(one)),
  );
  const isEnding = tokenUntil !== undefined && tokenUntil > now && tokenUntil - now < warnBefore;
  const found: Trouble[] = [
    ...lasting,
    ...(isEnding ? (['token_expiring'] as const) : []),
    ...(silence !== undefined && quietFor >= silence ? (['silent'] as const) : []),
  ];
  return { ...before, listeningSince, checkedAt: now, check: said, troubles: [...new Set(found)] };
}

/** What a channel that looks after itself calls the same thing. */
const otherNames: Partial<Readonly<Record<Trouble, string>>> = { token_dead: 'token_lost' };

/** Stays on the list until somebody has seen it; while it does, or on the same day, the bell does not ring again. */
async function tell(
  { store, log }: TaskPorts,
  channel: string,
  trouble: Trouble,
  { missing = [] }: ChannelCheck,
  now: Instant,
): Promise<void> {
  log.warn({ channel, trouble, missing }, 'channel in trouble');
  const isTold = (await openNotices(store)).some(
    (notice) =>
      notice.channel === channel && [trouble, otherNames[trouble]].includes(notice.action),
  );
  if (isTold) return;
  const lacking = missing.length === 0 ? '' : ` (${missing.join(', ')})`;
  const notice = {
    id: `${channel}/check/${trouble}.${isoDay(now)}` as EventId,
    channel,
    action: trouble,
    reason: `${troubleInWords[trouble]}${trouble === 'webhook_incomplete' ? lacking : ''}`,
  };
  await openNotice(store, notice, now, newId<'trace'>(), 'channel_down');
}
