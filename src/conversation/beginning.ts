import type { Instant } from '../clock.ts';
import type { ContactId, OrganisationId } from '../ids.ts';
import type { Draft } from '../store/store.ts';
import type { Contact } from './contact.ts';
import type { Conversation } from './conversation.ts';
import type { EventBase } from './event.ts';
import { emptyMemory } from './memory.ts';

/** A contact of whom nothing is known but that somebody wrote. */
export function newContact(id: ContactId, now: Instant): Draft<Contact> {
  return { id, schema: 1, contactId: id, phoneHash: '', createdAt: now };
}

/** The conversation that its first event begins. */
export function newConversation(
  event: Pick<EventBase, 'conversationId' | 'channel' | 'account' | 'address'>,
  contactId: ContactId,
  organisationId: OrganisationId,
  now: Instant,
): Draft<Conversation> {
  return {
    id: event.conversationId,
    schema: 1,
    channel: event.channel,
    account: event.account,
    address: event.address,
    contactId,
    organisationId,
    handledBy: 'bot',
    hold: 0,
    reach: {},
    memory: emptyMemory,
    outboxOrder: 0,
    createdAt: now,
    updatedAt: now,
    waitingSince: 0,
    holdUntil: 0,
  };
}
