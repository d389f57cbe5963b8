import type { Clock, Instant } from '../clock.ts';
import type { Meter } from '../meter.ts';
import * as collections from '../store/collections.ts';
import { againWhenLost } from '../store/race.ts';
import type { ChannelHealth } from '../store/collections.ts';
import { insert, replace } from '../store/store.ts';
import type { Store } from '../store/store.ts';

type Beat = { -readonly [K in 'lastEventAt' | 'lastSentAt']?: ChannelHealth[K] };

export interface Pulse {
  /** Counts as `meter` does, and notes when each channel last heard and last sent something. */
  readonly meter: Meter;
  /** Writes what was noted, one document a channel: by a timer, never with a message. Never throws. */
  flush(): Promise<void>;
}

/** Made by us, not by a platform: no sign that events come in. */
const ownEvents: readonly string[] = ['enforced', 'foreign_page'];

/** Notes in memory only; who makes it sees to it that `flush` is called. */
export function pulse(store: Store, clock: Clock, meter: Meter): Pulse {
  const noted = new Map<string, Beat>();
  const note = (channel: string, key: keyof Beat): void => {
    const beat = noted.get(channel) ?? {};
    beat[key] = clock.now();
    noted.set(channel, beat);
  };
  return {
    meter: {
      ...meter,
      received(channel, type) {
        meter.received(channel, type);
        if (!ownEvents.includes(type)) note(channel, 'lastEventAt');
      },
      sent(channel, outcome, took) {
        meter.sent(channel, outcome, took);
        if (outcome === 'sent') note(channel, 'lastSentAt');
      },
    },
    async flush() {
      for (const [channel, beat] of [...noted]) {
        noted.delete(channel);
        await write(store, channel, beat).catch(() => {
          // The next minute tries again; what was noted since is newer.
          noted.set(channel, { ...beat, ...noted.get(channel) });
        });
      }
    },
  };
}

const mostTries = 5;

async function write(store: Store, id: string, beat: Beat): Promise<void> {
  await againWhenLost(mostTries, async () => {
    const health = await store.collection(collections.channelHealth).get(id);
    await store.commit([
      health
        ? replace(collections.channelHealth, health, newer(health, beat))
        : insert<ChannelHealth>(collections.channelHealth, { ...unseen, id, ...beat }),
    ]);
  });
}

/** Of a channel that nobody has looked at. */
export const unseen: Omit<ChannelHealth, 'id' | 'version'> = {
  schema: 1,
  listeningSince: 0,
  checkedAt: 0,
  troubles: [],
};

/** Other processes write, too. */
function newer(health: ChannelHealth, beat: Beat): Beat {
  const latest = (a: Instant | undefined, b: Instant | undefined): Instant | undefined =>
    a === undefined || (b !== undefined && b > a) ? b : a;
  const lastEventAt = latest(health.lastEventAt, beat.lastEventAt);
  const lastSentAt = latest(health.lastSentAt, beat.lastSentAt);
  return {
    ...(lastEventAt === undefined ? {} : { lastEventAt }),
    ...(lastSentAt === undefined ? {} : { lastSentAt }),
  };
}
