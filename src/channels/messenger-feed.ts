import { z } from 'zod';
import type { Instant } from '../clock.ts';
import type { InboundEvent } from '../conversation/event.ts';
import { aside, eventBase, id, instant, key, kindOf, unsupported } from './messenger-form.ts';
import type { Around } from './messenger-form.ts';

const comment = z.object({
  item: z.literal('comment'),
  verb: z.enum(['add', 'edited', 'remove']),
  comment_id: id,
  post_id: aside(id),
  parent_id: aside(id),
  from: aside(z.object({ id })),
  sender_id: aside(id),
  message: aside(z.string()),
  created_time: aside(instant),
});
type Comment = z.infer<typeof comment>;

/**
 * What happens under the Page's posts: comments of people, changed and taken back ones. Posts, likes, tags, hidden
 * comments and our own say nothing to us. Source: channels.md A.1.5, read 2026-11-23.
 */
export function feedEvents(raw: unknown, around: Around): InboundEvent[] {
  const change = z.object({ field: z.string(), value: z.unknown() }).safeParse(raw);
  if (!change.success || change.data.field !== 'feed')
    return [unsupported(raw, around, kindOf(raw))];
  const read = comment.safeParse(change.data.value);
  if (!read.success) return [];
  const author = read.data.from?.id ?? read.data.sender_id;
  // Our own comment, or one whose author Facebook keeps from us.
  if (author === undefined || author === around.pageId) return [];
  return [commentEvent(read.data, author, raw, around)];
}

function commentEvent(it: Comment, author: string, raw: unknown, around: Around): InboundEvent {
  const added = eventBase(around, author, `${it.comment_id}/add`, timeOf(it, around));
  if (it.verb === 'add') return { ...added, type: 'comment', ...whereAndWhat(it) };
  // `created_time` stays that of the comment: when it was changed only the receipt tells.
  const platformId = `${it.comment_id}/${it.verb}/${key(raw)}`;
  const changed = eventBase(around, author, platformId, around.receivedAt);
  return it.verb === 'remove'
    ? { ...changed, type: 'removed', of: added.id }
    : { ...changed, type: 'edited', of: added.id, text: it.message ?? '' };
}

/** Seconds here, unlike in messages. */
function timeOf({ created_time: at }: Comment, { receivedAt }: Around): Instant {
  return at === undefined ? receivedAt : ((at * 1_000) as Instant);
}

function whereAndWhat({ comment_id, post_id, parent_id, message }: Comment) {
  const isReply = parent_id !== undefined && post_id !== undefined && parent_id !== post_id;
  return {
    commentId: comment_id,
    postId: post_id ?? '',
    text: message ?? '',
    ...(isReply ? { inReply: true as const } : {}),
  };
}
