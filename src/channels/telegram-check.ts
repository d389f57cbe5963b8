import type { Instant } from '../clock.ts';
import type { Store } from '../store/store.ts';
import type { ChannelCheck, Trouble } from './channel.ts';
import { isLeased } from './lease.ts';
import { problemOf, webhookInfo } from './telegram-account.ts';
import type { WebhookInfo } from './telegram-account.ts';
import type { BotApi, TelegramSettings } from './telegram-api.ts';
import { updateKinds } from './telegram-events.ts';

/** One question tells all of it: a dead token is not answered at all. @throws {ChannelError} */
export async function checkTelegram(
  api: BotApi,
  settings: TelegramSettings,
  store: Store | undefined,
  now: Instant,
): Promise<ChannelCheck> {
  const info = await webhookInfo(api);
  const trouble =
    settings.mode === 'webhook'
      ? problemOf(info, settings.webhookUrl, now)
      : await pollingTrouble(info, api, store);
  const missing = updateKinds.filter((kind) => info.allowed_updates?.includes(kind) === false);
  return {
    troubles: trouble === undefined ? [] : [trouble],
    ...(settings.mode === 'webhook' && missing.length > 0 ? { missing } : {}),
    ...(info.pending_update_count === undefined ? {} : { pending: info.pending_update_count }),
  };
}

async function pollingTrouble(
  { url }: WebhookInfo,
  { botId }: BotApi,
  store: Store | undefined,
): Promise<Trouble | undefined> {
  if (url !== '') return 'webhook_set';
  return store && !(await isLeased(store, `telegram/${botId}`)) ? 'nobody_polls' : undefined;
}
