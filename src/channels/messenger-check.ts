import type { ChannelCheck } from './channel.ts';
import { auditSubscription } from './messenger-account.ts';
import type { MessengerAccount } from './messenger-account.ts';

/** Whether the token is taken, and which fields the Page brings to us. @throws {ChannelError} when Meta does not say. */
export async function checkMessenger(account: MessengerAccount): Promise<ChannelCheck> {
  const { subscribed, missing } = await auditSubscription(account);
  if (subscribed.length === 0) return { troubles: ['webhook_missing'] };
  return missing.length === 0 ? { troubles: [] } : { troubles: ['webhook_incomplete'], missing };
}
