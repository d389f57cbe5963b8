import type { InboundEvent, Masked } from '../conversation/event.ts';
import { findSensitive } from '../nlu/entities/id-number.ts';

const cover = '•••';

/**
 * Covers identity numbers, account numbers and one-time codes in everything a person or colleague wrote, before
 * anything is stored. The event keeps what kinds were covered, so that the bot can say so. Pure.
 */
export function redact(event: InboundEvent): InboundEvent {
  switch (event.type) {
    case 'text':
    case 'edited':
    case 'comment':
    case 'pageReply': {
      const { text, masked } = redactText(event.text);
      return masked.length > 0 ? { ...event, text, masked } : event;
    }
    case 'choice': {
      const title = redactText(event.title);
      const payload = redactText(event.payload);
      const masked = [...new Set([...title.masked, ...payload.masked])];
      return masked.length > 0
        ? { ...event, title: title.text, payload: payload.text, masked }
        : event;
    }
    case 'opened': {
      if (event.ref === undefined) return event;
      const { text, masked } = redactText(event.ref);
      return masked.length > 0 ? { ...event, ref: text, masked } : event;
    }
    case 'unsupported':
      return event.raw === undefined ? event : { ...event, raw: redactText(event.raw).text };
    case 'attachment':
    case 'removed':
    case 'sent':
    case 'delivered':
    case 'left':
    case 'joined':
    case 'touched':
    case 'enforced':
    case 'routed':
      return event;
  }
}

/** The same for any text, a raw body for instance. */
export function redactText(text: string): {
  readonly text: string;
  readonly masked: readonly Masked[];
} {
  // Offsets are those of the composed form, and composed text is what we store anyway.
  const whole = text.normalize('NFC');
  const found = findSensitive(whole);
  let clean = '';
  let end = 0;
  for (const span of found) {
    clean += whole.slice(end, span.start) + cover;
    end = span.end;
  }
  return { text: clean + whole.slice(end), masked: [...new Set(found.map(({ kind }) => kind))] };
}
