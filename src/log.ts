import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';

export type Log = Logger;

/**
 * JSON lines on stderr. A line carries ids, codes and numbers, and the trace id of the event that caused it – never
 * what somebody wrote, a name, a number or an address of a request.
 */
export function openLog(level: string, into: DestinationStream = pino.destination(2)): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, into);
}
