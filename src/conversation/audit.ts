import type { Instant } from '../clock.ts';
import type { OrganisationId } from '../ids.ts';
import type { Doc } from '../store/store.ts';

export type Actor =
  | {
      readonly id: string;
      readonly name: string;
      readonly role: string;
      readonly organisationId: OrganisationId;
    }
  | { readonly id: 'system' };

type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Who did or saw what; written in the commit of the act. Personal fields stand as “«che»”, so that erasure never
 * has to edit this log. Kept for 24 months by default. The law asks ≥ 12 for system logs.
 */
export interface AuditRecord extends Doc {
  readonly schema: 1;
  readonly at: Instant;
  /** `conversation.take`, `contact.reveal`, … */
  readonly action: string;
  readonly actor: Actor;
  /** Of a conversation that is gone: `erased/<code of the case>`, or the contact's random id in its place. */
  readonly object: {
    readonly type: string;
    readonly id: string;
    readonly organisationId?: OrganisationId;
  };
  readonly before?: Fields;
  readonly after?: Fields;
  readonly reason?: string;
  readonly requestId: string;
  /** Cut to /24 (IPv4) or /48 (IPv6); 'terminal' for commands. */
  readonly address: string;
  /** Copies of nested facts, because a store looks documents up by flat fields. */
  readonly actorId: string;
  readonly objectId: string;
}
