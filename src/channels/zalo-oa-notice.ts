import type { EventId, ConversationId } from '../ids.ts';
import { newId } from '../ids.ts';
import { openNotice } from '../pipeline/notice.ts';
import type { AttendPorts } from './channel.ts';

/** What whoever runs the OA has to hear of; each is shown until it was seen, and rings once. */
export interface ZaloNotices {
  /** `about` tells one trouble from the next of the same kind; `error` is the platform's own number. */
  open(action: NoticeKind, about: string, error: number | undefined): Promise<void>;
}
export type NoticeKind = keyof typeof says;

/** For people who run the service, so in the words of the terminal. */
const says = {
  token_lost: (error: string) =>
    `Zalo không nhận refresh token nữa${error}. Tin vẫn nằm chờ, không mất. Vào developers.zalo.me lấy refresh token mới, rồi chạy: npm run zalo-token -- enter (xem docs/channels/zalo-oa.md, mục “Khi token hỏng”).`,
  token_expiring: () =>
    'Refresh token của Zalo sắp hết hạn (dưới 7 ngày) mà chưa đổi được. Lấy token mới rồi chạy: npm run zalo-token -- enter (xem docs/channels/zalo-oa.md).',
  refused: (error: string) =>
    `Zalo từ chối gửi tin${error}: việc này phải xử lý trong trang quản trị OA (gói dịch vụ, quyền của ứng dụng). Xem bảng lỗi trong docs/channels/zalo-oa.md.`,
};

/** Notices that a person has to act on in Zalo's console; the same action about the same thing opens one. */
export function zaloNotices(
  oaId: string,
  { store, clock }: Pick<AttendPorts, 'store' | 'clock'>,
): ZaloNotices {
  return {
    async open(action, about, error) {
      const now = clock.now();
      const code = error === undefined ? '' : ` (mã ${error})`;
      const event = {
        id: `zalo/${oaId}/${action}/${about}${error ?? ''}` as EventId,
        channel: 'zalo',
        account: oaId,
        address: '',
        conversationId: `zalo/${oaId}/` as ConversationId,
        at: now,
        type: 'enforced' as const,
        action,
        reason: says[action](code),
      };
      await openNotice(store, event, now, newId<'trace'>());
    },
  };
}
