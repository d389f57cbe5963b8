import { isIP } from 'node:net';
import { z } from 'zod';
import { hours, minutes } from './clock.ts';
import type { Millis } from './clock.ts';
import { AppError } from './errors.ts';
import type { MessengerSettings } from './channels/messenger.ts';
import type { TelegramSettings } from './channels/telegram-api.ts';
import type { ZaloBotSettings } from './channels/zalo-bot-api.ts';
import { groupAddress } from './channels/zalo-oa-address.ts';
import type { ZaloOaSettings } from './channels/zalo-oa.ts';
import type { StaffGroup } from './tasks/task.ts';

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Where people reach us, without a slash at the end; links in messages begin with it. */
  readonly publicUrl: string;
  readonly storeUrl: string;
  /** Where the trained model, the key and the database lie. */
  readonly dataDir: string;
  readonly logLevel: string;
  /** An answer that could not be sent for so long is not sent any more. */
  readonly answerExpires: Millis;
  /** How long an official who answers keeps the bot silent after the last line, in working time. */
  readonly holdFor: Millis;
  readonly notifyUrl: string | undefined;
  /** A group of staff on one of the channels that hears of what waits. */
  readonly staffGroup: StaffGroup | undefined;
  /** How long a channel may hear nothing before somebody is told; undefined = for ever. */
  readonly silence: Millis | undefined;
  /** Sites that may show the chat in a frame. */
  readonly embedOn: readonly string[];
  /** Proxies that are believed about who asks; empty = nobody is. */
  readonly trustProxy: readonly string[];
  /** 32 bytes; undefined = made and kept beside the embedded database. */
  readonly dataKey: Uint8Array | undefined;
  readonly messenger: MessengerSettings | undefined;
  readonly telegram: TelegramSettings | undefined;
  readonly zaloOa: ZaloOaSettings | undefined;
  readonly zaloBot: ZaloBotSettings | undefined;
  /** Variables that are missing for a channel nobody has begun to set up; shown at start. */
  readonly missing: Readonly<Record<string, readonly string[]>>;
}

const whole = (from: number, to: number, error: string) =>
  z.coerce.number({ error }).int({ error }).min(from, { error }).max(to, { error });
const port = whole(0, 65_535, 'một số từ 0 đến 65535');
const base64Key = z
  .string()
  .transform((text) => Buffer.from(text, 'base64'))
  .refine((key) => key.length === 32, '32 byte, mã hoá base64');
const web = { protocol: /^https?$/, error: 'địa chỉ đầy đủ, bắt đầu bằng http:// hoặc https://' };
const url = z.url(web).transform((text) => text.replace(/\/+$/, ''));
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

const proxyForm =
  'none, loopback, uniquelocal, linklocal, địa chỉ IP hoặc dải như 10.0.0.0/8, cách nhau bằng dấu phẩy';

function isProxy(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  if (['none', 'loopback', 'uniquelocal', 'linklocal'].includes(text)) return true;
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  const isNetwork = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  return most > 0 && isNetwork && rest.length === 0;
}

