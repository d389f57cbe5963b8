import type { Instant } from '../clock.ts';
import type { CaseId, ChannelName, ContactId, ConversationId, OrganisationId } from '../ids.ts';
import type { Doc } from '../store/store.ts';

/** What is asked: erase, withdraw the consent, see a copy, put right. */
export type CaseKind = 'erase' | 'withdraw' | 'access' | 'correct';

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
  /** The platform's own id of the person, where it asked for them and its id is of no conversation; goes with the closing. */
  readonly subject?: string;
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

/** Letters and digits that are not mistaken for each other when they are read out on the telephone. */
const alphabet = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

/** `DL-7K3M9Q`: the same request computed twice gives the same code, without a clock or a counter. FNV-1a. */
export function caseCode(request: string): string {
  let hash = 0x811c9dc5;
  for (const unit of request) {
    hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  let code = '';
  for (let i = 0; i < 6; i++) {
    code += alphabet[hash % alphabet.length] ?? '';
    hash = Math.floor(hash / alphabet.length);
  }
  return `DL-${code}`;
}
