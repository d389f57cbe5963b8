import { z } from 'zod';
import type { InboundEvent } from '../conversation/event.ts';
import type { EventId } from '../ids.ts';
import { AppError, ChannelError, codeOf } from '../errors.ts';
import type { AttendPorts } from './channel.ts';
import { takeLease } from './lease.ts';
import type { Lease } from './lease.ts';
import type { BotApi } from './telegram-api.ts';
import { parseUpdate, updateKinds } from './telegram-events.ts';
import type { Bot } from './telegram-events.ts';
import { pause } from './pause.ts';

/** Telegram holds a question open for so long when there is nothing new. */
const waitSeconds = 25;
/** Longer than that, or every quiet question would end as a time-out. */
const timeoutMs = 35_000;
const mostUpdates = 100;
const firstWaitMs = 500;
const longestWaitMs = 60_000;
/** Waits of their own: what is wrong is for people to mend, or another process is at work. */
const waits: ReadonlyMap<string, number> = new Map([
  ['webhook_set', 5_000],
  ['token_dead', 60_000],
]);
const leaseWaitMs = 2_000;
/** An update that cannot be stored is tried so often alone before it is left behind. */
const mostTries = 3;

export interface PollingPorts extends Pick<
  AttendPorts,
  'store' | 'clock' | 'log' | 'meter' | 'accept'
> {
  /** Tells whoever runs the channel what only people can mend. */
  notice(code: string): Promise<void>;
}

/**
 * Fetches updates until the signal comes. One process a bot does, by a lease in the store. An update is confirmed, by
 * the offset of the next question, only once it is stored; what was fetched and not confirmed is fetched again and is
 * then a redelivery. Whatever goes wrong is logged and counted, and the loop goes on after a wait.
 */
export async function poll(
  api: BotApi,
  bot: Bot,
  ports: PollingPorts,
  signal: AbortSignal,
): Promise<void> {
  const state: State = { lease: undefined, offset: undefined, failures: 0 };
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    try {
      await pollOnce(api, bot, ports, state, signal);
    } catch (error) {
      // Nothing is wrong: the question under way was given up.
      if (isOver()) break;
      await afterFailure(ports, state, error, signal);
    }
  }
  await state.lease?.release().catch(() => undefined);
}

interface State {
  lease: Lease | undefined;
  /** Confirms what was stored; undefined = nothing to confirm. Ids may begin anew after a quiet week, so it is not kept. */
  offset: number | undefined;
  failures: number;
}

async function pollOnce(
  api: BotApi,
  bot: Bot,
  ports: PollingPorts,
  state: State,
  signal: AbortSignal,
): Promise<void> {
  state.lease ??= await takeLease(ports.store, `telegram/${bot.id}`, ports.clock.now());
  if (!state.lease) return pause(leaseWaitMs, signal);
  const updates = await fetchUpdates(api, state.offset);
  if (!(await state.lease.isHeld())) {
    // This process was silent for too long; what it fetched was not confirmed, so nothing is lost.
    state.lease = undefined;
    state.offset = undefined;
    ports.log.warn({ channel: 'telegram' }, 'polling taken over by another process');
    return;
  }
  await take(bot, ports, updates);
  const last = updates.at(-1);
  state.offset = last === undefined ? undefined : last.update_id + 1;
  state.failures = 0;
  ports.meter.polled('telegram', 'ok');
}

const fetched = z.array(z.looseObject({ update_id: z.number().int() }));
type Update = z.infer<typeof fetched>[number];

async function fetchUpdates(api: BotApi, offset: number | undefined): Promise<Update[]> {
  const result = await api.call(
    'getUpdates',
    { offset, timeout: waitSeconds, limit: mostUpdates, allowed_updates: [...updateKinds] },
    { timeoutMs },
  );
  const read = fetched.safeParse(result);
  if (read.success) return read.data;
  throw new ChannelError('bad_answer', 'getUpdates answered no list of updates.', {
    retryable: true,
  });
}

/** All at once; where that fails for another reason than the store, one by one, so that a bad one keeps nobody waiting. */
async function take(bot: Bot, ports: PollingPorts, updates: readonly Update[]): Promise<void> {
  const eventsOf = (update: Update): InboundEvent[] => parseUpdate(update, bot, ports.clock.now());
  try {
    await ports.accept(updates.flatMap(eventsOf));
  } catch (error) {
    if (error instanceof AppError) throw error;
    for (const update of updates) await takeAlone(ports, eventsOf(update), update);
  }
}

async function takeAlone(
  ports: PollingPorts,
  events: readonly InboundEvent[],
  { update_id: id }: Update,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await ports.accept(events);
      return;
    } catch (error) {
      // The store is away: nothing is confirmed.
      if (error instanceof AppError) throw error;
      if (tries < mostTries) continue;
      ports.meter.polled('telegram', 'left_behind');
      ports.log.error(
        { channel: 'telegram', update: id, code: codeOf(error) },
        'update left behind',
      );
      return;
    }
  }
}

async function afterFailure(
  { log, meter, notice }: PollingPorts,
  state: State,
  error: unknown,
  signal: AbortSignal,
): Promise<void> {
  const code = codeOf(error);
  state.failures++;
  const retryAfter = error instanceof ChannelError ? error.retryAfter : undefined;
  const backoff = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(state.failures - 1, 8));
  const wait = waits.get(code) ?? retryAfter ?? backoff;
  meter.polled('telegram', code);
  log.warn({ channel: 'telegram', code, failures: state.failures, wait }, 'polling failed');
  // A second poller shows itself in passing when two processes change over.
  if (code !== 'other_poller' || state.failures >= 3) await notice(code).catch(() => undefined);
  await pause(wait, signal);
}

/** The day is part of it: told once a day. */
export function noticeEvent(
  bot: Bot,
  code: string,
  reason: string,
  at: InboundEvent['at'],
): InboundEvent {
  const day = new Date(at).toISOString().slice(0, 10);
  return {
    id: `telegram/${bot.id}/notice.${code}.${day}` as EventId,
    channel: 'telegram',
    account: bot.id,
    address: '',
    conversationId: `telegram/${bot.id}/` as InboundEvent['conversationId'],
    at,
    type: 'enforced',
    action: code,
    reason,
  };
}
