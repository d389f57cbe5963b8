import { createHash } from 'node:crypto';
import type { Channel } from '../channels/channel.ts';
import type { Clock, Instant } from '../clock.ts';
import type { Content } from '../content/content.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { isQuiet } from '../conversation/event.ts';
import type { EventOf, InboundEvent } from '../conversation/event.ts';
import type { Message } from '../conversation/message.ts';
import type { TurnRecord } from '../conversation/turn.ts';
import { lineOf } from '../conversation/line.ts';
import { reachAfter } from '../conversation/reach.ts';
import type { Input, Scene, Turn } from '../dialogue/flow.ts';
import { takeComment } from '../dialogue/comment.ts';
import { markHandOver } from '../dialogue/hand-over.ts';
import { needsOf, previousOf, takeTurn } from '../dialogue/turn.ts';
import { ConflictError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Meter } from '../meter.ts';
import type { Model } from '../nlu/model.ts';
import type { Understanding } from '../nlu/types.ts';
import { understand } from '../nlu/understand.ts';
import type { Cipher } from '../store/cipher.ts';
import * as collections from '../store/collections.ts';
import { check, insert, remove, replace } from '../store/store.ts';
import type { Committed, Store, Write } from '../store/store.ts';
import { applyEffects } from './effects.ts';
import { load } from './needs.ts';
import type { PhoneKey } from './needs.ts';
import { bury, done, doneForGood, lostJob } from './queue.ts';
import type { InboxClaim } from './queue.ts';
import { speak } from './speak.ts';
import type { Worker } from './worker.ts';

export interface ProcessorPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly content: () => Content;
  /** Only asked when it is there: the worker takes no inbox lane before. */
  readonly model: () => Model;
  readonly cipher: Cipher;
  readonly phoneKey: PhoneKey;
  readonly staffed: () => Promise<boolean>;
  readonly privacyUrl: string;
  /** Takes outbox lanes that a turn's own commit took. */
  readonly worker: Pick<Worker, 'take' | 'hasRoom'>;
}

const mostConflicts = 20;

/** One turn: read, understand, decide, and one commit – or nothing, and the turn is computed again. */
export function processor(ports: ProcessorPorts): (claim: InboxClaim) => Promise<void> {
  return async (claim) => {
    const heard: Heard = { understood: undefined };
    const lost = new Set<string>();
    for (let conflicts = 0; ; conflicts++) {
      try {
        // Once lost, in turn with others who want the same document: a crowd at one course makes one attempt each.
        const { claims } = await ports.store.inTurn([...lost], () =>
          commitTurn(ports, claim, heard),
        );
        ports.worker.take(claims);
        return;
      } catch (error) {
        if (!(error instanceof ConflictError) || lostJob(claim, error.keys)) throw error;
        if (conflicts >= mostConflicts) return giveUp(ports, claim, error);
        for (const key of error.keys) lost.add(key);
      }
    }
  };
}

/** Kept over the attempts at one turn: understanding does not depend on what other commits change. */
interface Heard {
  understood: Understanding | undefined;
}

async function commitTurn(
  ports: ProcessorPorts,
  claim: InboxClaim,
  heard: Heard,
): Promise<Committed> {
  const { event } = claim.job.body;
  const conversation = await ports.store
    .collection(collections.conversations)
    .get(event.conversationId);
  heard.understood ??= conversation && meaning(ports, event, conversation);
  const writes = conversation
    ? await turnWrites(ports, claim, conversation, heard.understood)
    : await leftOver(ports.store, event);
  const ended = conversation ? done(claim) : doneForGood(claim);
  return ports.store.commit([...writes, ...ended]);
}

/** A line that came in at the very moment its conversation was erased belongs to nobody, and goes, too. */
async function leftOver(
  store: Store,
  { id, conversationId }: InboundEvent,
): Promise<readonly Write[]> {
  const line = await store.collection(collections.messages).get(id);
  const sequence = await store.collection(collections.sequences).get(conversationId);
  return [
    // Unless the person has begun anew just now.
    check(collections.conversations, { id: conversationId, version: 0 }),
    ...(line ? [remove(collections.messages, line)] : []),
    ...(sequence ? [remove(collections.sequences, sequence)] : []),
  ];
}

