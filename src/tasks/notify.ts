import type { Task } from './task.ts';

/** Somebody's phone rings: a code and a channel, never a text or a name. */
export const notify: Task = {
  name: 'notify',
  async run({ tell }, input) {
    await tell(input);
    return undefined;
  },
};
