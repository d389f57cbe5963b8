import { z } from 'zod';
import type { Instant } from '../clock.ts';
import type { AttachmentKind, EventBase, InboundEvent } from '../conversation/event.ts';
import type { JobId } from '../ids.ts';
import type { WebhookRequest } from './channel.ts';
import { commands } from './commands.ts';
import { readJson } from './json.ts';
import { feedEvents } from './messenger-feed.ts';
import {
  aside,
  conversation,
  eventBase,
  id,
  instant,
  key,
  kindOf,
  orNothing,
  unread,
  unsupported,
} from './messenger-form.ts';
import type { Around } from './messenger-form.ts';
import { getStarted } from './messenger-profile.ts';
import { pageInboxApps, rolesIn, routingForm, routingOf } from './messenger-routing.ts';

/** What our own calls carry in `metadata`, before the job's id. */
export const markPrefix = 'nhipcau:';

const attachment = z.object({
  type: z.string().catch('unknown'),
  payload: aside(z.object({ url: aside(z.string()) })),
});
const referral = z.object({ ref: aside(z.string()) });
const message = z.object({
  mid: id,
  text: aside(z.string()),
  is_echo: aside(z.boolean()),
  is_deleted: aside(z.boolean()),
  is_unsupported: aside(z.boolean()),
  app_id: aside(id),
  metadata: aside(z.string()),
  sticker_id: aside(id),
  quick_reply: aside(z.object({ payload: z.string() })),
  commands: aside(z.array(z.object({ name: z.string() }))),
  attachments: aside(z.array(attachment)),
});
const enforcement = aside(z.object({ action: z.string(), reason: aside(z.string()) }));
const messaging = z.object({
  ...routingForm,
  sender: aside(z.object({ id })),
  recipient: aside(z.object({ id })),
  timestamp: aside(instant),
  message: message.nullish().transform(orNothing),
  message_edit: z
    .object({ mid: id, text: z.string(), num_edit: aside(id) })
    .nullish()
    .transform(orNothing),
  postback: aside(
    z.object({
      mid: aside(id),
      title: aside(z.string()),
      payload: aside(z.string()),
      referral: aside(referral),
    }),
  ),
  referral: aside(referral),
  reaction: aside(z.object({ mid: aside(id), action: aside(z.string()) })),
  delivery: aside(z.object({ watermark: instant })),
  read: aside(z.object({})),
  // Both spellings are about: Meta's reference and what it sends. Source: channels.md A.1, 2026-11-23.
  policy_enforcement: enforcement,
  'policy-enforcement': enforcement,
});
const list = aside(z.array(z.unknown()));
const entry = z.object({ id, messaging: list, standby: list, changes: list });
const envelope = z.object({ object: z.literal('page'), entry: z.array(z.unknown()) });
/** Who it came from can be read where the rest cannot. */
const fromSomebody = z.object({ sender: z.object({ id }), timestamp: aside(instant) });

type Messaging = z.infer<typeof messaging>;
type PersonMessage = z.infer<typeof message>;
/**
 * The events of one delivery, in its order. Those of a Page that is not ours are dropped, since we could not answer them;
 * `onForeign` is told which Page.
 * @throws {AppError} `bad_json` when the body is no JSON.
 */
export function parseMessenger(
  request: WebhookRequest,
  ourPage: string,
  onForeign?: (pageId: string) => void,
  appId?: string,
): InboundEvent[] {
  const read = envelope.safeParse(readJson(request.body));
  if (!read.success) return [];
  const around = {
    pageId: ourPage,
    receivedAt: request.receivedAt,
    standby: false,
    ...(appId === undefined ? {} : { appId }),
  };
  return read.data.entry.flatMap((raw) => oneEntry(raw, around, onForeign));
}

function oneEntry(
  raw: unknown,
  around: Around,
  onForeign?: (pageId: string) => void,
): InboundEvent[] {
  const read = entry.safeParse(raw);
  if (!read.success) return [];
  if (read.data.id !== around.pageId) {
    onForeign?.(read.data.id);
    return [];
  }
  const { messaging = [], standby = [], changes = [] } = read.data;
  if (messaging.length + standby.length + changes.length === 0)
    return [unsupported(raw, around, 'entry')];
  return [
    ...messaging.flatMap((one) => oneMessaging(one, around)),
    ...standby.flatMap((one) => oneMessaging(one, { ...around, standby: true })),
    ...changes.flatMap((one) => feedEvents(one, around)),
  ];
}

function oneMessaging(raw: unknown, around: Around): InboundEvent[] {
  const read = messaging.safeParse(raw);
  if (!read.success) return [unreadOf(raw, around)];
  const it = read.data;
  if (it.read !== undefined) return [];
  if (it.delivery)
    return [
      { ...base(it, around, key(raw)), type: 'delivered', upTo: it.delivery.watermark as Instant },
    ];
  const enforced = it.policy_enforcement ?? it['policy-enforcement'];
  if (enforced)
    return [
      {
        ...base(it, around, key(raw)),
        type: 'enforced',
        ...enforced,
        reason: enforced.reason ?? '',
      },
    ];
  if (it.app_roles) {
    const reason = rolesIn(it.app_roles);
    return [{ ...base(it, around, key(raw)), type: 'enforced', action: 'app_roles', reason }];
  }
  if (it.message?.is_echo) return echo(it, it.message, around);
  if (!it.sender || it.sender.id === around.pageId) return [unsupported(raw, around, kindOf(raw))];
  const routing = routingOf(it, around);
  if (routing) return [{ ...base(it, around, key(raw)), ...routing }];
  if (it.message) return [personMessage(it, it.message, raw, around)];
  if (it.message_edit) return [edited(it, it.message_edit, around)];
  if (it.postback) return [postback(it, it.postback, raw, around)];
  if (it.referral) return [{ ...base(it, around, key(raw)), type: 'opened', ...ref(it.referral) }];
  if (it.reaction) return reaction(it, it.reaction, raw, around);
  return [unsupported(raw, around, kindOf(raw))];
}

