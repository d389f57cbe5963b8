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

/** A new random id. Kept out of the pure ring: a turn that is computed twice must come out the same. */
export function newId<Name extends string>(): Id<Name> {
  return randomUUID() as Id<Name>;
}
