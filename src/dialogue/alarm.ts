import type { Understanding } from '../nlu/types.ts';

/** What may not wait, whatever is under way: a life, money going this moment, somebody in trouble or in a hurry. */
export type Alarm = 'danger' | 'money' | 'worried' | 'urgent';

/** The most pressing alarm of a message, if there is one; danger goes before money, money before worry. */
export function alarmOf(understood: Understanding | undefined): Alarm | undefined {
  if (!understood) return undefined;
  const has = (signal: Alarm): boolean => understood.signals.some((one) => one === signal);
  if (has('danger')) return 'danger';
  if (isOfScam(understood) && (has('worried') || has('urgent') || isMoneyGone(understood))) {
    return 'money';
  }
  if (has('worried')) return 'worried';
  return has('urgent') ? 'urgent' : undefined;
}

/** Below, “scam” is merely the least unlikely topic of an unclear cry. */
const likeScam = 0.3;

function isOfScam({ intents }: Understanding): boolean {
  const [best] = intents;
  return best?.name === 'scam_check' && best.probability >= likeScam;
}

/** Money or a code is gone already, by a word for it or by “đóng … rồi”. */
function isMoneyGone({ signals, text }: Understanding): boolean {
  return signals.includes('moneyGone') || gone.some((form) => form.test(text.normalize('NFC')));
}

const paying = '(?:đóng|dong|nộp|nop|chuyển|chuyen|ck|nạp|nap|gửi|gui|cọc|coc|đưa|dua)';
const gone = [
  new RegExp(`(?:^|\\s)${paying}\\s(?:.*\\s)?(?:rồi|roi|r|xong)(?:[\\s,.!?]|$)`, 'iu'),
  new RegExp(`(?:^|\\s)(?:đã|da|lỡ|lo|trót|trot|mới|moi)\\s${paying}(?:\\s|$)`, 'iu'),
];
