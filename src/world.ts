import type { Sender } from './channels/call.ts';
import type { Channel } from './channels/channel.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Content } from './content/content.ts';
import type { Log } from './log.ts';
import type { Meter } from './meter.ts';
import type { Model } from './nlu/model.ts';
import type { Store } from './store/store.ts';

/** What a process does: `web` takes in and serves pages, `worker` answers, delivers and runs tasks. */
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

/** What all parts of one process share. */
export interface Shared {
  readonly config: Config;
  readonly world: World;
  readonly content: () => Content;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly meter: Meter;
  readonly mind: Mind;
  /** Whether people answer at all: only then is a person promised. */
  readonly staffed: () => Promise<boolean>;
  /** The page on what is stored of people. */
  readonly privacyUrl: string;
}

/** The model, once it is there. A process that only takes messages in needs none. */
export interface Mind {
  model: Model | undefined;
  readonly canAnswer: () => boolean;
}
