import { z } from 'zod';
import { days } from '../clock.ts';
import type { Instant } from '../clock.ts';
import type { EventBase, InboundEvent } from '../conversation/event.ts';
import type { ConversationId, EventId } from '../ids.ts';
import { sha256 } from './signature.ts';

const id = z.union([z.string(), z.number()]).transform(String).pipe(z.string().min(1));
const words = z.string().optional().catch(undefined);
const update = z.object({
  event_name: z.string().min(1),
  message: z.object({
    message_id: id.optional().catch(undefined),
    date: z.union([z.number(), z.string()]).transform(Number).optional().catch(undefined),
    from: z
      .object({ is_bot: z.boolean().optional().catch(undefined) })
      .optional()
      .catch(undefined),
    chat: z.object({ id, chat_type: words }),
    text: words,
    caption: words,
    // Documented as the first, seen as the second. Source: channels.md A.4, 2026-11-23.
    photo: words,
    photo_url: words,
    voice_url: words,
    url: words,
  }),
});
type Message = z.infer<typeof update>['message'];

/** A delivery brings its update in an envelope, a question fetches it bare. */
const enveloped = z.object({ result: z.unknown() });

/** The event of one update, brought or fetched. `raw` is JSON. Total: what is not known becomes `unsupported`. */
export function parseZaloBot(raw: unknown, botId: string, receivedAt: Instant): InboundEvent[] {
  const bare = update.safeParse(raw);
  const inner = bare.success ? raw : enveloped.safeParse(raw).data?.result;
  const read = update.safeParse(inner);
  if (!read.success) return isNothing(raw) ? [] : [unreadable(raw, botId, receivedAt)];
  const { event_name: name, message } = read.data;
  // Another bot, or ourselves: nobody to talk to.
  if (message.from?.is_bot) return [];
  const kind = /^message\.(.+)\.received$/.exec(name)?.[1] ?? name;
  const event = base(inner, message, botId, receivedAt);
  // Groups are a beta of Zalo's: their talk is neither answered nor kept.
  if (message.chat.chat_type !== undefined && message.chat.chat_type.toUpperCase() !== 'PRIVATE')
    return [{ ...toNobody(event), type: 'unsupported', what: `group.${kind}` }];
  return [{ ...event, ...said(kind, message) }];
}

type Said = {
  [Type in InboundEvent['type']]: Omit<Extract<InboundEvent, { type: Type }>, keyof EventBase>;
}['text' | 'attachment' | 'unsupported'];

function said(kind: string, message: Message): Said {
  const { text, caption, voice_url, url } = message;
  switch (kind) {
    case 'text':
      return text ? { type: 'text', text } : { type: 'unsupported', what: kind };
    case 'image': {
      const at = message.photo ?? message.photo_url;
      // Words under a picture are what the person asks.
      if (caption) return { type: 'text', text: caption };
      return { type: 'attachment', kind: 'image', ...(at === undefined ? {} : { url: at }) };
    }
    case 'voice':
      return {
        type: 'attachment',
        kind: 'audio',
        ...(voice_url === undefined ? {} : { url: voice_url }),
      };
    case 'sticker':
      return { type: 'attachment', kind: 'sticker', ...(url === undefined ? {} : { url }) };
    default:
      // `unsupported` is Zalo's own word for people whose messages the law keeps from bots.
      return { type: 'unsupported', what: kind };
  }
}

/** `{}` and the like, by which an address is tried. */
function isNothing(raw: unknown): boolean {
  return typeof raw !== 'object' || raw === null || Object.keys(raw).length === 0;
}

function unreadable(raw: unknown, botId: string, receivedAt: Instant): InboundEvent {
  const key = `h_${sha256(JSON.stringify(raw)).slice(0, 40)}`;
  return {
    ...eventBase(botId, '', key, receivedAt),
    type: 'unsupported',
    what: 'update',
    raw: JSON.stringify(raw),
  };
}

const longestOnTheWay = days(2);

function base(raw: unknown, message: Message, botId: string, receivedAt: Instant): EventBase {
  const { message_id, chat, date } = message;
  const key = message_id ?? `h_${sha256(JSON.stringify(raw)).slice(0, 40)}`;
  // Milliseconds. A time from another year is no time: it would close every window.
  const isTime = date !== undefined && Number.isFinite(date) && date > receivedAt - longestOnTheWay;
  return eventBase(botId, chat.id, key, isTime ? (date as Instant) : receivedAt);
}

function toNobody(event: EventBase): EventBase {
  const { account, channel } = event;
  return { ...event, address: '', conversationId: `${channel}/${account}/` as ConversationId };
}

function eventBase(botId: string, address: string, key: string, at: Instant): EventBase {
  return {
    id: `zalo-bot/${botId}/${key}` as EventId,
    channel: 'zalo-bot',
    account: botId,
    address,
    conversationId: `zalo-bot/${botId}/${address}` as ConversationId,
    at,
  };
}
