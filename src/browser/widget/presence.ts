import { within } from './composer.ts';
import type { Page, Status, Trouble } from './messages.ts';
import { statusLine, text } from './text.ts';

/** What the page shows besides the words: that an answer is being made, what keeps it away, that something is new. */
export interface Presence {
  /** The server has a question, under this number. */
  asked(seq: number): void;
  heard(page: Page): void;
  trouble(trouble: Trouble | undefined): void;
  reached(isReached: boolean): void;
  /** Looks again at network and clock. */
  refresh(): void;
  clear(): void;
}

const showsAfter = 400;
const untold: Status = { handledBy: 'bot' };

interface Seen {
  readonly status: Status;
  readonly official: string | undefined;
  readonly trouble: Trouble | undefined;
  readonly isReached: boolean;
  /** The last line the server has taken from here, and the last one of which a page has told. */
  readonly lastAsked: number;
  readonly lastHeard: number;
  readonly hasHistory: boolean;
  readonly unread: number;
}

/** Shows under the talk, and in the page's title, what is to be expected: an answer, a person, the network back. */
export function presence(setAnswering: (isAnswering: boolean) => void): Presence {
  const line = within(document, '#status', HTMLElement);
  const sign = answeringSign(setAnswering);
  let seen = nothingSeen();
  const see = (change: Partial<Seen>): void => {
    seen = { ...seen, ...change };
    sign(mayBeAnswered(seen));
    showLine(line, seen);
    document.title = seen.unread > 0 ? text.pageWithNew(seen.unread) : text.page;
  };
  return {
    asked(seq) {
      see({ lastAsked: Math.max(seen.lastAsked, seq) });
    },
    heard(page) {
      see(seenIn(page, seen));
    },
    trouble(trouble) {
      see({ trouble });
    },
    reached(isReached) {
      see({ isReached });
    },
    refresh() {
      see(document.hidden ? {} : { unread: 0 });
    },
    clear() {
      see(nothingSeen());
    },
  };
}

/** Shows and says, after a moment, that an answer is being made. */
function answeringSign(setAnswering: (isAnswering: boolean) => void): (isDue: boolean) => void {
  const heard = within(document, '#heard', HTMLElement);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wasDue = false;
  const show = (isAnswering: boolean): void => {
    setAnswering(isAnswering);
    heard.textContent = isAnswering ? text.answering : '';
  };
  return (isDue) => {
    if (isDue === wasDue) return;
    wasDue = isDue;
    clearTimeout(timer);
    if (isDue) timer = setTimeout(show, showsAfter, true);
    else show(false);
  };
}

function showLine(line: HTMLElement, seen: Seen): void {
  const words = statusLine({
    ...seen,
    isOnline: navigator.onLine,
    starting: line.dataset['starting'] ?? '',
    now: Date.now(),
  });
  // Written only when it changes: a screen reader would say it again.
  if (line.textContent !== words) line.textContent = words;
}

function nothingSeen(): Seen {
  return {
    status: untold,
    official: undefined,
    trouble: undefined,
    isReached: true,
    lastAsked: 0,
    lastHeard: 0,
    hasHistory: false,
    unread: 0,
  };
}

/** A line the server has just taken, until a page tells whether it is still to be read; then what the page says. */
function mayBeAnswered({ status, isReached, lastAsked, lastHeard }: Seen): boolean {
  if (!isReached || status.handledBy !== 'bot' || status.starting === true) return false;
  return lastAsked > lastHeard || status.answering === true;
}

function seenIn({ messages, status }: Page, seen: Seen): Partial<Seen> {
  const others = messages.filter(({ from }) => from !== 'person');
  const by = messages.findLast(({ from }) => from === 'moderator')?.by;
  const { hasHistory } = seen;
  return {
    status,
    ...(by ? { official: text.official(by.name, by.organisation) } : {}),
    lastHeard: Math.max(seen.lastHeard, messages.at(-1)?.seq ?? 0),
    hasHistory: true,
    unread: document.hidden && hasHistory ? seen.unread + others.length : seen.unread,
  };
}
