import type { Channel } from '../channels/channel.ts';
import { later, minutes } from '../clock.ts';
import type { Clock, Instant, Millis } from '../clock.ts';
import type { Content } from '../content/content.ts';
import type { Conversation, Holder, Waiting } from '../conversation/conversation.ts';
import type { EventOf } from '../conversation/event.ts';
import type { Message } from '../conversation/message.ts';
import type { Reply } from '../conversation/reply.ts';
import { memoryAfterHold } from '../dialogue/turn.ts';
import { AppError, ConflictError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { ConversationId, OrganisationId } from '../ids.ts';
import * as collections from '../store/collections.ts';
import { againWhenLost } from '../store/race.ts';
import { insert } from '../store/store.ts';
import type { Store, Write } from '../store/store.ts';
import { audit } from './audit.ts';
import { withoutWaiting } from './effects.ts';
import { whyNot } from './reasons.ts';
import { redactText } from './redact.ts';
import { speak } from './speak.ts';
import { staffSeen } from './staff.ts';

export interface ModerationPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly content: () => Content;
  readonly channels: ReadonlyMap<string, Channel>;
  /** Working time after the last line of the holder in which the bot stays silent. */
  readonly holdFor: Millis;
}

/** What a hold by a colleague in the platform's own inbox takes. */
export type NativePorts = Pick<ModerationPorts, 'store' | 'clock' | 'content' | 'holdFor'>;

/** Who acts: as the person reads it, and as the audit log keeps it. */
export interface Moderator {
  readonly id: string;
  readonly name: string;
  readonly organisation: string;
  readonly organisationId: OrganisationId;
  readonly via: 'console' | 'terminal';
}

const mostTries = 5;

type HoldTerms = Pick<ModerationPorts, 'content' | 'holdFor'>;

interface Act {
  readonly action: string;
  readonly after: Conversation;
  readonly replies: readonly Reply[];
  readonly from: 'moderator' | 'system' | 'bot';
  readonly purpose: 'answer' | 'moderator';
}

/** From now on this person answers; a turn the bot is computing loses its commit. @throws {AppError} `held_by_other`. */
export async function take(
  ports: ModerationPorts,
  id: ConversationId,
  by: Moderator,
): Promise<Conversation> {
  return act(ports, id, by, (conversation, now) => {
    refuseOthers(conversation, by);
    const text = ports
      .content()
      .phrase('handoff.taken', { name: by.name, organisation: by.organisation });
    const isMine = conversation.handledBy === 'moderator' && conversation.holder?.id === by.id;
    return {
      action: 'conversation.take',
      after: held(conversation, holderOf(ports, by, now)),
      replies: isMine ? [] : [{ type: 'text', text }],
      from: 'system',
      // A line of ours, not of the colleague: it must not go under the platform's rule for what humans write.
      purpose: 'answer',
    };
  });
}

/** A line of the holder to the person. Takes the conversation over first where nobody holds it. */
export async function reply(
  ports: ModerationPorts,
  id: ConversationId,
  by: Moderator,
  text: string,
): Promise<Conversation> {
  const words = text.normalize('NFC').trim();
  if (words === '') throw new AppError('invalid', 400, 'Chưa có chữ nào để gửi.');
  refuseSensitive(words);
  const before = await get(ports.store, id);
  // Before the bot is silenced: a person whom nobody can write to would then hear nothing at all.
  refuseUnsendable(ports, before, ports.clock.now());
  if (before.handledBy !== 'moderator') await take(ports, id, by);
  return act(ports, id, by, (conversation, now) => {
    refuseOthers(conversation, by);
    refuseUnsendable(ports, conversation, now);
    return {
      action: 'conversation.reply',
      after: {
        ...withoutWaiting(conversation),
        holder: holderOf(ports, by, now),
        holdUntil: holdEnd(ports, now),
      },
      replies: [{ type: 'text', text: words }],
      from: 'moderator',
      purpose: 'moderator',
    };
  });
}

/** The bot goes on. @throws {AppError} `not_held` where it is speaking already. */
export async function handBack(
  ports: ModerationPorts,
  id: ConversationId,
  by: Moderator,
): Promise<Conversation> {
  return act(ports, id, by, (conversation, now) => {
    refuseOthers(conversation, by);
    if (conversation.handledBy !== 'moderator')
      throw new AppError('not_held', 409, 'Chưa ai tiếp nhận hội thoại này: bot vẫn đang trả lời.');
    return { action: 'conversation.hand-back', ...backToBot(ports, conversation, now) };
  });
}

