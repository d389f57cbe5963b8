import type { AttachmentKind, InboundEvent } from '../../conversation/event.ts';
import type { Choice } from '../../conversation/reply.ts';
import type { Effect } from '../effects.ts';
import { anonymous } from '../anonymous.ts';
import type { Flow, Input, Scene, Step } from '../flow.ts';
import type { Understanding } from '../../nlu/types.ts';
import { needsPerson } from '../needs-person.ts';
import { payload } from '../payload.ts';
import { asking, menuChoice, personChoice, text } from '../replies.ts';
import { isEnglish, isStory, plain } from '../words.ts';

/** What the bot cannot take or does not understand, each said in its own way. */
export const fallback: Flow = {
  name: 'fallback',
  aside: true,
  startsOn: [
    { on: 'pressed', act: 'retry' },
    { on: 'pressed', act: 'unknown' },
  ],
  needs: () => [],
  start(scene, input) {
    const { pressed, event } = input;
    if (pressed?.act === 'retry') return again(scene);
    if (pressed) return staleButton(scene);
    if (event.type === 'attachment') return attachment(scene, event.kind);
    return event.type === 'text' ? words(scene, input) : unseen(scene, 'fallback.unsupported');
  },
};

/** Two in a row and a person is offered: nobody should have to find the words a machine knows. */
export function misunderstood(scene: Scene, event: InboundEvent, nearest?: string): Step {
  const { content, conversation } = scene;
  const effects = unanswered(event, nearest);
  if (conversation.memory.misunderstood > 0) {
    return { ...offerPerson(scene, 'fallback.second', 'twice'), effects };
  }
  return {
    replies: [text(content.phrase('fallback.first'), [menuChoice(content), personChoice(content)])],
    effects,
    memory: { misunderstood: 1 },
  };
}

function unanswered(event: InboundEvent, nearest: string | undefined): Effect[] {
  if (event.type !== 'text') return [];
  return [{ type: 'unanswered', text: anonymous(event.text), ...(nearest ? { nearest } : {}) }];
}

function words(scene: Scene, { event, understood }: Input): Step {
  const { content, conversation } = scene;
  const nearest = understood?.intents[0]?.name;
  const why = whyNot(scene, understood);
  if (why === undefined && isHardlyMore(event)) {
    return {
      replies: [],
      effects: [],
      memory: { misunderstood: conversation.memory.misunderstood },
    };
  }
  if (why !== undefined) return outside(scene, why);
  if (event.type === 'text' && isStory(event.text)) {
    return {
      ...offerPerson(scene, 'handoff.offerLong', 'ask'),
      effects: unanswered(event, nearest),
    };
  }
  if (event.type === 'text' && isEnglish(event.text)) {
    const english = text(content.phrase('fallback.english'), [personChoice(content)]);
    return { replies: [english], effects: unanswered(event, nearest) };
  }
  if (understood && needsPerson(understood)) {
    const step = offerPerson(scene, 'handoff.offer', whyPerson(understood));
    return { ...step, effects: unanswered(event, nearest) };
  }
  return misunderstood(scene, event, nearest);
}

function whyNot({ content }: Scene, understood: Understanding | undefined): string | undefined {
  const { outside, signals, decision } = understood ?? {};
  if (outside !== undefined) return content.outside(outside);
  return signals?.includes('price') && decision !== 'answer' ? 'fallback.price' : undefined;
}

/** Anger is no urgency: only who is afraid or in a hurry goes first. */
function whyPerson({ signals }: Understanding): string {
  if (signals.includes('worried')) return 'worried';
  return signals.includes('urgent') ? 'urgent' : 'ask';
}

/** Little but a covered number was sent: the notice that it is covered has said all. */
function isHardlyMore(event: InboundEvent): boolean {
  return (
    event.type === 'text' && event.masked !== undefined && plain(event.text).split(' ').length <= 4
  );
}

function outside({ content }: Scene, why: string): Step {
  return {
    replies: [text(content.phrase(why), [menuChoice(content), personChoice(content)])],
    effects: [],
  };
}

function offerPerson({ content }: Scene, key: string, reason: string): Step {
  const yesNo = { yes: payload('human', reason), no: payload('retry') };
  return { replies: [asking(content, key, [yesNo.yes, yesNo.no])], effects: [], yesNo };
}

function again({ content }: Scene): Step {
  return { replies: [text(content.phrase('fallback.again'))], effects: [] };
}

/** A button of an older release, or of nobody. */
export function staleButton({ content }: Scene): Step {
  return { replies: [text(content.phrase('stale'), [menuChoice(content)])], effects: [] };
}

const attachmentPhrases: Readonly<Record<AttachmentKind, string>> = {
  image: 'fallback.file',
  video: 'fallback.file',
  file: 'fallback.file',
  audio: 'fallback.voice',
  location: 'fallback.location',
  sticker: 'fallback.sticker',
};

/** A colleague can look at a picture and listen to a voice; the bot says so. */
const forPeople: readonly AttachmentKind[] = ['audio', 'image', 'video', 'file'];

function attachment(scene: Scene, kind: AttachmentKind): Step {
  const choices = forPeople.includes(kind) ? [personChoice(scene.content)] : [];
  return unseen(scene, attachmentPhrases[kind], choices);
}

/** Neither a misunderstanding nor the end of one. */
function unseen(
  { content, conversation }: Scene,
  key: string,
  choices: readonly Choice[] = [],
): Step {
  return {
    replies: [text(content.phrase(key), choices)],
    effects: [],
    memory: { misunderstood: conversation.memory.misunderstood },
  };
}
