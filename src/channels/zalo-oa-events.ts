import { z } from 'zod';
import { days } from '../clock.ts';
import type { Instant } from '../clock.ts';
import type { AttachmentKind, EventBase, InboundEvent } from '../conversation/event.ts';
import type { ConversationId, EventId } from '../ids.ts';
import type { WebhookRequest } from './channel.ts';
import { sha256 } from './signature.ts';
import { addressOf } from './zalo-oa-address.ts';
import { readZaloJson } from './zalo-json.ts';

// Ids are strings; a short one may still come as a number. What an event can do without is left out where its
// shape is new to us; anything else of another shape makes that one event unsupported.
const id = z.union([z.string(), z.number()]).transform(String).pipe(z.string().min(1));
const someone = z
  .object({ id, admin_id: id.optional().catch(undefined) })
  .optional()
  .catch(undefined);
const attachment = z.object({
  type: z.string().optional().catch(undefined),
  payload: z
    .object({ url: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});
const words = z.string().optional().catch(undefined);
const message = z
  .object({
    msg_id: id.optional().catch(undefined),
    text: words,
    conversation_id: id.optional().catch(undefined),
    attachments: z.array(attachment).optional().catch(undefined),
    tracking_id: z.unknown().optional(),
    delivery_time: z.unknown().optional(),
  })
  .optional()
  .catch(undefined);
const envelope = z.object({
  event_name: z.string().min(1),
  timestamp: z.union([z.string(), z.number()]).transform(Number).optional().catch(undefined),
  oa_id: id.optional().catch(undefined),
  user_id: id.optional().catch(undefined),
  sender: someone,
  recipient: someone,
  follower: someone,
  message,
  source: words,
  info: z.object({ name: words, phone: words }).optional().catch(undefined),
  phone: words,
  name: words,
  talk_time: z.union([z.string(), z.number()]).transform(Number).optional().catch(undefined),
});

type Delivery = z.infer<typeof envelope>;
interface Around {
  readonly oaId: string;
  readonly receivedAt: Instant;
  readonly raw: unknown;
  readonly isNotification: boolean;
}

/**
 * The event of one delivery: Zalo sends one at a time. Events of an OA that is not ours are dropped: we could not
 * answer them. Event names: channels.md A.3, read 2026-11-23; those of calls, tags and the data subject from a
 * secondary source.
 * @throws {AppError} `bad_json` when the body is no JSON.
 */
export function parseZaloOa(request: WebhookRequest, ourOa: string): InboundEvent[] {
  const raw = readZaloJson(request.body);
  const read = envelope.safeParse(raw);
  if (!read.success) return [];
  const it = read.data;
  const oaId = oaOf(it);
  if (oaId !== undefined && oaId !== ourOa) return [];
  const around: Around = {
    oaId: ourOa,
    receivedAt: request.receivedAt,
    raw,
    isNotification: request.headers['x-zevent-server']?.toUpperCase() === 'ZNS',
  };
  if (oaId === undefined) return [unsupported(it, around, { keeps: true })];
  return eventOf(it, around);
}

/** Which OA a delivery is about: named, or at the OA's end of the message. */
function oaOf({ event_name: name, oa_id, sender, recipient }: Delivery): string | undefined {
  if (oa_id !== undefined) return oa_id;
  // Talk of a group names the group where the OA would stand.
  const isFromOa = name.startsWith('oa_') || /^user_(seen|received)_message$/.test(name);
  return isFromOa ? sender?.id : recipient?.id;
}

function eventOf(it: Delivery, around: Around): InboundEvent[] {
  const name = it.event_name;
  if (/group/.test(name)) return name.startsWith('oa_') ? [] : [unsupported(it, around, {})];
  const sent = /^(?:user|anonymous)_send_(.+)$/.exec(name);
  if (sent) return personMessage(it, sent[1] ?? '', around);
  if (/^oa_send_(?!consent)/.test(name)) return echo(it, around);
  if (/^change_(?:oa|template)/.test(name)) return [notice(it, around)];
  return others.get(name)?.(it, around) ?? [unsupported(it, around, { keeps: true })];
}

type Reader = (it: Delivery, around: Around) => InboundEvent[];
const nothing: Reader = () => [];
const quiet: Reader = (it, around) => [unsupported(it, around, {})];

const others: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['follow', (it, around) => by(it.follower?.id, it, around, opened(it.source))],
  // The button “Nhắn tin” on the OA's page, pressed by somebody who never wrote before.
  ['user_click_chatnow', (it, around) => by(personOf(it), it, around, opened('chatnow'))],
  ['unfollow', (it, around) => by(it.follower?.id, it, around, { type: 'left' })],
  [
    'user_click_button',
    (it, around) => by(personOf(it), it, around, { type: 'touched', what: 'button' }),
  ],
  ['user_call_oa', call],
  ['oa_call_user', call],
  ['user_submit_info', submittedInfo],
  ['user_seen_message', delivered],
  ['user_received_message', delivered],
  // Somebody used their right as the subject of data in Zalo itself: the same case as “xoá dữ liệu của tôi” typed here.
  [
    'user_withdraw',
    (it, around) =>
      by(personOf(it), it, around, {
        type: 'choice',
        payload: 'case:erase',
        title: 'Yêu cầu về dữ liệu cá nhân, gửi từ Zalo',
      }),
  ],
  // Neither opens a window nor asks for anything. Source: channels.md A.3, 2026-11-23.
  ['user_reacted_message', nothing],
  ['oa_reacted_message', nothing],
  // What concerns the OA's own lists of people, with their ids and numbers in it: counted, not kept.
  ...[
    'add_user_to_tag',
    'remove_user_from_tag',
    'remove_tag',
    'update_user_info',
    'oa_send_consent',
    'user_reply_consent',
    'extension_purchased',
    'widget_interaction_accepted',
    'widget_failed_to_sync_user_external_id',
  ].map((name): [string, Reader] => [name, quiet]),
]);

