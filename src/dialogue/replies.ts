import type { Limits } from '../channels/channel.ts';
import type { Content } from '../content/content.ts';
import type { Choice, Reply } from '../conversation/reply.ts';
import { payload } from './payload.ts';

/** One message people can still take in at once; longer ones become two. */
export const longestMessage = 600;
/** Enough of a question to see what was meant. */
export const keptOfQuestion = 500;
/** More rows than this nobody reads. */
export const mostChoices = 5;

export type TextReply = Extract<Reply, { type: 'text' }>;

/** Words with buttons under them; without buttons the reply has no `choices` at all. */
export function text(words: string, choices: readonly Choice[] = []): TextReply {
  return choices.length > 0
    ? { type: 'text', text: words, choices }
    : { type: 'text', text: words };
}

/** The button that asks for a person; `reason` says in the queue why. */
export const personChoice = (content: Content, reason = 'ask'): Choice => ({
  title: content.choices('answer.person')[0] ?? '',
  payload: payload('human', reason),
});

/** The button that opens the menu. */
export const menuChoice = (content: Content): Choice => ({
  title: content.choices('menu.open')[0] ?? '',
  payload: payload('menu'),
});

/** A phrase with the buttons written beside it; `payloads` in the order of `<key>.choices`. */
export function asking(
  content: Content,
  key: string,
  payloads: readonly string[],
  values?: Readonly<Record<string, string>>,
): TextReply {
  const titles = content.choices(key);
  return text(
    content.phrase(key, values),
    payloads.map((sent, i) => ({ title: titles[i] ?? '', payload: sent })),
  );
}

/** Choices stand under the last message alone: earlier ones would be pressed after they stopped making sense. */
export function choicesLast(replies: readonly Reply[]): Reply[] {
  return replies.map((reply, i) =>
    i < replies.length - 1 && reply.type === 'text' ? withoutChoices(reply) : reply,
  );
}

/** The buttons a person sees last: those of the last reply. */
export function choicesOf(replies: readonly Reply[]): readonly Choice[] {
  const last = replies.at(-1);
  return last?.type === 'text' ? (last.choices ?? []) : [];
}

/** Where a channel has too few buttons (or none), the same choices are written out and answered by number. */
export function fitChoices(replies: readonly Reply[], limits: Limits, content: Content): Reply[] {
  const last = replies.at(-1);
  if (last?.type !== 'text' || !last.choices?.length || fits(last.choices, limits)) {
    return [...replies];
  }
  const list = last.choices.some(isNone)
    ? numberedWithNone(last.choices, content)
    : `${content.phrase('choices.numbered')}\n${numbered(last.choices)}`;
  return [...replies.slice(0, -1), ...joined(withoutChoices(last), list)];
}

/** `before` in front of the first message, or on its own where there is no room. */
export function opened(before: string, replies: readonly Reply[]): Reply[] {
  const [first, ...rest] = replies;
  if (first?.type !== 'text') return [text(before), ...replies];
  const together = `${before}\n\n${first.text}`;
  return together.length > longestMessage
    ? [text(before), ...replies]
    : [{ ...first, text: together }, ...rest];
}

/** The choice that “0” stands for. */
export const isNone = (choice: Choice): boolean => choice.payload === payload('clarify', 'none');

function fits(choices: readonly Choice[], limits: Limits): boolean {
  return (
    choices.length <= limits.choices &&
    choices.every(({ title }) => title.length <= limits.choiceTitle)
  );
}

function numbered(choices: readonly Choice[]): string {
  return choices.map(({ title }, i) => `${i + 1}. ${title}`).join('\n');
}

/** “0” and the words for a person are said by the phrase, so only the topics are numbered. */
function numberedWithNone(choices: readonly Choice[], content: Content): string {
  const topics = choices.slice(0, choices.findIndex(isNone));
  return `${numbered(topics)}\n\n${content.phrase('clarify.numbered')}`;
}

function joined(reply: TextReply, list: string): Reply[] {
  const together = `${reply.text}\n\n${list}`;
  return together.length > longestMessage ? [reply, text(list)] : [{ ...reply, text: together }];
}

function withoutChoices({ choices: _, ...reply }: TextReply): TextReply {
  return reply;
}
