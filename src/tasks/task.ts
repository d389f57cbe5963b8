import type { Json } from '../channels/channel.ts';
import type { Instant, Millis } from '../clock.ts';
import type { ChannelName } from '../ids.ts';
import type { Log } from '../log.ts';
import type { Meter } from '../meter.ts';
import type { Limiter } from '../pipeline/limiter.ts';
import type { ModerationPorts } from '../pipeline/moderation.ts';

export interface TaskPorts extends ModerationPorts {
  readonly log: Log;
  readonly meter: Pick<Meter, 'sent'>;
  /** The same rates as the outbox keeps to. */
  readonly limiter: Pick<Limiter, 'one'>;
  /** Tells somebody outside; nothing where no address is set. */
  readonly tell: (message: Json) => Promise<void>;
  readonly staffGroup: StaffGroup | undefined;
  /** A channel that heard nothing for so long is in trouble; undefined = silence is nothing. */
  readonly silence: Millis | undefined;
}

/** Where staff hear of what waits for them. */
export interface StaffGroup {
  readonly channel: ChannelName;
  /** The group, as its channel calls it. */
  readonly address: string;
  /** At most one line of a kind and a channel in this time. */
  readonly quiet: Millis;
}

/** Work beside the conversations. Runs as a job of the queue `tasks`, so that it survives a restart. */
export interface Task {
  readonly name: string;
  /** How often; absent = only when something asks for it. */
  readonly every?: Millis;
  /** Slots missed while nothing ran: one run makes up for all of them, or they are gone. */
  readonly missed?: 'once' | 'skip';
  /** Returns the input of the next step when there is more than fits one commit. */
  run(ports: TaskPorts, input: Json, now: Instant): Promise<Json | undefined>;
}
