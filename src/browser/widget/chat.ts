import { api } from './api.ts';
import type { Api } from './api.ts';
import { composer, within } from './composer.ts';
import { feed } from './feed.ts';
import { inFrame } from './frame.ts';
import { newId, ownId } from './id.ts';
import { browserKeep } from './keep.ts';
import type { Keep } from './keep.ts';
import type { Draft } from './messages.ts';
import { outbox } from './outbox.ts';
import type { Outbox, OutboxEvents } from './outbox.ts';
import { presence } from './presence.ts';
import type { Presence } from './presence.ts';
import { judgeByMarks, pressChoices } from './press.ts';
import { side } from './side.ts';
import { talk } from './talk.ts';
import type { Talk } from './talk.ts';
import { text } from './text.ts';

start();

function start(): void {
  inFrame();
  fitKeyboard();
  const keep = browserKeep();
  const server = api(keep);
  const log = within(document, '#log', HTMLElement);
  const paper = talk(log, within(document, '#newer', HTMLElement));
  const signs = presence(paper.setAnswering);
  const chat = conversation({ keep, server, log, paper, signs });
  const column = side(keep);

  composer(within(document, '#composer', HTMLFormElement)).onSend((words) => {
    chat.say({ text: words });
  });
  pressChoices((choice) => {
    column.close();
    chat.say(choice);
  });
  judgeByMarks(log, server);
  column.onForget(chat.forget);
  window.addEventListener('online', chat.wake);
  window.addEventListener('offline', signs.refresh);
  document.addEventListener('visibilitychange', chat.wake);
  setInterval(signs.refresh, 30_000);
  chat.resume();
}

interface Parts {
  readonly keep: Keep;
  readonly server: Api;
  readonly log: HTMLElement;
  readonly paper: Talk;
  readonly signs: Presence;
}

interface Conversation {
  say(words: Draft['say']): void;
  /** What was there when the page was left. */
  resume(): void;
  /** The network or the person is back. */
  wake(): void;
  /** This browser forgets it; what the server stores is another matter (“xoá dữ liệu”). */
  forget(): void;
}

/** What is said goes through the outbox, what comes back through the feed, both onto one paper. */
function conversation(parts: Parts): Conversation {
  const { keep, server, log, paper, signs } = parts;
  const unsent: Outbox = outbox(server, keep, outboxEvents(parts, { begin, signedOut }));
  const lines = feed(server, {
    onPage(page) {
      for (const { id } of page.messages) unsent.settle(ownId(id));
      paper.show(page.messages);
      signs.heard(page);
      log.removeAttribute('aria-busy');
    },
    onSignedOut: signedOut,
    onReach: signs.reached,
  });

  function begin(): void {
    lines.start();
  }
  function leave(note: string): void {
    server.forgetSession();
    lines.stop();
    paper.clear();
    signs.clear();
    log.removeAttribute('aria-busy');
    paper.note(note);
  }
  function signedOut(): void {
    leave(text.newSession);
    for (const draft of unsent.waiting) paper.add(draft, text.sending);
    if (unsent.waiting.length > 0) unsent.flush();
  }
  function resume(): void {
    for (const draft of unsent.waiting) paper.add(draft, stateOfDraft());
    // What stood here before is not read out as if it were new.
    if (server.hasSession()) log.setAttribute('aria-busy', 'true');
    begin();
    unsent.flush();
  }
  keep.onChange((name, value) => {
    if (name !== 'token') return;
    // Another tab began a conversation, or forgot this one.
    lines.stop();
    paper.clear();
    signs.clear();
    if (value !== undefined) resume();
  });
  return {
    say(words) {
      const draft = { id: newId(), at: Date.now(), say: words };
      paper.add(draft, navigator.onLine ? '' : text.waitsForNetwork);
      unsent.add(draft);
    },
    resume,
    wake() {
      signs.refresh();
      if (document.hidden) return;
      unsent.flush();
      lines.wake();
    },
    forget() {
      unsent.clear();
      // Without network the server's half ends by itself after 30 days; nobody has the token any more.
      void server.closeSession().catch(() => undefined);
      leave(text.forgotten);
    },
  };
}

interface Turns {
  begin(): void;
  signedOut(): void;
}

function outboxEvents({ paper, signs }: Parts, { begin, signedOut }: Turns): OutboxEvents {
  return {
    onAccepted(draft, seq) {
      paper.mark(draft.id, '');
      begin();
      if (seq !== undefined) signs.asked(seq);
    },
    onRefused(draft) {
      paper.mark(draft.id, text.refused);
    },
    onSignedOut: signedOut,
    onTrouble(trouble, drafts) {
      signs.trouble(trouble);
      if (trouble !== undefined) for (const { id } of drafts) paper.mark(id, stateOfDraft());
    },
  };
}

function stateOfDraft(): string {
  return navigator.onLine ? text.sending : text.waitsForNetwork;
}

/** On iOS the keyboard covers the page instead of making it lower. */
function fitKeyboard(): void {
  const { visualViewport: seen } = window;
  seen?.addEventListener('resize', () => {
    // Zoomed in by two fingers, what is seen is smaller for another reason.
    if (seen.scale > 1.01) return;
    document.documentElement.style.setProperty('--seen', `${seen.height}px`);
  });
}
