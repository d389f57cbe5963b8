import { z } from 'zod';
import type { Instant } from '../clock.ts';
import type { AttachmentKind, EventBase, InboundEvent } from '../conversation/event.ts';
import type { ConversationId, EventId } from '../ids.ts';
import { commands } from './commands.ts';
import { sha256 } from './signature.ts';
import { readStart } from './telegram-links.ts';

// What an update can do without is left out where its shape is new to us; anything else of another shape makes that
// one update unsupported. Ids fit a double (52 bits). Source: https://core.telegram.org/bots/api, read 2026-11-23.
const id = z
  .union([z.number(), z.string()])
  .transform(String)
  .pipe(z.string().regex(/^-?\d{1,20}$/));
const seconds = z.number().min(0).max(1e11);
const optional = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
const chat = z.object({ id, type: optional(z.string()) });
const user = z.object({ id, is_bot: optional(z.boolean()) });
const entity = z.object({
  type: z.string(),
  /** In UTF-16 units, as JavaScript counts. */
  offset: z.number().int().min(0),
  length: z.number().int().min(1),
  user: optional(user),
});
const message = z.looseObject({
  message_id: id,
  chat,
  from: optional(user),
  date: optional(seconds),
  edit_date: optional(seconds),
  text: optional(z.string()),
  caption: optional(z.string()),
  entities: optional(z.array(entity)),
  caption_entities: optional(z.array(entity)),
  is_topic_message: optional(z.boolean()),
  message_thread_id: optional(id),
  reply_to_message: optional(z.object({ from: optional(user) })),
  contact: optional(z.object({ phone_number: z.string(), user_id: optional(id) })),
});
const keyboard = z.object({
  inline_keyboard: z.array(
    z.array(z.object({ text: z.string(), callback_data: optional(z.string()) })),
  ),
});
const callback = z.object({
  id: z.union([z.number(), z.string()]).transform(String),
  data: optional(z.string()),
  message: optional(
    z.object({
      chat,
      is_topic_message: optional(z.boolean()),
      message_thread_id: optional(id),
      reply_markup: optional(keyboard),
    }),
  ),
});
const membership = z.object({
  chat,
  date: optional(seconds),
  old_chat_member: optional(z.object({ status: z.string() })),
  new_chat_member: z.object({ status: z.string() }),
});

type Message = z.infer<typeof message>;
type Entity = z.infer<typeof entity>;

export interface Bot {
  readonly id: string;
  /** Without “@”; undefined until Telegram has told it once. */
  readonly name: string | undefined;
}

/** What an update is read against. */
interface Around {
  readonly bot: Bot;
  readonly receivedAt: Instant;
  readonly updateId: number | undefined;
  readonly raw: unknown;
}

/** Updates we ask Telegram for; whatever else comes all the same is acknowledged and counted. */
export const updateKinds = [
  'message',
  'edited_message',
  'callback_query',
  'my_chat_member',
] as const;

/**
 * The events of one update: at most one. In a group only what is addressed to the bot is an event; the rest is
 * nobody's business and leaves no trace.
 */
export function parseUpdate(raw: unknown, bot: Bot, receivedAt: Instant): InboundEvent[] {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return [];
  const updateId = 'update_id' in raw ? numberOf(raw.update_id) : undefined;
  const around = { bot, receivedAt, updateId, raw };
  if ('message' in raw) return readAs(message, raw.message, 'message', around, personMessage);
  if ('edited_message' in raw)
    return readAs(message, raw.edited_message, 'edited_message', around, edited);
  if ('callback_query' in raw)
    return readAs(callback, raw.callback_query, 'callback_query', around, pressed);
  if ('my_chat_member' in raw)
    return readAs(membership, raw.my_chat_member, 'my_chat_member', around, moved);
  const kind = Object.keys(raw).find((name) => name !== 'update_id');
  return kind === undefined ? [] : [unknown(kind, around)];
}

/** Only of what is one: an object with a `toString` of its own would throw when it is made a number. */
function numberOf(id: unknown): number | undefined {
  const number = typeof id === 'number' || typeof id === 'string' ? Number(id) : undefined;
  return Number.isSafeInteger(number) ? number : undefined;
}

function readAs<T extends z.ZodType>(
  schema: T,
  value: unknown,
  what: string,
  around: Around,
  read: (it: z.infer<T>, around: Around) => InboundEvent[],
): InboundEvent[] {
  const parsed = schema.safeParse(value);
  return parsed.success ? read(parsed.data, around) : [unknown(what, around)];
}

/** A group's anonymous administrator writes under this bot's name. Source: Bot API, `Message.sender_chat`. */
const anonymousAdmin = '1087968824';

function personMessage(it: Message, around: Around): InboundEvent[] {
  if (it.from?.is_bot && it.from.id !== anonymousAdmin) return [];
  const said = heard(it, around.bot);
  if (said === undefined) return [];
  const event = messageBase(it, around);
  const command = readCommand(it, said);
  if (command) return [{ ...event, ...command }];
  if (said.text !== '') return [{ ...event, type: 'text', text: said.text }];
  // The bot's name and nothing else: somebody calls it.
  if (said.named) return [{ ...event, type: 'opened' }];
  return wordless(it, event, around);
}

