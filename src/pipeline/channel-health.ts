import type { Trouble } from '../channels/channel.ts';
import * as collections from '../store/collections.ts';
import type { ChannelHealth } from '../store/collections.ts';
import type { Store } from '../store/store.ts';

/** How these channels stand, by name; one that nobody has looked at is absent. */
export async function channelHealths(
  store: Store,
  names: readonly string[],
): Promise<ReadonlyMap<string, ChannelHealth>> {
  const found = await store.collection(collections.channelHealth).getMany(names);
  return new Map(found.map((health) => [health.id, health]));
}

/** For who runs the service, in the words of the terminal: what is wrong, and what to do. */
export const troubleInWords: Readonly<Record<Trouble, string>> = {
  token_dead:
    'Nền tảng không nhận khoá truy cập nữa. Tin gửi đi nằm chờ, không mất. Lấy khoá mới, đặt lại vào .env (Zalo: npm run zalo-token -- enter).',
  token_expiring: 'Khoá truy cập sắp hết hạn. Gia hạn hoặc lấy khoá mới trước ngày đó.',
  webhook_missing:
    'Nền tảng chưa biết gửi tin về đâu. Đặt lại webhook (xem docs/channels và docs/operating.md).',
  webhook_elsewhere: 'Nền tảng đang gửi tin về địa chỉ khác. Nếu đây là máy đúng, đặt lại webhook.',
  webhook_incomplete: 'Webhook chưa xin đủ loại tin nên có tin không về. Đăng ký thêm.',
  webhook_failing: 'Nền tảng gửi tin về máy này không được. Xem máy chủ, tên miền và https.',
  webhook_set: 'Đang đặt webhook nên không tự lấy tin được. Gỡ webhook, hoặc đổi cách nhận tin.',
  nobody_polls: 'Không có tiến trình nào đang lấy tin. Chạy lại tiến trình web.',
  quota_used: 'Đã hết lượt gửi. Chờ có lượt mới, hoặc mua thêm.',
  unreachable: 'Hai lần liền không hỏi được nền tảng. Xem mạng của máy chủ.',
  silent:
    'Lâu bất thường không có tin nào về. Tự nhắn thử một câu; không thấy trả lời thì xem lại webhook.',
};
