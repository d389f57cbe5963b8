import type { Instant } from '../clock.ts';
import type { ChannelName, ContactId, ConversationId } from '../ids.ts';
import type { Doc } from '../store/store.ts';
import type { Conversation, Linked } from './conversation.ts';

/** A code that was given out, by its keyed hash, until it is used or runs out. */
export interface LinkOffer extends Doc {
  readonly schema: 1;
  /** Who asked for it. */
  readonly contactId: ContactId;
  readonly conversationId: ConversationId;
  readonly channel: ChannelName;
  /** Where it was typed; '' = nowhere yet. A code is typed once. */
  readonly byConversationId: ConversationId | '';
  readonly byContactId: ContactId | '';
  /** The conversations of the two that have said yes. */
  readonly agreed: readonly ConversationId[];
  readonly until: Instant;
}

/** Everybody's list once these conversations are one person's. Pure. */
export function joined(members: readonly Conversation[]): Conversation[] {
  const all = new Map(members.map((one) => [one.id, linkedOf(one)]));
  for (const { linked = [] } of members) for (const one of linked) all.set(one.conversationId, one);
  return members.map((one) => ({
    ...one,
    linked: [...all.values()].filter(({ conversationId }) => conversationId !== one.id),
  }));
}

/** Without one conversation: it alone, or nobody, is left where it was. Pure. */
export function parted(one: Conversation, from: Conversation['id']): Conversation {
  const left = (one.linked ?? []).filter(({ conversationId }) => conversationId !== from);
  const { linked: _, ...rest } = one;
  return one.id === from || left.length === 0 ? rest : { ...one, linked: left };
}

/** The contacts of the person: this conversation's own first. */
export function contactsOf({ contactId, linked = [] }: Conversation): readonly ContactId[] {
  return [contactId, ...linked.map((one) => one.contactId)];
}

function linkedOf({ id, contactId, channel }: Conversation): Linked {
  return { conversationId: id, contactId, channel };
}
