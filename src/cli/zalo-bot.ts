import { existsSync } from 'node:fs';
import { z } from 'zod';
import { httpSender } from '../channels/call.ts';
import { callZaloBot } from '../channels/zalo-bot-api.ts';
import type { ZaloBotSettings } from '../channels/zalo-bot-api.ts';
import { readConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { runCommand } from './command.ts';

const usage = `Zalo Bot. Cách dùng:
  npm run zalo-bot               xem Zalo đang gửi tin của bot về đâu
  npm run zalo-bot -- webhook    báo Zalo gửi tin về PUBLIC_URL/webhooks/zalo-bot
  npm run zalo-bot -- polling    thôi gửi về địa chỉ ấy, để máy tự hỏi tin (ZALO_BOT_MODE=polling)
Máy chủ không bao giờ tự đổi việc này lúc khởi động.`;

const info = z.object({ url: z.string().catch('') }).catch({ url: '' });

await runCommand(async (args) => {
  const [verb = 'info', ...rest] = args;
  if (rest.length > 0 || !['info', 'webhook', 'polling'].includes(verb))
    throw new AppError('usage', 2, usage);
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { zaloBot: settings } = readConfig(process.env);
  if (!settings)
    throw new AppError(
      'config',
      2,
      'Chưa đặt Zalo Bot trong .env (xem docs/channels/zalo-bot.md).',
    );
  if (verb === 'webhook') await setWebhook(settings);
  if (verb === 'polling') await ask(settings, 'deleteWebhook', {});
  return show(settings);
});

async function setWebhook(settings: ZaloBotSettings): Promise<void> {
  const { webhookSecret, webhookUrl } = settings;
  if (webhookSecret === undefined || !webhookUrl.startsWith('https://'))
    throw new AppError(
      'config',
      2,
      'Cần ZALO_BOT_WEBHOOK_SECRET và PUBLIC_URL bắt đầu bằng https://.',
    );
  await ask(settings, 'setWebhook', { url: webhookUrl, secret_token: webhookSecret });
}

/** Says whether what Zalo does and what the settings say fit together. */
async function show(settings: ZaloBotSettings): Promise<boolean> {
  const { url } = info.parse(await ask(settings, 'getWebhookInfo', {}));
  console.log(
    url === '' ? 'Zalo không gửi tin về đâu; máy phải tự hỏi.' : `Zalo gửi tin về ${url}`,
  );
  const fits = settings.mode === 'polling' ? url === '' : url === settings.webhookUrl;
  if (!fits)
    console.log(
      settings.mode === 'polling'
        ? 'ZALO_BOT_MODE=polling nhưng webhook còn đặt: chạy npm run zalo-bot -- polling'
        : `Chưa phải ${settings.webhookUrl}: chạy npm run zalo-bot -- webhook`,
    );
  return fits;
}

async function ask(
  settings: ZaloBotSettings,
  method: string,
  body: Readonly<Record<string, string>>,
): Promise<unknown> {
  const sender = httpSender();
  try {
    return await callZaloBot(settings, sender, method, body);
  } catch (error) {
    throw new AppError(
      'zalo_bot',
      500,
      error instanceof Error ? error.message : 'Zalo không trả lời.',
    );
  } finally {
    await sender.close();
  }
}
