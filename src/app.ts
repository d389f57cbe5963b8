import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { Attendant, Channel } from './channels/channel.ts';
import { openChannels } from './channels/registry.ts';
import type { Config } from './config.ts';
import type { InboundEvent } from './conversation/event.ts';
import { crewOf } from './crew.ts';
import { refusing } from './http/errors.ts';
import { health } from './http/health.ts';
import { metrics } from './http/metrics.ts';
import { pages } from './http/pages.ts';
import { server } from './http/server.ts';
import type { ServerParts } from './http/server.ts';
import { webhooks } from './http/webhooks.ts';
import { widget } from './http/widget.ts';
import type { Meter } from './meter.ts';
import type { Model } from './nlu/model.ts';
import { caseOfCode, requestDeletion } from './pipeline/deletion.ts';
import { pulse } from './pipeline/pulse.ts';
import { receiver } from './pipeline/receive.ts';
import type { Receiver } from './pipeline/receive.ts';
import { staffing } from './pipeline/staff.ts';
import type { Worker } from './pipeline/worker.ts';
import { seedExamples } from './seed.ts';
import { cipherOf } from './store/cipher.ts';
import { sealedSecrets } from './store/secrets.ts';
import type { Mind, Role, Shared, World } from './world.ts';

export interface App {
  readonly http: RequestListener;
  readonly receiver: Receiver;
  readonly worker: Worker | undefined;
  readonly channels: ReadonlyMap<string, Channel>;
  /** From now on questions are answered; before, they wait. */
  useModel(model: Model): void;
  /** Puts due tasks into the queue, and writes down when channels last heard something; timers do the same. */
  tick(): Promise<void>;
  /** No new work, lanes under way finished, streams closed. Leaves the store open. */
  stop(): Promise<void>;
}

/** When a channel last heard something is written so often, not with each message. */
const beatMs = 60_000;

/** Puts the three rings together. Nothing here decides anything. @throws what a channel throws that cannot begin. */
export async function createApp(config: Config, world: World): Promise<App> {
  const { store, clock, content } = world;
  const counted = metrics(store);
  const beat = pulse(store, clock, counted.meter);
  const shared = sharedOf(config, world, beat.meter);
  const { channels, mind } = shared;
  const crew = world.roles.includes('worker') ? crewOf(shared) : undefined;
  if (![...channels.values()].some(({ delivery }) => delivery === 'push'))
    await seedExamples(store, content, clock);
  const receive = receiverOf(shared, crew?.worker);
  const attendants = await attend(shared, receive);
  const chat = chatOf(shared, receive);
  const beating = setInterval(() => void beat.flush(), beatMs).unref();
  return {
    http: serverOf(shared, receive, chat.router, counted.handler),
    receiver: receive,
    worker: crew?.worker,
    channels,
    useModel: (model) => {
      mind.model = model;
      crew?.worker.wake();
    },
    tick: async () => {
      await beat.flush();
      await crew?.tick();
    },
    stop: async () => {
      clearInterval(beating);
      chat.close();
      await Promise.all([...attendants.map((one) => one.stop()), crew?.stop()]);
      await beat.flush();
    },
  };
}

function sharedOf(config: Config, world: World, meter: Meter): Shared {
  const { store, clock, content, sender } = world;
  return {
    config,
    world,
    content: () => content,
    channels: openChannels(config, sender, content.sendingRules),
    meter,
    mind: mindOf(world.roles),
    staffed: staffing(store, clock),
    privacyUrl: `${config.publicUrl}/privacy`,
  };
}

function mindOf(roles: readonly Role[]): Mind {
  const mind: Mind = {
    model: undefined,
    canAnswer: () => mind.model !== undefined || !roles.includes('worker'),
  };
  return mind;
}

function receiverOf(
  { config, world, content, meter }: Shared,
  worker: Worker | undefined,
): Receiver {
  const { store, clock, log } = world;
  return receiver({ store, clock, log, content, holdFor: config.holdFor, worker, meter });
}

/** Channels that look after their account themselves begin to. */
async function attend(
  { world, content, channels, meter }: Shared,
  receive: Receiver,
): Promise<readonly Attendant[]> {
  const { store, dataKey, clock, log, roles } = world;
  const secrets = sealedSecrets(store, cipherOf(dataKey));
  const takesIn = roles.includes('web');
  const attending = [...channels.values()].flatMap((channel) => {
    const accept = (events: InboundEvent[]) => receive.fetched(channel, events, clock.now());
    const ports = { store, secrets, clock, log, meter, content, takesIn, accept };
    return channel.attend ? [channel.attend(ports)] : [];
  });
  return Promise.all(attending);
}

function chatOf({ world, content, mind, staffed }: Shared, receive: Receiver) {
  const { store, clock } = world;
  const { canAnswer } = mind;
  return widget({ store, clock, receiver: receive, content, canAnswer, staffed });
}

function serverOf(
  shared: Shared,
  receive: Receiver,
  chat: ServerParts['widget'],
  counted: ServerParts['metrics'],
): RequestListener {
  const { config, world, content, channels, mind, privacyUrl } = shared;
  const { store, clock, log, pagesDir } = world;
  const refuse = refusing(log);
  const hash = (text: string): string => cipherOf(world.dataKey).hash(text);
  return server({
    refuse,
    webhooks: webhooks({
      channels,
      receiver: receive,
      requestDeletion: (channel, subject) =>
        requestDeletion({ store, clock, content, hash }, channel, subject),
      requestUrl: (code) => `${privacyUrl}/requests/${code}`,
      clock,
      refuse,
    }),
    widget: chat,
    health: health({ store, clock, canAnswer: mind.canAnswer, channels: [...channels.keys()] }),
    pages: pages({
      content,
      clock,
      privacyUrl,
      requestOf: (code) => caseOfCode(store, code),
      folder: pagesDir,
    }),
    metrics: counted,
    embedOn: config.embedOn,
    trustProxy: config.trustProxy,
  });
}

/** Names one run of one process: locks carry it. */
export function newProcessId(): string {
  return randomUUID();
}
