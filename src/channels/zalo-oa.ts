import { z } from 'zod';
import { minutes } from '../clock.ts';
import type { Instant } from '../clock.ts';
import type { SendingRule } from '../content/content.ts';
import type { Choice, Link, Reply } from '../conversation/reply.ts';
import { ChannelError, SignatureError } from '../errors.ts';
import type { Meter } from '../meter.ts';
import type { HttpAnswer, Sender } from './call.ts';
import type {
  Attendant,
  AttendPorts,
  Channel,
  ChannelCheck,
  Limits,
  WebhookRequest,
} from './channel.ts';
import { shorten, splitText } from './fit.ts';
import { permissionBy } from './sending-rules.ts';
import { readZaloJson } from './zalo-json.ts';
import { recipientOf } from './zalo-oa-address.ts';
import type { ZaloRecipient } from './zalo-oa-address.ts';
import { errorIn, isTokenRefused, needsOperator, zaloError } from './zalo-oa-error.ts';
import { parseZaloOa } from './zalo-oa-events.ts';
import { zaloNotices } from './zalo-oa-notice.ts';
import type { ZaloNotices } from './zalo-oa-notice.ts';
import { formulaOf } from './zalo-oa-signature.ts';
import { rotatingTokens } from './zalo-oa-token.ts';
import type { RotatingTokens } from './zalo-oa-token.ts';

export interface ZaloOaSettings {
  readonly appId: string;
  readonly appSecret: string;
  readonly oaId: string;
  /** Of the OA, for signatures; another one than the app's. */
  readonly oaSecretKey: string;
  readonly refreshToken: string;
  /** Without a version: `https://openapi.zalo.me`. */
  readonly apiBase: string;
  readonly oauthBase: string;
  /** Buttons under one message; 0 = choices are numbered. */
  readonly buttons: number;
  readonly perSecond: number;
  /** The picture on Zalo's card that asks for name and number; without one the form asks in words. */
  readonly infoImage?: string;
}

/** One API call without its token: it is kept in the outbox. */
export type ZaloCall = {
  readonly path: string;
  readonly body: { readonly recipient: ZaloRecipient; readonly message: Content };
};
type Content = { readonly text?: string; readonly attachment?: Attachment };
type Button = {
  readonly title: string;
  readonly type: 'oa.query.hide' | 'oa.open.url';
  readonly payload: string | { readonly url: string };
};
type Attachment = {
  readonly type: 'template';
  readonly payload: {
    readonly template_type?: 'media' | 'request_user_info';
    readonly buttons?: readonly Button[];
    readonly elements?: readonly { readonly [key: string]: string }[];
  };
};

/** Source: channels.md A.3, read 2026-11-23. The title's length is not verified: 20 fits everywhere else. */
const textLength = 2_000;
const choiceTitle = 20;
/**
 * Consultation; the older path is all there is for people who are not logged in. Groups: from secondary sources, several
 * that agree, 2026-11-25.
 */
const paths = {
  person: '/v3.0/oa/message/cs',
  anonymous: '/v2.0/oa/message',
  group: '/v3.0/oa/group/message',
};
const upkeepEvery = minutes(10);

/** What an attending channel has; before it attends it can render and read, not send. */
interface Attending {
  readonly tokens: RotatingTokens;
  /** What may still be sent, by kind, as the answers of this process last said. */
  readonly quota: Map<string, number>;
  readonly meter: Meter;
  readonly notices: ZaloNotices;
}

/** The programme's Zalo Official Account, Open API v3. */
export function zaloOa(
  settings: ZaloOaSettings,
  sender: Sender,
  rules: readonly SendingRule[],
): Channel<ZaloCall> {
  const ours = rules.filter(({ channel }) => channel === 'zalo');
  const limits: Limits = {
    textLength,
    choices: settings.buttons,
    choiceTitle,
    perSecond: settings.perSecond,
  };
  let attending: Attending | undefined;
  return {
    name: 'zalo',
    delivery: 'push',
    limits,
    verify: (request) => {
      verify(request, settings, attending?.meter);
    },
    parse: (request) => parseZaloOa(request, settings.oaId),
    allows: (purpose, reach, now) => permissionBy(ours, purpose, reach, now),
    render: (reply, to) => render(reply, to, settings),
    send: async (call) => send(call, settings, sender, present(attending)),
    check: async (now) => check(present(attending), now),
    attend: async (ports) => {
      attending = attend(settings, sender, ports);
      return keepUp(attending.tokens);
    },
  };
}

