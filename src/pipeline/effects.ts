import type { Channel } from '../channels/channel.ts';
import type { Instant } from '../clock.ts';
import type { Case } from '../conversation/case.ts';
import type { Callback, Consent } from '../conversation/contact.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { contactKey } from '../conversation/course.ts';
import type { Course, Key, Registration, Seats } from '../conversation/course.ts';
import { contactsOf } from '../conversation/link.ts';
import type { Feedback, Gap } from '../conversation/feedback.ts';
import type { Content } from '../content/content.ts';
import type { Effect, EffectOf } from '../dialogue/effects.ts';
import type { Loaded } from '../dialogue/flow.ts';
import { newId } from '../ids.ts';
import type { ConversationId, TraceId } from '../ids.ts';
import type { Cipher } from '../store/cipher.ts';
import * as collections from '../store/collections.ts';
import { check, insert, replace } from '../store/store.ts';
import type { Write } from '../store/store.ts';
import { dueDates } from './case-terms.ts';
import { changeLink, offerLink, tell, unlink } from './link.ts';
import type { PhoneKey } from './needs.ts';
import { notifyJob } from './queue.ts';

/** What the writes of an effect are made from. */
export interface EffectScene {
  readonly conversation: Conversation;
  readonly docs: Loaded;
  readonly content: Content;
  readonly cipher: Cipher;
  readonly phoneKey: PhoneKey;
  readonly now: Instant;
  readonly trace: TraceId;
  readonly channels: ReadonlyMap<string, Channel>;
  /** Names the lines that are said. */
  readonly idBase: string;
  /** Other conversations that this turn changes, as they stand by now. */
  readonly others: ReadonlyMap<ConversationId, Conversation>;
}

/** Writes beside the conversation's own, and what changes of the conversation. */
export interface Applied {
  readonly writes: readonly Write[];
  readonly conversation: Conversation;
  readonly others: EffectScene['others'];
}

/** Turns the effects of a turn into writes, over documents its flow named in `needs`. */
export function applyEffects(
  effects: readonly Effect[],
  scene: Omit<EffectScene, 'others'>,
): Pick<Applied, 'writes' | 'conversation'> {
  const none: Applied = { writes: [], conversation: scene.conversation, others: new Map() };
  const done = effects.reduce<Applied>((before, effect) => {
    const { conversation, others } = before;
    const next = applyOne(effect, { ...scene, conversation, others });
    return { others, ...next, writes: [...before.writes, ...next.writes] };
  }, none);
  const changed = [...done.others.values()].map((one) =>
    replace<Conversation>(collections.conversations, one, {}),
  );
  return { writes: [...done.writes, ...changed], conversation: done.conversation };
}

type OneApplied = Omit<Applied, 'others'> & Partial<Applied>;

function applyOne(effect: Effect, scene: EffectScene): OneApplied {
  const { conversation } = scene;
  switch (effect.type) {
    case 'wait':
      return { writes: [], conversation: waiting(effect, scene) };
    case 'stopWaiting':
      return { writes: [], conversation: withoutWaiting(conversation) };
    case 'register':
      return { writes: register(effect, scene), conversation };
    case 'askCallBack':
      return { writes: askCallBack(effect, scene), conversation };
    case 'openCase':
      return { writes: [openCase(effect, scene)], conversation };
    case 'feedback':
      return { writes: [feedback(effect, scene)], conversation };
    case 'unanswered':
      return { writes: [gap(effect, scene)], conversation };
    case 'offerLink':
      return { writes: offerLink(effect, scene), conversation };
    case 'askLink':
    case 'agreeLink':
    case 'link':
    case 'dropLink':
      return changeLink(effect, scene);
    case 'unlink':
      return unlink(scene);
    case 'tell':
      return tell(effect, scene);
    case 'tellUnder':
      return { writes: [], conversation: toldUnder(effect, conversation) };
    case 'notify':
      return { writes: [bell(effect, scene)], conversation };
  }
}

/** Why somebody waits is no word of theirs, so it may be told. */
function bell({ code }: EffectOf<'notify'>, { conversation, now, trace }: EffectScene): Write {
  const { channel, waiting } = conversation;
  return notifyJob({ code, channel, ...(waiting ? { reason: waiting.reason } : {}) }, now, trace);
}

/** Who waits already keeps the place in the queue. */
function waiting(
  { reason, organisationId }: EffectOf<'wait'>,
  { conversation, now }: EffectScene,
): Conversation {
  const since = conversation.waiting?.since ?? now;
  const waiting = { since, reason, organisationId: organisationId ?? conversation.organisationId };
  return { ...conversation, waiting, waitingSince: since, organisationId: waiting.organisationId };
}

