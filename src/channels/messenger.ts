import { z } from 'zod';
import type { SendingRule } from '../content/content.ts';
import type { InboundEvent } from '../conversation/event.ts';
import type { Choice, Link, Reply } from '../conversation/reply.ts';
import { ChannelError, SignatureError } from '../errors.ts';
import type { HttpAnswer, HttpCall, Sender } from './call.ts';
import type {
  Allowed,
  AttendPorts,
  Channel,
  Json,
  Limits,
  Sent,
  WebhookRequest,
} from './channel.ts';
import { shorten, splitText } from './fit.ts';
import { graphError } from './graph-error.ts';
import { graphUrl } from './graph-url.ts';
import { restAfter, usageOf } from './graph-usage.ts';
import { deletionSubject } from './messenger-deletion.ts';
import { checkMessenger } from './messenger-check.ts';
import { markPrefix, parseMessenger } from './messenger-events.ts';
import { pageInbox } from './messenger-routing.ts';
import { permissionBy, templateFor } from './sending-rules.ts';
import { hmacSha256, isSame } from './signature.ts';

export interface MessengerSettings {
  readonly appSecret: string;
  readonly verifyToken: string;
  readonly pageToken: string;
  readonly pageId: string;
  /** With the version: `https://graph.facebook.com/v25.0`. */
  readonly apiBase: string;
  /** Calls that Meta allows this Page a second, where it is not the usual 300. */
  readonly perSecond?: number;
  /** Percent of Meta's share from which on calls slow down. */
  readonly slowAt?: number;
  /** Ours, as the developers' console shows it; tells our app from others that serve the Page. */
  readonly appId?: string;
  /** `inbox`: who waits for a person is passed to the Page's own inbox. */
  readonly handover?: 'inbox';
}

/** The body of one call, without the token: it is kept in the outbox. */
export type MessengerCall = SendCall | EdgeCall;
/** To the Send API. */
export type SendCall = {
  /** `comment_id`: the one private message to the author of a comment. */
  readonly recipient: { readonly id?: string; readonly comment_id?: string };
  readonly messaging_type: 'RESPONSE' | 'MESSAGE_TAG' | 'UTILITY';
  readonly tag?: 'HUMAN_AGENT';
  readonly message: Content & { readonly metadata?: string };
};
/** To another edge of the Graph API: `<comment>/comments`, say. */
type EdgeCall = { readonly edge: string; readonly body: { readonly [key: string]: Json } };
type Content = {
  readonly text?: string;
  readonly quick_replies?: readonly QuickReply[];
  readonly attachment?: Attachment;
  readonly template?: Template;
};
/** Words that Meta has approved, and what is filled in. */
type Template = {
  readonly name: string;
  readonly language: { readonly code: string };
  readonly components: readonly {
    readonly type: 'body';
    readonly parameters: readonly { readonly type: 'text'; readonly text: string }[];
  }[];
};
type QuickReply = {
  readonly content_type: 'text';
  readonly title: string;
  readonly payload: string;
};
type Button = {
  readonly type: 'postback' | 'web_url';
  readonly title: string;
  readonly payload?: string;
  readonly url?: string;
};
type Attachment = {
  readonly type: 'template' | 'image';
  readonly payload: {
    readonly template_type?: 'button';
    readonly text?: string;
    readonly buttons?: readonly Button[];
    readonly url?: string;
  };
};

/** Source: channels.md A.1.6 and A.1.8, read 2026-11-23; the button template's bounds from a secondary source. */
const limits: Limits = { textLength: 2000, choices: 13, choiceTitle: 20, perSecond: 300 };
/** A share of an hour: what is left at 75 % has to last where the rest was used in a rush. Ours, not Meta's. */
const slowAt = 75;
const template = { buttons: 3, textLength: 640 };

