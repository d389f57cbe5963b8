import { days, hours } from '../clock.ts';
import type { Instant } from '../clock.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { TaskState } from '../store/collections.ts';
import * as collections from '../store/collections.ts';
import { commitIfFirst } from '../store/race.ts';
import { insert, replace } from '../store/store.ts';
import type { Write } from '../store/store.ts';
import type { Task } from './task.ts';

const perStep = 200;
/** Up to when silent conversations have been looked at. */
const key = 'forms/seen';

/**
 * A form that somebody walked away from holds a name or a number that nobody asked to keep: it is emptied after so many
 * days of content/retention.yaml. Each conversation is looked at once after it fell silent.
 */
export const forms: Task = {
  name: 'forms',
  every: hours(1),
  missed: 'once',
  async run({ store, content }, input, now) {
    const until = (now - days(content().retention.forms)) as Instant;
    const seen = await store.collection(collections.taskStates).get(key);
    const silent = await store.collection(collections.conversations).find({
      where: { updatedAt: { gte: seen?.lastSlot ?? (0 as Instant), lte: until } },
      sort: { by: 'updatedAt', order: 'asc' },
      limit: perStep,
      // Of this task's own making, below.
      ...(input === null ? {} : { after: input as { value: number; id: string } }),
    });
    for (const one of silent) {
      // Who is speaking again just now is looked at anew after the next silence.
      if (one.memory.flow) await commitIfFirst(store, [withoutForm(one)]);
    }
    const last = silent.at(-1);
    if (last && silent.length === perStep) return { value: last.updatedAt, id: last.id };
    if (seen === undefined || until > seen.lastSlot)
      await commitIfFirst(store, [seenUpTo(seen, until)]);
    return undefined;
  },
};

function withoutForm(conversation: Conversation): Write {
  const { flow: _, ...memory } = conversation.memory;
  return replace<Conversation>(collections.conversations, conversation, { memory });
}

function seenUpTo(seen: TaskState | undefined, lastSlot: Instant): Write {
  return seen
    ? replace(collections.taskStates, seen, { lastSlot })
    : insert(collections.taskStates, { id: key, schema: 1, lastSlot });
}
