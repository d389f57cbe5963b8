import type { Understanding } from '../nlu/types.ts';

/** Urgent, worried or angry: no guessing game; a person is offered. */
export function needsPerson({ signals }: Understanding): boolean {
  return signals.some((signal) => ['danger', 'urgent', 'worried', 'rude'].includes(signal));
}

/** Some topics are answered from a low threshold; what does more than answer wants this much. */
export function isLikely(understood: Understanding | undefined): boolean {
  return (understood?.intents[0]?.probability ?? 0) >= 0.5;
}
