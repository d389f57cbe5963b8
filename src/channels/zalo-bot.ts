import { z } from 'zod';
import { seconds } from '../clock.ts';
import type { SendingRule } from '../content/content.ts';
import type { Reply } from '../conversation/reply.ts';
import { SignatureError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { Sender } from './call.ts';
import type { AttendPorts, Attendant, Channel, Limits, WebhookRequest } from './channel.ts';
import { splitText } from './fit.ts';
import { permissionBy } from './sending-rules.ts';
import { isSame } from './signature.ts';
import { callZaloBot } from './zalo-bot-api.ts';
import type { ZaloBotSettings } from './zalo-bot-api.ts';
import { checkZaloBot } from './zalo-bot-check.ts';
import { parseZaloBot } from './zalo-bot-events.ts';
import { pollZaloBot } from './zalo-bot-polling.ts';
import { readZaloJson } from './zalo-json.ts';

/** One method and its body, without the token: it is kept in the outbox. */
export type ZaloBotCall = {
  readonly method: 'sendMessage' | 'sendPhoto';
  readonly body: { readonly chat_id: string } & (
    { readonly text: string } | { readonly photo: string; readonly caption?: string }
  );
};

/** Source: channels.md A.4, read 2026-11-23. No buttons: choices are written out as numbers before they come here. */
const textLength = 2_000;

/** A bot of Zalo's Bot Platform. */
export function zaloBot(
  settings: ZaloBotSettings,
  sender: Sender,
  rules: readonly SendingRule[],
): Channel<ZaloBotCall> {
  const ours = rules.filter(({ channel }) => channel === 'zalo-bot');
  const botId = botIdOf(settings);
  const limits: Limits = { textLength, choices: 0, choiceTitle: 0, perSecond: settings.perSecond };
  let store: Store | undefined;
  return {
    name: 'zalo-bot',
    delivery: 'push',
    limits,
    verify: (request) => {
      verify(request, settings.webhookSecret);
    },
    parse: ({ body, receivedAt }) => parseZaloBot(readZaloJson(body), botId, receivedAt),
    allows: (purpose, reach, now) => permissionBy(ours, purpose, reach, now),
    render,
    async send({ method, body }) {
      const result = await callZaloBot(settings, sender, method, body);
      return { platformId: sentId.safeParse(result).data?.message_id ?? 'unnamed' };
    },
    async attend(ports) {
      store = ports.store;
      return attend(settings, botId, sender, ports);
    },
    check: () => checkZaloBot(settings, botId, sender, store),
  };
}

/** The bot's own number: what stands before the secret in its token. */
function botIdOf({ token }: Pick<ZaloBotSettings, 'token'>): string {
  return token.split(':')[0] ?? '';
}

function verify({ headers }: WebhookRequest, secret: string | undefined): void {
  const given = headers['x-bot-api-secret-token'] ?? '';
  if (secret === undefined || !isSame(given, secret))
    throw new SignatureError('X-Bot-Api-Secret-Token is not ours.');
}

function render(reply: Reply, to: string): ZaloBotCall[] {
  switch (reply.type) {
    case 'text':
      return texts(reply.text, to);
    case 'card': {
      const links = reply.links.map(({ title, url }) => `${title}: ${url}`);
      return texts([`${reply.title}\n\n${reply.body}`, ...links].join('\n'), to);
    }
    case 'image': {
      const [caption, ...rest] = splitText(reply.alt, textLength);
      const photo = {
        chat_id: to,
        photo: reply.url,
        ...(caption === undefined ? {} : { caption }),
      };
      return [{ method: 'sendPhoto', body: photo }, ...rest.flatMap((text) => texts(text, to))];
    }
  }
}

function texts(text: string, to: string): ZaloBotCall[] {
  return splitText(text, textLength).map((part) => ({
    method: 'sendMessage',
    body: { chat_id: to, text: part },
  }));
}

const id = z.union([z.string(), z.number()]).transform(String).pipe(z.string().min(1));
const sentId = z.object({ message_id: id });

const graceMs = seconds(9);

/** Only where updates are fetched is there anything to look after. The webhook is set by hand, never at a start. */
function attend(
  settings: ZaloBotSettings,
  botId: string,
  sender: Sender,
  ports: AttendPorts,
): Attendant {
  if (settings.mode !== 'polling' || !ports.takesIn) return { stop: () => Promise.resolve() };
  const end = new AbortController();
  const polling = pollZaloBot(settings, botId, sender, ports, end.signal);
  return {
    async stop() {
      end.abort();
      // What the question under way brings is gone from Zalo: it is waited for.
      await Promise.race([polling, new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
    },
  };
}
