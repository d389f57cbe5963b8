import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { RequestHandler } from 'express';
import type { Meter } from '../meter.ts';
import { jobs, notices } from '../store/collections.ts';
import type { Store } from '../store/store.ts';
import { channelGauges } from './channel-metrics.ts';

export interface Metrics {
  readonly meter: Meter;
  readonly handler: RequestHandler;
}

const mostCounted = 10_000;

/** `GET /metrics` in Prometheus' text form, and the meter that counts for it; queues and channels are read when asked. */
export function metrics(store: Store): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  queueGauge(store, registers);
  noticeGauge(store, registers);
  channelGauges(store, registers);
  return {
    meter: { ...incoming(registers), ...turns(registers), ...outgoing(registers) },
    handler: async (_request, response) => {
      response.type(registry.contentType).send(await registry.metrics());
    },
  };
}

/** What comes from platforms, brought by them or asked for. */
function incoming(registers: Registry[]): Pick<Meter, 'received' | 'polled' | 'signed'> {
  const received = new Counter({
    name: 'nhipcau_events_received_total',
    help: 'Events of platforms, by kind',
    labelNames: ['channel', 'type'],
    registers,
  });
  const polled = new Counter({
    name: 'nhipcau_polls_total',
    help: 'Questions to platforms that do not bring their events, by outcome',
    labelNames: ['channel', 'outcome'],
    registers,
  });
  const polledAt = new Gauge({
    name: 'nhipcau_last_poll_seconds',
    help: 'When such a question was last answered, in seconds since 1970',
    labelNames: ['channel'],
    registers,
  });
  const signed = new Counter({
    name: 'nhipcau_signatures_total',
    help: 'Deliveries by the formula that their signature fitted, where several are known',
    labelNames: ['channel', 'formula'],
    registers,
  });
  return {
    received: (channel, type) => {
      received.inc({ channel, type });
    },
    polled: (channel, outcome) => {
      polled.inc({ channel, outcome });
      if (outcome === 'ok') polledAt.setToCurrentTime({ channel });
    },
    signed: (channel, formula) => {
      signed.inc({ channel, formula });
    },
  };
}

function turns(registers: Registry[]): Pick<Meter, 'turned'> {
  const turned = new Counter({
    name: 'nhipcau_turns_total',
    help: 'Turns, by the decision of understanding',
    labelNames: ['channel', 'decision'],
    registers,
  });
  return {
    turned: (channel, decision) => {
      turned.inc({ channel, decision });
    },
  };
}

/** What goes to platforms, and what they let through. */
function outgoing(registers: Registry[]): Pick<Meter, 'sent' | 'quota'> {
  const sent = new Counter({
    name: 'nhipcau_sends_total',
    help: 'Calls to platforms, by outcome',
    labelNames: ['channel', 'outcome'],
    registers,
  });
  const took = new Histogram({
    name: 'nhipcau_send_seconds',
    help: 'How long calls to platforms take',
    labelNames: ['channel'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const quota = new Gauge({
    name: 'nhipcau_quota_remaining',
    help: 'What may still be sent, as the platform last said',
    labelNames: ['channel', 'kind'],
    registers,
  });
  return {
    sent: (channel, outcome, ms) => {
      sent.inc({ channel, outcome });
      took.observe({ channel }, ms / 1_000);
    },
    quota: (channel, kind, remain) => {
      quota.set({ channel, kind }, remain);
    },
  };
}

/** Counted when asked for, up to a bound, so that a long queue does not make a slow page. */
function queueGauge(store: Store, registers: Registry[]): void {
  const gauge = new Gauge({
    name: 'nhipcau_jobs',
    help: `Jobs waiting by queue, and dead letters; counted up to ${mostCounted}`,
    labelNames: ['queue'],
    registers,
    async collect() {
      for (const queue of ['inbox', 'outbox', 'tasks', 'dead'] as const) {
        gauge.set({ queue }, await store.collection(jobs).count({ queue }, mostCounted));
      }
    },
  });
}

function noticeGauge(store: Store, registers: Registry[]): void {
  const gauge = new Gauge({
    name: 'nhipcau_notices_open',
    help: 'What platforms said of their channels (a warning, a block) and nobody has seen',
    registers,
    async collect() {
      gauge.set(await store.collection(notices).count({ state: 'open' }, mostCounted));
    },
  });
}
