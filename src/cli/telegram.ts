import { existsSync } from 'node:fs';
import { httpSender } from '../channels/call.ts';
import { problemOf, removeWebhook, setWebhook, webhookInfo } from '../channels/telegram-account.ts';
import { botApi } from '../channels/telegram-api.ts';
import type { BotApi, TelegramSettings } from '../channels/telegram-api.ts';
import { systemClock } from '../clock.ts';
import { readConfig } from '../config.ts';
import { writtenTime } from '../conversation/calendar.ts';
import type { Instant } from '../clock.ts';
import { AppError, ChannelError } from '../errors.ts';
import { runCommand } from './command.ts';

const usage = `Bot Telegram: tin tới máy này bằng đường nào. Cách dùng: node run.js cli/telegram <việc>
  status    bot tên gì, tin đang đi đường nào, có lỗi không
  webhook   báo Telegram gửi tin tới PUBLIC_URL (TELEGRAM_MODE=webhook)
  polling   bỏ webhook để máy tự đi lấy tin (TELEGRAM_MODE=polling); tin đang chờ không mất`;

type Command = (api: BotApi, settings: TelegramSettings) => Promise<boolean>;

const commands: Readonly<Record<string, Command>> = { status, webhook, polling };

/** The only place that sets or removes a webhook: which program gets a bot's updates is for a person to decide. */
await runCommand(async ([name = '', ...rest]) => {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command || rest.length > 0) throw new AppError('usage', 2, usage);
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { telegram } = readConfig(process.env);
  if (!telegram)
    throw new AppError('config', 2, 'Chưa đặt TELEGRAM_BOT_TOKEN (xem docs/channels/telegram.md).');
  const sender = httpSender();
  try {
    return await command(botApi(telegram, sender), telegram);
  } catch (error) {
    throw error instanceof ChannelError ? new AppError(error.code, 502, whyNot(error)) : error;
  } finally {
    await sender.close();
  }
});

async function status(api: BotApi, { mode, webhookUrl }: TelegramSettings): Promise<boolean> {
  const { username } = (await api.call('getMe')) as { readonly username?: string };
  const info = await webhookInfo(api);
  const way = info.url === '' ? 'polling (chưa đặt webhook)' : `webhook ${info.url}`;
  console.log(`Bot          @${username ?? '?'}`);
  console.log(`TELEGRAM_MODE ${mode}`);
  console.log(`Telegram     ${way}`);
  console.log(`Tin đang chờ ${info.pending_update_count ?? 0}`);
  if (info.last_error_message !== undefined && info.last_error_date !== undefined) {
    const at = writtenTime((info.last_error_date * 1_000) as Instant);
    console.log(`Lỗi gần nhất ${at}: ${info.last_error_message}`);
  }
  const isRight =
    mode === 'polling'
      ? info.url === ''
      : problemOf(info, webhookUrl, systemClock.now()) === undefined;
  console.log(isRight ? 'Đúng như .env.' : `Chưa đúng. Chạy: node run.js cli/telegram ${mode}`);
  return isRight;
}

async function webhook(api: BotApi, settings: TelegramSettings): Promise<boolean> {
  if (settings.mode !== 'webhook')
    throw new AppError(
      'usage',
      2,
      'Trong .env đang là TELEGRAM_MODE=polling. Đổi thành webhook trước.',
    );
  if (!settings.webhookUrl.startsWith('https://'))
    throw new AppError(
      'usage',
      2,
      'PUBLIC_URL phải bắt đầu bằng https:// thì Telegram mới gửi tin tới.',
    );
  await setWebhook(api, settings);
  console.log(`Xong. Từ nay Telegram gửi tin tới ${settings.webhookUrl}`);
  return true;
}

async function polling(api: BotApi, { mode }: TelegramSettings): Promise<boolean> {
  if (mode !== 'polling')
    throw new AppError(
      'usage',
      2,
      'Trong .env đang là TELEGRAM_MODE=webhook. Đổi thành polling trước.',
    );
  await removeWebhook(api);
  console.log('Xong. Đã bỏ webhook; máy đang chạy sẽ tự đi lấy tin trong vài giây.');
  return true;
}

function whyNot(error: ChannelError): string {
  if (error.code === 'token_dead')
    return 'Telegram không nhận mã bot. Kiểm tra TELEGRAM_BOT_TOKEN, hoặc lấy mã mới ở BotFather.';
  if (error.code === 'no_answer')
    return 'Không tới được Telegram: mạng này có thể đang chặn (xem docs/channels/telegram.md).';
  return error.message;
}
