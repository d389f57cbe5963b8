import { z } from 'zod';
import type { Store } from '../store/store.ts';
import type { Sender } from './call.ts';
import type { ChannelCheck, Trouble } from './channel.ts';
import { isLeased } from './lease.ts';
import { callZaloBot } from './zalo-bot-api.ts';
import type { ZaloBotSettings } from './zalo-bot-api.ts';

/** `getWebhookInfo` as documented: `{ url, updated_at }`; nothing of errors or of what waits. channels.md A.4, 2026-11-23. */
const info = z.object({ url: z.string().catch('') }).catch({ url: '' });

/** One question tells all of it: a dead token is not answered at all. @throws {ChannelError} */
export async function checkZaloBot(
  settings: ZaloBotSettings,
  botId: string,
  sender: Sender,
  store: Store | undefined,
): Promise<ChannelCheck> {
  const { url } = info.parse(await callZaloBot(settings, sender, 'getWebhookInfo', {}));
  const trouble =
    settings.mode === 'webhook'
      ? webhookTrouble(url, settings.webhookUrl)
      : await pollingTrouble(url, botId, store);
  return { troubles: trouble === undefined ? [] : [trouble] };
}

function webhookTrouble(url: string, expected: string): Trouble | undefined {
  if (url === '') return 'webhook_missing';
  return url === expected ? undefined : 'webhook_elsewhere';
}

async function pollingTrouble(
  url: string,
  botId: string,
  store: Store | undefined,
): Promise<Trouble | undefined> {
  if (url !== '') return 'webhook_set';
  return store && !(await isLeased(store, `zalo-bot/${botId}`)) ? 'nobody_polls' : undefined;
}
