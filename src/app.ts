import { randomUUID } from 'node:crypto';
import type { Sender } from './channels/call.ts';
import type { Attendant, Channel, Json } from './channels/channel.ts';
import { openChannels } from './channels/registry.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Content } from './content/content.ts';
import type { InboundEvent } from './conversation/event.ts';
import { briefly } from './errors.ts';
import { refusing } from './http/errors.ts';
import { health } from './http/health.ts';
import { metrics } from './http/metrics.ts';
import { pages } from './http/pages.ts';
import { server } from './http/server.ts';
import { webhooks } from './http/webhooks.ts';
import { widget } from './http/widget.ts';
import { newId } from './ids.ts';
import type { CourseId } from './ids.ts';
import type { Log } from './log.ts';
import type { Meter } from './meter.ts';
import type { Model } from './nlu/model.ts';
import { caseOfCode, requestDeletion } from './pipeline/deletion.ts';
import { deliverer, undeliverable } from './pipeline/deliver.ts';
import { limiter } from './pipeline/limiter.ts';
import { processor } from './pipeline/process.ts';
import { pulse } from './pipeline/pulse.ts';
import { receiver } from './pipeline/receive.ts';
import type { Receiver } from './pipeline/receive.ts';
import { staffing } from './pipeline/staff.ts';
import { worker } from './pipeline/worker.ts';
import type { Worker } from './pipeline/worker.ts';
import { seedExamples } from './seed.ts';
import { cipherOf } from './store/cipher.ts';
import type { Cipher } from './store/cipher.ts';
import { sealedSecrets } from './store/secrets.ts';
import type { Store } from './store/store.ts';
import { tasks } from './tasks/registry.ts';
import { schedule, taskRunner } from './tasks/schedule.ts';

export type Role = 'web' | 'worker';

/** The world outside, and what was read from disk; tests put others in their place. */
export interface World {
  readonly store: Store;
  readonly dataKey: Uint8Array;
  readonly content: Content;
  readonly clock: Clock;
  readonly sender: Sender;
  readonly log: Log;
  /** One process does both unless several share a MongoDB. */
  readonly roles: readonly Role[];
  /** Where the built pages lie. */
  readonly pagesDir: string;
}