const shared = z.object({
  PORT: port.default(3000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: url.optional(),
  STORE_URL: z
    .string()
    .regex(/^(sqlite:.+|mongodb(\+srv)?:\/\/.+)$/, 'sqlite:<đường dẫn> hoặc mongodb://…')
    .default('sqlite:data/nhipcau.db'),
  // Longer than most outages, and short enough that nobody is answered out of the blue (docs/operating.md).
  ANSWER_EXPIRES_HOURS: whole(1, 168, 'số giờ, từ 1 đến 168').default(12),
  // Source: console.md 3.3, 2026-11: two working hours, for the programme to confirm.
  HOLD_MINUTES: whole(5, 2_400, 'số phút làm việc, từ 5 đến 2400').default(120),
  LOG_LEVEL: z.enum(logLevels, { error: `một trong ${logLevels.join(', ')}` }).default('info'),
  NOTIFY_URL: url.optional(),
  STAFF_GROUP: z
    .string()
    .regex(
      /^(telegram|zalo|zalo-bot):[^\s:]+$/,
      '<kênh>:<mã nhóm>, kênh là telegram, zalo hoặc zalo-bot; ví dụ telegram:-1001234567890',
    )
    .optional(),
  CHANNEL_SILENCE_HOURS: whole(0, 8_760, 'số giờ, từ 0 (không báo) đến 8760').default(72),
  STAFF_QUIET_MINUTES: whole(1, 1_440, 'số phút, từ 1 đến 1440').default(10),
  DATA_KEY: base64Key.optional(),
  EMBED_ON: z
    .string()
    .transform((list) => list.split(',').map((site) => site.trim()))
    .pipe(z.array(z.url(web).transform((site) => new URL(site).origin)))
    .optional(),
  TRUST_PROXY: z
    .string()
    .transform((list) => list.split(',').map((one) => one.trim()))
    .pipe(z.array(z.string().refine(isProxy, proxyForm)))
    .transform((list) => list.filter((one) => one !== 'none'))
    .default(['loopback']),
  GRAPH_API_BASE: url.default('https://graph.facebook.com/v25.0'),
  TELEGRAM_API_BASE: url.default('https://api.telegram.org'),
  TELEGRAM_MODE: z
    .enum(['webhook', 'polling'], { error: 'webhook hoặc polling' })
    .default('webhook'),
  TELEGRAM_BOT_TOKEN: z
    .string()
    .regex(/^\d+:[\w-]+$/, 'mã BotFather đưa, dạng 123456789:AA…')
    .optional(),
  // What Telegram takes; shorter ones could be guessed.
  TELEGRAM_WEBHOOK_SECRET: z
    .string()
    .regex(/^[\w-]{16,256}$/, '16–256 chữ cái không dấu, chữ số, _ hoặc -')
    .optional(),
  MESSENGER_PER_SECOND: whole(1, 100_000, 'số tin mỗi giây, từ 1').optional(),
  MESSENGER_SLOW_AT: whole(1, 100, 'phần trăm, từ 1 đến 100').optional(),
  MESSENGER_APP_ID: z.string().regex(/^\d+$/, 'mã ứng dụng, chỉ có chữ số').optional(),
  MESSENGER_HANDOVER: z.enum(['none', 'inbox'], { error: 'none hoặc inbox' }).default('none'),
  ZALO_API_BASE: url.default('https://openapi.zalo.me'),
  ZALO_OAUTH_BASE: url.default('https://oauth.zaloapp.com'),
  // Neither is verified. Source: channels.md A.3, 2026-11-23: five buttons; some 20 calls a second.
  ZALO_BUTTONS: whole(0, 10, 'số nút dưới một tin, từ 0 đến 10').default(5),
  ZALO_PER_SECOND: whole(1, 1_000, 'số tin mỗi giây, từ 1').default(10),
  ZALO_INFO_IMAGE: url.optional(),
  ZALO_BOT_API_BASE: url.default('https://bot-api.zaloplatforms.com'),
  ZALO_BOT_MODE: z
    .enum(['webhook', 'polling'], { error: 'webhook hoặc polling' })
    .default('webhook'),
  ZALO_BOT_TOKEN: z
    .string()
    .regex(/^[^:\s/]+:[^\s/]+$/, 'mã Zalo Bot Manager đưa, dạng <số>:<chuỗi>')
    .optional(),
  // Zalo takes 8 to 256; shorter than 16 could be guessed.
  ZALO_BOT_WEBHOOK_SECRET: z
    .string()
    .regex(/^[\w-]{16,256}$/, '16–256 chữ cái không dấu, chữ số, _ hoặc -')
    .optional(),
  ZALO_BOT_PER_SECOND: whole(1, 1_000, 'số tin mỗi giây, từ 1').default(5),
});

/** A channel is on when all of its credentials are set; some of them set is a mistake. */
const credentials = {
  messenger: [
    'MESSENGER_APP_SECRET',
    'MESSENGER_VERIFY_TOKEN',
    'MESSENGER_PAGE_TOKEN',
    'MESSENGER_PAGE_ID',
  ],
  telegram: ['TELEGRAM_BOT_TOKEN', 'TELEGRAM_WEBHOOK_SECRET'],
  zalo: [
    'ZALO_APP_ID',
    'ZALO_APP_SECRET',
    'ZALO_OA_ID',
    'ZALO_OA_SECRET_KEY',
    'ZALO_REFRESH_TOKEN',
  ],
  'zalo-bot': ['ZALO_BOT_TOKEN', 'ZALO_BOT_WEBHOOK_SECRET'],
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** Who fetches its updates needs no secret for deliveries. */
function credentialsIn(env: Environment): readonly (readonly [string, readonly string[]])[] {
  return Object.entries(credentials).map(([name, keys]) =>
    fetches(env, name)
      ? [name, keys.filter((key) => !key.endsWith('_WEBHOOK_SECRET'))]
      : [name, keys],
  );
}

function fetches(env: Environment, name: string): boolean {
  const mode = { telegram: 'TELEGRAM_MODE', 'zalo-bot': 'ZALO_BOT_MODE' }[name];
  return mode !== undefined && env[mode] === 'polling';
}

/**
 * Reads the settings from the environment.
 * @throws {AppError} `config` naming every wrong or missing variable at once.
 */
export function readConfig(environment: Environment): Config {
  // An empty line in .env means "not set".
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const read = shared.safeParse(env);
  const problems = [
    ...(read.success ? [] : describe(read.error)),
    ...halfSet(env),
    ...keyless(env),
    ...nowhere(env),
    ...groupOff(env),
  ];
  if (!read.success || problems.length > 0) {
    throw new AppError(
      'config',
      500,
      `Cấu hình chưa đúng:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
  }
  return settings(read.data, env);
}

function settings(read: z.infer<typeof shared>, env: Environment): Config {
  const missing = credentialsIn(env).map(
    ([name, keys]) => [name, keys.filter((key) => !env[key])] as const,
  );
  return {
    port: read.PORT,
    host: read.HOST,
    publicUrl: read.PUBLIC_URL ?? `http://localhost:${read.PORT}`,
    storeUrl: read.STORE_URL,
    dataDir: 'data',
    logLevel: read.LOG_LEVEL,
    answerExpires: hours(read.ANSWER_EXPIRES_HOURS),
    holdFor: minutes(read.HOLD_MINUTES),
    notifyUrl: read.NOTIFY_URL,
    staffGroup: staffGroup(read),
    silence: read.CHANNEL_SILENCE_HOURS === 0 ? undefined : hours(read.CHANNEL_SILENCE_HOURS),
    embedOn: read.EMBED_ON ?? [],
    trustProxy: read.TRUST_PROXY,
    dataKey: read.DATA_KEY,
    messenger: messengerSettings(env, read),
    telegram: telegramSettings(read),
    zaloOa: zaloOaSettings(env, read),
    zaloBot: zaloBotSettings(read),
    missing: Object.fromEntries(missing),
  };
}

function staffGroup({
  STAFF_GROUP: group,
  STAFF_QUIET_MINUTES: quiet,
}: z.infer<typeof shared>): StaffGroup | undefined {
  const [channel, address] = group?.split(':') ?? [];
  if (channel === undefined || address === undefined) return undefined;
  // An Official Account writes to groups under another address than to people.
  const to = channel === 'zalo' ? groupAddress(address) : address;
  return { channel, address: to, quiet: minutes(quiet) };
}

function messengerSettings(
  env: Environment,
  read: z.infer<typeof shared>,
): MessengerSettings | undefined {
  const { MESSENGER_APP_SECRET: appSecret, MESSENGER_VERIFY_TOKEN: verifyToken } = env;
  const { MESSENGER_PAGE_TOKEN: pageToken, MESSENGER_PAGE_ID: pageId } = env;
  if (!appSecret || !verifyToken || !pageToken || !pageId) return undefined;
  const { MESSENGER_PER_SECOND: perSecond, MESSENGER_SLOW_AT: slowAt } = read;
  const { MESSENGER_APP_ID: appId, MESSENGER_HANDOVER: handover } = read;
  return {
    appSecret,
    verifyToken,
    pageToken,
    pageId,
    apiBase: read.GRAPH_API_BASE,
    ...(perSecond === undefined ? {} : { perSecond }),
    ...(slowAt === undefined ? {} : { slowAt }),
    ...(appId === undefined ? {} : { appId }),
    ...(handover === 'none' ? {} : { handover }),
  };
}

function zaloOaSettings(
  env: Environment,
  read: z.infer<typeof shared>,
): ZaloOaSettings | undefined {
  const { ZALO_APP_ID: appId, ZALO_APP_SECRET: appSecret, ZALO_OA_ID: oaId } = env;
  const { ZALO_OA_SECRET_KEY: oaSecretKey, ZALO_REFRESH_TOKEN: refreshToken } = env;
  if (!appId || !appSecret || !oaId || !oaSecretKey || !refreshToken) return undefined;
  return {
    appId,
    appSecret,
    oaId,
    oaSecretKey,
    refreshToken,
    apiBase: read.ZALO_API_BASE,
    oauthBase: read.ZALO_OAUTH_BASE,
    buttons: read.ZALO_BUTTONS,
    perSecond: read.ZALO_PER_SECOND,
    ...(read.ZALO_INFO_IMAGE === undefined ? {} : { infoImage: read.ZALO_INFO_IMAGE }),
  };
}

function zaloBotSettings(read: z.infer<typeof shared>): ZaloBotSettings | undefined {
  const { ZALO_BOT_TOKEN: token, ZALO_BOT_WEBHOOK_SECRET: webhookSecret } = read;
  const { ZALO_BOT_MODE: mode, ZALO_BOT_API_BASE: apiBase, PUBLIC_URL: publicUrl } = read;
  if (token === undefined || (mode === 'webhook' && webhookSecret === undefined)) return undefined;
  const webhookUrl = `${publicUrl ?? `http://localhost:${read.PORT}`}/webhooks/zalo-bot`;
  return { token, webhookSecret, mode, apiBase, webhookUrl, perSecond: read.ZALO_BOT_PER_SECOND };
}

function telegramSettings(read: z.infer<typeof shared>): TelegramSettings | undefined {
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_WEBHOOK_SECRET: webhookSecret } = read;
  const { TELEGRAM_MODE: mode, TELEGRAM_API_BASE: apiBase, PUBLIC_URL: publicUrl } = read;
  if (token === undefined || (mode === 'webhook' && webhookSecret === undefined)) return undefined;
  const webhookUrl = `${publicUrl ?? `http://localhost:${read.PORT}`}/webhooks/telegram`;
  return { token, webhookSecret, mode, apiBase, webhookUrl };
}

function describe(error: z.ZodError): string[] {
  const byName = error.issues.map(
    ({ path: [name = ''], message }) => `${String(name)}: ${message}`,
  );
  return [...new Set(byName)];
}

function halfSet(env: Environment): string[] {
  return credentialsIn(env).flatMap(([name, keys]) => {
    const missing = keys.filter((key) => !env[key]);
    if (missing.length === 0 || missing.length === keys.length) return [];
    return [`Kênh ${name} mới đặt một phần, còn thiếu ${missing.join(', ')}`];
  });
}

function keyless(env: Environment): string[] {
  if (!env['STORE_URL']?.startsWith('mongodb') || env['DATA_KEY']) return [];
  return ['DATA_KEY: bắt buộc khi dùng MongoDB; tạo bằng: openssl rand -base64 32'];
}

/** Nothing is sent through a channel that is off. */
function groupOff(env: Environment): string[] {
  const channel = env['STAFF_GROUP']?.split(':')[0];
  const keys = credentialsIn(env).find(([name]) => name === channel)?.[1] ?? [];
  if (keys.every((key) => env[key])) return [];
  return [`STAFF_GROUP: kênh ${channel ?? ''} đang tắt, chưa đặt ${keys.join(', ')}`];
}

/** The page about personal data is linked in the first message: on a person's phone `localhost` leads nowhere. */
function nowhere(env: Environment): string[] {
  const open = credentialsIn(env).filter(([, keys]) => keys.every((key) => env[key]));
  if (open.length === 0 || env['PUBLIC_URL']) return [];
  const names = open.map(([name]) => name).join(', ');
  return [`PUBLIC_URL: bắt buộc khi mở kênh ${names}; là địa chỉ người dân mở được, https://…`];
}
