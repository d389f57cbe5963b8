import type { Clock, Instant } from '../clock.ts';
import { newId } from '../ids.ts';
import type { JobId } from '../ids.ts';
import type { Patience } from '../pipeline/patience.ts';
import { done, enqueue } from '../pipeline/queue.ts';
import type { TaskBody, TaskClaim } from '../pipeline/queue.ts';
import * as collections from '../store/collections.ts';
import { commitIfFirst } from '../store/race.ts';
import { insert, replace } from '../store/store.ts';
import type { Store, Write } from '../store/store.ts';
import type { Task, TaskPorts } from './task.ts';

/** Runs the task a job names; what does not fit one step goes on in a job of its own. */
export function taskRunner(
  tasks: readonly Task[],
  ports: TaskPorts,
): (claim: TaskClaim, patiently: Patience) => Promise<void> {
  return async (claim, patiently) => {
    const { task: name, input } = claim.job.body;
    const now = ports.clock.now();
    const rest = await tasks.find((task) => task.name === name)?.run(ports, input, now);
    const next = rest === undefined ? [] : [taskJob({ task: name, input: rest }, now)];
    await patiently(() => ports.store.commit([...done(claim), ...next]));
  };
}

function taskJob(body: TaskBody, now: Instant): Write {
  const job = {
    id: `task/${body.task}/${newId<'job'>()}` as JobId,
    channel: 'tasks',
    lane: body.task,
    order: now,
    createdAt: now,
    cause: newId<'trace'>(),
    body,
  };
  return enqueue('tasks', job, false);
}

/** Puts due tasks into the queue: no leader, and no slot twice, since the commit moves the task's own document. */
export async function schedule(tasks: readonly Task[], store: Store, clock: Clock): Promise<void> {
  const now = clock.now();
  for (const { name, every, missed } of tasks) {
    if (every === undefined) continue;
    const slot = (Math.floor(now / every) * every) as Instant;
    const state = await store.collection(collections.taskStates).get(name);
    // Marked while the clock stood far ahead: begun anew, or nothing would run until that day. A slot counts as run.
    const isAhead = state !== undefined && state.lastSlot > slot + every;
    if (state && state.lastSlot >= slot && !isAhead) continue;
    const mark: Write = state
      ? replace(collections.taskStates, state, { lastSlot: slot })
      : insert(collections.taskStates, { id: name, schema: 1, lastSlot: slot });
    const isLate = state !== undefined && slot - state.lastSlot > every && missed === 'skip';
    const run =
      isAhead || (isLate && now - slot > every / 2)
        ? []
        : [taskJob({ task: name, input: null }, now)];
    await commitIfFirst(store, [mark, ...run]);
  }
}
