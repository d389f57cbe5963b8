import { minutes, seconds } from '../clock.ts';
import type { Clock, Instant, Millis } from '../clock.ts';
import { ChannelError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Kept, Secrets } from '../store/secrets.ts';
import type { Sender } from './call.ts';
import { askForPair } from './zalo-oa-oauth.ts';
import type { OauthSettings, Pair } from './zalo-oa-oauth.ts';
import { isDue, nameOf, tokenShelf, usable, withPair, withRefresh } from './zalo-oa-shelf.ts';
import type { Read, Shelf, Tokens } from './zalo-oa-shelf.ts';

export interface TokenSettings extends OauthSettings {
  readonly oaId: string;
  /** The token the operator brought from Zalo's console; it is used once. */
  readonly refreshToken: string;
}

export interface TokenPorts {
  readonly secrets: Secrets;
  readonly sender: Sender;
  readonly clock: Clock;
  readonly log: Log;
  /** A person has to act. `about` names the token without telling it, so that each is rung for once. */
  readonly tell: (trouble: TokenTrouble, about: string) => Promise<void>;
  /** How long a renewal of another process may take before it counts as dead; for tests. */
  readonly leaseFor?: Millis;
}

export interface TokenTrouble {
  readonly action: 'token_lost' | 'token_expiring';
  /** The platform's own number. */
  readonly error?: number;
}

export interface TokenState {
  readonly accessUntil?: Instant;
  readonly refreshUntil?: Instant;
  readonly renewingSince?: Instant;
  readonly refused?: { readonly error: number; readonly at: Instant };
}

export interface RotatingTokens {
  /**
   * The token to call with, renewed when need be. `refused` is the one that the platform has just not taken.
   * @throws {ChannelError} `token_dead`, to be tried again: there is none now.
   */
  access(refused?: string): Promise<string>;
  /** Renews in good time though nothing is sent, and rings before the refresh token runs out. Never throws. */
  upkeep(): Promise<void>;
  /** Puts another refresh token in the place of the one that is kept. */
  enter(refreshToken: string): Promise<void>;
  state(): Promise<TokenState>;
  /** Waits for a renewal under way: the pair it is about to bring exists nowhere else. */
  stop(): Promise<void>;
}

/** Longer than one request to Zalo can take: 5 s to connect, 30 s to its head, 30 s to its end. */
const longestRenewal = seconds(75);
const afterRefusal = minutes(10);
/** A token refused this soon after it was made is refused for something else than its age. */
const youth = minutes(1);
const warnBefore = minutes(7 * 24 * 60);

/** What the functions below share. */
interface Work {
  readonly settings: TokenSettings;
  readonly ports: TokenPorts;
  readonly shelf: Shelf;
  /** True once the note of a renewal has stood unchanged for longer than a renewal can take. */
  readonly isOver: (note: Kept) => boolean;
  cached?: Tokens;
  renewal?: Promise<Tokens>;
  refusedAt?: Millis;
}

/**
 * The tokens of one OA: one refresher, whatever number of processes there are. A renewal is a note in the store
 * (who writes it over the version it read, has it), the request, and the new pair in the store; only then is the pair
 * used. What a process that dies leaves behind: before the request the token is good, after the pair is written the
 * pair is; in between the answer is lost with the process, and only a new token from Zalo's console helps.
 */
export function rotatingTokens(settings: TokenSettings, ports: TokenPorts): RotatingTokens {
  const work: Work = {
    settings,
    ports,
    shelf: tokenShelf(ports.secrets, settings.oaId, settings.refreshToken),
    isOver: watch(ports.clock, ports.leaseFor ?? longestRenewal),
  };
  return {
    access: (refused) => access(work, refused),
    upkeep: () => upkeep(work),
    enter: (refreshToken) =>
      work.shelf.change((tokens) => withRefresh(tokens, refreshToken, tokens.seeds)),
    state: async () => stateOf((await work.shelf.read()).tokens),
    async stop() {
      await work.renewal?.catch(() => undefined);
    },
  };
}

async function access(work: Work, refused: string | undefined): Promise<string> {
  const now = work.ports.clock.now();
  const { cached } = work;
  if (cached?.access && cached.access !== refused && !isDue(cached, now)) return cached.access;
  const { tokens } = await work.shelf.read();
  const good = usable(tokens, now);
  if (good !== undefined && good !== refused) {
    work.cached = tokens;
    // While it is renewed, the one of before goes on being used.
    if (isDue(tokens, now)) void renewOnce(work, undefined).catch(noted(work));
    return good;
  }
  const renewed = await renewOnce(work, refused);
  if (!renewed.access) throw noToken('There is no token yet.', seconds(5));
  return renewed.access;
}

async function upkeep(work: Work): Promise<void> {
  const { clock, tell } = work.ports;
  try {
    const { tokens } = await work.shelf.read();
    const { refresh, refreshUntil } = tokens;
    if (refreshUntil !== undefined && refreshUntil - clock.now() < warnBefore)
      await tell({ action: 'token_expiring' }, nameOf(refresh));
    if (isDue(tokens, clock.now())) await renewOnce(work, undefined);
  } catch (error) {
    noted(work)(error);
  }
}

/** One renewal at a time in this process; who comes meanwhile gets what it brings. */
function renewOnce(work: Work, refused: string | undefined): Promise<Tokens> {
  work.renewal ??= renew(work, refused).finally(() => {
    delete work.renewal;
  });
  return work.renewal;
}

