import { within } from './composer.ts';

/** What the page says to the script that embeds it (embed.ts, which shares no code with the page). */
export type Word = 'nhipcau:ready' | 'nhipcau:close';

/** Inside a frame of another site: no column beside it, and a way to close. */
export function inFrame(): void {
  if (window.parent === window || !new URLSearchParams(location.search).has('khung')) return;
  document.body.classList.add('framed');
  const close = within(document, '#close', HTMLButtonElement);
  close.hidden = false;
  close.addEventListener('click', () => {
    tell('nhipcau:close');
  });
  document.addEventListener('keydown', (event) => {
    const isOurs = document.querySelector('dialog[open], .side.open') ?? isPopoverOpen();
    if (event.key === 'Escape' && !event.isComposing && !isOurs) tell('nhipcau:close');
  });
  // The notice of what is stored has no way back to a chat in a frame.
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href^="/"]'))
    link.target = '_blank';
  tell('nhipcau:ready');
}

/** Esc closes what lies on top first. */
function isPopoverOpen(): boolean {
  return 'popover' in HTMLElement.prototype && document.querySelector(':popover-open') !== null;
}

/** Says nothing about the person, so any site may hear it. */
function tell(word: Word): void {
  window.parent.postMessage(word, '*');
}
