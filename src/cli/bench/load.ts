import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Delivery } from './crowd.ts';

/** What a server made of a load. Latencies in ms, in order of size. */
export interface Acks {
  readonly count: number;
  /** From the first request to the last answer, ms. */
  readonly took: number;
  readonly latencies: readonly number[];
  /** Answers other than 200. */
  readonly refused: number;
}

/** A platform that keeps its connections open. */
export interface Load {
  post(delivery: Delivery): Promise<number>;
  /** As fast as it goes over `connections` connections, each waiting for its answer before it sends the next. */
  flatOut(next: () => Delivery, ms: number): Promise<Acks>;
  /**
   * So many a second, evenly, whatever the answers do. Each is timed from the moment it was due, so that a server
   * that stands still is not measured by the few requests it let through.
   */
  evenly(next: () => Delivery, perSecond: number, ms: number): Promise<Acks>;
  close(): Promise<void>;
}

export const connections = 64;

/** Deliveries to one path of a server on this machine, over connections that are kept. */
export function openLoad(port: number, path: string): Load {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 });
  const post = async ({ body, signature }: Delivery): Promise<number> => {
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature };
    const answer = await pool.request({ path, method: 'POST', headers, body });
    await answer.body.dump();
    return answer.statusCode;
  };
  return {
    post,
    flatOut: (next, ms) => flatOut(post, next, ms),
    evenly: (next, perSecond, ms) => evenly(post, next, perSecond, ms),
    close: () => pool.close(),
  };
}

type Post = Load['post'];

async function flatOut(post: Post, next: () => Delivery, ms: number): Promise<Acks> {
  const record = recorder();
  const until = performance.now() + ms;
  const sender = async (): Promise<void> => {
    while (performance.now() < until) {
      const delivery = next();
      const from = performance.now();
      record.answered(from, await post(delivery));
    }
  };
  await Promise.all(Array.from({ length: connections }, sender));
  return record.acks();
}

async function evenly(
  post: Post,
  next: () => Delivery,
  perSecond: number,
  ms: number,
): Promise<Acks> {
  const record = recorder();
  const from = performance.now();
  const open: Promise<void>[] = [];
  const total = Math.round((perSecond * ms) / 1_000);
  while (open.length < total) {
    const due = from + (open.length * 1_000) / perSecond;
    if (due > performance.now()) await sleep(1);
    else
      open.push(
        post(next()).then((status) => {
          record.answered(due, status);
        }),
      );
  }
  await Promise.all(open);
  return record.acks();
}

function recorder() {
  const latencies: number[] = [];
  const from = performance.now();
  let refused = 0;
  return {
    answered(since: number, status: number): void {
      latencies.push(performance.now() - since);
      if (status !== 200) refused++;
    },
    acks(): Acks {
      const took = performance.now() - from;
      return { count: latencies.length, took, latencies: latencies.sort((a, b) => a - b), refused };
    },
  };
}

/** The value below which the given part of the sorted values lies. */
export function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}