function meaning(
  ports: ProcessorPorts,
  event: InboundEvent,
  conversation: Conversation,
): Understanding | undefined {
  const { type, standby } = event;
  if (type !== 'text' && type !== 'comment') return undefined;
  if (conversation.handledBy === 'moderator' || standby) return undefined;
  // What stands under a post goes on from no private talk.
  const previous = type === 'text' ? previousOf(conversation, ports.clock.now()) : undefined;
  return understand(ports.model(), event.text, {
    now: ports.clock.now(),
    gazetteer: ports.content().gazetteer,
    ...(previous ? { previous } : {}),
  });
}

async function turnWrites(
  ports: ProcessorPorts,
  claim: InboxClaim,
  conversation: Conversation,
  understood: Understanding | undefined,
): Promise<readonly Write[]> {
  const { event, receivedAt } = claim.job.body;
  const seen: Conversation = {
    ...conversation,
    reach: reachAfter(conversation.reach, event, receivedAt),
    updatedAt: ports.clock.now(),
    ...lastLineOf(event),
  };
  if (event.type === 'edited' || event.type === 'removed') {
    const amended = await amend(ports.store, event, seen);
    return [...amended.writes, keep(conversation, amended.conversation)];
  }
  const channel = ports.channels.get(event.channel);
  // A channel that has been switched off since, or a thread that somebody else holds: recorded, not answered.
  if (!channel || event.standby || isQuiet(event)) return [keep(conversation, seen)];
  if (event.type === 'comment' && !mayAnswer(channel, seen, event, ports.clock.now()))
    return [keep(conversation, seen)];
  return answer(ports, claim, channel, conversation, seen, understood);
}

/** By this comment's own age: one that was delivered late is not opened again by a later one. */
function mayAnswer(
  channel: Channel,
  { reach }: Conversation,
  { at }: InboundEvent,
  now: Instant,
): boolean {
  return channel.allows('comment', { ...reach, lastCommentAt: at }, now).allowed;
}

async function answer(
  ports: ProcessorPorts,
  claim: InboxClaim,
  channel: Channel,
  read: Conversation,
  seen: Conversation,
  understood: Understanding | undefined,
): Promise<Write[]> {
  const { event } = claim.job.body;
  const input: Input = { event, ...(understood ? { understood } : {}) };
  const scene = await sceneOf(ports, channel, seen, input);
  const turn = event.type === 'comment' ? takeComment(scene, input) : takeTurn(seen, input, scene);
  const { conversation, writes } = carryOut(ports, claim, channel, scene, turn);
  const { cause: trace } = claim.job;
  ports.meter.turned(channel.name, understood?.decision ?? event.type);
  ports.log.info(
    { trace, channel: channel.name, flow: turn.flow, replies: turn.replies.length },
    'turn',
  );
  const used = { content: scene.content.hash, model: ports.model().hash, now: scene.now };
  return [keep(read, conversation), turnRecord(claim, read, turn, used, understood), ...writes];
}

/** Everything the turn may look at, with the documents that it names. */
async function sceneOf(
  ports: ProcessorPorts,
  { name, limits, delivery }: Channel,
  conversation: Conversation,
  input: Input,
): Promise<Scene> {
  const { store, cipher, phoneKey, privacyUrl } = ports;
  const now = ports.clock.now();
  const content = ports.content();
  const needs = needsOf(conversation, input, now);
  return {
    now,
    content,
    hours: content.hours(now),
    docs: await load(store, needs, phoneKey, (text) => cipher.hash(text), now),
    staffed: await ports.staffed(),
    conversation,
    channel: { name, limits, delivery },
    privacyUrl,
  };
}

/** What a turn wants done and says, as writes; and the conversation as it stands after them. */
function carryOut(
  ports: ProcessorPorts,
  { job }: InboxClaim,
  channel: Channel,
  scene: Scene,
  turn: Turn,
): { readonly conversation: Conversation; readonly writes: readonly Write[] } {
  const { event } = job.body;
  const { cipher, phoneKey, channels } = ports;
  const { conversation, content, docs, hours, now } = scene;
  const how = { trace: job.cause, idBase: answerId(event), now };
  const applied = applyEffects(turn.effects, {
    ...how,
    conversation,
    docs,
    content,
    cipher,
    phoneKey,
    channels,
  });
  const after = { ...applied.conversation, memory: turn.memory };
  const { outboxOrder, lastLine, writes } = speak(markHandOver(turn, hours.open), {
    ...how,
    channel,
    conversation: after,
    from: 'bot',
    purpose: event.type === 'comment' ? 'comment' : 'answer',
    claim: ports.worker.hasRoom('outbox', channel.name),
  });
  return {
    conversation: { ...after, outboxOrder, ...(lastLine ? { lastLine } : {}) },
    writes: [...applied.writes, ...writes],
  };
}

