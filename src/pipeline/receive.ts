import { createHash } from 'node:crypto';
import type { Channel, WebhookRequest } from '../channels/channel.ts';
import type { Clock, Instant, Millis } from '../clock.ts';
import type { Content } from '../content/content.ts';
import { newContact, newConversation } from '../conversation/beginning.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { isQuiet } from '../conversation/event.ts';
import type { EventOf, InboundEvent } from '../conversation/event.ts';
import { lineOf } from '../conversation/line.ts';
import type { Message } from '../conversation/message.ts';
import { ChannelError, ConflictError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { ContactId, ConversationId, EventId, JobId, OrganisationId, TraceId } from '../ids.ts';
import type { Log } from '../log.ts';
import type { Meter } from '../meter.ts';
import * as collections from '../store/collections.ts';
import { commitIfFirst } from '../store/race.ts';
import { insert } from '../store/store.ts';
import type { Committed, Store, Write } from '../store/store.ts';
import { settleSent } from './deliver.ts';
import { takeOverNatively } from './moderation.ts';
import { openNotice } from './notice.ts';
import { enqueue } from './queue.ts';
import { redact } from './redact.ts';
import { applyRouting } from './routing.ts';
import type { Worker } from './worker.ts';

export interface ReceiverPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly content: () => Content;
  /** How long a colleague's line in the platform's own inbox silences the bot, in working time. */
  readonly holdFor: Millis;
  readonly meter: Meter;
  /** Works lanes that a commit took for this process, few as long as something arrives; undefined where no worker runs. */
  readonly worker: Pick<Worker, 'take' | 'hasRoom' | 'first'> | undefined;
}

export interface Receiver {
  /**
   * Takes one delivery of a platform: verified, parsed, redacted, stored. When it returns, nothing of it can be lost.
   * `trace` is that of the request it came in; without one it gets its own.
   * @throws {SignatureError} not signed by the platform. @throws {AppError} no JSON, or the store is away.
   */
  receive(channel: Channel, request: WebhookRequest, trace?: TraceId): Promise<void>;
  /** The same for events that a channel has fetched itself. */
  fetched(channel: Channel, events: readonly InboundEvent[], receivedAt: Instant): Promise<void>;
  /** The same from parsed events on; `seq` of each line by event id. A redelivery has the `seq` of its first copy. */
  accept(
    events: readonly InboundEvent[],
    receivedAt: Instant,
    trace?: TraceId,
  ): Promise<ReadonlyMap<string, number>>;
}

/** Events that stand in the transcript and wait in the inbox, in order. */
type Line = EventOf<
  | 'text'
  | 'choice'
  | 'attachment'
  | 'opened'
  | 'edited'
  | 'removed'
  | 'left'
  | 'joined'
  | 'touched'
  | 'comment'
  | 'unsupported'
>;

/** Two writes a new line, two more a new person: far below the 500 of a commit. */
const linesPerCommit = 100;
const mostTries = 20;

/** What takes deliveries in, for every channel of the process. */
export function receiver(ports: ReceiverPorts): Receiver {
  const steady = steadyTime(ports.clock);
  const accept: Receiver['accept'] = (events, receivedAt, trace = newId<'trace'>()) => {
    const around = { receivedAt, steadyAt: steady(receivedAt), trace };
    const work = () => takeAll(ports, events, around);
    return ports.worker ? ports.worker.first(work) : work();
  };
  const takeIn = async (
    channel: Channel,
    events: readonly InboundEvent[],
    receivedAt: Instant,
    trace: TraceId,
  ): Promise<void> => {
    if (events.length === 0) return;
    await accept(events, receivedAt, trace);
    // Not waited for: the platform must not hear later that all is stored because it is slow itself.
    channel.acknowledge?.(events).catch((error: unknown) => {
      const code = error instanceof ChannelError ? error.code : 'unknown';
      ports.log.info({ trace, channel: channel.name, code }, 'not acknowledged');
    });
  };
  return {
    accept,
    fetched: (channel, events, receivedAt) => takeIn(channel, events, receivedAt, newId<'trace'>()),
    async receive(channel, request, trace = newId<'trace'>()) {
      channel.verify(request);
      await takeIn(channel, channel.parse(request), request.receivedAt, trace);
    },
  };
}

