import { within } from './composer.ts';
import type { Page, Status } from './messages.ts';
import type { Trouble } from './outbox.ts';
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
const fresh: Status = { handledBy: 'bot' };

interface Seen {
  status: Status;
  official: string | undefined;
  trouble: Trouble | undefined;
  isReached: boolean;
  lastAsked: number;
  lastAnswered: number;
  hasHistory: boolean;
  unread: number;
}

export function presence(setAnswering: (isAnswering: boolean) => void): Presence {
  const line = within(document, '#status', HTMLElement);
  const heard = within(document, '#heard', HTMLElement);
  let seen = nothingSeen();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const say = (isAnswering: boolean): void => {
    setAnswering(isAnswering);
    heard.textContent = isAnswering ? text.answering : '';
  };
  const watch = (): void => {
    clearTimeout(timer);
    if (seen.lastAnswered > seen.lastAsked || !expectsAnswer(seen.status)) {
      say(false);
      return;
    }
    timer = setTimeout(() => {
      say(true);
      timer = setTimeout(() => {
        say(false);
      }, showsFor);
    }, showsAfter);
  };
  const refresh = (): void => {
    const words = statusLine({
      ...seen,
      isOnline: navigator.onLine,
      starting: line.dataset['starting'] ?? '',
      now: Date.now(),
    });
    // Written only when it changes: a screen reader would say it again.
    if (line.textContent !== words) line.textContent = words;
    document.title = seen.unread > 0 ? text.pageWithNew(seen.unread) : text.page;
  };
  return {
    asked(seq) {
      seen.lastAsked = Math.max(seen.lastAsked, seq);
      watch();
    },
    heard(page) {
      const { lastAsked, lastAnswered } = seen;
      seen = seenWith(seen, page);
      if (seen.lastAsked > lastAsked || seen.lastAnswered > lastAnswered) watch();
      refresh();
    },
    trouble(trouble) {
      seen.trouble = trouble;
      refresh();
    },
    reached(isReached) {
      seen.isReached = isReached;
      refresh();
    },
    refresh() {
      if (!document.hidden) seen.unread = 0;
      refresh();
    },
    clear() {
      seen = nothingSeen();
      watch();
      refresh();
    },
  };
}

function nothingSeen(): Seen {
  return {
    status: fresh,
    official: undefined,
    trouble: undefined,
    isReached: true,
    lastAsked: 0,
    lastAnswered: 0.5,
    hasHistory: false,
    unread: 0,
  };
}

function expectsAnswer({ handledBy, starting }: Status): boolean {
  return handledBy === 'bot' && starting !== true;
}

function seenWith(seen: Seen, { messages, status }: Page): Seen {
  const own = messages.filter(({ from }) => from === 'person');
  const others = messages.filter(({ from }) => from !== 'person');
  const by = messages.findLast(({ from }) => from === 'moderator')?.by;
  const lastOwn = own.at(-1)?.seq ?? 0;
  return {
    ...seen,
    status,
    official: by ? text.official(by.name, by.organisation) : seen.official,
    // What was there when the page was opened is not being answered now.
    lastAsked: seen.hasHistory ? Math.max(seen.lastAsked, lastOwn) : seen.lastAsked,
    lastAnswered: Math.max(seen.lastAnswered, others.at(-1)?.seq ?? 0),
    hasHistory: true,
    unread: document.hidden && seen.hasHistory ? seen.unread + others.length : seen.unread,
  };
}
