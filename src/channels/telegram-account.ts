import { z } from 'zod';
import { hours } from '../clock.ts';
import type { Content } from '../content/content.ts';
import { ChannelError } from '../errors.ts';
import { channelAccounts } from '../store/collections.ts';
import { insert, replace } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import type { AttendPorts, Attendant, Json, Trouble } from './channel.ts';
import { commands } from './commands.ts';
import type { BotApi, Params, TelegramSettings } from './telegram-api.ts';
import { updateKinds } from './telegram-events.ts';
import { pause } from './pause.ts';
import { noticeEvent, poll } from './telegram-polling.ts';
import type { Account } from './telegram.ts';

/**
 * Looks after the bot's account: learns its name, sets commands and descriptions where they differ, looks every hour
 * whether updates still find their way, and fetches them where that is the mode. It never sets or removes a webhook:
 * that is `cli/telegram`, by a person.
 */
export async function attendTelegram(
  api: BotApi,
  settings: TelegramSettings,
  account: Account,
  ports: AttendPorts,
): Promise<Attendant> {
  const known = await ports.store.collection(channelAccounts).get(keyOf(account));
  account.name = known?.name;
  const end = new AbortController();
  const work = runAccount(untilAborted(api, end.signal), settings, account, ports, end.signal);
  return {
    async stop() {
      end.abort();
      await work;
    },
  };
}

/** The same, every call given up once the signal comes. */
function untilAborted(api: BotApi, signal: AbortSignal): BotApi {
  return {
    ...api,
    ask: (method, params, how) => api.ask(method, params, { signal, ...how }),
    call: (method, params, how) => api.call(method, params, { signal, ...how }),
  };
}

function keyOf({ id }: Account): string {
  return `telegram/${id}`;
}

const again = { firstMs: 2_000, longestMs: 300_000 };

async function runAccount(
  api: BotApi,
  settings: TelegramSettings,
  account: Account,
  ports: AttendPorts,
  signal: AbortSignal,
): Promise<void> {
  const notice = (code: string): Promise<void> => tell(account, ports, code);
  const isPolling = ports.takesIn && settings.mode === 'polling';
  // Groups are read by the bot's name, so it is known before anything is fetched.
  await untilDone(() => learnName(api, account, ports), ports, notice, signal);
  await Promise.all([
    ports.takesIn ? keepOrder(api, settings, ports, notice, signal) : undefined,
    isPolling ? poll(api, account, { ...ports, notice }, signal) : undefined,
  ]);
}

