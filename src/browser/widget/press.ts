import type { Api } from './api.ts';
import { element } from './sheet.ts';
import { text } from './text.ts';

const twiceWithin = 800;

/** Every button that carries a payload asks by it, those that stood on the page from the beginning, too. */
export function pressChoices(say: (choice: { choice: string; title: string }) => void): void {
  let last = { payload: '', at: -twiceWithin };
  document.addEventListener('click', ({ target, timeStamp }) => {
    const button = target instanceof Element ? target.closest('button[data-payload]') : undefined;
    if (!(button instanceof HTMLElement)) return;
    const payload = button.dataset['payload'] ?? '';
    // A finger that trembles asks once.
    if (payload === last.payload && timeStamp - last.at < twiceWithin) return;
    last = { payload, at: timeStamp };
    say({ choice: payload, title: button.textContent.trim() });
  });
}

/** The two marks under an answer. */
export function judgeByMarks(log: HTMLElement, server: Api): void {
  log.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('button[data-judged]') : undefined;
    const marks = button?.closest('.marks');
    if (!(button instanceof HTMLElement) || !(marks instanceof HTMLElement)) return;
    void judge(server, marks, button.dataset['judged'] === 'yes');
  });
}

/** The judgement comes back as a line of the conversation: then the marks have done their work. */
async function judge(server: Api, marks: HTMLElement, helpful: boolean): Promise<void> {
  const buttons = marks.querySelectorAll('button');
  for (const button of buttons) button.disabled = true;
  marks.querySelector('.failed')?.remove();
  try {
    await server.judge(marks.dataset['of'] ?? '', helpful);
    const answer = marks.closest('article');
    marks.remove();
    // A button that is gone takes the keyboard with it.
    if (document.activeElement === document.body) answer?.focus({ preventScroll: true });
  } catch {
    for (const button of buttons) button.disabled = false;
    marks.append(element('span', 'failed', [text.notJudged]));
  }
}
