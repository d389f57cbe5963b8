import { z } from 'zod';
import type { Millis } from '../clock.ts';
import type { HttpAnswer } from './call.ts';

/** Shares of what the platform allows, in percent; minutes until it allows anything again. */
const usage = z.object({
  call_count: z.number().catch(0),
  total_time: z.number().catch(0),
  total_cputime: z.number().catch(0),
  estimated_time_to_regain_access: z.number().catch(0),
});
const byBusiness = z.record(z.string(), z.array(usage));

/** Percent of the fullest of Meta's counters, and how long it will refuse. */
interface Usage {
  readonly percent: number;
  readonly refusedFor: Millis;
}

const headers = ['x-app-usage', 'x-page-usage', 'x-business-use-case-usage'] as const;

/** What an answer says of our share; undefined where it says nothing. Source: channels.md A.1.8, read 2026-11-23. */
export function usageOf(answer: Pick<HttpAnswer, 'headers'>): Usage | undefined {
  const counters = headers.flatMap((name) => readCounters(answer.headers[name]));
  if (counters.length === 0) return undefined;
  const most = (numbers: readonly number[]): number => Math.max(0, ...numbers);
  return {
    percent: most(counters.flatMap((one) => [one.call_count, one.total_time, one.total_cputime])),
    refusedFor: (most(counters.map((one) => one.estimated_time_to_regain_access)) *
      60_000) as Millis,
  };
}

function readCounters(header: string | undefined): z.infer<typeof usage>[] {
  if (header === undefined) return [];
  try {
    const json: unknown = JSON.parse(header);
    const many = byBusiness.safeParse(json);
    return many.success ? Object.values(many.data).flat() : [usage.parse(json)];
  } catch {
    // A form we do not know says nothing; the message went out all the same.
    return [];
  }
}

const shortest = 1_000;
const longest = 60_000;

/**
 * How long to make no calls: from `slowAt` percent a second, rising to a minute at 100 – so that the last part of the
 * share lasts for the rest of the hour instead of ending in refusals.
 */
export function restAfter(used: Usage | undefined, slowAt: number): Millis | undefined {
  if (!used) return undefined;
  const { percent, refusedFor } = used;
  if (refusedFor > 0) return refusedFor;
  if (percent < slowAt) return undefined;
  const into = Math.min(1, (percent - slowAt) / Math.max(1, 100 - slowAt));
  return Math.round(shortest + into * (longest - shortest)) as Millis;
}