async function takeAll(
  ports: ReceiverPorts,
  events: readonly InboundEvent[],
  around: Around,
): Promise<ReadonlyMap<string, number>> {
  const clean = (await notForgotten(ports.store, events)).map(redact);
  const lines = unique(clean.filter(isLine));
  const seq = new Map<string, number>();
  for (let i = 0; i < lines.length; i += linesPerCommit) {
    await addLines(ports, lines.slice(i, i + linesPerCommit), around, seq);
  }
  for (const event of clean) await applyAtOnce(ports, event, around);
  for (const { channel, type } of events) ports.meter.received(channel, type);
  const { trace } = around;
  ports.log.info({ trace, channel: events[0]?.channel, events: events.length }, 'received');
  return seq;
}

interface Around {
  readonly receivedAt: Instant;
  /** The same by a clock that is never set back. */
  readonly steadyAt: Instant;
  readonly trace: TraceId;
}

function isLine(event: InboundEvent): event is Line {
  if (event.type === 'unsupported') return event.address !== '';
  return !atOnce.includes(event.type);
}

const atOnce: readonly InboundEvent['type'][] = [
  'delivered',
  'sent',
  'pageReply',
  'routed',
  'enforced',
];

function unique(lines: readonly Line[]): Line[] {
  return [...new Map(lines.map((line) => [line.id, line])).values()];
}

/** The transcript is the dedupe: a line whose id is there already is a redelivery, and durable. */
async function addLines(
  { store, content, worker }: ReceiverPorts,
  lines: readonly Line[],
  around: Around,
  seq: Map<string, number>,
): Promise<void> {
  let open = [...lines];
  for (let tries = 0; open.length > 0; tries++) {
    const people = await conversationsOf(store, open);
    const writes = writesOf(
      open,
      people,
      content().programme.organisationId,
      around,
      worker?.hasRoom('inbox', lines[0]?.channel ?? '') ?? false,
    );
    if (writes.length === 0) return;
    try {
      const committed = await store.commit(writes);
      keepSeq(committed, seq);
      worker?.take(committed.claims);
      return;
    } catch (error) {
      if (!(error instanceof ConflictError) || tries >= mostTries) throw error;
      open = await withoutKnown(store, open, seq);
    }
  }
}

function keepSeq({ seq }: Committed, into: Map<string, number>): void {
  for (const [id, number] of seq) into.set(id, number);
}

async function withoutKnown(
  store: Store,
  lines: readonly Line[],
  seq: Map<string, number>,
): Promise<Line[]> {
  const known = await store.collection(collections.messages).getMany(lines.map(({ id }) => id));
  for (const line of known) seq.set(line.id, line.seq);
  const ids = new Set<string>(known.map(({ id }) => id));
  return lines.filter(({ id }) => !ids.has(id));
}

/** What was erased must not come back by a late redelivery. */
async function notForgotten(
  store: Store,
  events: readonly InboundEvent[],
): Promise<InboundEvent[]> {
  const hashes = events.map(({ id }) => forgottenKey(id));
  const forgotten = new Set(
    (await store.collection(collections.forgotten).getMany(hashes)).map(({ id }) => id),
  );
  return events.filter((_, i) => !forgotten.has(hashes[i] ?? ''));
}

/** What is left of an erased event for 48 hours: its hashed id. */
export function forgottenKey(id: EventId): string {
  return createHash('sha256').update(id).digest('base64url');
}

type Known = ReadonlyMap<ConversationId, Conversation>;

async function conversationsOf(store: Store, lines: readonly Line[]): Promise<Known> {
  const ids = [...new Set(lines.map(({ conversationId }) => conversationId))];
  const found = await store.collection(collections.conversations).getMany(ids);
  return new Map(found.map((conversation) => [conversation.id, conversation]));
}

function writesOf(
  lines: readonly Line[],
  known: Known,
  organisationId: OrganisationId,
  around: Around,
  claim: boolean,
): Write[] {
  const contacts = new Map([...known].map(([id, { contactId }]) => [id, contactId]));
  return lines.flatMap((event) => {
    const contactId = contacts.get(event.conversationId);
    // Somebody who was erased, or never wrote: a change of old words, a farewell, a touch begins nobody.
    if (contactId === undefined && isQuiet(event)) return [];
    const fresh = contactId === undefined ? newId<'contact'>() : undefined;
    if (fresh) contacts.set(event.conversationId, fresh);
    return [
      ...(fresh ? beginning(event, fresh, organisationId, around) : []),
      insert<Message>(collections.messages, lineOf(event, contactId ?? (fresh as ContactId)), {
        sequence: event.conversationId,
      }),
      inboxJob(event, contactId ?? (fresh as ContactId), around, claim),
    ];
  });
}