function keep(read: Conversation, after: Conversation): Write {
  return {
    op: 'replace',
    in: collections.conversations.name,
    doc: { ...after, version: read.version },
  };
}

/** A photo or a voice message is the person's last word, too, though there is nothing to read in it. */
function lastLineOf(event: InboundEvent): Partial<Conversation> {
  if (isQuiet(event) || event.type === 'opened' || event.type === 'comment') return {};
  const { text } = lineOf(event, '' as never);
  return { lastLine: { from: 'person', text: text.slice(0, 200), at: event.at } };
}

/** An edit or a removal changes the line it speaks of, the search entry with it, and whatever repeats its words. */
async function amend(
  store: Store,
  event: EventOf<'edited' | 'removed'>,
  conversation: Conversation,
): Promise<{ readonly writes: Write[]; readonly conversation: Conversation }> {
  const line = await store.collection(collections.messages).get(event.of);
  if (!line || line.from !== 'person' || line.removedAt !== undefined)
    return { writes: [], conversation };
  const after = amended(event);
  const words = after.text ?? '';
  const turn = await store.collection(collections.turns).get(event.of);
  return {
    writes: [
      replace<Message>(collections.messages, line, after),
      ...(turn?.understood ? [withWords(turn, turn.understood, words)] : []),
    ],
    conversation: withoutWords(conversation, line, words),
  };
}

/** What was understood stays; the words it was understood from do not. */
function withWords(turn: TurnRecord, understood: Understanding, text: string): Write {
  return replace<TurnRecord>(collections.turns, turn, {
    understood: { ...understood, text, entities: [] },
  });
}

function withoutWords(conversation: Conversation, line: Message, words: string): Conversation {
  const { lastLine, memory } = conversation;
  const isLast = lastLine?.from === 'person' && lastLine.at === line.at;
  const isAnswered = memory.lastAnswer !== undefined && memory.lastAnswer.question === line.text;
  return {
    ...conversation,
    ...(isLast ? { lastLine: { ...lastLine, text: words.slice(0, 200) } } : {}),
    ...(isAnswered
      ? { memory: { ...memory, lastAnswer: { ...memory.lastAnswer, question: words } } }
      : {}),
  };
}

function amended(event: EventOf<'edited' | 'removed'>): Partial<Message> {
  return event.type === 'edited'
    ? { text: event.text, editedAt: event.at }
    : { text: '', removedAt: event.at };
}

/** The same for a turn computed again; the event's id may be long and of any characters, so it is hashed. */
function answerId({ id, conversationId }: InboundEvent): string {
  return `${conversationId}/re/${createHash('sha256').update(id).digest('base64url').slice(0, 22)}`;
}

function turnRecord(
  { job }: InboxClaim,
  { contactId, organisationId }: Conversation,
  turn: Turn,
  used: { readonly content: string; readonly model: string; readonly now: Instant },
  understood: Understanding | undefined,
): Write {
  const { event } = job.body;
  return insert<TurnRecord>(collections.turns, {
    id: event.id,
    schema: 1,
    conversationId: event.conversationId,
    contactId,
    organisationId,
    channel: event.channel,
    messageId: event.id,
    at: used.now,
    trace: job.cause,
    ...(understood ? { understood: withoutTail(understood) } : {}),
    ...(turn.flow ? { flow: turn.flow } : {}),
    replies: turn.replies.length,
    effects: turn.effects.map(({ type }) => type),
    model: used.model,
    content: used.content,
  });
}

/** Of all topics the nearest say why; the others would be most of what is stored of a turn. */
function withoutTail(understood: Understanding): Understanding {
  return { ...understood, intents: understood.intents.slice(0, 5) };
}

/** Twenty lost commits on one turn: somebody else's trouble must not block this person's lane for ever. */
async function giveUp(
  { store, clock, log }: ProcessorPorts,
  claim: InboxClaim,
  error: ConflictError,
): Promise<void> {
  // Keys hold the platform's id of the person; which kind of document it was says enough.
  const collections = [...new Set(error.keys.map((key) => key.slice(0, key.indexOf('/'))))].sort();
  const { cause: trace, channel } = claim.job;
  log.error({ trace, channel, collections }, 'turn buried after conflicts');
  await store.commit(bury(claim, `conflict:${collections.join(',')}`, clock.now()));
}