/** @throws {ChannelError} retryable, before the channel attends. */
function present(attending: Attending | undefined): Attending {
  if (!attending) throw new ChannelError('not_attending', 'No token yet.', { retryable: true });
  return attending;
}

/** Looks after the tokens until it is stopped. */
function keepUp(tokens: RotatingTokens): Attendant {
  void tokens.upkeep();
  const timer = setInterval(() => void tokens.upkeep(), upkeepEvery).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await tokens.stop();
    },
  };
}

function attend(settings: ZaloOaSettings, sender: Sender, ports: AttendPorts): Attending {
  const { clock, log, meter, secrets } = ports;
  const notices = zaloNotices(settings.oaId, ports);
  const tokens = rotatingTokens(settings, {
    secrets,
    sender,
    clock,
    log,
    tell: ({ action, error }, about) => notices.open(action, about, error),
  });
  return { tokens, meter, notices, quota: new Map() };
}

/** By what is kept of the token: it renews itself, so asking Zalo would tell no more. Where events go Zalo does not tell. */
async function check({ tokens, quota }: Attending, now: Instant): Promise<ChannelCheck> {
  const { refreshUntil: tokenUntil, refused } = await tokens.state();
  const isDead = refused !== undefined || (tokenUntil !== undefined && tokenUntil <= now);
  const isUsed = [...quota.values()].some((remain) => remain <= 0);
  return {
    troubles: [
      ...(isDead ? ['token_dead' as const] : []),
      ...(isUsed ? ['quota_used' as const] : []),
    ],
    ...(tokenUntil === undefined ? {} : { tokenUntil }),
    ...(quota.size === 0 ? {} : { quota: Object.fromEntries(quota) }),
  };
}

/** Which formula fitted is counted: documents and living systems differ, and one wrong secret turns all away. */
function verify(request: WebhookRequest, settings: ZaloOaSettings, meter?: Meter): void {
  try {
    meter?.signed('zalo', formulaOf(request, settings));
  } catch (error) {
    if (error instanceof SignatureError) meter?.signed('zalo', 'none');
    throw error;
  }
}

function render(reply: Reply, to: string, settings: ZaloOaSettings): ZaloCall[] {
  const recipient = recipientOf(to);
  const path = pathTo(recipient);
  return contents(reply, settings).map((message) => ({ path, body: { recipient, message } }));
}

function pathTo(recipient: ZaloRecipient): string {
  if ('group_id' in recipient) return paths.group;
  return 'user_id' in recipient ? paths.person : paths.anonymous;
}

function contents(reply: Reply, settings: ZaloOaSettings): Content[] {
  switch (reply.type) {
    case 'text':
      return reply.asks === 'contact' && settings.infoImage !== undefined
        ? infoCard(reply.text, settings.infoImage)
        : underLast(reply.text, (reply.choices ?? []).slice(0, settings.buttons).map(choice));
    case 'card':
      return withLinks(`${reply.title}\n\n${reply.body}`, reply.links, settings.buttons);
    case 'image':
      return picture(reply.url, reply.alt);
  }
}

/** Buttons stand under the last part: `attachment` beside `text`, as Zalo's consultation messages have them. */
function underLast(text: string, buttons: readonly Button[]): Content[] {
  const parts = splitText(text, textLength);
  return parts.map((part, i) =>
    i < parts.length - 1 || buttons.length === 0
      ? { text: part }
      : { text: part, attachment: { type: 'template', payload: { buttons } } },
  );
}

/**
 * Pressed, it comes back as a text: `#`, the payload, and the words on it for those who read the transcript.
 * Hidden, because what is shown would be that text.
 */
