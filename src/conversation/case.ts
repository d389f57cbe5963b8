import type { Instant } from '../clock.ts';
import type { CaseKind } from '../dialogue/effects.ts';
import type { CaseId, ChannelName, ContactId, ConversationId, OrganisationId } from '../ids.ts';
import type { Doc } from '../store/store.ts';

/**
 * A request about a person's own data, with its two clocks. The register outlives the data: number, kind, dates
 * and result stay, content does not.
 */
export interface Case extends Doc<CaseId> {
  readonly schema: 1;
  readonly contactId: ContactId;
  /** '' once the conversation is gone: its id holds the platform's number of the person. */
  readonly conversationId: ConversationId;
  readonly organisationId: OrganisationId;
  readonly channel: ChannelName;
  readonly kind: CaseKind;
  /** What the person was given to refer to it: “DL-118”. */
  readonly code: string;
  readonly state: 'received' | 'answered' | 'done' | 'refused';
  readonly receivedAt: Instant;
  readonly answerBy: Instant;
  readonly actBy: Instant;
  readonly answeredAt?: Instant;
  readonly closedAt?: Instant;
  /** A code: why it was refused, or what was done. */
  readonly result?: string;
  /** Set aside (a complaint, an inspection): stays although its days are over. */
  readonly hold?: true;
}
