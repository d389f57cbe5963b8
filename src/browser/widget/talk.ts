import type { Draft, Message } from './messages.ts';
import { crossing, draftBubble, element, foldChoices, lineOf } from './sheet.ts';
import { dayOf, isSameDay, text } from './text.ts';
import { view } from './view.ts';
import type { View } from './view.ts';

/** The conversation on the page: what the server has, in its order; below it what is still to be sent. */
export interface Talk {
  show(messages: readonly Message[]): void;
  add(draft: Draft, state: string): void;
  /** Says beneath the bubble what became of it; '' once the server has it. */
  mark(draftId: string, state: string): void;
  note(words: string): void;
  /** The sign that an answer is being made. */
  setAnswering(isAnswering: boolean): void;
  clear(): void;
}

interface Line {
  readonly message: Message;
  readonly node: HTMLElement;
}

interface Paper {
  readonly view: View;
  lines: Line[];
  readonly drafts: Map<string, HTMLElement>;
  /** Everything below what was on the page from the beginning. */
  readonly written: HTMLElement;
  readonly waiting: HTMLElement;
  /** The first line of the answer being read: it stays at the top while more of it comes. */
  answer: HTMLElement | undefined;
  /** The button by which the last question was asked. */
  pressed: Element | undefined;
}

/** The transcript on the page. Lines may come twice or in any order: each stands there once, in order. */
export function talk(log: HTMLElement, newer: HTMLElement): Talk {
  const paper = paperOn(log, newer);
  return {
    show(messages) {
      show(paper, messages);
    },
    add(draft, state) {
      add(paper, draft, state);
      paper.pressed = pressedIn(log);
    },
    mark(draftId, state) {
      const node = paper.drafts.get(draftId);
      node?.querySelector('.state')?.remove();
      if (state !== '') node?.append(element('p', 'state', [state]));
    },
    note(words) {
      paper.waiting.before(element('p', 'note', [words]));
      paper.view.toEnd();
    },
    setAnswering(isAnswering) {
      if (!isAnswering) paper.waiting.hidden = true;
      else
        paper.view.ifFollowing(() => {
          paper.waiting.hidden = false;
        });
    },
    clear() {
      clear(paper);
    },
  };
}

function add(paper: Paper, draft: Draft, state: string): void {
  const node = draftBubble(draft, state);
  paper.drafts.set(draft.id, node);
  paper.answer = undefined;
  paper.waiting.before(node);
  paper.view.toEnd();
}

function clear(paper: Paper): void {
  paper.lines = [];
  paper.drafts.clear();
  paper.answer = undefined;
  paper.written.replaceChildren(paper.waiting);
  paper.view.toStart();
}

function paperOn(log: HTMLElement, newer: HTMLElement): Paper {
  const waiting = element('p', 'waiting', [crossing(), text.answering]);
  // Said by the status line, once; here it is only seen.
  waiting.setAttribute('aria-hidden', 'true');
  waiting.hidden = true;
  const written = element('div', 'written', [waiting]);
  log.append(written);
  return {
    view: view(log, newer),
    lines: [],
    drafts: new Map(),
    written,
    waiting,
    answer: undefined,
    pressed: undefined,
  };
}

function pressedIn(log: HTMLElement): Element | undefined {
  const { activeElement } = document;
  return activeElement?.matches('button') && log.contains(activeElement)
    ? activeElement
    : undefined;
}

function show(paper: Paper, messages: readonly Message[]): void {
  const known = new Set(paper.lines.map(({ message }) => message.seq));
  const fresh = messages.filter(({ seq }) => !known.has(seq));
  if (fresh.length === 0) return;
  const isHistory = paper.lines.length === 0 && fresh.length > 2;
  paper.view.keep(() => {
    for (const message of fresh) insert(paper, message, isHistory);
    return paper.answer;
  });
  giveKeyboard(paper);
}

function insert(paper: Paper, message: Message, isHistory: boolean): void {
  const at = paper.lines.findLastIndex((line) => line.message.seq < message.seq) + 1;
  const before = paper.lines[at - 1]?.message;
  const after = paper.lines[at]?.node ?? firstDraft(paper, message) ?? paper.waiting;
  const isFollowing =
    before !== undefined && isOneAnswer(before, message) && before.by?.name === message.by?.name;
  const node = draftOf(paper, message) ?? lineOf(message, isFollowing);
  if (!isHistory && message.from !== 'person') node.classList.add('new');
  const day = dayBefore(message, before);
  if (day) after.before(day);
  if (node.nextElementSibling !== after) after.before(node);
  paper.lines.splice(at, 0, { message, node });
  if (message.from === 'person') {
    paper.answer = undefined;
    return;
  }
  if (before && !isOneAnswer(before, message)) paper.answer = undefined;
  paper.answer ??= node;
  if (at === paper.lines.length - 1) foldEarlier(paper, node);
}

const ofOneTurn = 60_000;

function isOneAnswer(before: Message, message: Message): boolean {
  return before.from === message.from && message.at - before.at < ofOneTurn;
}

/** The bubble that already stands there for the person's own line. */
function draftOf({ drafts }: Paper, { id, from }: Message): HTMLElement | undefined {
  if (from !== 'person') return undefined;
  const draftId = id.slice(id.lastIndexOf('/') + 1);
  const node = drafts.get(draftId);
  node?.querySelector('.state')?.remove();
  drafts.delete(draftId);
  return node;
}

/** What is not sent yet stands below everything the server has; a line of its own goes before the others. */
function firstDraft({ drafts }: Paper, { id }: Message): HTMLElement | undefined {
  const others = [...drafts].filter(([draftId]) => !id.endsWith(`/${draftId}`));
  return others[0]?.[1];
}

function dayBefore(message: Message, before: Message | undefined): HTMLElement | undefined {
  const now = Date.now();
  const isNewDay = before ? !isSameDay(before.at, message.at) : !isSameDay(message.at, now);
  return isNewDay ? element('p', 'note', [dayOf(message.at, now)]) : undefined;
}

/** Buttons and marks stand under the newest answer only. */
function foldEarlier({ written }: Paper, newest: HTMLElement): void {
  for (const turn of written.querySelectorAll('.turn')) {
    if (turn === newest) continue;
    foldChoices(turn);
    turn.querySelector('.marks')?.remove();
  }
}

/** A keyboard that asked by a button goes on at the answer, so that Tab leads to the buttons there. */
function giveKeyboard(paper: Paper): void {
  const { answer, pressed } = paper;
  if (!answer || !pressed) return;
  paper.pressed = undefined;
  // The body: the button is folded away, and the keyboard with it.
  if ([pressed, document.body].includes(document.activeElement ?? document.body))
    answer.focus({ preventScroll: true });
}
