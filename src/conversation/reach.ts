import type { Instant } from '../clock.ts';
import type { Reach } from './conversation.ts';
import type { InboundEvent } from './event.ts';

/** Windows move only for what a person did, and never into the future. */
export function reachAfter(reach: Reach, event: InboundEvent, receivedAt: Instant): Reach {
  const at = Math.min(event.at, receivedAt) as Instant;
  const moved = (before: Instant | undefined): Instant =>
    before !== undefined && before > at ? before : at;
  switch (event.type) {
    case 'text':
    case 'choice':
    case 'attachment':
    case 'opened':
    case 'unsupported':
      // What we cannot read was sent by the person all the same.
      return { ...held(reach, event), lastMessageAt: moved(reach.lastMessageAt) };
    case 'touched':
      return { ...held(reach, event), lastTouchAt: moved(reach.lastTouchAt) };
    case 'comment':
      return { ...reach, lastCommentAt: moved(reach.lastCommentAt) };
    case 'left':
      return { ...reach, blockedAt: moved(reach.blockedAt) };
    case 'joined': {
      const { blockedAt, ...rest } = reach;
      return blockedAt !== undefined && blockedAt > at ? reach : rest;
    }
    case 'enforced':
    case 'routed':
    case 'edited':
    case 'removed':
    case 'pageReply':
    case 'sent':
    case 'delivered':
      return reach;
  }
}

/**
 * What a person does reaches us as its holder, or as one who looks on: the platform tells by how it sends it. What was
 * on its way when the thread was moved tells how it was before.
 */
function held(reach: Reach, event: InboundEvent): Reach {
  if (reach.routedAt !== undefined && event.at < reach.routedAt) return reach;
  const { standby: _, ...rest } = reach;
  return event.standby ? { ...rest, standby: true } : rest;
}
