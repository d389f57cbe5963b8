import { z } from 'zod';
import { minutes, seconds } from '../clock.ts';
import type { SendingRule } from '../content/content.ts';
import type { InboundEvent } from '../conversation/event.ts';
import type { Choice, Link, Reply } from '../conversation/reply.ts';
import { ChannelError, SignatureError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { Sender } from './call.ts';
import type { Allowed, Channel, Limits, Pace, WebhookRequest } from './channel.ts';
import { shorten, splitText } from './fit.ts';
import { readJson } from './json.ts';
import { permissionBy } from './sending-rules.ts';
import { isSame } from './signature.ts';
import { attendTelegram } from './telegram-account.ts';
import { checkTelegram } from './telegram-check.ts';
import { botApi, telegramError } from './telegram-api.ts';
import type { Answered, BotApi, TelegramSettings } from './telegram-api.ts';
import { parseUpdate, pressOf } from './telegram-events.ts';
import type { Bot } from './telegram-events.ts';
import { fitsButton, privateLink } from './telegram-links.ts';

/** One call as it waits in the outbox: without the token. */
export type TelegramCall = {
  readonly method: 'sendMessage' | 'sendPhoto';
  readonly params: {
    readonly chat_id: number | string;
    readonly message_thread_id?: number;
    readonly text?: string;
    readonly photo?: string;
    readonly caption?: string;
    readonly link_preview_options?: { readonly is_disabled: true };
    readonly reply_markup?: { readonly inline_keyboard: readonly (readonly Button[])[] };
  };
};
type Button = {
  readonly text: string;
  readonly callback_data?: string;
  readonly url?: string;
};
type Content = Omit<TelegramCall['params'], 'chat_id' | 'message_thread_id'>;

/**
 * Source: channels.md A.2, read 2026-11-23: 4096 characters of text (counted here in UTF-16 units, the larger
 * number), 1024 of a caption, some 30 messages a second in all. Choices and titles: what a phone shows well.
 */
const limits: Limits = { textLength: 4096, choices: 12, choiceTitle: 40, perSecond: 30 };
const captionLength = 1024;
/**
 * Source: Telegram Bot FAQ, “My bot is hitting limits” (channels.md A.2, read 2026-11-23): one message a second to one
 * chat, 20 a minute to one group.
 */
const chatPace: Pace = { most: 1, within: seconds(1) };
const groupPace: Pace = { most: 20, within: minutes(1) };

/** What is known of the bot; its name is learnt from Telegram and kept in the store. */
export type Account = { -readonly [K in keyof Bot]: Bot[K] };

/** The Telegram bot, in private chats and in groups. */
export function telegram(
  settings: TelegramSettings,
  sender: Sender,
  rules: readonly SendingRule[],
): Channel<TelegramCall> {
  const ours = rules.filter(({ channel }) => channel === 'telegram');
  const api = botApi(settings, sender);
  const account: Account = { id: api.botId, name: undefined };
  let store: Store | undefined;
  return {
    name: 'telegram',
    delivery: 'push',
    limits,
    // The ids of groups are negative.
    paces: (to) => (to.startsWith('-') ? [chatPace, groupPace] : [chatPace]),
    verify: (request) => {
      verify(request, settings);
    },
    parse: ({ body, receivedAt }) => parseUpdate(readJson(body), account, receivedAt),
    allows: (purpose, reach, now) => permissionBy(ours, purpose, reach, now),
    render: (reply, to, _permission: Allowed) => render(reply, to, account.name),
    send: sending(api),
    acknowledge: (events) => acknowledge(api, events),
    attend: (ports) => {
      store = ports.store;
      return attendTelegram(api, settings, account, ports);
    },
    check: (now) => checkTelegram(api, settings, store, now),
  };
}

/** In constant time. Where events are fetched nobody has to deliver any. */
function verify({ headers }: WebhookRequest, { webhookSecret, mode }: TelegramSettings): void {
  const given = headers['x-telegram-bot-api-secret-token'] ?? '';
  if (mode !== 'webhook' || webhookSecret === undefined || !isSame(given, webhookSecret))
    throw new SignatureError('X-Telegram-Bot-Api-Secret-Token is not ours.');
}

function render(reply: Reply, to: string, botName: string | undefined): TelegramCall[] {
  return contents(reply, botName).map((content): TelegramCall => ({
    method: content.photo === undefined ? 'sendMessage' : 'sendPhoto',
    params: { ...chatOf(to), ...content },
  }));
}

/** `<chat>` or `<chat>_<topic>`, as telegram-events.ts writes addresses. */
function chatOf(to: string): Pick<TelegramCall['params'], 'chat_id' | 'message_thread_id'> {
  const [chat = '', topic] = to.split('_');
  return {
    chat_id: /^-?\d+$/.test(chat) ? Number(chat) : chat,
    ...(topic === undefined ? {} : { message_thread_id: Number(topic) }),
  };
}

function contents(reply: Reply, botName: string | undefined): Content[] {
  switch (reply.type) {
    case 'text':
      return withChoices(reply.text, reply.choices ?? [], botName);
    case 'card':
      return withLinks(`${reply.title}\n\n${reply.body}`, reply.links);
    case 'image':
      return withCaption(reply.url, reply.alt);
  }
}

/** A payload too long for a button is written out: a typed title means the same (content.md §4). */
function withChoices(
  text: string,
  choices: readonly Choice[],
  botName: string | undefined,
): Content[] {
  const buttons = choices.filter(({ payload }) => fitsButton(payload));
  const written = choices.filter(({ payload }) => !fitsButton(payload));
  const words = [text, ...written.map(({ title }) => `– ${title}`)].join('\n');
  return texts(
    words,
    buttons.map((choice) => choiceButton(choice, botName)),
  );
}

function choiceButton({ title, payload, privately }: Choice, botName: string | undefined): Button {
  const text = shorten(title, limits.choiceTitle);
  return privately && botName !== undefined
    ? { text, url: privateLink(botName, payload) }
    : { text, callback_data: payload };
}

function withLinks(text: string, links: readonly Link[]): Content[] {
  const written = links
    .filter(({ url }) => !isPublic(url))
    .map(({ title, url }) => `${title}: ${url}`);
  const buttons = links
    .filter(({ url }) => isPublic(url))
    .map(({ title, url }) => ({ text: shorten(title, limits.choiceTitle), url }));
  return texts([text, ...written].join('\n'), buttons);
}

/** Telegram refuses a whole message for a button whose address it does not take for one (localhost). */
function isPublic(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return /^https?:$/.test(protocol) && /\.[a-z]{2,}$/.test(hostname);
}

/** Plain text: nothing to escape. Buttons stand one a row, under the last part. */
function texts(text: string, buttons: readonly Button[]): Content[] {
  const parts = splitText(text, limits.textLength);
  return parts.map((part, i) => ({
    text: part,
    link_preview_options: { is_disabled: true },
    ...(i === parts.length - 1 && buttons.length > 0
      ? { reply_markup: { inline_keyboard: buttons.map((button) => [button]) } }
      : {}),
  }));
}

function withCaption(photo: string, alt: string): Content[] {
  const caption = alt.normalize('NFC').trim();
  if (caption === '') return [{ photo }];
  if (caption.length <= captionLength) return [{ photo, caption }];
  return [{ photo }, ...texts(caption, [])];
}

const sent = z.object({ message_id: z.union([z.number(), z.string()]).transform(String) });

function sending(api: BotApi): Channel<TelegramCall>['send'] {
  /** Groups that are supergroups now; learnt anew after a restart, by one refused call each. */
  const migrated = new Map<number | string, string>();
  const throttled = throttledChats();
  const ask = ({ method, params }: TelegramCall): Promise<Answered> => {
    const chat = migrated.get(params.chat_id);
    // Topics belong to the chat they were opened in.
    return api.ask(method, chat === undefined ? params : { ...params, chat_id: Number(chat) });
  };
  return async (call) => {
    const { chat_id: chat } = call.params;
    let answer = await ask(call);
    if (!answer.ok && answer.migratedTo !== undefined && !migrated.has(chat)) {
      migrated.set(chat, answer.migratedTo);
      answer = await ask(call);
    }
    if (answer.ok) return { platformId: idOf(answer.result) };
    const error = telegramError(answer);
    throw error.code === 'rate_limited' ? throttled(chat, error) : error;
  };
}

function idOf(result: unknown): string {
  const read = sent.safeParse(result);
  if (read.success) return read.data.message_id;
  throw new ChannelError('bad_answer', 'Telegram answered without a message id.', {
    retryable: true,
    outcome: 'unknown',
  });
}

/** So many chats told to wait at the same time are not talkative each: the bot as a whole is too fast. */
const manyChats = 3;

/**
 * Telegram says “too many” of one chat (one message a second, 20 a minute in a group) and of the bot as a whole with
 * the same words. One chat waits alone, so that a flooded group silences nobody else.
 */
function throttledChats() {
  const until = new Map<number | string, number>();
  return (chat: number | string, error: ChannelError): ChannelError => {
    const now = performance.now();
    for (const [other, end] of until) if (end <= now) until.delete(other);
    until.set(chat, now + (error.retryAfter ?? 0));
    if (until.size >= manyChats) return error;
    return new ChannelError('chat_rate_limited', error.message, {
      retryable: true,
      retryAfter: error.retryAfter,
    });
  };
}

/** Stops the spinning of buttons that were pressed. Telegram forgets a press after a while; then it says so, and that is all. */
async function acknowledge(api: BotApi, events: readonly InboundEvent[]): Promise<void> {
  const presses = events.map(pressOf).filter((press) => press !== undefined);
  const ask = (id: string): Promise<Answered> =>
    api.ask('answerCallbackQuery', { callback_query_id: id });
  await Promise.all(presses.map(ask));
}