function beginning(
  event: Line,
  contactId: ContactId,
  organisationId: OrganisationId,
  { receivedAt }: Around,
): Write[] {
  return [
    insert(collections.contacts, newContact(contactId, receivedAt)),
    insert(
      collections.conversations,
      newConversation(event, contactId, organisationId, receivedAt),
    ),
  ];
}

function inboxJob(
  event: Line,
  contactId: ContactId,
  { receivedAt, steadyAt, trace }: Around,
  claim: boolean,
): Write {
  const job = {
    id: `in/${event.id}` as JobId,
    channel: event.channel,
    lane: event.conversationId,
    order: inboxOrder(event, receivedAt, steadyAt),
    createdAt: receivedAt,
    cause: trace,
    contactId,
    body: { event, receivedAt },
  };
  return enqueue('inbox', job, claim);
}

/**
 * By the time of the act, never after its receipt; then the platform's own number; then arrival (the queue's own
 * rule). Where the platform's time says nothing, receipts count, and those are not overtaken when our clock is set back.
 */
function inboxOrder(event: Line, receivedAt: Instant, steadyAt: Instant): number {
  const at = event.at < receivedAt ? event.at : steadyAt;
  return at + ((event.order ?? 0) % 1_000) / 1_000;
}

function steadyTime(clock: Clock): (now: Instant) => Instant {
  let last = { at: 0, elapsed: clock.elapsed() };
  return (now) => {
    const elapsed = clock.elapsed();
    last = { at: Math.max(now, last.at + elapsed - last.elapsed), elapsed };
    return last.at as Instant;
  };
}

/** What does not wait in line: a colleague's answer, our own echo, what was delivered, what nobody understands. */
async function applyAtOnce(
  ports: ReceiverPorts,
  event: InboundEvent,
  around: Around,
): Promise<void> {
  const { store, log } = ports;
  if (event.type === 'pageReply') await takeOverNatively(ports, event);
  else if (event.type === 'routed') await applyRouting(ports, event);
  else if (event.type === 'sent') await settleSent(store, event, around.receivedAt);
  else if (event.type === 'delivered') await noteDelivered(store, event);
  else if (event.type === 'enforced')
    await openNotice(store, event, around.receivedAt, around.trace);
  else if (event.type === 'unsupported') {
    log.warn(
      { trace: around.trace, channel: event.channel, what: event.what },
      'unsupported event',
    );
    await keepUnread(store, event, around);
  }
}

/** One small document per conversation: the transcript and the conversation are not touched by receipts. */
async function noteDelivered(store: Store, event: EventOf<'delivered'>): Promise<void> {
  const known = await store.collection(collections.conversations).get(event.conversationId);
  if (!known) return;
  const receipt = await store.collection(collections.receipts).get(event.conversationId);
  if (receipt && receipt.upTo >= event.upTo) return;
  const doc = {
    id: event.conversationId,
    schema: 1 as const,
    contactId: known.contactId,
    upTo: event.upTo,
  };
  const write: Write = receipt
    ? { op: 'replace', in: collections.receipts.name, doc: { ...doc, version: receipt.version } }
    : insert(collections.receipts, doc);
  // Another delivery of the same may be saying it.
  await commitIfFirst(store, [write]);
}

/** What we could not read, already redacted, for seven days. */
async function keepUnread(
  store: Store,
  event: EventOf<'unsupported'>,
  { receivedAt }: Around,
): Promise<void> {
  const known = await store.collection(collections.conversations).get(event.conversationId);
  const doc = {
    id: event.id,
    schema: 1 as const,
    contactId: known?.contactId ?? ('' as ContactId),
    channel: event.channel,
    what: event.what,
    raw: event.raw ?? '',
    at: receivedAt,
  };
  // Another delivery of the same may be keeping it.
  await commitIfFirst(store, [insert(collections.unread, doc)]);
}
