import type { Topic } from '../content/content.ts';
import type { Memory } from '../conversation/memory.ts';
import type { Choice, Reply } from '../conversation/reply.ts';
import type { Understanding } from '../nlu/types.ts';
import { alarmOf } from './alarm.ts';
import type { Input, Scene, Turn } from './flow.ts';
import { answerTo } from './flows/faq.ts';
import { flowUnderstood, isSure } from './meant.ts';
import { needsPerson } from './needs-person.ts';
import { payload } from './payload.ts';
import { personChoice, text } from './replies.ts';
import type { TextReply } from './replies.ts';
import { isQuestion, plain } from './words.ts';

/**
 * A comment under a post: its author gets the answer once, in private, and everybody reads one line that says so –
 * one to an author under a post, however much is asked there.
 * Nothing at all where it is no question to us, or where it is not sure what is asked. Neither a form under way nor
 * anything else of the private talk is touched. Pure.
 */
export function takeComment(scene: Scene, { event, understood }: Input): Turn {
  const { memory, handledBy, toldUnder = [] } = scene.conversation;
  const silent: Turn = { memory, replies: [], effects: [] };
  if (event.type !== 'comment' || event.inReply || handledBy === 'moderator') return silent;
  const topic = topicAsked(scene, understood);
  if (!topic || !understood) return silent;
  const author = privately(scene, topic, understood);
  const id = event.commentId;
  const toAuthor: Reply = { ...author, comment: { id, to: 'author' } };
  const all = scene.content.phrase('comment.all', { button: topic.button });
  const { postId } = event;
  const isTold = toldUnder.includes(postId);
  return {
    flow: 'comment',
    memory: memory.flow ? memory : remembering(memory, author, scene),
    replies: isTold ? [toAuthor] : [toAuthor, { ...text(all), comment: { id, to: 'all' } }],
    // Facebook may leave the post out: then this comment says nothing of the next.
    effects: isTold || postId === '' ? [] : [{ type: 'tellUnder', postId }],
  };
}

/** Courtesies, people and one's own data are nothing to talk about under a post. */
const leftAlone: readonly string[] = ['bot', 'people', 'privacy'];

function topicAsked(
  { content, conversation, now }: Scene,
  understood: Understanding | undefined,
): Topic | undefined {
  if (!understood || needsPerson(understood) || alarmOf(understood) !== undefined) return undefined;
  if (!asks(understood.text)) return undefined;
  if (!isSure(flowUnderstood(understood, conversation.memory, now), understood)) return undefined;
  const intent = understood.intents[0]?.name ?? '';
  const group = content.menu.find(({ intents }) => intents.includes(intent));
  if (!group || leftAlone.includes(group.id)) return undefined;
  return content.topic(intent);
}

/** Praise and chat name our topics, too: “OCOP nhà em ngon lắm”. */
function asks(words: string): boolean {
  return (
    isQuestion(words) || /\b(?:hoi|xin|can|muon|huong dan|tu van|chi giup)\b/.test(plain(words))
  );
}

/** The answer where one message holds it; else, and where a flow has to look something up, a button that leads to it. */
function privately(
  scene: Scene,
  { intent, title, button }: Topic,
  understood: Understanding,
): TextReply {
  const { content, channel } = scene;
  const before = content.phrase('comment.author', { title });
  const { aspect } = understood;
  const step = intent === 'training' ? undefined : answerTo(scene, { intent, aspect });
  const said = (step?.replies ?? []).filter((reply) => reply.type === 'text');
  const whole = [before, ...said.map((reply) => reply.text)].join('\n\n');
  const choices = said.at(-1)?.choices ?? [];
  if (said.length > 0 && whole.length <= channel.limits.textLength) return text(whole, choices);
  const opens: Choice = { title: button, payload: payload('ask', intent) };
  const open = `${before}\n\n${content.phrase('comment.author.open')}`;
  return text(open, [opens, personChoice(content)]);
}

/** So that “1” or a typed title is understood when the author answers the private message. */
function remembering(memory: Memory, { choices }: TextReply, { now }: Scene): Memory {
  return choices ? { ...memory, offered: { choices, at: now } } : memory;
}