async function renew(work: Work, refused: string | undefined): Promise<Tokens> {
  const begun = await begin(work, refused);
  if (begun.type === 'had') return begun.tokens;
  const { tokens, kept } = begun.read;
  const answer = await askForPair(work.settings, work.ports.sender, tokens.refresh);
  switch (answer.type) {
    case 'pair':
      return keepPair(work, tokens.refresh, answer.pair, begun.read);
    case 'refused':
      await noteRefusal(work, tokens.refresh, answer.error);
      throw noToken(`Zalo does not take the refresh token (error ${answer.error}).`, afterRefusal);
    case 'nothing':
      await work.shelf.write(without(tokens, 'renewing'), kept);
      throw noToken(`The token could not be renewed: ${answer.why}`, seconds(5));
  }
}

type Begun =
  | { readonly type: 'had'; readonly tokens: Tokens }
  /** The note stands: this process spends the refresh token now, and nobody else does. */
  | { readonly type: 'noted'; readonly read: Read };

async function begin(work: Work, refused: string | undefined): Promise<Begun> {
  const { clock } = work.ports;
  for (;;) {
    const read = await work.shelf.read();
    const { tokens, kept } = read;
    if (!isDue(tokens, clock.now()) && tokens.access !== refused) {
      work.cached = tokens;
      return { type: 'had', tokens };
    }
    refuseTooSoon(work, read, refused);
    const noted = await work.shelf.write({ ...tokens, renewing: clock.now() }, kept);
    if (noted) return { type: 'noted', read: noted };
  }
}

function refuseTooSoon(work: Work, { tokens, kept }: Read, refused: string | undefined): void {
  const { clock } = work.ports;
  if (tokens.renewing !== undefined && !work.isOver(kept))
    throw noToken('Another process renews the token.', seconds(1));
  const { refusedAt } = work;
  if (tokens.refused && refusedAt !== undefined && clock.elapsed() - refusedAt < afterRefusal)
    throw noToken('Zalo did not take the refresh token a while ago.', afterRefusal);
  const age = clock.now() - (tokens.accessFrom ?? 0);
  if (refused !== undefined && tokens.access === refused && age < youth)
    throw noToken('Zalo does not take the token it has just made.', youth);
}

/**
 * Writes the new pair, before anything else and until it is written: it exists nowhere else. Who took this renewal
 * for dead cannot have bought anything with a token that is spent, so its note is written over.
 */
async function keepPair(work: Work, spent: string, pair: Pair, noted: Read): Promise<Tokens> {
  const { clock, log } = work.ports;
  let over: Read | undefined = noted;
  for (let tries = 0; ; tries++) {
    // Somebody has entered another token meanwhile (or a commit of unknown outcome was one after all): that holds.
    if (over && over.tokens.refresh !== spent) return over.tokens;
    const next = withPair((over ?? noted).tokens, pair, clock.now());
    try {
      const written = over && (await work.shelf.write(next, over.kept));
      if (written) {
        delete work.refusedAt;
        log.info({ channel: 'zalo', until: next.accessUntil }, 'token renewed');
        return (work.cached = written.tokens);
      }
    } catch {
      log.error({ channel: 'zalo', tries }, 'the new token cannot be stored yet');
      await new Promise((resolve) => setTimeout(resolve, Math.min(5_000, 50 * 2 ** tries)));
    }
    over = await work.shelf.read().catch(() => undefined);
  }
}

async function noteRefusal(work: Work, spent: string, error: number): Promise<void> {
  const { clock, log, tell } = work.ports;
  work.refusedAt = clock.elapsed();
  log.error({ channel: 'zalo', error }, 'refresh token refused');
  await work.shelf.change((tokens) =>
    tokens.refresh === spent
      ? { ...without(tokens, 'renewing'), refused: { error, at: clock.now() } }
      : undefined,
  );
  await tell({ action: 'token_lost', error }, nameOf(spent));
}

/** By this process's own monotonic clock: no two clocks are compared, and a clock set back frees nothing. */
function watch(clock: Clock, leaseFor: Millis): Work['isOver'] {
  let seen: { readonly version: number; readonly since: Millis } | undefined;
  return ({ version }) => {
    if (seen?.version !== version) seen = { version, since: clock.elapsed() };
    return clock.elapsed() - seen.since >= leaseFor;
  };
}

function without(tokens: Tokens, key: 'renewing'): Tokens {
  return { ...tokens, [key]: undefined };
}

function stateOf({ accessUntil, refreshUntil, renewing, refused }: Tokens): TokenState {
  // All of these were taken from a clock.
  return JSON.parse(
    JSON.stringify({ accessUntil, refreshUntil, renewingSince: renewing, refused }),
  ) as TokenState;
}

/** To be tried again: messages wait in the outbox, none is dropped for a token. */
function noToken(why: string, retryAfter: Millis): ChannelError {
  return new ChannelError('token_dead', why, { retryable: true, retryAfter });
}

function noted({ ports: { log } }: Work): (error: unknown) => void {
  return (error) => {
    log.warn(
      { channel: 'zalo', code: error instanceof ChannelError ? error.code : 'store' },
      error instanceof ChannelError ? error.message : 'tokens could not be read',
    );
  };
}
