import { hours, later, minutes } from '../../clock.ts';
import type { Instant } from '../../clock.ts';
import type { Conversation } from '../../conversation/conversation.ts';
import type { Memory } from '../../conversation/memory.ts';
import type { ConversationId } from '../../ids.ts';
import type { Effect } from '../effects.ts';
import type { Flow, Input, Need, OfferedLink, Scene, Step } from '../flow.ts';
import { payload } from '../payload.ts';
import { asking, text } from '../replies.ts';

/**
 * One person on several channels, never by guess: a code asked for here is typed there, and both sides say yes.
 * docs/decisions/0007-linking.md.
 */
export const link: Flow = {
  name: 'link',
  personal: true,
  aside: true,
  startsOn: [
    { on: 'command', command: 'link' },
    { on: 'command', command: 'unlink' },
    { on: 'pressed', act: 'linkCode' },
    { on: 'pressed', act: 'link' },
    { on: 'pressed', act: 'unlinkAsk' },
    { on: 'pressed', act: 'unlink' },
  ],
  needs,
  start(scene, input) {
    if (input.pressed?.act === 'unlinkAsk') return askToPart(scene);
    if (isParting(input))
      return input.pressed?.subject === 'no' ? say(scene, 'link.kept') : part(scene);
    if (input.pressed?.act !== 'link') return giveCode(scene);
    if (input.pressed.subject === 'code') return typed(scene);
    return input.pressed.subject === 'yes' ? agree(scene) : refuse(scene);
  },
};

function needs(_state: unknown, input: Input, conversation: Conversation): Need[] {
  const { event, pressed } = input;
  const { linked = [], memory } = conversation;
  if (pressed?.act === 'unlinkAsk') return [];
  if (isParting(input))
    return linked.map(({ conversationId: id }) => ({ in: 'conversations', id }));
  const detail = pressed?.detail ?? '';
  if (pressed?.act !== 'link') {
    const before = memory.link?.offer;
    return [
      { link: 'fresh', of: event.id },
      ...(before === undefined ? [] : [{ in: 'linkOffers', id: before }]),
    ];
  }
  return pressed.subject === 'code'
    ? [{ link: 'code', code: detail }]
    : [{ link: 'offer', id: detail }];
}

/** Said in words, or pressed under our own question. */
function isParting({ command, pressed }: Input): boolean {
  return command === 'unlink' || pressed?.act === 'unlink';
}

function giveCode({ content, conversation, docs, now }: Scene): Step {
  const { code, id } = docs.freshLink();
  const holds = content.retention.linkMinutes;
  const before = conversation.memory.link;
  const values = { code, minutes: `${holds}` };
  return {
    replies: [text(content.phrase('link.code', values))],
    effects: [
      {
        type: 'offerLink',
        offer: id,
        until: later(now, minutes(holds)),
        ...(before?.offer === undefined ? {} : { replaces: before.offer }),
      },
    ],
    memory: { link: { wrong: 0, since: now, ...before, offer: id } },
  };
}

/** Wrong codes of one conversation in an hour; then it has to wait. Both sides have to say yes all the same. */
const mostWrong = 5;

function typed(scene: Scene): Step {
  const { conversation, docs, now } = scene;
  if (wrongSoFar(conversation.memory, now) >= mostWrong) return say(scene, 'link.tooMany');
  const found = docs.link();
  if (!found || found.offer.until < now || found.offer.byConversationId !== '')
    return { ...say(scene, 'link.wrong'), memory: { link: oneMoreWrong(scene) } };
  const { offer } = found;
  if (offer.conversationId === conversation.id) return say(scene, 'link.own');
  if (isLinked(conversation, offer.conversationId)) return say(scene, 'link.already');
  const from = memberOf(found, offer.conversationId);
  // Nobody could answer the question there while a colleague holds that conversation.
  if (!from || from.handledBy === 'moderator') return say(scene, 'link.held');
  const answers = { yes: payload('link', 'yes', offer.id), no: payload('link', 'no', offer.id) };
  const ask = (channel: string, key: 'link.ask' | 'link.confirm') =>
    asking(scene.content, key, [answers.yes, answers.no], { channel: channelName(scene, channel) });
  return {
    replies: [ask(offer.channel, 'link.confirm')],
    effects: [
      { type: 'askLink', offer: offer.id },
      {
        type: 'tell',
        conversationId: from.id,
        reply: ask(conversation.channel, 'link.ask'),
        yesNo: answers,
      },
    ],
    yesNo: answers,
  };
}

