import type { Api } from './api.ts';
import { feed } from './feed.ts';
import type { Feed } from './feed.ts';
import { newId, ownId } from './id.ts';
import type { Keep } from './keep.ts';
import type { Draft } from './messages.ts';
import { outbox } from './outbox.ts';
import type { Outbox } from './outbox.ts';
import type { Presence } from './presence.ts';
import type { Talk } from './talk.ts';
import { text } from './text.ts';

export interface Parts {
  readonly keep: Keep;
  readonly server: Api;
  readonly log: HTMLElement;
  readonly paper: Talk;
  readonly signs: Presence;
}

export interface Conversation {
  say(words: Draft['say']): void;
  /** What was there when the page was left. */
  resume(): void;
  /** The network or the person is back. */
  wake(): void;
  /** This browser forgets it; what the server stores is another matter (“xoá dữ liệu”). */
  forget(): void;
}

/** What is said goes through the outbox, what comes back through the feed, both onto one paper. */
export function conversation(parts: Parts): Conversation {
  const { keep, server, signs } = parts;
  const signedOut = (): void => {
    startAnew(parts, lines, text.newSession);
    showUnsent(parts, unsent);
    if (unsent.waiting.length > 0) unsent.flush();
  };
  const unsent: Outbox = sending(parts, () => lines, signedOut);
  const lines: Feed = hearing(parts, unsent, signedOut);
  const resume = (): void => {
    showUnsent(parts, unsent);
    // What stood here before is not read out as if it were new.
    if (server.hasSession()) parts.log.setAttribute('aria-busy', 'true');
    lines.start();
    unsent.flush();
  };
  // Another tab began a conversation, or forgot this one.
  keep.onChange((name) => {
    // Lines gone without a conversation were not sent but forgotten.
    const isForgotten = unsent.reread() && !server.hasSession();
    if (name !== undefined && name !== 'token' && !isForgotten) return;
    empty(parts, lines);
    resume();
  });
  return {
    say: (words) => {
      write(parts, unsent, words);
    },
    resume,
    wake: () => {
      signs.refresh();
      if (document.hidden) return;
      unsent.flush();
      lines.wake();
    },
    forget: () => {
      forget(parts, unsent, lines);
    },
  };
}

function hearing({ server, paper, signs, log }: Parts, unsent: Outbox, onSignedOut: () => void) {
  return feed(server, {
    onPage(page) {
      for (const { id } of page.messages) unsent.settle(ownId(id));
      paper.show(page.messages);
      signs.heard(page);
      log.removeAttribute('aria-busy');
    },
    onSignedOut,
    onReach: signs.reached,
  });
}

function write({ paper }: Parts, unsent: Outbox, say: Draft['say']): void {
  const draft = { id: newId(), at: Date.now(), say };
  paper.add(draft, navigator.onLine ? '' : text.waitsForNetwork);
  unsent.add(draft);
}

function forget(parts: Parts, unsent: Outbox, lines: Feed): void {
  unsent.clear();
  // Without network the server's half ends by itself after 30 days; nobody has the token any more.
  void parts.server.closeSession().catch(() => undefined);
  startAnew(parts, lines, text.forgotten);
}

function sending(parts: Parts, lines: () => Feed, onSignedOut: () => void): Outbox {
  const { server, keep, paper, signs } = parts;
  return outbox(server, keep, {
    onAccepted(draft, seq) {
      paper.mark(draft.id, '');
      lines().start();
      if (seq !== undefined) signs.asked(seq);
    },
    onRefused(draft) {
      paper.mark(draft.id, text.refused);
    },
    onSignedOut,
    onTrouble(trouble, drafts) {
      signs.trouble(trouble);
      if (trouble !== undefined) for (const { id } of drafts) paper.mark(id, stateOfUnsent());
    },
  });
}

function startAnew(parts: Parts, lines: Feed, note: string): void {
  parts.server.forgetSession();
  empty(parts, lines);
  parts.paper.note(note);
}

function empty({ paper, signs, log }: Parts, lines: Feed): void {
  lines.stop();
  paper.clear();
  signs.clear();
  log.removeAttribute('aria-busy');
}

function showUnsent({ paper }: Parts, { waiting }: Outbox): void {
  for (const draft of waiting) paper.add(draft, stateOfUnsent());
}

function stateOfUnsent(): string {
  return navigator.onLine ? text.sending : text.waitsForNetwork;
}
