import type { Conversation } from '../conversation/conversation.ts';
import { joined, parted } from '../conversation/link.ts';
import type { LinkOffer } from '../conversation/link.ts';
import type { EffectOf } from '../dialogue/effects.ts';
import type { Need, OfferedLink } from '../dialogue/flow.ts';
import { linkCodeOf } from '../dialogue/link-code.ts';
import { choicesOf, fitChoices } from '../dialogue/replies.ts';
import { memoryAfterAsked } from '../dialogue/turn.ts';
import type { ConversationId } from '../ids.ts';
import * as collections from '../store/collections.ts';
import { insert, remove, replace } from '../store/store.ts';
import type { Store, Write } from '../store/store.ts';
import type { Applied, EffectScene } from './effects.ts';
import { speak } from './speak.ts';

export interface LoadedLink {
  readonly fresh?: { readonly code: string; readonly id: string };
  readonly offered?: OfferedLink;
}

/** A code is only kept as its keyed hash; which one an event gets follows from the key as well, so nobody can guess it. */
export async function loadLink(
  store: Store,
  need: Extract<Need, { link: string }>,
  hash: (text: string) => string,
): Promise<LoadedLink> {
  if (need.link === 'fresh') {
    const code = linkCodeOf(Buffer.from(hash(`link code of ${need.of}`)));
    return { fresh: { code, id: idOf(code, hash) } };
  }
  const id = need.link === 'code' ? idOf(need.code, hash) : need.id;
  const offer = await store.collection(collections.linkOffers).get(id);
  if (!offer) return {};
  return { offered: { offer, members: await membersOf(store, offer) } };
}

function idOf(code: string, hash: (text: string) => string): string {
  return hash(`link ${code}`).slice(0, 22);
}

/** Both sides, and whoever is linked with either already: all of their lists change together. */
async function membersOf(store: Store, offer: LinkOffer): Promise<Conversation[]> {
  const conversations = store.collection(collections.conversations);
  const { conversationId, byConversationId: by } = offer;
  const sides = by === '' ? [conversationId] : [conversationId, by];
  const two = await conversations.getMany(sides);
  const known = new Set<ConversationId>(two.map(({ id }) => id));
  const more = two
    .flatMap(({ linked = [] }) => linked.map((one) => one.conversationId))
    .filter((id) => !known.has(id));
  return [...two, ...(await conversations.getMany([...new Set(more)]))];
}

/** A code is given out; the one before it is void. */
export function offerLink(
  { offer, until, replaces }: EffectOf<'offerLink'>,
  { conversation, docs }: EffectScene,
): Write[] {
  const { id: conversationId, contactId, channel } = conversation;
  const before =
    replaces === undefined || replaces === offer
      ? undefined
      : docs.get<LinkOffer>(collections.linkOffers, replaces);
  return [
    ...(before ? [remove(collections.linkOffers, before)] : []),
    insert<LinkOffer>(collections.linkOffers, {
      id: offer,
      schema: 1,
      contactId,
      conversationId,
      channel,
      byConversationId: '',
      byContactId: '',
      agreed: [],
      until,
    }),
  ];
}

/** Typed, agreed to, refused, or done. The offer at the version read: of two answers at the same moment one is computed anew. */
export function changeLink(
  { type }: EffectOf<'askLink' | 'agreeLink' | 'link' | 'dropLink'>,
  { conversation, docs, others }: EffectScene,
): Applied {
  const found = docs.link();
  if (!found) throw new Error('The turn changes a link that is not there.');
  const { offer, members } = found;
  const { id, contactId } = conversation;
  switch (type) {
    case 'askLink': {
      const by = { byConversationId: id, byContactId: contactId };
      return {
        writes: [replace<LinkOffer>(collections.linkOffers, offer, by)],
        conversation,
        others,
      };
    }
    case 'agreeLink': {
      const agreed = [...offer.agreed, id];
      const write = replace<LinkOffer>(collections.linkOffers, offer, { agreed });
      return { writes: [write], conversation, others };
    }
    case 'dropLink':
      return { writes: [remove(collections.linkOffers, offer)], conversation, others };
    case 'link': {
      const rest = members.filter((one) => one.id !== id);
      const [own = conversation, ...all] = joined([conversation, ...rest]);
      return {
        writes: [remove(collections.linkOffers, offer)],
        conversation: own,
        others: withAll(others, all),
      };
    }
  }
}

/** This conversation is somebody of its own again; those left stay linked with each other. */
export function unlink({ conversation, docs, others }: EffectScene): Applied {
  const linked = (conversation.linked ?? [])
    .map(
      ({ conversationId: id }) =>
        others.get(id) ?? docs.get<Conversation>(collections.conversations, id),
    )
    .filter((one) => one !== undefined);
  return {
    writes: [],
    conversation: parted(conversation, conversation.id),
    others: withAll(
      others,
      linked.map((one) => parted(one, conversation.id)),
    ),
  };
}

/** A line of the bot in another conversation, unless a colleague holds it or its channel is off. */
export function tell(effect: EffectOf<'tell'>, scene: EffectScene): Applied {
  const { conversation, others, channels, content, now, trace, idBase } = scene;
  const there = others.get(effect.conversationId) ?? readThere(effect.conversationId, scene);
  const channel = there && channels.get(there.channel);
  if (!there || !channel || there.handledBy === 'moderator')
    return { writes: [], conversation, others };
  const replies = fitChoices([effect.reply], channel.limits, content);
  const asked = memoryAfterAsked(there.memory, choicesOf([effect.reply]), effect.yesNo, now);
  const spoken = speak(replies, {
    channel,
    conversation: there,
    from: 'bot',
    purpose: 'answer',
    now,
    trace,
    idBase: `${there.id}/link/${idBase.slice(idBase.lastIndexOf('/') + 1)}`,
    claim: false,
  });
  const after: Conversation = {
    ...there,
    memory: asked,
    outboxOrder: spoken.outboxOrder,
    ...(spoken.lastLine ? { lastLine: spoken.lastLine } : {}),
    updatedAt: now,
  };
  return { writes: spoken.writes, conversation, others: withAll(others, [after]) };
}

function readThere(id: ConversationId, { docs, conversation }: EffectScene) {
  const isLinked = conversation.linked?.some((one) => one.conversationId === id) === true;
  if (isLinked) return docs.get<Conversation>(collections.conversations, id);
  return docs.link()?.members.find((one) => one.id === id);
}

function withAll(
  others: ReadonlyMap<ConversationId, Conversation>,
  changed: readonly Conversation[],
): ReadonlyMap<ConversationId, Conversation> {
  return new Map([...others, ...changed.map((one) => [one.id, one] as const)]);
}
