import type { Choice, Draft, Message } from './messages.ts';
import { wordsOf } from './messages.ts';
import { answerBlocks, blocksOf, clockTime, initialsOf, partsWithAddresses, text } from './text.ts';
import type { Block } from './text.ts';

/**
 * Makes what is read of what the server says. Words become text nodes, never markup: whatever somebody writes is
 * shown, not run.
 */

type Child = Node | string | undefined;

/** An element with its class and children; children that are undefined are left out. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className = '',
  children: readonly Child[] = [],
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** The person's own words. `state` says what became of them. */
export function bubble(words: string, state = ''): HTMLElement {
  return element('div', 'turn person', [
    element('p', 'bubble', [element('span', 'only-heard', [`${text.person}: `]), words]),
    state === '' ? undefined : element('p', 'state', [state]),
  ]);
}

/** A line that the server has not acknowledged, with what has become of it; '' says nothing. */
export function draftBubble(draft: Draft, state: string): HTMLElement {
  return bubble(wordsOf(draft), state);
}

/** One line of the server's, by who says it. `isFollowing`: the same voice spoke just before. */
export function lineOf(message: Message, isFollowing: boolean): HTMLElement {
  switch (message.from) {
    case 'person':
      return bubble(message.text);
    case 'system':
      return element('p', 'note', [message.text]);
    case 'bot':
    case 'moderator':
      return sheet(message, isFollowing);
  }
}

function sheet(message: Message, isFollowing: boolean): HTMLElement {
  const { from, choices, links, feedback } = message;
  const made = element('article', `turn ${from}`, [
    isFollowing ? undefined : voice(message),
    element('div', 'sheet', [
      element('div', 'words', wordsFrom(message).map(blockOf)),
      links?.length ? linksOf(links) : undefined,
      choices.length ? choicesOf(choices) : undefined,
    ]),
    feedback ? marks(message.id) : undefined,
  ]);
  // Where the keyboard goes when the button it stood on is folded away.
  made.tabIndex = -1;
  return made;
}

/** The bot's texts have a form of ours; what a person of the office writes is left as it is. */
function wordsFrom({ from, text: plain }: Message): readonly Block[] {
  return from === 'bot' ? answerBlocks(plain) : blocksOf(plain);
}

/** Who speaks, and when. */
function voice({ from, by, at }: Message): HTMLElement {
  const time = element('time', '', [clockTime(at)]);
  time.dateTime = new Date(at).toISOString();
  if (from !== 'moderator')
    return element('p', 'who', [mark(), element('span', '', [`${text.bot} · `, time])]);
  const badge = element('span', 'badge', [initialsOf(by?.name ?? '')]);
  badge.setAttribute('aria-hidden', 'true');
  const name = text.official(by?.name ?? '', by?.organisation ?? '');
  return element('p', 'who', [badge, element('span', '', [`${name} · `, time])]);
}

function blockOf(block: Block): HTMLElement {
  switch (block.type) {
    case 'list':
      return element(
        'ul',
        '',
        block.lines.map((line) => element('li', '', linked(line))),
      );
    case 'lines':
      return element('p', '', withBreaks(block.lines));
    case 'title':
    case 'foot':
      return element('p', block.type, withBreaks(block.lines));
  }
}

function withBreaks(lines: readonly string[]): Child[] {
  return lines.flatMap((line, n) => (n === 0 ? linked(line) : [element('br'), ...linked(line)]));
}

function linked(plain: string): Child[] {
  return partsWithAddresses(plain).map((part, n) => (n % 2 === 1 ? anchor(part, part) : part));
}

function linksOf(links: readonly { title: string; url: string }[]): HTMLElement {
  return element(
    'ul',
    'links',
    links.map(({ title, url }) => element('li', '', [anchor(title, url)])),
  );
}

/** Only addresses of the web: anything else (`javascript:`) stays words. */
function anchor(title: string, url: string): Child {
  if (!/^https?:\/\//i.test(url)) return title;
  const made = element('a', '', [title]);
  made.href = url;
  made.target = '_blank';
  made.rel = 'noopener noreferrer';
  return made;
}

function choicesOf(choices: readonly Choice[]): HTMLElement {
  const list = element(
    'ul',
    'choices',
    choices.map((choice) => element('li', '', [choiceRow(choice)])),
  );
  list.setAttribute('aria-label', text.choices);
  return list;
}

function choiceRow({ title, payload }: Choice): HTMLElement {
  const button = element('button', 'choice', [element('span', '', [title])]);
  button.type = 'button';
  button.dataset['payload'] = payload;
  return button;
}

/** Folds the choices of a turn away once something newer stands below it. */
export function foldChoices(turn: Element): void {
  const list = turn.querySelector('.sheet > .choices');
  if (!list) return;
  const fold = element('details', 'earlier', [element('summary', '', [text.earlierChoices])]);
  list.replaceWith(fold);
  fold.append(list);
}

function marks(messageId: string): HTMLElement {
  const made = element('div', 'marks', [
    element('span', '', [text.wasItRight]),
    markButton(text.helpful, 'yes'),
    markButton(text.wrong, 'no'),
  ]);
  made.dataset['of'] = messageId;
  return made;
}

function markButton(title: string, judged: 'yes' | 'no'): HTMLElement {
  const button = element('button', '', [title]);
  button.type = 'button';
  button.dataset['judged'] = judged;
  return button;
}

const svg = 'http://www.w3.org/2000/svg';

/** The bridge span, small: the bot's mark. */
function mark(): SVGElement {
  return arc('mark', '0 0 28 14', 'M2 13V9M2 12Q14 -7 26 12M26 13V9');
}

/** A dot crosses the bridge. */
export function crossing(): HTMLElement {
  const span = arc('', '0 0 64 24', 'M2 23V17M2 20Q32 -10 62 20M62 23V17');
  const made = element('span', 'crossing', [span, element('i')]);
  made.setAttribute('aria-hidden', 'true');
  return made;
}

function arc(className: string, viewBox: string, d: string): SVGElement {
  const made = document.createElementNS(svg, 'svg');
  if (className) made.setAttribute('class', className);
  made.setAttribute('viewBox', viewBox);
  made.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svg, 'path');
  path.setAttribute('d', d);
  made.append(path);
  return made;
}
