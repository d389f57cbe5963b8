import { randomUUID } from 'node:crypto';

/** A string that names one kind of thing only, so that ids cannot be mixed up. */
export type Id<Name extends string> = string & { readonly __id: Name };

export type ConversationId = Id<'conversation'>;
export type ContactId = Id<'contact'>;
/** `<channel>/<account>/<platform id>`: the transcript's key, and so the key that makes a redelivery harmless. */
export type EventId = Id<'event'>;
export type MessageId = EventId;
export type JobId = Id<'job'>;
export type TraceId = Id<'trace'>;
export type CourseId = Id<'course'>;
export type RegistrationId = Id<'registration'>;
export type OrganisationId = Id<'organisation'>;
export type CaseId = Id<'case'>;

export type ChannelName = string;

/**
 * A new id: random, but beginning with the time (RFC 9562, version 7), so that what is made together lies together in
 * an index. Kept out of the pure ring: a turn that is computed twice must come out the same.
 */
export function newId<Name extends string>(): Id<Name> {
  const time = Date.now().toString(16).padStart(12, '0');
  // Of the random id (version 4) everything behind its version.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}` as Id<Name>;
}
