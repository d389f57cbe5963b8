import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { troubles } from '../channels/channel.ts';
import { deadLetters } from '../pipeline/dead.ts';
import { channelHealth } from '../store/collections.ts';
import type { ChannelHealth } from '../store/collections.ts';
import type { Store } from '../store/store.ts';

/** More channels than there will ever be. */
const most = 50;

const labelNames = ['channel'] as const;

/** How channels stand, read from the store when asked for, so that every process tells the same. */
export function channelGauges(store: Store, registers: Registry[]): void {
  const all = (): Promise<ChannelHealth[]> =>
    store.collection(channelHealth).find({ where: {}, limit: most });
  const time = (name: string, help: string, timeOf: TimeOf): void => {
    timeGauge({ name, help, timeOf, all, registers });
  };
  time('last_event', 'When the channel last heard anything', (health) => health.lastEventAt);
  time('last_sent', 'When a call last went out', (health) => health.lastSentAt);
  time('checked', 'When its account was last looked at', (health) => health.checkedAt);
  time('token_expires', 'When its token ends', (health) => health.check?.tokenUntil);
  troubleGauge(all, registers);
  deadLetterGauge(store, registers);
}

type TimeOf = (health: ChannelHealth) => number | undefined;
type AllHealths = () => Promise<ChannelHealth[]>;

interface TimeGauge {
  readonly name: string;
  readonly help: string;
  readonly timeOf: TimeOf;
  readonly all: AllHealths;
  readonly registers: Registry[];
}

function timeGauge({ name, help, timeOf, all, registers }: TimeGauge): void {
  new Gauge({
    name: `nhipcau_channel_${name}_seconds`,
    help: `${help}, in seconds since 1970`,
    labelNames,
    registers,
    async collect() {
      this.reset();
      for (const health of await all()) {
        const at = timeOf(health);
        if (at) this.set({ channel: health.id }, at / 1_000);
      }
    },
  });
}

function troubleGauge(all: AllHealths, registers: Registry[]): void {
  new Gauge({
    name: 'nhipcau_channel_trouble',
    help: '1 = this is wrong with the channel, as of the last look',
    labelNames: ['channel', 'trouble'],
    registers,
    async collect() {
      this.reset();
      for (const health of (await all()).filter(({ checkedAt }) => checkedAt > 0))
        for (const trouble of troubles)
          this.set({ channel: health.id, trouble }, health.troubles.includes(trouble) ? 1 : 0);
    },
  });
}

function deadLetterGauge(store: Store, registers: Registry[]): void {
  new Gauge({
    name: 'nhipcau_dead_letters',
    help: 'What was given up and waits for a person, by channel',
    labelNames,
    registers,
    async collect() {
      this.reset();
      for (const { channel } of await deadLetters(store)) this.inc({ channel });
    },
  });
}
