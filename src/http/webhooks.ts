import express from 'express';
import type { Request, RequestHandler, Router } from 'express';
import type { Channel, WebhookRequest } from '../channels/channel.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Receiver } from '../pipeline/receive.ts';

export interface WebhookPorts {
  readonly channels: ReadonlyMap<string, Channel>;
  readonly receiver: Receiver;
  readonly clock: Clock;
}

/** Platforms send a few kilobytes; a batch of a thousand updates stays below this. */
const mostBytes = 2_000_000;

/** `GET|POST /webhooks/<channel>`: the platform's handshake and its deliveries. 200 only once all is stored. */
export function webhooks(ports: WebhookPorts): Router {
  const router = express.Router();
  // The bytes as sent: a signature is over them. No inflating: a small body could become a huge one.
  const raw = express.raw({ type: () => true, limit: mostBytes, inflate: false });
  router.get('/:channel', getWebhook(ports));
  router.post('/:channel', raw, postWebhook(ports));
  return router;
}

function getWebhook({ channels, clock }: WebhookPorts): RequestHandler {
  return (request, response) => {
    const channel = find(channels, request);
    const challenge = channel.handshake?.(webhookRequest(request, clock));
    if (challenge === undefined)
      throw new AppError('not_found', 404, 'This channel has no handshake.');
    // The challenge is somebody else's text: never to be read as a page.
    response.set('X-Content-Type-Options', 'nosniff').type('text/plain').send(challenge);
  };
}

function postWebhook({ channels, receiver, clock }: WebhookPorts): RequestHandler {
  return async (request, response) => {
    await receiver.receive(find(channels, request), webhookRequest(request, clock));
    response.type('text/plain').send('EVENT_RECEIVED');
  };
}

function find(channels: ReadonlyMap<string, Channel>, { params }: Request): Channel {
  const channel = channels.get(String(params['channel']));
  if (!channel)
    throw new AppError('unknown_channel', 404, 'There is no such channel, or it is not set up.');
  return channel;
}

function webhookRequest(request: Request, clock: Clock): WebhookRequest {
  return {
    method: request.method === 'GET' ? 'GET' : 'POST',
    query: queryOf(request),
    headers: flatHeaders(request),
    // Without a body Express leaves an empty object.
    body: Buffer.isBuffer(request.body) ? request.body : new Uint8Array(),
    receivedAt: clock.now(),
  };
}

/** Taken from the URL itself: whatever query parser is set, `hub.mode` stays one key. */
function queryOf({ url }: Request): Record<string, string> {
  const start = url.indexOf('?');
  return start < 0 ? {} : Object.fromEntries(new URLSearchParams(url.slice(start + 1)));
}

function flatHeaders({ headers }: Request): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}
