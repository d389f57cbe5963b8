import type { IncomingMessage } from 'node:http';
import { newId } from '../ids.ts';
import type { TraceId } from '../ids.ts';

const drawn = new WeakMap<IncomingMessage, TraceId>();

/** The trace of a request, drawn when it is first asked for: one for all that is logged of it and caused by it. */
export function traceOf(request: IncomingMessage): TraceId {
  const known = drawn.get(request);
  if (known) return known;
  const trace = newId<'trace'>();
  drawn.set(request, trace);
  return trace;
}
