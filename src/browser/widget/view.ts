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
const above = 8;

export function view(log: HTMLElement, newer: HTMLElement): View {
  /** Set by what the person said; until the answer is there the view goes along. */
  let isFollowing = true;
  let unseen: HTMLElement | undefined;

  const scroller = (): Element =>
    getComputedStyle(log).overflowY === 'visible'
      ? (document.scrollingElement ?? document.documentElement)
      : log;
  const isNearEnd = (): boolean => {
    const { scrollHeight, scrollTop, clientHeight } = scroller();
    return scrollHeight - scrollTop - clientHeight < nearEnd;
  };
  const topOfSight = (): number => (scroller() === log ? log.getBoundingClientRect().top : 0);
  const scrollToTopOf = (node: HTMLElement): void => {
    scroller().scrollTop += node.getBoundingClientRect().top - topOfSight() - above;
  };
  const toEnd = (): void => {
    isFollowing = true;
    setUnseen(undefined);
    scroller().scrollTop = scroller().scrollHeight;
  };
  const setUnseen = (node: HTMLElement | undefined): void => {
    unseen = node;
    newer.hidden = node === undefined;
  };
  const onScroll = (): void => {
    if (unseen && (isNearEnd() || isInSight(unseen))) setUnseen(undefined);
  };
  const isInSight = (node: HTMLElement): boolean =>
    node.getBoundingClientRect().top < log.getBoundingClientRect().bottom - nearEnd;

  log.addEventListener('scroll', onScroll, { passive: true });
  document.addEventListener('scroll', onScroll, { passive: true });
  newer.addEventListener('click', () => {
    if (unseen) scrollToTopOf(unseen);
    unseen?.focus({ preventScroll: true });
    setUnseen(undefined);
  });
  return {
    keep(add) {
      const goesAlong = isFollowing || isNearEnd();
      const answer = add();
      if (!answer) {
        if (goesAlong) toEnd();
      } else if (goesAlong) {
        scrollToTopOf(answer);
        isFollowing = false;
      } else if (!isInSight(answer)) setUnseen(answer);
    },
    ifFollowing(act) {
      const goesAlong = isFollowing || isNearEnd();
      act();
      if (goesAlong) toEnd();
    },
    toEnd,
    toStart() {
      isFollowing = true;
      setUnseen(undefined);
      scroller().scrollTop = 0;
    },
  };
}
