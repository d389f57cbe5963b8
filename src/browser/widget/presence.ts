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
/** Who waits for a person may get no answer at all: the sign does not stay for ever. */
const showsFor = 10_000;
const untold: Status = { handledBy: 'bot' };

interface Seen {
  readonly status: Status;
  readonly official: string | undefined;
  readonly trouble: Trouble | undefined;
  readonly isReached: boolean;
  readonly lastAsked: number;
  readonly lastAnswered: number;
  readonly hasHistory: boolean;
  readonly unread: number;
}

export function presence(setAnswering: (isAnswering: boolean) => void): Presence {
  const line = within(document, '#status', HTMLElement);
  const sign = answeringSign(setAnswering);
  let seen = nothingSeen();
  const see = (change: Partial<Seen>): void => {
    const { lastAsked, lastAnswered } = seen;
    seen = { ...seen, ...change };
    const isMoved = seen.lastAsked !== lastAsked || seen.lastAnswered !== lastAnswered;
    if (isMoved) sign(expectsAnswer(seen));
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
  const show = (isAnswering: boolean): void => {
    setAnswering(isAnswering);
    heard.textContent = isAnswering ? text.answering : '';
  };
  return (isDue) => {
    clearTimeout(timer);
    if (!isDue) {
      show(false);
      return;
    }
    timer = setTimeout(() => {
      show(true);
      timer = setTimeout(show, showsFor, false);
    }, showsAfter);
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
    lastAnswered: 0,
    hasHistory: false,
    unread: 0,
  };
}

function expectsAnswer({ status, lastAsked, lastAnswered }: Seen): boolean {
  return lastAsked > lastAnswered && status.handledBy === 'bot' && status.starting !== true;
}

function seenIn({ messages, status }: Page, seen: Seen): Partial<Seen> {
  const own = messages.filter(({ from }) => from === 'person');
  const others = messages.filter(({ from }) => from !== 'person');
  const by = messages.findLast(({ from }) => from === 'moderator')?.by;
  const { hasHistory } = seen;
  return {
    status,
    ...(by ? { official: text.official(by.name, by.organisation) } : {}),
    // What was there when the page was opened is not being answered now.
    lastAsked: hasHistory ? Math.max(seen.lastAsked, own.at(-1)?.seq ?? 0) : seen.lastAsked,
    lastAnswered: Math.max(seen.lastAnswered, others.at(-1)?.seq ?? 0),
    hasHistory: true,
    unread: document.hidden && hasHistory ? seen.unread + others.length : seen.unread,
  };
}
