import { minutes } from '../clock.ts';
import { endHold } from '../pipeline/moderation.ts';
import * as collections from '../store/collections.ts';
import type { Task } from './task.ts';

/** Conversations whose holder has been silent too long go back to the queue or to the bot. */
export const holds: Task = {
  name: 'holds',
  every: minutes(1),
  missed: 'skip',
  async run(ports, _input, now) {
    const over = await ports.store.collection(collections.conversations).find({
      where: { handledBy: 'moderator', holdUntil: { lte: now } },
      sort: { by: 'holdUntil', order: 'asc' },
      limit: 200,
    });
    for (const { id } of over) await endHold(ports, id);
    return undefined;
  },
};