/** The Page's Messenger. */
export function messenger(
  settings: MessengerSettings,
  sender: Sender,
  rules: readonly SendingRule[],
): Channel<MessengerCall> {
  const ours = rules.filter(({ channel }) => channel === 'messenger');
  let attending: AttendPorts | undefined;
  const onForeign = foreignPages(() => attending);
  return {
    name: 'messenger',
    delivery: 'push',
    limits: { ...limits, perSecond: settings.perSecond ?? limits.perSecond },
    echoes: true,
    handshake: (request) => handshake(request, settings.verifyToken),
    verify: (request) => {
      verify(request, settings.appSecret);
    },
    deletion: (request) => deletionSubject(request, settings.appSecret),
    parse: (request) => parseMessenger(request, settings.pageId, onForeign, settings.appId),
    allows: (purpose, reach, now, template) => permissionBy(ours, purpose, reach, now, template),
    render: (reply, to, permission, mark) => {
      const utility =
        permission.via === 'template' ? utilityCall(ours, reply, to, mark) : undefined;
      if (utility) return [utility];
      const calls = render(reply, to, permission, mark);
      const goesOver = settings.handover === 'inbox' && reply.type === 'text' && reply.handsOver;
      return goesOver ? [...calls, passToInbox(settings, to)] : calls;
    },
    isBeside: (call) => 'edge' in call && call.edge.endsWith(passEdge),
    send: (call) => send(call, settings, sender, attending),
    acknowledge: (events) => letGo(events, settings, sender),
    check: () => checkMessenger({ settings, sender }),
    // Only to say what it drops: MESSENGER_PAGE_ID may be wrong, and then all else would be silence.
    attend(ports) {
      attending = ports;
      return Promise.resolve({ stop: () => Promise.resolve() });
    },
  };
}

/** Notes deliveries for other Pages: each is counted, and said once of each Page. */
function foreignPages(attending: () => AttendPorts | undefined): (account: string) => void {
  const told = new Set<string>();
  return (account) => {
    attending()?.meter.received('messenger', 'foreign_page');
    if (told.has(account)) return;
    told.add(account);
    attending()?.log.warn({ channel: 'messenger', account }, 'delivery of another Page');
  };
}

function handshake({ query }: WebhookRequest, verifyToken: string): string {
  const token = query['hub.verify_token'] ?? '';
  if (query['hub.mode'] !== 'subscribe' || !isSame(token, verifyToken)) {
    throw new SignatureError('The verify token of this handshake is not ours.');
  }
  return query['hub.challenge'] ?? '';
}

/** HMAC-SHA256 over the bytes received: Meta signs its own escaping, so re-serialising breaks every Vietnamese text. */
function verify({ headers, body }: WebhookRequest, appSecret: string): void {
  const given = headers['x-hub-signature-256'] ?? '';
  if (!isSame(given, `sha256=${hmacSha256(appSecret, body)}`)) {
    throw new SignatureError('X-Hub-Signature-256 does not fit the body.');
  }
}

function render(reply: Reply, to: string, permission: Allowed, mark?: string): MessengerCall[] {
  const comment = reply.type === 'text' ? reply.comment : undefined;
  if (comment?.to === 'all' && reply.type === 'text') return [underComment(comment.id, reply.text)];
  const said = contents(reply);
  // To the author of a comment Messenger takes one message and no second one.
  return (comment ? said.slice(0, 1) : said).map((content, i) => ({
    recipient: comment ? { comment_id: comment.id } : { id: to },
    ...(permission.via === 'human'
      ? { messaging_type: 'MESSAGE_TAG' as const, tag: 'HUMAN_AGENT' as const }
      : { messaging_type: 'RESPONSE' as const }),
    message: {
      ...content,
      ...(mark === undefined ? {} : { metadata: `${markPrefix}${mark}/${i}` }),
    },
  }));
}

/**
 * A reminder outside of the 24 hours: the Page's approved words with the values filled in. Source: Messenger Platform,
 * utility messages (page updated 2026-03-13).
 * @throws when the notice has no value for a parameter of its template: a defect, found by tests.
 */
function utilityCall(
  rules: readonly SendingRule[],
  reply: Reply,
  to: string,
  mark?: string,
): SendCall | undefined {
  const notice = reply.type === 'text' ? reply.template : undefined;
  const template = rules
    .map((rule) => templateFor(rule, notice?.for))
    .find((one) => one !== undefined);
  if (!notice || !template) return undefined;
  const parameters = template.parameters.map((name) => {
    const text = notice.values[name];
    if (text === undefined) throw new Error(`The notice ${notice.for} has no value “${name}”.`);
    return { type: 'text' as const, text };
  });
  return {
    recipient: { id: to },
    messaging_type: 'UTILITY',
    message: {
      template: {
        name: template.name,
        language: { code: template.language },
        components: parameters.length > 0 ? [{ type: 'body', parameters }] : [],
      },
      ...(mark === undefined ? {} : { metadata: `${markPrefix}${mark}/0` }),
    },
  };
}

const passEdge = '/pass_thread_control';

/** Hands the thread to the Page's inbox: from then on we only look on. */
function passToInbox({ pageId }: MessengerSettings, to: string): EdgeCall {
  return {
    edge: `${encodeURIComponent(pageId)}${passEdge}`,
    body: { recipient: { id: to }, target_app_id: pageInbox },
  };
}

