/**
 * Payloads of buttons on their way through Telegram. `callback_data` holds 64 bytes, and so do our payloads
 * (dialogue/payload.ts): they travel as they are. A link `?start=` holds 64 of [A-Za-z0-9_-]: there they travel as
 * base64url after a sign of their own. Source: channels.md A.2, read 2026-11-23.
 */
const mostBytes = 64;
const sign = 'p-';

/** Whether Telegram takes this as a button's data: 1 to 64 bytes of UTF-8. Source: Bot API, callback_data. */
export function fitsButton(payload: string): boolean {
  const bytes = Buffer.byteLength(payload);
  return bytes > 0 && bytes <= mostBytes;
}

/** The address that opens a private chat with the bot and carries the payload there; without it where it is too long. */
export function privateLink(botName: string, payload: string): string {
  const carried = sign + Buffer.from(payload).toString('base64url');
  const query = carried.length <= mostBytes ? `?start=${carried}` : '';
  return `https://t.me/${botName}${query}`;
}

/** What `/start <parameter>` brings: a payload of ours, or the reference that somebody put on a poster. */
export function readStart(parameter: string): string {
  if (!parameter.startsWith(sign)) return parameter;
  const payload = Buffer.from(parameter.slice(sign.length), 'base64url').toString('utf8');
  return sign + Buffer.from(payload).toString('base64url') === parameter ? payload : parameter;
}
