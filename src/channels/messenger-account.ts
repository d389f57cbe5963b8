import { z } from 'zod';
import { ChannelError } from '../errors.ts';
import type { HttpAnswer, Sender } from './call.ts';
import type { Json } from './channel.ts';
import { graphError } from './graph-error.ts';
import { graphUrl } from './graph-url.ts';
import type { MessengerSettings } from './messenger.ts';

/** The Page as the Graph API knows it, for what is arranged and not sent. */
export interface MessengerAccount {
  readonly settings: MessengerSettings;
  readonly sender: Sender;
}

/**
 * What the Page has to tell us of. Without one of them that kind of event never comes, and nothing says so. Receipts of
 * reading are not asked for. Source: channels.md A.1.4, read 2026-11-23.
 */
export const neededFields: readonly string[] = [
  'messages',
  'messaging_postbacks',
  'messaging_referrals',
  'message_deliveries',
  'message_echoes',
  'message_edits',
  'message_reactions',
  'messaging_handovers',
  'standby',
  'messaging_policy_enforcement',
  'feed',
];

export interface Subscription {
  /** What our app is told of. */
  readonly subscribed: readonly string[];
  /** Needed, and not there. All of them when Meta has unsubscribed the app (an hour without an answer). */
  readonly missing: readonly string[];
}

const subscribedApps = z.object({
  data: z.array(
    z.object({
      id: z.union([z.string(), z.number()]).transform(String).optional(),
      subscribed_fields: z.array(z.string()).catch([]),
    }),
  ),
});

/** Whether the Page tells us of all we need. @throws {ChannelError} when Meta does not say. */
export async function auditSubscription(account: MessengerAccount): Promise<Subscription> {
  const answer = await askGraph(account, 'GET', `${pageOf(account)}/subscribed_apps`);
  const read = subscribedApps.safeParse(answer);
  if (!read.success) throw badAnswer('subscribed_apps');
  const { appId } = account.settings;
  // Other apps of the Page may be among them. Without an app id ours is taken to be the one that lacks least.
  const [ours] = read.data.data
    .filter(({ id }) => appId === undefined || id === appId)
    .map(({ subscribed_fields }) => subscriptionOf(subscribed_fields))
    .sort((a, b) => a.missing.length - b.missing.length);
  return ours ?? subscriptionOf([]);
}

function subscriptionOf(subscribed: readonly string[]): Subscription {
  return { subscribed, missing: neededFields.filter((field) => !subscribed.includes(field)) };
}

/** Asks the Page to tell us of all we need. @throws {ChannelError} when Meta refuses. */
export async function subscribe(account: MessengerAccount): Promise<void> {
  const fields = { subscribed_fields: neededFields.join(',') };
  await askGraph(account, 'POST', `${pageOf(account)}/subscribed_apps`, { fields });
}

/** The Page's edge of the Graph API. */
export function pageOf({ settings }: MessengerAccount): string {
  return encodeURIComponent(settings.pageId);
}

/** One call; what it answered. @throws {ChannelError} when Meta refuses, or says nothing that can be read. */
export async function askGraph(
  { settings, sender }: MessengerAccount,
  method: 'GET' | 'POST',
  edge: string,
  {
    fields,
    body,
  }: { readonly fields?: Readonly<Record<string, string>>; readonly body?: Json } = {},
): Promise<unknown> {
  const answer = await sender.send({
    method,
    url: graphUrl(settings, edge, fields),
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (answer.status < 200 || answer.status >= 300) throw graphError(answer);
  return readBody(answer, edge);
}

function readBody({ body }: HttpAnswer, edge: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw badAnswer(edge);
  }
}

function badAnswer(edge: string): ChannelError {
  return new ChannelError('bad_answer', `Messenger answered ${edge} with something unreadable.`, {
    retryable: true,
  });
}