function choice({ title, payload }: Choice): Button {
  const shown = shorten(title.replaceAll(/\s+/g, ' ').trim(), choiceTitle);
  return { title: shown, type: 'oa.query.hide', payload: `#${payload} ${shown}` };
}

/** Links that no button is left for are written out. */
function withLinks(text: string, links: readonly Link[], most: number): Content[] {
  const written = links.slice(most).map(({ title, url }) => `${title}: ${url}`);
  const buttons = links.slice(0, most).map(({ title, url }): Button => {
    return { title: shorten(title, choiceTitle), type: 'oa.open.url', payload: { url } };
  });
  return underLast([text, ...written].join('\n'), buttons);
}

/**
 * Zalo's own form for name and number, under the question in words: who rather types can. One element, a title of
 * 100 and a subtitle of 500 characters (the lengths from a secondary source). Source: channels.md A.3, 2026-11-23.
 */
function infoCard(text: string, image: string): Content[] {
  const [first = '', ...rest] = splitText(text, textLength);
  const element = { title: shorten(first, 100), subtitle: shorten(first, 500), image_url: image };
  const payload = { template_type: 'request_user_info', elements: [element] } as const;
  return [
    ...[first, ...rest].slice(0, -1).map((part) => ({ text: part })),
    { text: rest.at(-1) ?? first, attachment: { type: 'template', payload } },
  ];
}

function picture(url: string, alt: string): Content[] {
  const [first, ...rest] = splitText(alt, textLength);
  const payload = { template_type: 'media', elements: [{ media_type: 'image', url }] } as const;
  return [
    { ...(first === undefined ? {} : { text: first }), attachment: { type: 'template', payload } },
    ...rest.map((text) => ({ text })),
  ];
}

/** A token that is not taken is renewed, and the call made once more: it was refused, so it cannot go out twice. */
async function send(
  call: ZaloCall,
  settings: ZaloOaSettings,
  sender: Sender,
  attending: Attending,
): Promise<{ platformId: string }> {
  const { tokens, notices } = attending;
  const first = await tokens.access();
  let answer = await sender.send(post(call, settings, first));
  if (isTokenRefused(answer)) {
    const second = await tokens.access(first);
    answer = await sender.send(post(call, settings, second));
    if (isTokenRefused(answer)) await tokens.access(second);
  }
  if (needsOperator(answer)) await notices.open('refused', 'send', errorIn(answer)?.error);
  return read(answer, attending);
}

function post({ path, body }: ZaloCall, { apiBase }: ZaloOaSettings, token: string) {
  return {
    method: 'POST' as const,
    url: `${apiBase}${path}`,
    // Not a bearer: Zalo has a header of its own.
    headers: { 'content-type': 'application/json', access_token: token },
    body: JSON.stringify(body),
  };
}

const number = z.union([z.number(), z.string()]).transform(Number).pipe(z.number());
const quota = z.object({ quota_type: z.string().catch('unnamed'), remain: number });
const success = z.object({
  error: number.pipe(z.literal(0)),
  data: z.object({
    message_id: z.string().min(1),
    quota: quota.optional().catch(undefined),
    cs_reply: z.object({ remain: number }).optional().catch(undefined),
  }),
});

/** HTTP 200 is no success yet: only `error` 0 with the message's id is. */
function read(answer: HttpAnswer, { meter, quota: left }: Attending): { platformId: string } {
  const done = answer.status >= 200 && answer.status < 300 ? successIn(answer.body) : undefined;
  if (!done) throw zaloError(answer);
  const { message_id, quota, cs_reply } = done.data;
  // What is left is Zalo's to say: the bounds moved twice in a year.
  const said = new Map(quota ? [[quota.quota_type, quota.remain]] : []);
  if (cs_reply) said.set('cs_reply', cs_reply.remain);
  for (const [kind, remain] of said) {
    left.set(kind, remain);
    meter.quota('zalo', kind, remain);
  }
  return { platformId: message_id };
}

function successIn(body: string): z.infer<typeof success> | undefined {
  try {
    return success.parse(readZaloJson(Buffer.from(body)));
  } catch {
    return undefined;
  }
}
