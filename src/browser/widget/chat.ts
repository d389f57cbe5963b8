import { api } from './api.ts';
import { composer, within } from './composer.ts';
import { conversation } from './conversation.ts';
import { inFrame } from './frame.ts';
import { browserKeep } from './keep.ts';
import { presence } from './presence.ts';
import { judgeByMarks, pressChoices } from './press.ts';
import { side } from './side.ts';
import { talk } from './talk.ts';

start();

/** Brings the page to life. All that is read first stands in it already. */
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

  composer(within(document, '#composer', HTMLFormElement), (words) => {
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

/** On iOS the keyboard covers the page instead of making it lower. */
function fitKeyboard(): void {
  const { visualViewport: seen } = window;
  seen?.addEventListener('resize', () => {
    // Zoomed in by two fingers, what is seen is smaller for another reason.
    if (seen.scale > 1.01) return;
    document.documentElement.style.setProperty('--seen', `${seen.height}px`);
  });
}