/** The case is closed: nobody waits and nobody holds it. A person who was held hears that the bot goes on. */
export async function finish(
  ports: ModerationPorts,
  id: ConversationId,
  by: Moderator,
): Promise<Conversation> {
  return act(ports, id, by, (conversation, now) => {
    refuseOthers(conversation, by);
    const action = 'conversation.done';
    if (conversation.handledBy === 'moderator') {
      const back = backToBot(ports, conversation, now);
      return { action, ...back, after: { ...back.after, doneAt: now } };
    }
    // The bot never fell silent: what it is saying or asking goes on.
    const after = { ...withoutWaiting(conversation), doneAt: now };
    return { action, after, replies: [], from: 'bot', purpose: 'answer' };
  });
}

/** A hold that ran out: who still waits, or wrote last, is back in the queue; else the bot goes on. */
export async function endHold(ports: ModerationPorts, id: ConversationId): Promise<Conversation> {
  return act(ports, id, undefined, (conversation, now) => {
    if (conversation.handledBy !== 'moderator' || conversation.holdUntil > now) return undefined;
    if (!conversation.waiting && conversation.lastLine?.from !== 'person') {
      return { action: 'conversation.hold-expired', ...backToBot(ports, conversation, now) };
    }
    const { organisationId } = conversation;
    const again: Waiting = { since: now, reason: 'hold_expired', organisationId };
    const waiting = conversation.waiting ?? again;
    return {
      action: 'conversation.hold-expired',
      after: { ...released(conversation), waiting, waitingSince: waiting.since },
      // Where another app holds the thread, nothing of ours would arrive.
      replies: conversation.reach.standby
        ? []
        : [{ type: 'text', text: ports.content().phrase('handoff.expired') }],
      from: 'bot',
      purpose: 'answer',
    };
  });
}

/** A colleague wrote in the platform's own inbox: applied when received, not after older lines of the person. */
export async function takeOverNatively(
  ports: NativePorts,
  event: EventOf<'pageReply'>,
): Promise<void> {
  const { store, clock } = ports;
  for (let tries = 0; ; tries++) {
    const conversation = await store
      .collection(collections.conversations)
      .get(event.conversationId);
    // Somebody wrote to a person who never wrote to us: there is no talk of ours to be silent in.
    if (!conversation) return;
    const now = clock.now();
    const holder = nativeHolder(ports, now);
    try {
      await store.commit([
        keep(conversation, {
          ...held(conversation, holder),
          updatedAt: now,
          lastLine: { from: 'moderator', text: event.text.slice(0, 200), at: now },
        }),
        nativeLine(event, conversation),
        ...(await staffSeen(store, now)),
      ]);
      return;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      if (error.keys.includes(`${collections.messages.name}/${event.id}`)) return;
      if (tries >= mostTries) throw error;
    }
  }
}

function nativeLine(event: EventOf<'pageReply'>, { contactId }: Conversation): Write {
  return insert<Message>(
    collections.messages,
    {
      id: event.id,
      schema: 1,
      conversationId: event.conversationId,
      contactId,
      channel: event.channel,
      at: event.at,
      from: 'moderator',
      kind: 'text',
      text: event.text,
      ...(event.masked ? { masked: event.masked } : {}),
    },
    { sequence: event.conversationId },
  );
}

/** Reads, decides, commits with its audit record; a commit lost to the person's next line is made again. */
async function act(
  ports: ModerationPorts,
  id: ConversationId,
  by: Moderator | undefined,
  decide: (conversation: Conversation, now: Instant) => Act | undefined,
): Promise<Conversation> {
  return againWhenLost(mostTries, async () => {
    const conversation = await get(ports.store, id);
    const now = ports.clock.now();
    const decided = decide(conversation, now);
    if (!decided) return conversation;
    const { after, writes } = said(ports, decided, by, now);
    await ports.store.commit([
      keep(conversation, { ...after, updatedAt: now }),
      ...writes,
      audit(recordOf(decided.action, conversation, decided.after), by, now),
      ...(by ? await staffSeen(ports.store, now) : []),
    ]);
    return after;
  });
}

function said(
  ports: ModerationPorts,
  decided: Act,
  by: Moderator | undefined,
  now: Instant,
): { after: Conversation; writes: readonly Write[] } {
  const channel = ports.channels.get(decided.after.channel);
  if (!channel || decided.replies.length === 0) return { after: decided.after, writes: [] };
  const { after, from, purpose } = decided;
  const spoken = speak(decided.replies, {
    channel,
    conversation: after,
    from,
    ...(from === 'moderator' && by ? { by: { name: by.name, organisation: by.organisation } } : {}),
    purpose,
    now,
    trace: newId<'trace'>(),
    idBase: `${after.id}/staff/${newId<'line'>()}`,
    claim: false,
  });
  const { outboxOrder, lastLine, writes } = spoken;
  return { after: { ...after, outboxOrder, ...(lastLine ? { lastLine } : {}) }, writes };
}