const mostPosts = 100;

function toldUnder(
  { postId }: EffectOf<'tellUnder'>,
  { toldUnder = [], ...conversation }: Conversation,
): Conversation {
  return { ...conversation, toldUnder: [...toldUnder, postId].slice(-mostPosts) };
}

/** The conversation when nobody waits in it. */
export function withoutWaiting({ waiting: _, ...rest }: Conversation): Conversation {
  return { ...rest, waitingSince: 0 };
}

/**
 * One commit: the registration, two keys that make a second one impossible, the consent, the seat at the version
 * read, and the course as it was. Two people at the last seat: one of the commits conflicts and is computed anew.
 */
function register(effect: EffectOf<'register'>, scene: EffectScene): Write[] {
  const { conversation, docs, cipher, phoneKey, now } = scene;
  const course = docs.get<Course>(collections.courses, effect.courseId);
  const seats = docs.get<Seats>(collections.seats, effect.courseId);
  if (!course || !seats || seats.taken >= seats.capacity) {
    throw new Error(`The turn registers for ${effect.courseId} where no seat is left.`);
  }
  const { contactId, channel } = conversation;
  const phone = cipher.seal(effect.phone);
  const registration = {
    id: newId<'registration'>(),
    schema: 1 as const,
    contactId,
    conversationId: conversation.id,
    organisationId: course.organisationId,
    courseId: course.id,
    fullName: effect.fullName,
    phone,
    phoneHash: phone.hash,
    channel,
    state: 'accepted' as const,
    createdAt: now,
  };
  const keys = [contactKey(course.id, contactId), phoneKey(course.id, effect.phone)];
  return [
    insert<Registration>(collections.registrations, registration),
    ...keys.map((id) =>
      insert<Key>(collections.keys, { id, schema: 1, contactId, registrationId: registration.id }),
    ),
    consent(scene, 'course', effect.wording, course.id),
    replace<Seats>(collections.seats, seats, { taken: seats.taken + 1 }),
    check(collections.courses, course),
    // On another channel of this person at the same moment: one of the two commits is lost.
    ...contactsOf(conversation)
      .slice(1)
      .map((other) => check(collections.keys, { id: contactKey(course.id, other), version: 0 })),
  ];
}

function consent(
  scene: EffectScene,
  purpose: Consent['purpose'],
  wording: string,
  subject: string,
): Write {
  const { conversation, now } = scene;
  return insert<Consent>(collections.consents, {
    id: newId<'consent'>(),
    schema: 1,
    contactId: conversation.contactId,
    purpose,
    wording,
    subject,
    channel: conversation.channel,
    at: now,
  });
}

function askCallBack({ phone, wording }: EffectOf<'askCallBack'>, scene: EffectScene): Write[] {
  const { conversation, cipher, now } = scene;
  const sealed = cipher.seal(phone);
  return [
    insert<Callback>(collections.callbacks, {
      id: newId<'callback'>(),
      schema: 1,
      contactId: conversation.contactId,
      conversationId: conversation.id,
      phone: sealed,
      phoneHash: sealed.hash,
      at: now,
    }),
    consent(scene, 'callback', wording, conversation.id),
  ];
}

function openCase(
  { kind, code }: EffectOf<'openCase'>,
  { conversation, content, now }: EffectScene,
): Write {
  return insert<Case>(collections.cases, {
    id: newId<'case'>(),
    schema: 1,
    contactId: conversation.contactId,
    conversationId: conversation.id,
    organisationId: content.programme.organisationId,
    channel: conversation.channel,
    kind,
    code,
    state: 'received',
    receivedAt: now,
    ...dueDates(kind, now, content),
  });
}

function feedback(effect: EffectOf<'feedback'>, { conversation, now }: EffectScene): Write {
  const { type: _, ...said } = effect;
  return insert<Feedback>(collections.feedbacks, {
    id: newId<'feedback'>(),
    schema: 1,
    contactId: conversation.contactId,
    conversationId: conversation.id,
    channel: conversation.channel,
    ...said,
    intent: effect.intent ?? '',
    at: now,
  });
}

/** Without who asked: a question for the editors is no personal data. */
function gap({ text, nearest }: EffectOf<'unanswered'>, { conversation, now }: EffectScene): Write {
  return insert<Gap>(collections.gaps, {
    id: newId<'gap'>(),
    schema: 1,
    text,
    ...(nearest === undefined ? {} : { nearest }),
    channel: conversation.channel,
    state: 'open',
    at: now,
  });
}
