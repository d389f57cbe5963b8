import type { Brought } from './platform-server.ts';
import { answerPrefix } from './webhook.ts';
import type { Written } from './webhook.ts';

/** What was promised beside what was done. */
export interface Ledger {
  readonly acknowledged: number;
  /** Acknowledged messages with an answer that reached the person. */
  readonly answered: number;
  /** Acknowledged messages that nobody answered. */
  readonly unanswered: readonly Written[];
  /** Calls that reached the person more than once, and how often. */
  readonly doubled: ReadonlyMap<string, number>;
}

export function ledgerOf(acknowledged: readonly Written[], brought: readonly Brought[]): Ledger {
  const answers = new Set(brought.map(({ messageId }) => questionOf(messageId)));
  const unanswered = acknowledged.filter(({ mid, from }) => !answers.has(answerPrefix(mid, from)));
  return {
    acknowledged: acknowledged.length,
    answered: acknowledged.length - unanswered.length,
    unanswered,
    doubled: doubles(brought),
  };
}

/** `<conversation>/re/<hash>/<n>`: what is before n is the same for all lines that answer one message. */
function questionOf(messageId: string): string {
  return messageId.slice(0, messageId.lastIndexOf('/') + 1);
}

function doubles(brought: readonly Brought[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { jobId } of brought) times.set(jobId, (times.get(jobId) ?? 0) + 1);
  return new Map([...times].filter(([, n]) => n > 1));
}

/** For each person the messages answered, in the order in which their answers arrived (doubles once). */
export function orderOf(
  from: string,
  asked: readonly Written[],
  brought: readonly Brought[],
): string[] {
  const mids = new Map(asked.map(({ mid, from }) => [answerPrefix(mid, from), mid]));
  const order = brought
    .filter(({ to }) => to === from)
    .map(({ messageId }) => mids.get(questionOf(messageId)) ?? messageId);
  return [...new Set(order)];
}