async function get(store: Store, id: ConversationId): Promise<Conversation> {
  const conversation = await store.collection(collections.conversations).get(id);
  if (!conversation) throw new AppError('not_found', 404, `Không có hội thoại “${id}”.`);
  return conversation;
}

function keep(read: Conversation, after: Conversation): Write {
  return {
    op: 'replace',
    in: collections.conversations.name,
    doc: { ...after, version: read.version },
  };
}

/** The conversation in a person's hands. The new `hold` withdraws what the bot had still to send. */
export function held(conversation: Conversation, holder: Holder): Conversation {
  const { doneAt: _, ...rest } = withoutWaiting(conversation);
  return {
    ...rest,
    handledBy: 'moderator',
    hold: conversation.hold + 1,
    holder,
    holdUntil: holder.until,
  };
}

/** Given back to the bot. The new `hold` withdraws what was still to be sent; a form under way is void. */
export function released(conversation: Conversation): Conversation {
  const { holder: _, ...rest } = withoutWaiting(conversation);
  return {
    ...rest,
    handledBy: 'bot',
    hold: conversation.hold + 1,
    holdUntil: 0,
    memory: memoryAfterHold(conversation.memory),
  };
}

/** The same as `after`, but who waited before still does. */
export function stillWaiting({ waiting }: Conversation, after: Conversation): Conversation {
  return waiting ? { ...after, waiting, waitingSince: waiting.since } : after;
}

function backToBot(
  ports: ModerationPorts,
  conversation: Conversation,
  now: Instant,
): Omit<Act, 'action'> {
  const after = released(conversation);
  return {
    // The line itself says that a machine speaks again.
    after: { ...after, memory: { ...after.memory, disclosedAt: now } },
    replies: [{ type: 'text', text: ports.content().phrase('handoff.back') }],
    from: 'bot',
    purpose: 'answer',
  };
}

function holderOf(
  ports: ModerationPorts,
  { id, name, organisation, via }: Moderator,
  now: Instant,
): Holder {
  return { id, name, organisation, via, since: now, until: holdEnd(ports, now) };
}

/** A colleague in the platform's own inbox: we do not learn who. */
export function nativeHolder(ports: HoldTerms, now: Instant): Holder {
  return { name: '', organisation: '', via: 'native', since: now, until: holdEnd(ports, now) };
}

function holdEnd({ content, holdFor }: HoldTerms, now: Instant): Instant {
  const end = content().afterWorking(now, holdFor / minutes(1));
  // Answered outside working hours: the colleague is plainly at work, but not until Monday noon.
  return content().hours(now).open ? end : later(now, holdFor);
}

function refuseOthers({ handledBy, holder }: Conversation, by: Moderator): void {
  if (handledBy !== 'moderator' || !holder || holder.via === 'native' || holder.id === by.id)
    return;
  throw new AppError(
    'held_by_other',
    409,
    `${holder.name} (${holder.organisation}) đang giữ hội thoại này.`,
  );
}

/** We keep no such number of anybody, so nobody sends one through us; covered it would only confuse. */
function refuseSensitive(words: string): void {
  if (redactText(words).masked.length === 0) return;
  throw new AppError(
    'sensitive',
    400,
    'Chưa gửi: trong tin có số giấy tờ, số tài khoản hoặc mã OTP, hệ thống không lưu những số này. Bỏ số đi rồi gửi lại.',
  );
}

function refuseUnsendable(
  { channels }: ModerationPorts,
  { channel: name, reach }: Conversation,
  now: Instant,
): void {
  const channel = channels.get(name);
  if (!channel) throw new AppError('channel_off', 409, `Kênh ${name} đang tắt, chưa gửi được.`);
  const permission = channel.allows('moderator', reach, now);
  if (!permission.allowed) {
    throw new AppError(permission.why, 409, `Chưa gửi được qua ${name}: ${whyNot[permission.why]}`);
  }
}

function recordOf(
  action: string,
  before: Conversation,
  after: Conversation,
): Parameters<typeof audit>[0] {
  return {
    action,
    object: { type: 'conversation', id: before.id, organisationId: before.organisationId },
    before: { handledBy: before.handledBy, hold: before.hold },
    after: { handledBy: after.handledBy, hold: after.hold },
  };
}
