import { text } from './text.ts';

/** What of the conversation is in sight. The log scrolls, or on very low screens the whole page. */
export interface View {
  /**
   * Lets `add` put lines in and shows the answer it returns from its top – unless the person has scrolled up to
   * read: then a button says that there is something new.
   */
  keep(add: () => HTMLElement | undefined): void;
  /** Stays at the end if that is where the person is. */
  ifFollowing(act: () => void): void;
  toEnd(): void;
  toStart(): void;
}

/** Closer to the end than this is "at the end". */
const nearEnd = 80;
/** Less than this is no line of words and no button: only room below the last one. */
const leastRest = 32;
const above = 8;

interface Sight {
  readonly log: HTMLElement;
  /** Says that there is something new below, or simply more. */
  readonly newer: HTMLElement;
  /** The person has asked, and looks on where the answer will come. */
  isFollowing: boolean;
  isAtEnd: boolean;
  unseen: HTMLElement | undefined;
}

/** Scrolls to what is new, unless the person reads further up; then `newer` says that something is there. */
export function view(log: HTMLElement, newer: HTMLElement): View {
  const sight: Sight = { log, newer, isFollowing: true, isAtEnd: false, unseen: undefined };
  watch(sight);
  return {
    keep(add) {
      const goesAlong = sight.isFollowing || isNearEnd(sight);
      const answer = add();
      if (!goesAlong) {
        if (answer && !isInSight(sight, answer)) setUnseen(sight, answer);
      } else if (answer) {
        scrollToTopOf(sight, answer);
        sight.isFollowing = false;
      } else scrollToEnd(sight);
    },
    ifFollowing(act) {
      const goesAlong = sight.isFollowing || isNearEnd(sight);
      act();
      if (goesAlong) scrollToEnd(sight);
    },
    toEnd() {
      sight.isFollowing = true;
      scrollToEnd(sight);
    },
    toStart() {
      sight.isFollowing = true;
      setUnseen(sight, undefined);
      scrollerOf(sight).scrollTop = 0;
    },
  };
}

function watch(sight: Sight): void {
  const { log, newer } = sight;
  const onScroll = (): void => {
    sight.isAtEnd = isNearEnd(sight);
    // Who scrolls away while an answer is being made wants to read something else.
    if (!sight.isAtEnd) sight.isFollowing = false;
    const { unseen } = sight;
    const isSeen = unseen && (sight.isAtEnd || isInSight(sight, unseen));
    setUnseen(sight, isSeen ? undefined : unseen);
  };
  log.addEventListener('scroll', onScroll, { passive: true });
  document.addEventListener('scroll', onScroll, { passive: true });
  newer.addEventListener('click', () => {
    const { unseen } = sight;
    if (!unseen) {
      readOn(sight);
      return;
    }
    scrollToTopOf(sight, unseen);
    unseen.focus({ preventScroll: true });
    setUnseen(sight, undefined);
  });
  // A keyboard or the line of status takes room from below: the end stays the end.
  const room = new ResizeObserver(() => {
    if (sight.isAtEnd && scrollerOf(sight) === log) log.scrollTop = log.scrollHeight;
    showNewer(sight);
  });
  for (const node of [log, ...log.children]) room.observe(node);
}

function scrollerOf({ log }: Sight): Element {
  const isPage = getComputedStyle(log).overflowY === 'visible';
  return isPage ? (document.scrollingElement ?? document.documentElement) : log;
}

function isNearEnd(sight: Sight): boolean {
  return restOf(sight) < nearEnd;
}

/** Pixels below what is in sight. */
function restOf(sight: Sight): number {
  const { scrollHeight, scrollTop, clientHeight } = scrollerOf(sight);
  return scrollHeight - scrollTop - clientHeight;
}

/** One screen on, its last lines still in sight. With the keyboard at the end, the button is gone: it goes to the log. */
function readOn(sight: Sight): void {
  const scroller = scrollerOf(sight);
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const inSight = Math.min(sight.log.clientHeight, window.innerHeight);
  const step = Math.max(nearEnd, inSight - nearEnd);
  scroller.scrollBy({ top: step, behavior: isCalm ? 'instant' : 'smooth' });
  if (restOf(sight) - step < leastRest) sight.log.focus({ preventScroll: true });
}

function isInSight({ log }: Sight, node: HTMLElement): boolean {
  const end = Math.min(log.getBoundingClientRect().bottom, window.innerHeight);
  return node.getBoundingClientRect().top < end - nearEnd;
}

function scrollToTopOf(sight: Sight, node: HTMLElement): void {
  const scroller = scrollerOf(sight);
  const top = scroller === sight.log ? scroller.getBoundingClientRect().top : 0;
  scroller.scrollTop += node.getBoundingClientRect().top - top - above;
  sight.isAtEnd = isNearEnd(sight);
}

function scrollToEnd(sight: Sight): void {
  const scroller = scrollerOf(sight);
  scroller.scrollTop = scroller.scrollHeight;
  sight.isAtEnd = true;
  setUnseen(sight, undefined);
}

function setUnseen(sight: Sight, node: HTMLElement | undefined): void {
  sight.unseen = node;
  showNewer(sight);
}

function showNewer(sight: Sight): void {
  const { newer, unseen } = sight;
  const words = unseen ? text.newBelow : text.moreBelow;
  if (newer.textContent !== words) newer.textContent = words;
  newer.hidden = !unseen && restOf(sight) < leastRest;
}
