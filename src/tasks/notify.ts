import { z } from 'zod';
import type { NotifyCode } from '../dialogue/effects.ts';
import type { Bell } from '../pipeline/queue.ts';
import { tellGroup } from './staff-group.ts';
import type { Task } from './task.ts';

/** Somebody's phone rings: a code, a channel and a reason, never a text or a name. */
export const notify: Task = {
  name: 'notify',
  async run(ports, input, now) {
    const { tries, ...bell } = form.parse(input);
    // NOTIFY_URL hears of everything, once; the group of staff has its quiet times.
    if (tries === undefined) await ports.tell(bell);
    await tellGroup(ports, bell, tries, now);
    return undefined;
  },
};

const codes = [
  'waiting',
  'urgent',
  'privacy_request',
  'platform_notice',
  'channel_down',
] as const satisfies readonly NotifyCode[];

/** `tries`: a line to the group that was put off (0) or could not be sent so often. */
const form = z
  .object({
    code: z.enum(codes),
    channel: z.string(),
    reason: z.string().optional(),
    tries: z.number().optional(),
  })
  // Absent keys stay absent, as `Bell` has them.
  .transform((read) => read as Bell & { readonly tries?: number });