function underComment(id: string, text: string): MessengerCall {
  return {
    edge: `${encodeURIComponent(id)}/comments`,
    body: { message: shorten(text, limits.textLength) },
  };
}

function contents(reply: Reply): Content[] {
  switch (reply.type) {
    case 'text':
      return withChoices(reply.text, reply.choices ?? []);
    case 'card':
      return withLinks(`${reply.title}\n\n${reply.body}`, reply.links);
    case 'image':
      return [
        { attachment: { type: 'image', payload: { url: reply.url } } },
        ...splitText(reply.alt, limits.textLength).map((text) => ({ text })),
      ];
  }
}

/**
 * Up to three short choices as buttons, which stay in the thread; more as quick replies, which the app hides
 * once something else is said – so they stand under the last part.
 */
function withChoices(text: string, choices: readonly Choice[]): Content[] {
  const [whole, ...more] = splitText(text, template.textLength);
  const areFew = choices.length > 0 && choices.length <= template.buttons;
  if (areFew && whole !== undefined && more.length === 0)
    return [buttonTemplate(whole, choices.map(postback))];
  const parts = splitText(text, limits.textLength);
  return parts.map((part, i) =>
    i < parts.length - 1 || choices.length === 0
      ? { text: part }
      : { text: part, quick_replies: choices.slice(0, limits.choices).map(quickReply) },
  );
}

function postback({ title, payload }: Choice): Button {
  return { type: 'postback', title: shorten(title, limits.choiceTitle), payload };
}

function quickReply({ title, payload }: Choice): QuickReply {
  return { content_type: 'text', title: shorten(title, limits.choiceTitle), payload };
}

/** Link buttons stand under the last part; links that no button is left for are written out. */
function withLinks(text: string, links: readonly Link[]): Content[] {
  if (links.length === 0) return splitText(text, limits.textLength).map((part) => ({ text: part }));
  const written = links.slice(template.buttons).map(({ title, url }) => `${title}: ${url}`);
  const parts = splitText([text, ...written].join('\n'), template.textLength);
  const buttons = links.slice(0, template.buttons).map(linkButton);
  return parts.map((part, i) =>
    i < parts.length - 1 ? { text: part } : buttonTemplate(part, buttons),
  );
}

function linkButton({ title, url }: Link): Button {
  return { type: 'web_url', title: shorten(title, limits.choiceTitle), url };
}

function buttonTemplate(text: string, buttons: readonly Button[]): Content {
  return { attachment: { type: 'template', payload: { template_type: 'button', text, buttons } } };
}

async function send(
  call: MessengerCall,
  settings: MessengerSettings,
  sender: Sender,
  attending: AttendPorts | undefined,
): Promise<Sent> {
  const answer = await sender.send(post(call, settings));
  const used = usageOf(answer);
  if (used) attending?.meter.quota('messenger', 'usage', Math.max(0, 100 - used.percent));
  const restFor = restAfter(used, settings.slowAt ?? slowAt);
  return { platformId: read(answer), ...(restFor === undefined ? {} : { restFor }) };
}

/** A colleague asks for the thread in the Page's inbox: let go, as soon as the bot is silent in it. */
async function letGo(
  events: readonly InboundEvent[],
  settings: MessengerSettings,
  sender: Sender,
): Promise<void> {
  for (const event of events) {
    if (event.type !== 'routed' || !event.asked || event.to !== 'inbox') continue;
    const call = passToInbox(settings, event.address);
    read(await sender.send(post(call, settings)));
  }
}

function post(call: MessengerCall, settings: MessengerSettings): HttpCall {
  const [edge, body] =
    'edge' in call
      ? [call.edge, call.body]
      : [`${encodeURIComponent(settings.pageId)}/messages`, call];
  return {
    method: 'POST',
    url: graphUrl(settings, edge),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

/** A message has an id; so has a comment, by another name. */
const success = z.union([
  z.object({ message_id: z.string() }).transform(({ message_id }) => message_id),
  z.object({ id: z.string() }).transform(({ id }) => id),
  // A thread that was passed on has none.
  z.object({ success: z.literal(true) }).transform(() => ''),
]);

function read(answer: HttpAnswer): string {
  if (answer.status < 200 || answer.status >= 300) throw graphError(answer);
  try {
    return success.parse(JSON.parse(answer.body));
  } catch {
    throw new ChannelError(
      'bad_answer',
      `Messenger answered ${answer.status} without a message id.`,
      {
        retryable: true,
        outcome: 'unknown',
      },
    );
  }
}
