import express from 'express';
import type { Request, RequestHandler, Response, Router } from 'express';
import { z } from 'zod';
import { webEvent } from '../channels/web.ts';
import type { Clock } from '../clock.ts';
import type { Content } from '../content/content.ts';
import { openingChoices } from '../dialogue/menu.ts';
import { parsePayload, payload } from '../dialogue/payload.ts';
import { AppError } from '../errors.ts';
import type { ConversationId, MessageId } from '../ids.ts';
import type { Receiver } from '../pipeline/receive.ts';
import * as collections from '../store/collections.ts';
import type { Store } from '../store/store.ts';
import { addressLimit, visitorLimit } from './limits.ts';
import { sessions } from './session.ts';
import type { Sessions } from './session.ts';
import { traceOf } from './trace.ts';
import { streams } from './stream.ts';
import type { Streams } from './stream.ts';
import { transcript } from './transcript.ts';
import type { Transcript } from './transcript.ts';

export interface WidgetPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly receiver: Receiver;
  readonly content: () => Content;
  readonly canAnswer: () => boolean;
  readonly staffed: () => Promise<boolean>;
}

/** What a request of the web chat may use. */
interface Desk {
  readonly ports: WidgetPorts;
  readonly sessions: Sessions;
  readonly transcript: Transcript;
  readonly streams: Streams;
  /** Refuses who writes faster than people do. */
  readonly calm: ReturnType<typeof visitorLimit>;
}

/** A minute. A person writes some; a class on one mobile network some hundred. */
const perVisitor = 60;
const perAddress = { lines: 1_200, sessions: 600 };

/** The API of the web chat: design of the interface in docs/architecture.md, “Web chat”. */
export function widget(ports: WidgetPorts): { readonly router: Router; close(): void } {
  const read = transcript(ports);
  const desk = {
    ports,
    sessions: sessions(ports.store, ports.clock),
    transcript: read,
    streams: streams(ports.store, read),
    calm: visitorLimit(ports.clock, perVisitor),
  };
  const manyLines = addressLimit(ports.clock, perAddress.lines);
  const manySessions = addressLimit(ports.clock, perAddress.sessions);
  const router = express.Router();
  router.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  router.use(refuseOtherSites);
  router.use(express.json({ limit: 20_000, inflate: false }));
  router.post('/session', manySessions, postSession(desk));
  router.delete('/session', deleteSession(desk));
  router.post('/messages', manyLines, postMessage(desk));
  router.get('/messages', getMessages(desk));
  router.get('/stream', getStream(desk));
  router.post('/feedback', manyLines, postFeedback(desk));
  return {
    router,
    close: () => {
      desk.streams.close();
    },
  };
}

/** Our page and our frame are the only ones that talk to this API: another site could only waste sessions in its visitors' names. */
const refuseOtherSites: RequestHandler = (request, _response, next) => {
  if (request.get('sec-fetch-site') === 'cross-site')
    throw new AppError('cross_site', 403, 'Only the chat page itself may call this.');
  next();
};

function postSession({ sessions }: Desk): RequestHandler {
  return async (_request, response) => {
    response.status(201).json(await sessions.open());
  };
}

function deleteSession({ sessions, streams }: Desk): RequestHandler {
  return async (request, response) => {
    const { conversationId } = await sessions.of(request);
    await sessions.close(request);
    streams.end(conversationId);
    response.status(204).end();
  };
}

function postMessage({ ports, sessions, calm }: Desk): RequestHandler {
  return async (request, response) => {
    const { conversationId } = await sessions.of(request);
    calm(conversationId, response);
    const event = webEvent(request.body, conversationId, ports.clock.now());
    const titled =
      event.type === 'choice'
        ? { ...event, title: (await titleOf(ports, conversationId, event.payload)) ?? event.title }
        : event;
    await acknowledge(ports, request, response, titled);
  };
}

async function acknowledge(
  ports: WidgetPorts,
  request: Request,
  response: Response,
  event: ReturnType<typeof webEvent>,
): Promise<void> {
  const seq = await ports.receiver.accept([event], event.at, traceOf(request));
  response.status(202).json({ seq: seq.get(event.id) });
}

/** What stood on the button that was pressed: the transcript shows words, not payloads. */
async function titleOf(
  { store, content }: WidgetPorts,
  conversationId: ConversationId,
  payload: string,
): Promise<string | undefined> {
  const recent = await store
    .collection(collections.messages)
    .find({ where: { conversationId }, sort: { by: 'seq', order: 'desc' }, limit: 30 });
  const choice = recent
    .flatMap(({ choices }) => choices ?? [])
    .find((choice) => choice.payload === payload);
  return choice?.title ?? standingTitle(content(), payload);
}

/** A row of the opening page is pressed before any message stands there, a topic’s button long after. */
function standingTitle(content: Content, payload: string): string | undefined {
  const row = openingChoices(content).find((choice) => choice.payload === payload);
  if (row) return row.title;
  const { act, subject = '' } = parsePayload(payload) ?? {};
  return act === 'ask' ? content.topic(subject)?.button : undefined;
}

const afterQuery = z.coerce.number().int().min(0).default(0);

function after(request: Request): number {
  const given = request.query['after'] ?? request.get('last-event-id') ?? undefined;
  const read = afterQuery.safeParse(given);
  if (!read.success)
    throw new AppError(
      'invalid',
      400,
      '`after` is the seq of the last message you have, a whole number.',
    );
  return read.data;
}

function getMessages({ sessions, transcript }: Desk): RequestHandler {
  return async (request, response) => {
    const { conversationId } = await sessions.of(request);
    response.json(await transcript.after(conversationId, after(request)));
  };
}

function getStream({ sessions, streams }: Desk): RequestHandler {
  return async (request, response) => {
    const { conversationId } = await sessions.of(request);
    streams.open(conversationId, after(request), response);
  };
}

const feedbackBody = z.strictObject({ id: z.string().min(1).max(300), helpful: z.boolean() });

/** A mark under an answer is the same as pressing the button that other channels show: one path into the dialogue. */
function postFeedback({ ports, sessions, calm }: Desk): RequestHandler {
  return async (request, response) => {
    const { conversationId } = await sessions.of(request);
    calm(conversationId, response);
    const read = feedbackBody.safeParse(request.body);
    if (!read.success)
      throw new AppError(
        'invalid',
        400,
        'Feedback is { id, helpful }: the id of an answer, and true or false.',
      );
    const { id, helpful } = read.data;
    const message = await ports.store.collection(collections.messages).get(id as MessageId);
    if (message?.conversationId !== conversationId || !message.feedback) {
      throw new AppError('not_found', 404, 'There is no such answer here.');
    }
    // One judgement an answer: its event id is made from the answer's, so that a second press changes nothing.
    const short = id.slice(-26).replace(/[^\w-]/g, '-');
    const event = webEvent(
      { id: `fb-${short}`, choice: payload('feedback', helpful ? 'yes' : 'no', message.about) },
      conversationId,
      ports.clock.now(),
    );
    const title = helpful ? 'Có ích' : 'Chưa đúng';
    await acknowledge(
      ports,
      request,
      response,
      event.type === 'choice' ? { ...event, title } : event,
    );
  };
}
