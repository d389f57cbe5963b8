import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express from 'express';
import type { Channel, WebhookRequest } from '../channels/channel.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Receiver } from '../pipeline/receive.ts';
import type { Refuse } from './errors.ts';
import { traceOf } from './trace.ts';

export interface WebhookPorts {
  readonly channels: ReadonlyMap<string, Channel>;
  readonly receiver: Receiver;
  /** Opens a request for deletion of a platform's person; the code to refer to it. */
  readonly requestDeletion: (channel: string, subject: string) => Promise<string>;
  /** The page that tells how a request stands. */
  readonly requestUrl: (code: string) => string;
  readonly clock: Clock;
  readonly refuse: Refuse;
}

/** Platforms send a few kilobytes; a batch of a thousand updates stays below this. */
const mostBytes = 2_000_000;

/**
 * `GET|POST /webhooks/<channel>`: the platform's handshake, its deliveries, and (`/deletion`) requests for deletion. 200 only once all is stored.
 * Not through Express's router: its way to a handler costs three times the rest of a request (M, 0.16 ms of 0.21).
 */
export function webhooks(ports: WebhookPorts): RequestListener {
  return (request, response) => {
    const answering = request.method === 'POST' ? postWebhook : getWebhook;
    answering(ports, request, response).catch((error: unknown) => {
      ports.refuse(error, request, response);
    });
  };
}

async function getWebhook(
  { channels, clock }: WebhookPorts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new AppError('not_found', 404, 'There is nothing at this address.');
  const { channel, act } = find(channels, request);
  if (act !== undefined) throw new AppError('not_found', 404, 'There is nothing at this address.');
  const challenge = channel.handshake?.(webhookRequest('GET', request, nothing, clock));
  if (challenge === undefined)
    throw new AppError('not_found', 404, 'This channel has no handshake.');
  // The challenge is somebody else's text: never to be read as a page.
  response.setHeader('X-Content-Type-Options', 'nosniff');
  plain(response, challenge);
}

async function postWebhook(
  ports: WebhookPorts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { channels, receiver, clock } = ports;
  const body = await bodyOf(request, response);
  const delivery = webhookRequest('POST', request, body, clock);
  const { channel, act } = find(channels, request);
  if (act !== undefined) return postDeletion(ports, channel, delivery, response);
  await receiver.receive(channel, delivery, traceOf(request));
  plain(response, 'EVENT_RECEIVED');
}

/** `POST /webhooks/<channel>/deletion`: the platform passes on that somebody wants their data deleted. */
async function postDeletion(
  { requestDeletion, requestUrl }: WebhookPorts,
  { name, deletion }: Channel,
  delivery: WebhookRequest,
  response: ServerResponse,
): Promise<void> {
  if (!deletion) throw new AppError('not_found', 404, 'There is nothing at this address.');
  const code = await requestDeletion(name, deletion(delivery));
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(JSON.stringify({ url: requestUrl(code), confirmation_code: code }));
}

const nothing = new Uint8Array();
type ReadRaw = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: Error) => void,
) => void;
// The bytes as sent: a signature is over them. No inflating: a small body could become a huge one.
const readRaw: ReadRaw = express.raw({ type: () => true, limit: mostBytes, inflate: false });

/** @throws what the body parser refuses: too large, broken length, compressed. */
async function bodyOf(request: IncomingMessage, response: ServerResponse): Promise<Uint8Array> {
  await new Promise<void>((resolve, reject) => {
    readRaw(request, response, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
  // The parser, made for Express, leaves the bytes on the request; where there were none, nothing.
  const { body } = request as IncomingMessage & { readonly body?: unknown };
  return Buffer.isBuffer(body) ? body : nothing;
}

function find(
  channels: ReadonlyMap<string, Channel>,
  { url = '' }: IncomingMessage,
): { readonly channel: Channel; readonly act: string | undefined } {
  const [, name = '', act] = /^\/webhooks\/([^/?]+)(?:\/(deletion))?\/?(?:$|\?)/.exec(url) ?? [];
  const channel = channels.get(name);
  if (!channel)
    throw new AppError('unknown_channel', 404, 'There is no such channel, or it is not set up.');
  return { channel, act };
}

function webhookRequest(
  method: WebhookRequest['method'],
  { url = '', headers }: IncomingMessage,
  body: Uint8Array,
  clock: Clock,
): WebhookRequest {
  const start = url.indexOf('?');
  return {
    method,
    query: start < 0 ? {} : Object.fromEntries(new URLSearchParams(url.slice(start + 1))),
    headers: flat(headers),
    body,
    receivedAt: clock.now(),
  };
}

function flat(headers: IncomingMessage['headers']): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}

function plain(response: ServerResponse, text: string): void {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(text);
}
