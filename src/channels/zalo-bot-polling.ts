import { AppError, codeOf } from '../errors.ts';
import type { Sender } from './call.ts';
import type { AttendPorts } from './channel.ts';
import { takeLease } from './lease.ts';
import type { Lease } from './lease.ts';
import { pause } from './pause.ts';
import { callZaloBot } from './zalo-bot-api.ts';
import type { ZaloBotSettings } from './zalo-bot-api.ts';
import { parseZaloBot } from './zalo-bot-events.ts';

/** Short, because a question under way is waited for at the end: what it brings is gone from Zalo. */
const waitSeconds = 5;
/** Longer than that, or every quiet question would end as a time-out. Source: channels.md A.4, 2026-11-23. */
const timeoutMs = 15_000;
const leaseWaitMs = 2_000;
/** Between two questions of which the first brought nothing, should Zalo ever answer at once. */
const quietWaitMs = 200;
const firstWaitMs = 500;
const longestWaitMs = 60_000;

/**
 * Fetches updates until the signal comes, one at a time. Zalo forgets an update once it has answered with it, so it
 * is stored before anything else is asked, however long the store is away; what a process that dies holds in its hand
 * is lost. That is why the webhook is for everyday use. One process a bot asks, by a lease in the store.
 */
export async function pollZaloBot(
  settings: ZaloBotSettings,
  botId: string,
  sender: Sender,
  ports: AttendPorts,
  signal: AbortSignal,
): Promise<void> {
  let lease: Lease | undefined;
  let failures = 0;
  const { store, clock } = ports;
  while (!signal.aborted) {
    try {
      if (!(await lease?.isHeld()))
        lease = await takeLease(store, `zalo-bot/${botId}`, clock.now());
      if (!lease) {
        await pause(leaseWaitMs, signal);
        continue;
      }
      const found = await fetchOnce(settings, botId, sender, ports);
      failures = 0;
      if (found === 0) await pause(quietWaitMs, signal);
    } catch (error) {
      await pause(waitAfter(codeOf(error), failures++, ports), signal);
    }
  }
  await lease?.release().catch(() => undefined);
}

/** One question and what it brings, stored. How many events there were; none where Zalo says that nothing is new. */
async function fetchOnce(
  settings: ZaloBotSettings,
  botId: string,
  sender: Sender,
  ports: AttendPorts,
): Promise<number> {
  const asked = { timeout: waitSeconds };
  const raw = await callZaloBot(settings, sender, 'getUpdates', asked, timeoutMs).catch(
    (error: unknown) => {
      if (codeOf(error) !== 'nothing_new') throw error;
      return undefined;
    },
  );
  const found = raw === undefined ? 0 : await keep(raw, botId, ports);
  ports.meter.polled('zalo-bot', 'ok');
  return found;
}

/** Counts and logs a question that failed. How long to wait, in ms: longer each time. */
function waitAfter(code: string, failures: number, { log, meter }: AttendPorts): number {
  const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures, 8));
  meter.polled('zalo-bot', code);
  log.warn({ channel: 'zalo-bot', code, failures: failures + 1, wait }, 'polling failed');
  return wait;
}

/** Tries until it is stored: nobody else has this update any more. How many events there were. */
async function keep(
  raw: unknown,
  botId: string,
  { accept, clock, log }: AttendPorts,
): Promise<number> {
  const events = parseZaloBot(raw, botId, clock.now());
  for (let tries = 0; events.length > 0; tries++) {
    try {
      await accept(events);
      break;
    } catch (error) {
      log.error(
        { channel: 'zalo-bot', code: codeOf(error), tries },
        'an update waits to be stored',
      );
      // The store is away. Anything else is about this update, and would keep all others waiting.
      if (!(error instanceof AppError) && tries >= 2) break;
      await new Promise((resolve) => setTimeout(resolve, Math.min(5_000, 100 * 2 ** tries)));
    }
  }
  return events.length;
}