interface Heard {
  readonly text: string;
  /** The name of the bot stood in it and was taken out. */
  readonly named: boolean;
}

/** What was said to the bot; undefined in a group where it was not addressed. */
function heard(it: Message, bot: Bot): Heard | undefined {
  const text = it.text ?? it.caption ?? '';
  const entities = (it.text === undefined ? it.caption_entities : it.entities) ?? [];
  const ours = entities.filter((one) => isNamed(one, text, bot));
  const said = { text: without(text, ours).trim(), named: ours.length > 0 };
  if (!isShared(it.chat)) return said;
  const isReply = it.reply_to_message?.from?.id === bot.id;
  return said.named || isReply || isOurCommand(text, entities, bot) ? said : undefined;
}

function isNamed(one: Entity, text: string, { id, name }: Bot): boolean {
  if (one.type === 'text_mention') return one.user?.id === id;
  if (one.type !== 'mention' || name === undefined) return false;
  return textOf(one, text).toLowerCase() === `@${name.toLowerCase()}`;
}

function textOf({ offset, length }: Entity, text: string): string {
  return text.slice(offset, offset + length);
}

function without(text: string, spans: readonly Entity[]): string {
  let rest = '';
  let end = 0;
  for (const { offset, length } of [...spans].sort((a, b) => a.offset - b.offset)) {
    if (offset < end) continue;
    rest += text.slice(end, offset);
    end = offset + length;
  }
  return (rest + text.slice(end)).replaceAll(/ {2,}/g, ' ');
}

/** “/lop@NhipCauBot”, or a command of ours without a name; other bots of the group have their own. */
function isOurCommand(text: string, entities: readonly Entity[], { name }: Bot): boolean {
  const first = entities.find(({ type, offset }) => type === 'bot_command' && offset === 0);
  if (!first) return false;
  const [command = '', to] = textOf(first, text).slice(1).split('@');
  if (to !== undefined) return to.toLowerCase() === name?.toLowerCase();
  return command === 'start' || commands.has(command);
}

/** Not in the menu, but known from other bots. */
const helpCommand = ['help', 'ask:bot_help'] as const;

type Body<T extends InboundEvent['type']> = Omit<
  Extract<InboundEvent, { type: T }>,
  keyof EventBase
>;

/** A command of the menu is its button. Other words behind a slash are words. */
function readCommand(
  { text, entities = [] }: Message,
  said: Heard,
): Body<'opened'> | Body<'choice'> | Body<'text'> | undefined {
  const first = entities.find(({ type, offset }) => type === 'bot_command' && offset === 0);
  if (!first || text === undefined) return undefined;
  const name = textOf(first, text).slice(1).split('@')[0]?.toLowerCase() ?? '';
  const rest = text.slice(first.length).trim();
  if (name === 'start') return { type: 'opened', ...(rest ? { ref: readStart(rest) } : {}) };
  const payload = name === helpCommand[0] ? helpCommand[1] : commands.get(name);
  if (payload !== undefined) return { type: 'choice', payload, title: said.text };
  const words = `${name} ${rest}`.trim();
  return words === '' ? undefined : { type: 'text', text: words };
}

const attachments: readonly (readonly [string, AttachmentKind])[] = [
  ['photo', 'image'],
  ['sticker', 'sticker'],
  ['voice', 'audio'],
  ['audio', 'audio'],
  ['video', 'video'],
  ['video_note', 'video'],
  // A GIF; Telegram sends it as a document, too.
  ['animation', 'video'],
  ['document', 'file'],
  ['venue', 'location'],
  ['location', 'location'],
];

/** Sent by a person, and nothing that we can read. */
const unreadable = [
  'contact',
  'poll',
  'dice',
  'game',
  'story',
  'paid_media',
  'checklist',
  'live_photo',
];

/** Files have no address here: it would hold the bot's token. */
function wordless(it: Message, event: EventBase, around: Around): InboundEvent[] {
  const attached = attachments.find(([field]) => it[field] !== undefined);
  if (attached) return [{ ...event, type: 'attachment', kind: attached[1] }];
  const own = ownPhone(it);
  if (own !== undefined) return [{ ...event, type: 'text', text: own }];
  const what = unreadable.find((field) => it[field] !== undefined);
  // Without what it holds: it may be somebody else's number.
  if (what !== undefined) return [{ ...event, type: 'unsupported', what: `message:${what}` }];
  return serviceMessage(it, around);
}

/** “Share my number”: the same as typing it. Somebody else's contact is not ours to take. */
function ownPhone({ contact, from }: Message): string | undefined {
  if (!contact || contact.user_id === undefined || contact.user_id !== from?.id) return undefined;
  return contact.phone_number;
}

const ordinary = new Set([...Object.keys(message.shape), 'sender_chat', 'reply_markup', 'via_bot']);

