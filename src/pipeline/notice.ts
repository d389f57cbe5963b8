import type { Instant } from '../clock.ts';
import type { EventOf } from '../conversation/event.ts';
import type { Notice } from '../conversation/notice.ts';
import type { NotifyCode } from '../dialogue/effects.ts';
import { AppError } from '../errors.ts';
import type { TraceId } from '../ids.ts';
import { notices } from '../store/collections.ts';
import { commitIfFirst } from '../store/race.ts';
import { insert, replace } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import { audit } from './audit.ts';
import type { ModerationPorts, Moderator } from './moderation.ts';
import { notifyJob } from './queue.ts';

/**
 * What a platform says of the channel, or what we found out about it ourselves, is shown to people until one of them has
 * seen it; the bell rings once.
 */
export async function openNotice(
  store: Store,
  {
    id,
    channel,
    action,
    reason,
  }: Pick<EventOf<'enforced'>, 'id' | 'channel' | 'action' | 'reason'>,
  now: Instant,
  trace: TraceId,
  code: NotifyCode = 'platform_notice',
): Promise<void> {
  const notice = { id, schema: 1, channel, action, text: reason, state: 'open', at: now } as const;
  // A redelivery finds it there.
  await commitIfFirst(store, [
    insert<Notice>(notices, notice),
    notifyJob({ code, channel, reason: action }, now, trace),
  ]);
}

/** Notices that nobody has seen, the oldest first. */
export function openNotices(store: Store): Promise<Notice[]> {
  return store
    .collection(notices)
    .find({ where: { state: 'open' }, sort: { by: 'at', order: 'asc' }, limit: 50 });
}

/** Takes a notice off the list; `code` is the end of its id. @throws {AppError} `not_found`. */
export async function seeNotice(
  { store, clock }: Pick<ModerationPorts, 'store' | 'clock'>,
  code: string,
  by: Moderator,
): Promise<void> {
  const [notice] = (await openNotices(store)).filter(({ id }) => id.endsWith(code));
  if (!notice) throw new AppError('not_found', 404, `Không có thông báo “${code}”.`);
  const object = { type: 'notice', id: notice.id };
  await store.commit([
    replace<Notice>(notices, notice, { state: 'seen' }),
    audit({ action: 'notice.seen', object }, by, clock.now()),
  ]);
}
