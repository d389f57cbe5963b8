import type { Payload } from './flow.ts';

/** Messenger takes 1,000, Telegram 64 bytes (channels.md A.2): the smaller one holds everywhere. */
export const payloadBytes = 64;

/** `ask:household_registration/papers`. A button carries its own context, so that it works days later. */
export function payload(act: string, subject = '', detail?: string, step?: string): string {
  const parts = step !== undefined ? [subject, detail ?? '', step] : [subject, detail];
  return `${act}:${parts.filter((part) => part !== undefined).join('/')}`;
}

/**
 * What may come out of a link that anybody can write: acts that show, or that ask before they do anything. A press of
 * “yes, erase” must have been a press.
 */
const fromLinks: readonly string[] = [
  'ask',
  'menu',
  'training',
  'register',
  'human',
  'linkCode',
  'unlinkAsk',
];

/** The payload that a link carries; undefined when it carries none, or one that only a button may send. */
export function linkedPayload(ref: string): Payload | undefined {
  const read = parsePayload(ref);
  return read && fromLinks.includes(read.act) ? read : undefined;
}

/** Total: what is no payload of ours (an old release's, somebody's own making) is undefined. */
export function parsePayload(text: string): Payload | undefined {
  const match = /^([a-z][A-Za-z]{0,19}):([^/]*)(?:\/([^/]*))?(?:\/([^/]*))?$/.exec(text);
  if (!match || text.length > payloadBytes) return undefined;
  const [, act = '', subject = '', detail, step] = match;
  return {
    act,
    subject,
    ...(detail ? { detail } : {}),
    ...(step ? { step } : {}),
  };
}