/** What Telegram itself writes into a chat (somebody joined, a group became a supergroup): nothing to answer. */
function serviceMessage(it: Message, around: Around): InboundEvent[] {
  const what = Object.keys(it).find((field) => !ordinary.has(field)) ?? 'empty';
  return isShared(it.chat) ? [] : [quiet(`message:${what}`, around)];
}

function edited(it: Message, around: Around): InboundEvent[] {
  if (it.from?.is_bot && it.from.id !== anonymousAdmin) return [];
  const said = heard(it, around.bot);
  if (said === undefined || said.text === '') return [];
  const event = messageBase(it, around);
  const edit = it.edit_date ?? it.date;
  return [
    {
      ...event,
      id: `${event.id}/edit/${around.updateId ?? edit ?? 0}` as EventId,
      at: instantOf(edit, around),
      type: 'edited',
      of: event.id,
      text: said.text,
    },
  ];
}

/** Pressed long ago, or under a message in somebody else's chat: then there is nobody to answer, but it is acknowledged. */
function pressed(it: z.infer<typeof callback>, around: Around): InboundEvent[] {
  const key = `${pressedKey}${it.id}`;
  if (!it.message || it.data === undefined)
    return [{ ...quiet('callback_query', around), id: eventId(key, around) }];
  const { data: payload } = it;
  const buttons = it.message.reply_markup?.inline_keyboard.flat() ?? [];
  const title = buttons.find((button) => button.callback_data === payload)?.text ?? payload;
  const event = base(key, addressOf(it.message), around.receivedAt, around);
  return [{ ...event, ...shared(it.message.chat), type: 'choice', payload, title }];
}

const pressedKey = 'cb.';

/** The press that an event tells of, by Telegram's id, to be acknowledged. */
export function pressOf({ id, account }: InboundEvent): string | undefined {
  const key = id.slice(`telegram/${account}/`.length);
  return key.startsWith(pressedKey) ? key.slice(pressedKey.length) : undefined;
}

const outside: readonly string[] = ['left', 'kicked'];

/** The bot was blocked or let in again; a change of its rights inside a chat is neither. */
function moved(it: z.infer<typeof membership>, around: Around): InboundEvent[] {
  if (it.chat.type === 'channel') return [];
  const isOut = outside.includes(it.new_chat_member.status);
  const wasOut = it.old_chat_member && outside.includes(it.old_chat_member.status);
  if (isOut === wasOut) return [];
  const at = instantOf(it.date, around);
  const event = base(updateKey(around), it.chat.id, at, around);
  return [{ ...event, ...shared(it.chat), type: isOut ? 'left' : 'joined' }];
}

/** Two of the same within one second carry no number of their own in a fixture; a real update always has one. */
function updateKey({ updateId, raw }: Around): string {
  return updateId === undefined
    ? `h_${sha256(JSON.stringify(raw)).slice(0, 40)}`
    : `update.${updateId}`;
}

/** Groups have ids below zero, whatever a fixture leaves out. */
function isShared({ id, type }: z.infer<typeof chat>): boolean {
  return type === undefined ? id.startsWith('-') : type !== 'private';
}

function shared(of: z.infer<typeof chat>): { readonly shared?: true } {
  return isShared(of) ? { shared: true } : {};
}

/** Each topic of a forum is a talk of its own, or answers would all land in its first one. */
function addressOf(it: Pick<Message, 'chat' | 'is_topic_message' | 'message_thread_id'>): string {
  const { message_thread_id: topic } = it;
  return it.is_topic_message && topic !== undefined ? `${it.chat.id}_${topic}` : it.chat.id;
}

function messageBase(it: Message, around: Around): EventBase {
  const key = `${it.chat.id}.${it.message_id}`;
  return {
    ...base(key, addressOf(it), instantOf(it.date, around), around),
    ...shared(it.chat),
  };
}

function instantOf(seconds: number | undefined, { receivedAt }: Around): Instant {
  return seconds === undefined ? receivedAt : ((seconds * 1_000) as Instant);
}

function base(key: string, address: string, at: Instant, around: Around): EventBase {
  return {
    id: eventId(key, around),
    channel: 'telegram',
    account: around.bot.id,
    address,
    conversationId: `telegram/${around.bot.id}/${address}` as ConversationId,
    at,
    ...(around.updateId === undefined ? {} : { order: around.updateId }),
  };
}

function eventId(key: string, { bot }: Around): EventId {
  return `telegram/${bot.id}/${key}` as EventId;
}

/** Of nobody: counted, logged and forgotten. What it holds may be a group's talk, so it is not kept. */
function quiet(what: string, around: Around): InboundEvent {
  return { ...base(updateKey(around), '', around.receivedAt, around), type: 'unsupported', what };
}

/** The same for what Telegram has invented since: only the names of its fields help to learn it. */
function unknown(what: string, around: Around): InboundEvent {
  return { ...quiet(what, around), type: 'unsupported', what, raw: shapeOf(around.raw) };
}

/** Field names three levels deep, no values. */
function shapeOf(raw: unknown): string {
  return JSON.stringify(raw, (_key, value: unknown) =>
    typeof value === 'object' && value !== null ? value : typeof value,
  ).slice(0, 2_000);
}