/** Tries until it works: Telegram may be blocked for hours, and nobody waits for this. */
async function untilDone(
  work: () => Promise<void>,
  { log }: AttendPorts,
  notice: (code: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const isOver = (): boolean => signal.aborted;
  for (let wait = again.firstMs; !isOver(); wait = Math.min(wait * 2, again.longestMs)) {
    try {
      await work();
      return;
    } catch (error) {
      if (isOver()) return;
      const code = error instanceof ChannelError ? error.code : 'failed';
      log.warn({ channel: 'telegram', code, wait }, 'account not looked after yet');
      await notice(code).catch(() => undefined);
      await pause(wait, signal);
    }
  }
}

const me = z.object({ username: z.string().min(1) });

async function learnName(
  api: BotApi,
  account: Account,
  { store, log }: AttendPorts,
): Promise<void> {
  const { username: name } = me.parse(await api.call('getMe'));
  if (name === account.name) return;
  account.name = name;
  await keepName(store, account, name);
  log.info({ channel: 'telegram', name }, 'name learnt');
}

async function keepName(store: Store, account: Account, name: string): Promise<void> {
  const id = keyOf(account);
  const kept = await store.collection(channelAccounts).get(id);
  await store.commit([
    kept
      ? replace(channelAccounts, kept, { name })
      : insert(channelAccounts, { id, schema: 1, name }),
  ]);
}

/** Commands at once, the webhook every hour. */
async function keepOrder(
  api: BotApi,
  settings: TelegramSettings,
  ports: AttendPorts,
  notice: (code: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await untilDone(() => arrange(api, ports.content()), ports, notice, signal);
  while (!signal.aborted && settings.mode === 'webhook') {
    await untilDone(() => watchWebhook(api, settings, ports, notice), ports, notice, signal);
    await pause(hours(1), signal);
  }
}

/** What the profile should say: asked for first, and set only where it says something else. */
async function arrange(api: BotApi, content: Content): Promise<void> {
  for (const { get, set, wanted } of profile(content)) {
    const there = await api.call(get);
    if (!contains(there, wanted.shown)) await api.call(set, wanted.params);
  }
}

interface Setting {
  readonly get: string;
  readonly set: string;
  readonly wanted: { readonly params: Params; readonly shown: Json };
}

/** Bounds by the Bot API, read 2026-11-23: description 512, about 120 characters; a command's description 256. */
export function profile(content: Content): readonly Setting[] {
  const list = ['start', ...commands.keys()].map((command) => ({
    command,
    description: content.phrase(`telegram.command.${command}`),
  }));
  const description = content.phrase('telegram.description');
  const about = content.phrase('telegram.about');
  return [
    {
      get: 'getMyCommands',
      set: 'setMyCommands',
      wanted: { params: { commands: list }, shown: list },
    },
    {
      get: 'getChatMenuButton',
      set: 'setChatMenuButton',
      wanted: { params: { menu_button: { type: 'commands' } }, shown: { type: 'commands' } },
    },
    {
      get: 'getMyDescription',
      set: 'setMyDescription',
      wanted: { params: { description }, shown: { description } },
    },
    {
      get: 'getMyShortDescription',
      set: 'setMyShortDescription',
      wanted: {
        params: { short_description: about },
        shown: { short_description: about },
      },
    },
  ];
}

/** What is wanted is there; more beside it does not matter, but a list has as many. */
function contains(there: unknown, wanted: Json): boolean {
  if (typeof wanted !== 'object' || wanted === null) return there === wanted;
  if (typeof there !== 'object' || there === null) return false;
  // A Json object or list; Array.isArray makes `any` of a readonly one.
  const wantedEntries: [string, Json][] = Object.entries(wanted);
  if (Array.isArray(wanted) && (!Array.isArray(there) || there.length !== wanted.length))
    return false;
  const found = new Map(Object.entries(there));
  return wantedEntries.every(([key, value]) => contains(found.get(key), value));
}

const webhook = z.object({
  url: z.string(),
  pending_update_count: z.number().optional().catch(undefined),
  last_error_date: z.number().optional().catch(undefined),
  last_error_message: z.string().optional().catch(undefined),
  allowed_updates: z.array(z.string()).optional().catch(undefined),
});

export type WebhookInfo = z.infer<typeof webhook>;

/** Where Telegram brings updates, and what went wrong there last. @throws {ChannelError} when Telegram refuses. */
export async function webhookInfo(api: BotApi): Promise<WebhookInfo> {
  return webhook.parse(await api.call('getWebhookInfo'));
}

/** Only looks: Telegram stops bringing updates without a word to us. */
async function watchWebhook(
  api: BotApi,
  { webhookUrl }: TelegramSettings,
  { clock, log }: AttendPorts,
  notice: (code: string) => Promise<void>,
): Promise<void> {
  const info = await webhookInfo(api);
  const problem = problemOf(info, webhookUrl, clock.now());
  if (problem === undefined) return;
  const { pending_update_count: pending, last_error_message: said } = info;
  log.warn({ channel: 'telegram', code: problem, pending, said }, 'webhook not in order');
  await notice(problem);
}

/** What is wrong with the webhook; undefined = nothing. */
export function problemOf(info: WebhookInfo, expected: string, now: number): Trouble | undefined {
  if (info.url === '') return 'webhook_missing';
  if (info.url !== expected) return 'webhook_elsewhere';
  if (updateKinds.some((kind) => info.allowed_updates?.includes(kind) === false))
    return 'webhook_incomplete';
  const failedAt = (info.last_error_date ?? 0) * 1_000;
  const isStuck = (info.pending_update_count ?? 0) > 0 && now - failedAt < hours(1);
  return isStuck ? 'webhook_failing' : undefined;
}

/** By a person's command alone. @throws {ChannelError} as Telegram refuses it. */
export async function setWebhook(api: BotApi, settings: TelegramSettings): Promise<void> {
  await api.call('setWebhook', {
    url: settings.webhookUrl,
    secret_token: settings.webhookSecret,
    allowed_updates: [...updateKinds],
    max_connections: 40,
  });
}

/** By a person's command alone: what waits at Telegram stays there and is fetched. */
export async function removeWebhook(api: BotApi): Promise<void> {
  await api.call('deleteWebhook', { drop_pending_updates: false });
}

/** For whoever runs the channel; shown in the terminal and the console. */
const reasons: ReadonlyMap<string, string> = new Map([
  [
    'webhook_set',
    'Bot Telegram đang đặt webhook nên không lấy tin bằng polling được. Chạy: node run.js cli/telegram polling',
  ],
  [
    'other_poller',
    'Có chương trình khác cũng đang lấy tin của bot Telegram này. Hãy dừng chương trình kia.',
  ],
  ['webhook_missing', 'Telegram chưa biết gửi tin về đâu. Chạy: node run.js cli/telegram webhook'],
  [
    'webhook_elsewhere',
    'Telegram đang gửi tin của bot này về địa chỉ khác. Nếu đây là máy đúng, chạy: node run.js cli/telegram webhook',
  ],
  [
    'webhook_incomplete',
    'Webhook Telegram chưa xin đủ loại tin. Chạy: node run.js cli/telegram webhook',
  ],
  [
    'webhook_failing',
    'Telegram gửi tin về máy này không được, tin đang chờ. Xem: node run.js cli/telegram status',
  ],
  [
    'token_dead',
    'Telegram không nhận mã bot. Lấy mã mới ở BotFather và đặt lại TELEGRAM_BOT_TOKEN.',
  ],
]);

/** Only what a person can mend: a network that is down shows in log and metrics. */
async function tell(account: Account, { accept, clock }: AttendPorts, code: string): Promise<void> {
  const reason = reasons.get(code);
  if (reason !== undefined) await accept([noticeEvent(account, code, reason, clock.now())]);
}
