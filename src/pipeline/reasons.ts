import type { WhyNot } from '../channels/channel.ts';

/** Why a line may not go or did not go, and what to do now; goes on after a colon. */
export const whyNot: Readonly<Record<WhyNot, string>> = {
  window_closed:
    'đã quá thời hạn nền tảng cho phép trả lời. Chờ người này nhắn lại, hoặc gọi nếu họ đã để số.',
  no_template:
    'quá thời hạn nhắn tự do, mà lời nhắc này chưa có mẫu tin được nền tảng duyệt. Chờ người này nhắn lại, gọi nếu họ đã để số, hoặc xin duyệt mẫu.',
  quota_used: 'đã hết lượt gửi. Chờ có lượt mới rồi gửi lại.',
  quiet_hours: 'đang trong giờ không được gửi. Gửi lại khi hết giờ này.',
  blocked_by_person: 'người này đã chặn hoặc bỏ theo dõi. Chỉ gửi được khi họ nhắn lại.',
  held_elsewhere:
    'hội thoại đang ở hộp thư của Trang hoặc ở ứng dụng khác. Trả lời ở đó, hoặc trả hội thoại về cho bot ở đó rồi gửi lại.',
  no_consent: 'người này chưa đồng ý nhận. Không gửi lại khi họ chưa đồng ý.',
  token_dead: 'khoá truy cập của kênh đã hết hạn. Báo người vận hành thay khoá rồi gửi lại.',
  channel_paused: 'kênh đang tạm dừng. Gửi lại khi kênh chạy.',
  platform_refused: 'nền tảng từ chối. Xem lại nội dung trước khi gửi lại.',
  outcome_unknown:
    'chưa rõ lần gửi trước có tới không. Xem hộp thư của nền tảng; chưa tới thì gửi lại.',
};

const troubles: Readonly<Record<string, string>> = {
  ...whyNot,
  channel_off: 'kênh đang tắt. Báo người vận hành bật kênh rồi gửi lại.',
  process_died: 'chương trình dừng đột ngột nhiều lần vì việc này. Báo người vận hành.',
  conflict: 'quá nhiều việc cùng lúc trên một hồ sơ. Thử lại lúc vắng hơn.',
  taken_over: 'cán bộ đã tiếp nhận nên bot thôi trả lời. Không cần làm gì.',
  first_not_sent:
    'tin riêng chưa gửi được nên dòng nhắc tới tin ấy cũng không gửi. Không cần làm gì.',
  too_old: 'để quá lâu, không còn là câu trả lời. Hỏi lại người này nếu cần.',
};

/** The same for whatever a job was given up for; what nobody foresaw is the name of an error. */
export function reasonInWords(reason: string): string {
  const code = reason.split(':', 1)[0] ?? '';
  return (
    troubles[code] ??
    `lỗi chương trình không lường trước (${code}). Báo người vận hành, rồi thử lại.`
  );
}