export interface App {
  readonly http: ReturnType<typeof server>;
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

const tickMs = 1_000;
/** When a channel last heard something is written so often, not with each message. */
const beatMs = 60_000;

/** Puts the three rings together. Nothing here decides anything. */
export async function createApp(config: Config, world: World): Promise<App> {
  const { store, clock, log, content: read, roles } = world;
  const content = (): Content => read;
  const channels = openChannels(config, world.sender, read.sendingRules);
  const measured = metrics(store);
  const beat = pulse(store, clock, measured.meter);
  const mind = memoryOf(roles);
  const crew = roles.includes('worker')
    ? crewOf(config, world, channels, beat.meter, mind)
    : undefined;
  if (![...channels.values()].some(({ delivery }) => delivery === 'push'))
    await seedExamples(store, read, clock);
  const receive = receiver({
    store,
    clock,
    log,
    content,
    holdFor: config.holdFor,
    worker: crew?.worker,
    meter: beat.meter,
  });
  const attendants = await attend(channels, receive, world, beat.meter);
  const staffed = staffing(store, clock);
  const chat = widget({
    store,
    clock,
    receiver: receive,
    content,
    canAnswer: mind.canAnswer,
    staffed,
  });
  const refuse = refusing(log);
  const hash = (text: string): string => cipherOf(world.dataKey).hash(text);
  const http = server({
    refuse,
    webhooks: webhooks({
      channels,
      receiver: receive,
      requestDeletion: (channel, subject) =>
        requestDeletion({ store, clock, content, hash }, channel, subject),
      requestUrl: (code) => `${privacyUrl(config)}/requests/${code}`,
      clock,
      refuse,
    }),
    widget: chat.router,
    health: health({ store, clock, canAnswer: mind.canAnswer, channels: [...channels.keys()] }),
    pages: pages({
      content,
      clock,
      privacyUrl: privacyUrl(config),
      requestOf: (code) => caseOfCode(store, code),
      folder: world.pagesDir,
    }),
    metrics: measured.handler,
    embedOn: config.embedOn,
    trustProxy: config.trustProxy,
  });
  const beating = setInterval(() => void beat.flush(), beatMs);
  beating.unref();
  return {
    http,
    receiver: receive,
    worker: crew?.worker,
    channels,
    useModel(model) {
      mind.model = model;
      crew?.worker.wake();
    },
    tick: async () => {
      await beat.flush();
      await crew?.tick();
    },
    async stop() {
      clearInterval(beating);
      chat.close();
      await Promise.all([...attendants.map((one) => one.stop()), crew?.stop()]);
      await beat.flush();
    },
  };
}

/** Channels that look after their account themselves begin to. */
async function attend(
  channels: ReadonlyMap<string, Channel>,
  receive: Receiver,
  { store, dataKey, clock, log, content, roles }: World,
  meter: Meter,
): Promise<readonly Attendant[]> {
  const secrets = sealedSecrets(store, cipherOf(dataKey));
  const attending = [...channels.values()].flatMap((channel) => {
    const accept = (events: InboundEvent[]) => receive.fetched(channel, events, clock.now());
    const takesIn = roles.includes('web');
    const ports = { store, secrets, clock, log, meter, content: () => content, takesIn, accept };
    return channel.attend ? [channel.attend(ports)] : [];
  });
  return Promise.all(attending);
}

/** The model, once it is there. A process that only takes messages in needs none. */
interface Mind {
  model: Model | undefined;
  readonly canAnswer: () => boolean;
}

function memoryOf(roles: readonly Role[]): Mind {
  const mind: Mind = {
    model: undefined,
    canAnswer: () => mind.model !== undefined || !roles.includes('worker'),
  };
  return mind;
}

interface Crew {
  readonly worker: Worker;
  tick(): Promise<void>;
  stop(): Promise<void>;
}

function crewOf(
  config: Config,
  world: World,
  channels: ReadonlyMap<string, Channel>,
  meter: Meter,
  mind: Mind,
): Crew {
  const { store, clock, log, sender } = world;
  const content = (): Content => world.content;
  const limits = limiter({ store, clock, log });
  const cipher = cipherOf(world.dataKey);
  const { answerExpires, holdFor } = config;
  const sending = { store, clock, log, meter, channels, limiter: limits, answerExpires };
  const crew: Worker = worker({
    store,
    clock,
    log,
    channels,
    limiter: limits,
    canAnswer: mind.canAnswer,
    process: processor({
      store,
      clock,
      log,
      meter,
      channels,
      content,
      model: () => modelOf(mind),
      cipher,
      phoneKey: phoneKeyOf(cipher),
      staffed: staffing(store, clock),
      privacyUrl: privacyUrl(config),
      // Not made yet while it is being put together; asked only when the first lane is worked.
      worker: {
        take: (claims) => {
          crew.take(claims);
        },
        hasRoom: (...line) => crew.hasRoom(...line),
      },
    }),
    deliver: deliverer(sending),
    undeliverable: undeliverable(sending),
    runTask: taskRunner(tasks, {
      store,
      clock,
      log,
      content,
      channels,
      holdFor,
      meter,
      limiter: limits,
      tell: teller(config, sender, log),
      staffGroup: config.staffGroup,
      silence: config.silence,
    }),
  });
  const tick = (): Promise<void> =>
    schedule(tasks, store, clock).catch((error: unknown) => {
      log.warn({ trace: newId<'trace'>(), ...briefly(error) }, 'schedule failed');
    });
  const timer = setInterval(() => void tick(), tickMs);
  timer.unref();
  return {
    worker: crew,
    tick,
    async stop() {
      clearInterval(timer);
      await crew.stop();
      await limits.stop();
    },
  };
}

function modelOf(mind: Mind): Model {
  if (!mind.model) throw new Error('A turn was taken before the model was there.');
  return mind.model;
}

function phoneKeyOf(cipher: Cipher) {
  return (courseId: CourseId, phone: string): string =>
    `course/${courseId}/phone/${cipher.hash(phone)}`;
}

function privacyUrl({ publicUrl }: Config): string {
  return `${publicUrl}/privacy`;
}

/** POSTs code and channel to NOTIFY_URL. Once: a bell that fails must not ring for ever. */
function teller({ notifyUrl }: Config, sender: Sender, log: Log): (message: Json) => Promise<void> {
  return async (message) => {
    if (notifyUrl === undefined) return;
    const body = JSON.stringify(message);
    const answer = await sender
      .send({
        method: 'POST',
        url: notifyUrl,
        headers: { 'content-type': 'application/json' },
        body,
      })
      .catch(() => undefined);
    if (!answer || answer.status >= 400)
      log.warn({ status: answer?.status }, 'notification not taken');
  };
}

/** Names one run of one process: locks carry it. */
export function newProcessId(): string {
  return randomUUID();
}
