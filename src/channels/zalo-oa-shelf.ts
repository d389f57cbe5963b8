import { z } from 'zod';
import { days, later } from '../clock.ts';
import type { Instant, Millis } from '../clock.ts';
import { ConflictError } from '../errors.ts';
import type { Kept, Secrets } from '../store/secrets.ts';
import { sha256 } from './signature.ts';
import type { Pair } from './zalo-oa-oauth.ts';

/**
 * What is kept of one OA's tokens. `refresh` is used once: the renewal that spends it is noted (`renewing`) before it
 * is sent, and its pair is written before it is used. The access token of before stays in use until it runs out.
 */
const form = z.object({
  refresh: z.string(),
  refreshUntil: z.number().optional(),
  access: z.string().optional(),
  accessFrom: z.number().optional(),
  accessUntil: z.number().optional(),
  renewAt: z.number().optional(),
  /** Since when a renewal with `refresh` is under way; its process may have died over it. */
  renewing: z.number().optional(),
  refused: z.object({ error: z.number(), at: z.number() }).optional(),
  /** Hashes of tokens that came from the settings: each is taken in once, since it is burnt after that. */
  seeds: z.array(z.string()),
});
export type Tokens = z.infer<typeof form>;

/** The tokens as they were read. */
export interface Read {
  readonly tokens: Tokens;
  readonly kept: Kept;
}

/** One OA's tokens in the store. */
export interface Shelf {
  /** What is kept; where the settings bring a token never seen before, with that one. */
  read(): Promise<Read>;
  /** Durable when it returns, as it then stands. Undefined: somebody else has written since. */
  write(next: Tokens, over: Kept | undefined): Promise<Read | undefined>;
  /** Reads, changes, writes, as often as others come in between; `change` says undefined when there is nothing to do. */
  change(change: (tokens: Tokens) => Tokens | undefined): Promise<void>;
}

/** Where an OA's tokens are kept, sealed. Until there are any, the refresh token of the settings is the seed. */
export function tokenShelf(secrets: Secrets, oaId: string, fromSettings: string): Shelf {
  const name = `zalo/${oaId}/token`;
  const seed = nameOf(fromSettings);
  const write: Shelf['write'] = async (next, over) => {
    try {
      const kept = await secrets.write(name, JSON.stringify(next), over);
      return { tokens: next, kept };
    } catch (error) {
      if (error instanceof ConflictError) return undefined;
      throw error;
    }
  };
  const read = async (): Promise<Read> => {
    for (;;) {
      const kept = await secrets.read(name);
      const tokens = kept && form.parse(JSON.parse(kept.text));
      if (kept && tokens?.seeds.includes(seed)) return { tokens, kept };
      await write(withRefresh(tokens, fromSettings, [...(tokens?.seeds ?? []), seed]), kept);
    }
  };
  return {
    read,
    write,
    async change(change) {
      for (;;) {
        const { tokens, kept } = await read();
        const next = change(tokens);
        if (next === undefined || (await write(next, kept))) return;
      }
    },
  };
}

/** Names a token without telling it. */
export function nameOf(token: string): string {
  return sha256(token).slice(0, 20);
}

/** Another refresh token came from outside: it is tried at the next occasion. The access token stays until then. */
export function withRefresh(
  before: Tokens | undefined,
  refresh: string,
  seeds: readonly string[],
): Tokens {
  const { access, accessFrom, accessUntil } = before ?? {};
  return { refresh, access, accessFrom, accessUntil, renewAt: 0, seeds: [...seeds] };
}

/** Source: channels.md A.3, 2026-11-23: access token 25 h, renewed at about 20 h; refresh token three months. */
const renewAfter = 0.8;
const refreshHolds = days(90);

/** The tokens after a renewal that Zalo answered with `pair`; without a new refresh token the old one stays. */
export function withPair({ refresh, seeds }: Tokens, pair: Pair, now: Instant): Tokens {
  return {
    refresh: pair.refresh ?? refresh,
    refreshUntil: later(now, refreshHolds),
    access: pair.access,
    accessFrom: now,
    accessUntil: later(now, pair.holdsMs as Millis),
    renewAt: later(now, (pair.holdsMs * renewAfter) as Millis),
    seeds,
  };
}

/** Whether the access token is missing or so far used that it is renewed. */
export function isDue({ access, renewAt = 0 }: Tokens, now: Instant): boolean {
  return access === undefined || now >= renewAt;
}

/** The access token while it is good. */
export function usable({ access, accessUntil = 0 }: Tokens, now: Instant): string | undefined {
  return now < accessUntil ? access : undefined;
}
