import type { Instant } from '../clock.ts';
import type {
  ChannelName,
  ContactId,
  ConversationId,
  CourseId,
  OrganisationId,
  RegistrationId,
} from '../ids.ts';
import type { Doc } from '../store/store.ts';
import type { Sealed } from './contact.ts';

export interface Session {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly place: string;
}

export interface Course extends Doc<CourseId> {
  readonly schema: 1;
  /** ≤ 12 characters, shown and typed by people: “K12”. */
  readonly code: string;
  readonly title: string;
  readonly organisationId: OrganisationId;
  readonly organisers: readonly OrganisationId[];
  readonly capacity: number;
  readonly sessions: readonly Session[];
  readonly opensAt: Instant;
  readonly closesAt: Instant;
  readonly audience: string;
  readonly state: 'open' | 'closed' | 'cancelled';
  /** A demonstration seed: shown as “VÍ DỤ”, never loaded where real people write. */
  readonly example: boolean;
}

/** Seats of a course, apart from it: the one document that two registrations at once fight over. */
export interface Seats extends Doc<CourseId> {
  readonly schema: 1;
  readonly capacity: number;
  readonly taken: number;
}

export interface Registration extends Doc<RegistrationId> {
  readonly schema: 1;
  readonly contactId: ContactId;
  readonly conversationId: ConversationId;
  readonly organisationId: OrganisationId;
  readonly courseId: CourseId;
  readonly fullName: string;
  readonly phone: Sealed;
  readonly phoneHash: string;
  readonly channel: ChannelName;
  readonly state: 'accepted' | 'cancelled';
  readonly createdAt: Instant;
}

/** Makes something impossible twice: `course/<id>/contact/<id>`, `course/<id>/phone/<hash>`. */
export interface Key extends Doc {
  readonly schema: 1;
  readonly contactId: ContactId;
  readonly registrationId: RegistrationId;
}

/** The id of the key that a person has on a course: once, whatever the phone. */
export function contactKey(courseId: CourseId, contactId: ContactId): string {
  return `course/${courseId}/contact/${contactId}`;
}
