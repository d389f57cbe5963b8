import type { Json } from '../channels/channel.ts';
import type { Instant, Millis } from '../clock.ts';
import type { Log } from '../log.ts';
import type { ModerationPorts } from '../pipeline/moderation.ts';

export interface TaskPorts extends ModerationPorts {
  readonly log: Log;
  /** Tells somebody outside; nothing where no address is set. */
  readonly tell: (message: Json) => Promise<void>;
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