const opened = (ref: string | undefined): Happened => ({
  type: 'opened',
  ...(ref === undefined ? {} : { ref }),
});

const kinds: ReadonlyMap<string, AttachmentKind> = new Map([
  ['image', 'image'],
  ['gif', 'image'],
  ['audio', 'audio'],
  ['video', 'video'],
  ['file', 'file'],
  ['sticker', 'sticker'],
  ['location', 'location'],
]);

function personMessage(it: Delivery, what: string, around: Around): InboundEvent[] {
  const address = personOf(it);
  if (address === undefined) return [unsupported(it, around, { keeps: true })];
  const event = base(it, around, address);
  const said = it.message?.text ?? '';
  const url = it.message?.attachments?.[0]?.payload?.url;
  const kind = kinds.get(what);
  // Words under a picture are what the person asks; those beside a sticker or a place are the platform's.
  const speaks = what !== 'sticker' && what !== 'location' && said !== '';
  if (what === 'text' || what === 'link' || (kind && speaks)) {
    const text = said === '' ? (url ?? '') : said;
    return text === ''
      ? [{ ...event, type: 'unsupported', what: it.event_name }]
      : [{ ...event, ...spoken(text) }];
  }
  // A business card holds somebody else's number: it is not kept.
  if (!kind) return [{ ...event, type: 'unsupported', what: it.event_name }];
  const at = url !== undefined && kind !== 'location' ? { url } : {};
  return [{ ...event, type: 'attachment', kind, ...at }];
}

/** A pressed button comes back as text: its payload after a #, and the words that stood on it. */
function spoken(text: string): Happened {
  const pressed = /^#([a-z][A-Za-z]{0,19}:\S*)(?: (.+))?$/s.exec(text);
  if (!pressed) return { type: 'text', text };
  const [, payload = '', title = payload] = pressed;
  return { type: 'choice', payload, title };
}

/**
 * What the person sends by Zalo's own form, as if it had been typed: the form under way takes it, outside of one it
 * is an ordinary line. Only name and number: nobody asked for birthday, gender and address.
 */
