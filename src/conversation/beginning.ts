import type { Instant } from '../clock.ts';
import type { ContactId, OrganisationId } from '../ids.ts';
import type { Draft } from '../store/store.ts';
import type { Contact } from './contact.ts';
import type { Conversation } from './conversation.ts';
import type { InboundEvent } from './event.ts';
import { emptyMemory } from './memory.ts';
import { reachAfter } from './reach.ts';

/** A contact of whom nothing is known but that somebody wrote. */
export function newContact(id: ContactId, now: Instant): Draft<Contact> {
  return { id, schema: 1, contactId: id, phoneHash: '', createdAt: now };
}

/** The conversation that its first event begins. */
export function newConversation(
  event: InboundEvent,
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
    // At once, not with the first turn: a colleague may answer before the bot does.
    reach: reachAfter({}, event, now),
    memory: emptyMemory,
    outboxOrder: 0,
    createdAt: now,
    updatedAt: now,
    waitingSince: 0,
    holdUntil: 0,
  };
}