function wrongSoFar({ link: tried }: Memory, now: Instant): number {
  return tried && now - tried.since < hours(1) ? tried.wrong : 0;
}

function oneMoreWrong({ conversation: { memory }, now }: Scene): NonNullable<Memory['link']> {
  const wrong = wrongSoFar(memory, now) + 1;
  const since = wrong === 1 ? now : (memory.link?.since ?? now);
  return { ...memory.link, wrong, since };
}

function agree(scene: Scene): Step {
  const { conversation, docs } = scene;
  const found = docs.link();
  const other = found && otherSide(found, conversation.id);
  if (!found || !other || found.offer.until < scene.now)
    return say(scene, conversation.linked ? 'link.already' : 'link.expired');
  const { offer } = found;
  const channel = channelName(scene, other.channel);
  if (!offer.agreed.includes(other.id)) {
    const isNew = !offer.agreed.includes(conversation.id);
    const effects: Effect[] = isNew ? [{ type: 'agreeLink', offer: offer.id }] : [];
    return { ...say(scene, 'link.waits', { channel }), effects };
  }
  const here = channelName(scene, conversation.channel);
  return {
    ...say(scene, 'link.done', { channel }),
    effects: [
      { type: 'link', offer: offer.id },
      {
        type: 'tell',
        conversationId: other.id,
        reply: text(scene.content.phrase('link.done', { channel: here })),
      },
    ],
  };
}

function refuse(scene: Scene): Step {
  const { conversation, docs } = scene;
  const found = docs.link();
  const other = found && otherSide(found, conversation.id);
  if (!found || !other) return say(scene, 'link.expired');
  const reply = text(scene.content.phrase('link.refusedThere'));
  return {
    ...say(scene, 'link.refused'),
    effects: [
      { type: 'dropLink', offer: found.offer.id },
      { type: 'tell', conversationId: other.id, reply },
    ],
  };
}

/** What a link brings anybody may have written: nothing is undone before a yes here. */
function askToPart(scene: Scene): Step {
  const { linked = [] } = scene.conversation;
  if (linked.length === 0) return say(scene, 'link.none');
  const yesNo = { yes: payload('unlink', 'yes'), no: payload('unlink', 'no') };
  return {
    replies: [asking(scene.content, 'link.undo', [yesNo.yes, yesNo.no])],
    effects: [],
    yesNo,
  };
}

function part(scene: Scene): Step {
  const { linked = [], channel } = scene.conversation;
  if (linked.length === 0) return say(scene, 'link.none');
  const reply = text(
    scene.content.phrase('link.undoneThere', { channel: channelName(scene, channel) }),
  );
  return {
    ...say(scene, 'link.undone'),
    effects: [
      ...linked.map(({ conversationId }): Effect => ({ type: 'tell', conversationId, reply })),
      { type: 'unlink' },
    ],
  };
}

/** The other of the two; undefined for who is neither, or before the code was typed. */
function otherSide({ offer, members }: OfferedLink, own: ConversationId): Conversation | undefined {
  const sides = [offer.conversationId, offer.byConversationId];
  if (!sides.includes(own)) return undefined;
  return members.find(({ id }) => id !== own && sides.includes(id));
}

function memberOf({ members }: OfferedLink, id: ConversationId): Conversation | undefined {
  return members.find((one) => one.id === id);
}

function isLinked({ linked = [] }: Conversation, other: ConversationId): boolean {
  return linked.some(({ conversationId }) => conversationId === other);
}

function channelName({ content }: Scene, channel: string): string {
  const key = `link.channel.${channel}`;
  return content.hasPhrase(key) ? content.phrase(key) : channel;
}

function say({ content }: Scene, key: string, values?: Readonly<Record<string, string>>): Step {
  return { replies: [text(content.phrase(key, values))], effects: [] };
}
