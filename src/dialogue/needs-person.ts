import type { Understanding } from '../nlu/types.ts';

/** Urgent, worried or angry: no guessing game; a person is offered. */
export function needsPerson({ signals }: Understanding): boolean {
  return signals.some((signal) => ['urgent', 'worried', 'rude'].includes(signal));
}
