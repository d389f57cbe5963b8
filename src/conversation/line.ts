import type { ContactId } from '../ids.ts';
import type { Draft } from '../store/store.ts';
import type { InboundEvent } from './event.ts';
import type { Message } from './message.ts';

/** The line of the transcript that an event of the person becomes. */
export function lineOf(event: InboundEvent, contactId: ContactId): Draft<Message> {
  return {
    id: event.id,
    schema: 1,
    conversationId: event.conversationId,
    contactId,
    channel: event.channel,
    at: event.at,
    from: 'person',
    ...said(event),
    ...(event.masked ? { masked: event.masked } : {}),
  };
}

type Said = Pick<Message, 'kind' | 'text' | 'attachment'>;

function said(event: InboundEvent): Said {
  switch (event.type) {
    case 'text':
    case 'pageReply':
      return { kind: 'text', text: event.text };
    case 'comment':
      return { kind: 'comment', text: event.text };
    case 'choice':
      return { kind: 'choice', text: event.title };
    case 'attachment': {
      const { kind, url } = event;
      return {
        kind: 'attachment',
        text: '',
        attachment: { kind, ...(url === undefined ? {} : { url }) },
      };
    }
    case 'opened':
      return { kind: 'opened', text: '' };
    case 'edited':
    case 'removed':
    case 'sent':
    case 'delivered':
    case 'left':
    case 'joined':
    case 'touched':
    case 'enforced':
    case 'routed':
    case 'unsupported':
      return { kind: 'event', text: '' };
  }
}
