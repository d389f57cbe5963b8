import type { Sender } from './channels/call.ts';
import type { Json } from './channels/channel.ts';
import type { Config } from './config.ts';
import { briefly } from './errors.ts';
import { newId } from './ids.ts';
import type { CourseId } from './ids.ts';
import type { Log } from './log.ts';
import type { Model } from './nlu/model.ts';
import { deliverer, undeliverable } from './pipeline/deliver.ts';
import { limiter } from './pipeline/limiter.ts';
import type { Limiter } from './pipeline/limiter.ts';
import { processor } from './pipeline/process.ts';
import type { ProcessorPorts } from './pipeline/process.ts';
import { worker } from './pipeline/worker.ts';
import type { Worker, WorkerPorts } from './pipeline/worker.ts';
import { cipherOf } from './store/cipher.ts';
import type { Cipher } from './store/cipher.ts';
import { tasks } from './tasks/registry.ts';
import { schedule, taskRunner } from './tasks/schedule.ts';
import type { Mind, Shared } from './world.ts';

/** What works the lanes: the half of a process that the role `worker` has. */
export interface Crew {
  readonly worker: Worker;
  /** Puts due tasks into the queue, as a timer does every second. */
  tick(): Promise<void>;
  /** No new work; ends once the lanes under way have been finished or let go. */
  stop(): Promise<void>;
}

const tickMs = 1_000;

/** Puts together what answers, delivers and runs tasks; it works from now on. */
export function crewOf(shared: Shared): Crew {
  const { store, clock, log } = shared.world;
  const limits = limiter({ store, clock, log });
  const crew = workerOf(shared, limits);
  const tick = (): Promise<void> =>
    schedule(tasks, store, clock).catch((error: unknown) => {
      log.warn({ trace: newId<'trace'>(), ...briefly(error) }, 'schedule failed');
    });
  const timer = setInterval(() => void tick(), tickMs).unref();
  return {
    worker: crew,
    tick,
    stop: async () => {
      clearInterval(timer);
      await crew.stop();
      await limits.stop();
    },
  };
}

function workerOf(shared: Shared, limits: Limiter): Worker {
  const { config, world, channels, meter, mind } = shared;
  const { store, clock, log } = world;
  const { answerExpires } = config;
  const sending = { store, clock, log, meter, channels, limiter: limits, answerExpires };
  const made: Worker = worker({
    store,
    clock,
    log,
    channels,
    limiter: limits,
    canAnswer: mind.canAnswer,
    // Not made yet while it is being put together; asked only when the first lane is worked.
    process: processorOf(shared, {
      take: (claims) => {
        made.take(claims);
      },
      hasRoom: (...line) => made.hasRoom(...line),
    }),
    deliver: deliverer(sending),
    undeliverable: undeliverable(sending),
    runTask: taskRunnerOf(shared, limits),
  });
  return made;
}

function processorOf(shared: Shared, crew: ProcessorPorts['worker']): WorkerPorts['process'] {
  const { world, channels, content, meter, mind, staffed, privacyUrl } = shared;
  const { store, clock, log } = world;
  const cipher = cipherOf(world.dataKey);
  return processor({
    store,
    clock,
    log,
    meter,
    channels,
    content,
    model: () => modelOf(mind),
    cipher,
    phoneKey: phoneKeyOf(cipher),
    staffed,
    privacyUrl,
    worker: crew,
  });
}

function taskRunnerOf(shared: Shared, limits: Limiter): WorkerPorts['runTask'] {
  const { config, world, channels, content, meter } = shared;
  const { store, clock, log, sender } = world;
  return taskRunner(tasks, {
    store,
    clock,
    log,
    content,
    channels,
    holdFor: config.holdFor,
    meter,
    limiter: limits,
    tell: teller(config, sender, log),
    staffGroup: config.staffGroup,
    silence: config.silence,
  });
}

function modelOf(mind: Mind): Model {
  if (!mind.model) throw new Error('A turn was taken before the model was there.');
  return mind.model;
}

function phoneKeyOf(cipher: Cipher) {
  return (courseId: CourseId, phone: string): string =>
    `course/${courseId}/phone/${cipher.hash(phone)}`;
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