function submittedInfo(it: Delivery, around: Around): InboundEvent[] {
  const { name, phone } = it.info ?? it;
  const text = [name?.trim(), domestic(phone?.trim())].filter(Boolean).join(', ');
  return text === '' ? quiet(it, around) : by(personOf(it), it, around, { type: 'text', text });
}

/** `84912345678` as people write it: `0912345678`. */
function domestic(phone: string | undefined): string | undefined {
  return phone?.replace(/^\+?84(?=\d{9,10}$)/, '0');
}

/** A receipt for a notification goes to a phone number, which is nobody we know: it is passed over. */
function delivered(it: Delivery, around: Around): InboundEvent[] {
  const { message, recipient } = it;
  const isNotification =
    around.isNotification ||
    message?.tracking_id !== undefined ||
    message?.delivery_time !== undefined;
  if (isNotification || !recipient) return [];
  const event = base(it, around, recipient.id);
  return [{ ...event, type: 'delivered', upTo: event.at }];
}

/** Only a call that was taken is an act of the person. */
function call(it: Delivery, around: Around): InboundEvent[] {
  if (!it.talk_time || it.talk_time <= 0) return [];
  return by(personOf(it), it, around, { type: 'touched', what: 'call' });
}

/** What an officer typed in Zalo's own chat bears their `admin_id`; anything else is our own message come back. */
function echo(it: Delivery, around: Around): InboundEvent[] {
  if (it.sender?.admin_id === undefined || !it.recipient) return [];
  return by(addressFor(it, it.recipient.id), it, around, {
    type: 'pageReply',
    text: it.message?.text ?? '',
  });
}

/** Zalo changes what the OA may send: for whoever runs the channel. */
function notice(it: Delivery, around: Around): InboundEvent {
  const known = new Set(['event_name', 'timestamp', 'app_id', 'oa_id']);
  const told = Object.entries(around.raw as Record<string, unknown>) // an object: it was read as one
    .filter(([name]) => !known.has(name))
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return {
    ...base(it, around, ''),
    type: 'enforced',
    action: it.event_name,
    reason: told.join(' · ').slice(0, 300),
  };
}

function personOf(it: Delivery): string | undefined {
  const person = it.sender?.id ?? it.user_id;
  return person === undefined ? undefined : addressFor(it, person);
}

function addressFor({ event_name: name, message }: Delivery, person: string): string {
  return addressOf(person, name.includes('anonymous') ? message?.conversation_id : undefined);
}

/** What happened, without to whom and when. */
type Happened = InboundEvent extends infer Event
  ? Event extends InboundEvent
    ? Omit<Event, keyof EventBase>
    : never
  : never;

function by(
  address: string | undefined,
  it: Delivery,
  around: Around,
  what: Happened,
): InboundEvent[] {
  if (address === undefined) return [unsupported(it, around, { keeps: true })];
  return [{ ...base(it, around, address), ...what }];
}

/** `keeps`: the delivery itself is kept for some days, so that it can be learnt. */
function unsupported(it: Delivery, around: Around, { keeps }: { keeps?: true }): InboundEvent {
  return {
    ...base(it, around, ''),
    type: 'unsupported',
    what: it.event_name,
    ...(keeps ? { raw: JSON.stringify(around.raw) } : {}),
  };
}

function base(it: Delivery, { oaId, receivedAt, raw }: Around, address: string): EventBase {
  const key = it.message?.msg_id ?? `h_${sha256(JSON.stringify(raw)).slice(0, 40)}`;
  return {
    id: `zalo/${oaId}/${it.event_name}/${key}` as EventId,
    channel: 'zalo',
    account: oaId,
    address,
    conversationId: `zalo/${oaId}/${address}` as ConversationId,
    at: timeOf(it.timestamp, receivedAt),
  };
}

const longestOnTheWay = days(2);

/** Zalo repeats for hours, not for days: a time from another year (its samples have some) is no time. */
function timeOf(timestamp: number | undefined, receivedAt: Instant): Instant {
  if (timestamp === undefined || !(timestamp > receivedAt - longestOnTheWay)) return receivedAt;
  return (Number.isFinite(timestamp) ? timestamp : receivedAt) as Instant;
}
