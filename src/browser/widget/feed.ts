import { Refusal } from './api.ts';
import type { Api } from './api.ts';
import type { Page } from './messages.ts';

/** Lines of the conversation as they come: a stream, or asking again and again where no stream gets through. */
export interface Feed {
  /** Follows the conversation from its first line; does nothing while it is being followed. */
  start(): void;
  /** Looks at once: the network or the person is back. */
  wake(): void;
  stop(): void;
}

export interface FeedEvents {
  onPage(page: Page): void;
  onSignedOut(): void;
  /** Whether the server is in reach. */
  onReach(isReached: boolean): void;
}

const pollEvery = 2_000;
/** A page nobody looks at asks seldom and holds no line open. */
const hiddenEvery = 20_000;
/** How many polls until the stream is tried again. */
const pollsBetweenStreams = 30;
/** Something that cuts every stream must not make us open them without end. */
const betweenStreams = 1_000;
const longestPause = 30_000;
/** The server hands over at most 200 lines; some may not be for showing. */
const fullPage = 100;

/** One conversation being followed, from `start` to `stop`. */
interface Run {
  readonly api: Api;
  readonly events: FeedEvents;
  readonly over: AbortSignal;
  /** The last line that is here. */
  seq: number;
  /** Ends the present pause, or the present stream: the line it came over may be dead. */
  wakeUp: () => void;
}

/**
 * Hears what the server says, by a stream or, where none gets through, by asking again and again. Silent until
 * `start`.
 */
export function feed(api: Api, events: FeedEvents): Feed {
  let run: Run | undefined;
  let end = new AbortController();
  const stop = (): void => {
    end.abort();
    run?.wakeUp();
    run = undefined;
  };
  return {
    start() {
      if (run || !api.hasSession()) return;
      end = new AbortController();
      const mine: Run = { api, events, over: end.signal, seq: 0, wakeUp: () => undefined };
      run = mine;
      void follow(mine).then((isSignedOut) => {
        if (!isSignedOut || run !== mine) return;
        run = undefined;
        events.onSignedOut();
      });
    },
    wake() {
      run?.wakeUp();
    },
    stop,
  };
}

/** Until it is stopped, or (true) until the session is over. */
async function follow(run: Run): Promise<boolean> {
  let failures = 0;
  while (!isOver(run)) {
    try {
      await catchUp(run);
      failures = 0;
      if (document.hidden) await poll(run, 1);
      else if (await stream(run)) await pause(run, betweenStreams);
      else await poll(run, pollsBetweenStreams);
    } catch (error) {
      if (isOver(run)) return false;
      if (error instanceof Refusal && error.status === 401) return true;
      failures += 1;
      run.events.onReach(false);
      await pause(run, pauseAfter(failures, error));
    }
  }
  return false;
}

function isOver({ over }: Run): boolean {
  return over.aborted;
}

async function catchUp(run: Run): Promise<void> {
  for (let isMore = true; isMore;) {
    const page = await run.api.after(run.seq, run.over);
    hear(run, page);
    isMore = page.messages.length >= fullPage;
  }
}

function hear(run: Run, page: Page): void {
  if (isOver(run)) return;
  run.seq = Math.max(run.seq, page.messages.at(-1)?.seq ?? 0);
  run.events.onReach(true);
  run.events.onPage(page);
}

async function poll(run: Run, times: number): Promise<void> {
  for (let n = 0; n < times && !isOver(run); n += 1) {
    await pause(run, document.hidden ? hiddenEvery : pollEvery);
    if (!isOver(run)) await catchUp(run);
  }
}

/** One stream, until it ends or nobody looks. Whether anything came over it. */
async function stream(run: Run): Promise<boolean> {
  let gotThrough = false;
  const line = new AbortController();
  const leave = (): void => {
    line.abort();
  };
  const onVisibility = (): void => {
    if (document.hidden) leave();
  };
  run.wakeUp = leave;
  document.addEventListener('visibilitychange', onVisibility);
  try {
    await run.api.follow(run.seq, line.signal, (page) => {
      gotThrough = true;
      hear(run, page);
    });
  } catch (error) {
    if (error instanceof Refusal) throw error;
  } finally {
    document.removeEventListener('visibilitychange', onVisibility);
  }
  return gotThrough;
}

function pause(run: Run, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    run.wakeUp = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

function pauseAfter(failures: number, error: unknown): number {
  if (error instanceof Refusal && error.waitFor !== undefined) return error.waitFor;
  return Math.min(longestPause, 1_000 * 2 ** (failures - 1));
}
