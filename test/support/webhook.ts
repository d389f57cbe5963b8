import { createHash, createHmac } from 'node:crypto';

/** Messenger as it stands outside of a running program: credentials, deliveries, and what answers are called. */

export const pageId = '100000000000001';
export const appSecret = 'app-secret-of-tests';
export const verifyToken = 'verify-token-of-tests';

export function messengerEnv(graphUrl: string): Record<string, string> {
  return {
    PUBLIC_URL: 'https://nhipcau.example',
    MESSENGER_APP_SECRET: appSecret,
    MESSENGER_VERIFY_TOKEN: verifyToken,
    MESSENGER_PAGE_TOKEN: 'page-token-of-tests',
    MESSENGER_PAGE_ID: pageId,
    GRAPH_API_BASE: graphUrl,
  };
}

/** Something a person wrote. */
export interface Written {
  readonly mid: string;
  readonly from: string;
  readonly text: string;
  readonly at: number;
}

/** One delivery, as bytes; everything in it is one entry. */
export function deliveryOf(...messages: readonly Written[]): Buffer {
  const messaging = messages.map(({ mid, from, text, at }) => ({
    sender: { id: from },
    recipient: { id: pageId },
    timestamp: at,
    message: { mid, text },
  }));
  return bodyOf(messaging);
}

export function bodyOf(messaging: readonly unknown[]): Buffer {
  const time = Date.now();
  return Buffer.from(JSON.stringify({ object: 'page', entry: [{ id: pageId, time, messaging }] }));
}

export function signature(bytes: Uint8Array): string {
  return `sha256=${createHmac('sha256', appSecret).update(bytes).digest('hex')}`;
}

export function headersOf(bytes: Uint8Array): Record<string, string> {
  return { 'content-type': 'application/json', 'x-hub-signature-256': signature(bytes) };
}

/** The ids of answers begin with this: they are made from the question's, whatever process answers. */
export function answerPrefix(mid: string, from: string): string {
  return answerIdOf(`messenger/${pageId}/${mid}`, `messenger/${pageId}/${from}`);
}

export function answerIdOf(eventId: string, conversationId: string): string {
  const hash = createHash('sha256').update(eventId).digest('base64url');
  return `${conversationId}/re/${hash.slice(0, 22)}/`;
}
