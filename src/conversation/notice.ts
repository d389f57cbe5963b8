import type { Instant } from '../clock.ts';
import type { ChannelName, EventId } from '../ids.ts';
import type { Doc } from '../store/store.ts';

/** Something a platform says to whoever runs the channel: a warning, a block, the end of one. Nobody's personal data. */
export interface Notice extends Doc<EventId> {
  readonly schema: 1;
  readonly channel: ChannelName;
  /** In the platform's own word: `warning`, `block`, `unblock`. */
  readonly action: string;
  /** The platform's reason, as it came. */
  readonly text: string;
  readonly state: 'open' | 'seen';
  readonly at: Instant;
}
