import type { RequestHandler, Response } from 'express';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { ConversationId } from '../ids.ts';

/**
 * At most so many requests a minute from one address: a loop in a page must not fill the store. Generous, since a whole
 * commune may come from one address of its mobile network.
 */
export function addressLimit(clock: Clock, perMinute: number): RequestHandler {
  const take = allowances(clock, perMinute);
  return (request, response, next) => {
    const wait = take(networkOf(request.ip ?? ''));
    if (wait !== undefined) askToWait(response, wait);
    next();
  };
}

/** An IPv6 subscriber has a whole /64 to choose addresses from; it counts as one. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = '', tail] = address.split('::');
  const before = head.split(':').filter((part) => part !== '');
  const after = (tail ?? '').split(':').filter((part) => part !== '');
  const gap = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(gap).fill('0'), ...after].slice(0, 4).join(':');
}

/** At most so many lines a minute of one visitor. Call it once the token was found good: made-up ones cost nobody. */
export function visitorLimit(
  clock: Clock,
  perMinute: number,
): (visitor: ConversationId, response: Response) => void {
  const take = allowances(clock, perMinute);
  return (visitor, response) => {
    const wait = take(visitor);
    if (wait !== undefined) askToWait(response, wait);
  };
}

/** The page keeps what was said and sends it then; it tells the person so. */
function askToWait(response: Response, seconds: number): never {
  response.set('Retry-After', `${seconds}`);
  throw new AppError('too_many', 429, `Too many requests; try again in ${seconds} s.`);
}

/** Remembered at most; beyond that the oldest is forgotten. */
const most = 50_000;

interface Allowance {
  readonly left: number;
  readonly at: number;
}

/** Takes one from what a key may have; in how many seconds the next comes when there is none. */
function allowances(clock: Clock, perMinute: number): (key: string) => number | undefined {
  const known = new Map<string, Allowance>();
  return (key) => {
    const now = clock.elapsed();
    const before = known.get(key) ?? { left: perMinute, at: now };
    const left = Math.min(perMinute, before.left + ((now - before.at) / 60_000) * perMinute);
    known.delete(key);
    known.set(key, { left: left >= 1 ? left - 1 : left, at: now });
    if (known.size > most) forgetOldest(known);
    return left >= 1 ? undefined : Math.ceil(((1 - left) / perMinute) * 60);
  };
}

function forgetOldest(known: Map<string, Allowance>): void {
  const oldest = known.keys().next();
  if (!oldest.done) known.delete(oldest.value);
}
