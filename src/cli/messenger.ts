import { existsSync } from 'node:fs';
import path from 'node:path';
import { httpSender } from '../channels/call.ts';
import { auditSubscription, subscribe } from '../channels/messenger-account.ts';
import type { MessengerAccount } from '../channels/messenger-account.ts';
import { profileOf, setProfile } from '../channels/messenger-profile.ts';
import { readConfig } from '../config.ts';
import { loadContent } from '../content/load.ts';
import { AppError, ChannelError } from '../errors.ts';
import { readTree } from '../files.ts';
import { runCommand } from './command.ts';

const root = path.join(import.meta.dirname, '..', '..');

const usage = `Trang Facebook (Messenger). Cách dùng:
  npm run messenger                         Trang có báo đủ sự kiện cho ứng dụng của mình không
  npm run messenger -- subscribe            đăng ký nhận đủ sự kiện, làm lại khi Meta đã huỷ
  npm run messenger -- profile              đặt nút Bắt đầu, menu, câu hỏi gợi ý và lệnh, lấy lời từ content/
  npm run messenger -- profile --dry-run    chỉ in ra, chưa đặt
Máy chủ không bao giờ tự đổi những việc này.`;

/** Does one thing with the Page; false when something is missing there. @throws {AppError} `usage`. */
export async function act(
  account: MessengerAccount,
  [verb = 'status', ...rest]: readonly string[],
): Promise<boolean> {
  if (verb === 'status' && rest.length === 0) return status(account);
  if (verb === 'subscribe' && rest.length === 0) {
    await subscribe(account);
    return status(account);
  }
  const isTrial = rest.length === 1 && rest[0] === '--dry-run';
  if (verb === 'profile' && (rest.length === 0 || isTrial)) return profile(account, isTrial);
  throw new AppError('usage', 2, usage);
}

async function status(account: MessengerAccount): Promise<boolean> {
  const { subscribed, missing } = await auditSubscription(account);
  console.log(`Trang ${account.settings.pageId} báo: ${subscribed.join(', ') || 'không gì cả'}`);
  console.log(
    missing.length === 0
      ? 'Đủ.'
      : `Còn thiếu: ${missing.join(', ')}. Chạy: npm run messenger -- subscribe`,
  );
  return missing.length === 0;
}

async function profile(account: MessengerAccount, isTrial: boolean): Promise<boolean> {
  const wanted = profileOf(loadContent(await readTree(root)));
  console.log(JSON.stringify(wanted, null, 2));
  if (isTrial) return true;
  await setProfile(account, wanted);
  console.log('Đã đặt. Mở Messenger trên điện thoại để xem; có khi vài phút mới thấy.');
  return true;
}

function whyNot(error: ChannelError): string {
  if (error.code === 'token_dead')
    return 'Meta không nhận khoá của Trang. Lấy MESSENGER_PAGE_TOKEN mới (xem docs/channels/messenger.md).';
  if (error.code === 'no_answer') return 'Không tới được Meta. Kiểm tra mạng rồi chạy lại.';
  return error.message;
}

// `node run.js cli/messenger` sets the script's name to this file; a test imports it.
if (process.argv[1] === import.meta.filename) {
  await runCommand(async (args) => {
    if (existsSync('.env')) process.loadEnvFile('.env');
    const { messenger: settings } = readConfig(process.env);
    if (!settings)
      throw new AppError(
        'config',
        2,
        'Chưa đặt Messenger trong .env (xem docs/channels/messenger.md).',
      );
    const sender = httpSender();
    try {
      return await act({ settings, sender }, args);
    } catch (error) {
      throw error instanceof ChannelError ? new AppError(error.code, 502, whyNot(error)) : error;
    } finally {
      await sender.close();
    }
  });
}
