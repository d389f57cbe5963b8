import type { Flow } from '../flow.ts';
import { alarm } from './alarm.ts';
import { callback } from './callback.ts';
import { clarify } from './clarify.ts';
import { fallback } from './fallback.ts';
import { faq } from './faq.ts';
import { feedback } from './feedback.ts';
import { greeting } from './greeting.ts';
import { handoff } from './handoff.ts';
import { link } from './link.ts';
import { menu } from './menu.ts';
import { privately } from './privately.ts';
import { privacy } from './privacy.ts';
import { registration } from './registration.ts';
import { thanks } from './thanks.ts';
import { training } from './training.ts';
import { waiting } from './waiting.ts';

/** Every flow there is, one line each. Whoever starts on the same thing first, has it. */
export const flows: readonly Flow[] = [
  greeting,
  thanks,
  menu,
  training,
  registration,
  handoff,
  callback,
  privacy,
  link,
  privately,
  feedback,
  clarify,
  alarm,
  waiting,
  fallback,
  faq,
];

/** A flow by the name that memory and payloads keep; undefined for one that is no more. */
export function flowNamed(name: string): Flow | undefined {
  return flows.find((flow) => flow.name === name);
}