function personMessage(
  it: Messaging,
  message: PersonMessage,
  raw: unknown,
  around: Around,
): InboundEvent {
  const event = base(it, around, message.mid);
  if (message.is_deleted)
    return { ...base(it, around, `${message.mid}/deleted`), type: 'removed', of: event.id };
  if (message.is_unsupported) return { ...event, ...unread(raw, 'message') };
  if (message.quick_reply) {
    const { payload } = message.quick_reply;
    return { ...event, type: 'choice', payload, title: message.text ?? payload };
  }
  const commanded = commandOf(message);
  if (commanded) return { ...event, ...commanded };
  if (message.text) return { ...event, type: 'text', text: message.text };
  return attached(event, message, raw);
}

/** A command alone is its button; with other words beside it, it is what somebody writes. */
function commandOf({ commands: given = [], text = '' }: PersonMessage) {
  const [name, ...more] = given.map((one) => one.name.toLowerCase());
  const payload = name === undefined ? undefined : commands.get(name);
  if (payload === undefined || more.length > 0) return undefined;
  if (text.trim().replace(/^[/@]/, '').toLowerCase() !== name) return undefined;
  return { type: 'choice' as const, payload, title: text };
}

const attachmentKinds: ReadonlyMap<string, AttachmentKind> = new Map([
  ['image', 'image'],
  ['audio', 'audio'],
  ['video', 'video'],
  ['reel', 'video'],
  ['ig_reel', 'video'],
  ['file', 'file'],
  ['sticker', 'sticker'],
  ['location', 'location'],
]);

function attached(event: EventBase, message: PersonMessage, raw: unknown): InboundEvent {
  const first = message.attachments?.[0];
  if (!first) return { ...event, ...unread(raw, 'message') };
  // Before mid-2026 a sticker came as an image with a sticker_id beside it.
  const kind = message.sticker_id === undefined ? attachmentKinds.get(first.type) : 'sticker';
  if (!kind) return { ...event, ...unread(raw, `attachment:${first.type}`) };
  const url = first.payload?.url;
  return { ...event, type: 'attachment', kind, ...(url && kind !== 'location' ? { url } : {}) };
}

function edited(
  it: Messaging,
  edit: NonNullable<Messaging['message_edit']>,
  around: Around,
): InboundEvent {
  const of = base(it, around, edit.mid).id;
  return {
    ...base(it, around, `${edit.mid}/edit/${edit.num_edit ?? '1'}`),
    type: 'edited',
    of,
    text: edit.text,
  };
}

function postback(
  it: Messaging,
  postback: NonNullable<Messaging['postback']>,
  raw: unknown,
  around: Around,
): InboundEvent {
  const event = base(it, around, postback.mid ?? key(raw));
  const { payload, title, referral } = postback;
  // In standby the payload is missing.
  if (referral || payload === undefined || payload === getStarted)
    return { ...event, type: 'opened', ...ref(referral) };
  return { ...event, type: 'choice', payload, title: title ?? payload };
}

/** A reaction opens the platform's window; taking it back opens nothing. Source: channels.md A.1.7, 2026-11-23. */
function reaction(
  it: Messaging,
  { action }: NonNullable<Messaging['reaction']>,
  raw: unknown,
  around: Around,
): InboundEvent[] {
  if (action === 'unreact') return [];
  return [{ ...base(it, around, key(raw)), type: 'touched', what: 'reaction' }];
}

function ref(referral: { ref?: string | undefined } | undefined): { ref?: string } {
  return referral?.ref === undefined ? {} : { ref: referral.ref };
}

/** Our own echo settles a send; one from the Page inbox is a colleague; of other apps we only know that they spoke. */
function echo(it: Messaging, message: PersonMessage, around: Around): InboundEvent[] {
  const person = it.recipient?.id;
  if (person === undefined) return [];
  const event = {
    ...base(it, around, message.mid),
    address: person,
    conversationId: conversation(around.pageId, person),
  };
  if (message.metadata?.startsWith(markPrefix)) {
    const jobId = message.metadata.slice(markPrefix.length) as JobId;
    return [{ ...event, type: 'sent', jobId, platformId: message.mid }];
  }
  const app = message.app_id;
  if (app === undefined || pageInboxApps.includes(app)) {
    return [{ ...event, type: 'pageReply', text: message.text ?? '' }];
  }
  return [];
}

function base(it: Messaging, around: Around, platformId: string): EventBase {
  return eventBase(
    around,
    it.sender?.id ?? '',
    platformId,
    (it.timestamp ?? around.receivedAt) as Instant,
  );
}

/** The person hears that it was not understood, unless the Page itself or nobody is named. */
function unreadOf(raw: unknown, around: Around): InboundEvent {
  const read = fromSomebody.safeParse(raw);
  if (!read.success || read.data.sender.id === around.pageId)
    return unsupported(raw, around, 'messaging');
  const { sender, timestamp } = read.data;
  const at = (timestamp ?? around.receivedAt) as Instant;
  return { ...eventBase(around, sender.id, key(raw), at), ...unread(raw, 'messaging') };
}
