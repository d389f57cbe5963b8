import type { RequestHandler } from 'express';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';

/** Addresses remembered at most; beyond that the oldest is forgotten. */
const mostAddresses = 50_000;

interface Allowance {
  left: number;
  at: number;
}

/** At most so many requests of one kind a minute from one address: a loop in a page must not fill the store. */
export function addressLimits(clock: Clock): (kind: string, perMinute: number) => RequestHandler {
  const allowances = new Map<string, Allowance>();
  return (kind, perMinute) => (request, response, next) => {
    const key = `${kind}/${request.ip ?? ''}`;
    const now = clock.elapsed();
    const known = allowances.get(key) ?? { left: perMinute, at: now };
    const left = Math.min(perMinute, known.left + ((now - known.at) / 60_000) * perMinute);
    allowances.delete(key);
    allowances.set(key, { left: Math.max(0, left - 1), at: now });
    if (allowances.size > mostAddresses) forgetOldest(allowances);
    if (left >= 1) {
      next();
      return;
    }
    response.set('Retry-After', '10');
    next(new AppError('too_many', 429, 'Too many requests from here; try again in some seconds.'));
  };
}

function forgetOldest(allowances: Map<string, Allowance>): void {
  const oldest = allowances.keys().next();
  if (!oldest.done) allowances.delete(oldest.value);
}
