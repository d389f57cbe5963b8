import { within } from './composer.ts';
import type { Keep } from './keep.ts';

/** The column beside the chat, on narrow screens a sheet over it: size of letters, topics, what is stored. */
export interface Side {
  close(): void;
  /** The person wants this browser to forget the conversation. */
  onForget(forget: () => void): void;
}

/** The column beside the talk: large letters, and forgetting the conversation after a question back. */
export function side(keep: Keep): Side {
  const column = within(document, '#side', HTMLElement);
  const dialog = within(document, '#forget-ask', HTMLDialogElement);
  let forget: () => void = () => undefined;

  largeLetters(within(document, '#large', HTMLButtonElement), keep);
  const close = openable(column);
  within(document, '#forget', HTMLButtonElement).addEventListener('click', () => {
    close();
    dialog.returnValue = '';
    dialog.showModal();
  });
  dialog.addEventListener('close', () => {
    if (dialog.returnValue === 'forget') forget();
  });
  return {
    close,
    onForget(listener) {
      forget = listener;
    },
  };
}

function largeLetters(button: HTMLButtonElement, keep: Keep): void {
  const set = (isLarge: boolean): void => {
    document.documentElement.classList.toggle('large', isLarge);
    button.setAttribute('aria-checked', String(isLarge));
  };
  set(keep.get('large') === 'yes');
  button.addEventListener('click', () => {
    const isLarge = button.getAttribute('aria-checked') !== 'true';
    keep.set('large', isLarge ? 'yes' : undefined);
    set(isLarge);
  });
}

/** Browsers before 2024 know no popovers: there the buttons set a class. */
function openable(column: HTMLElement): () => void {
  if ('popover' in HTMLElement.prototype) {
    return () => {
      if (column.matches(':popover-open')) column.hidePopover();
    };
  }
  const openers = document.querySelectorAll('[popovertarget="side"]');
  const set = (isOpen: boolean): void => {
    column.classList.toggle('open', isOpen);
    for (const opener of openers) opener.setAttribute('aria-expanded', String(isOpen));
  };
  for (const opener of openers) {
    opener.addEventListener('click', () => {
      set(!column.classList.contains('open'));
    });
  }
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') set(false);
  });
  return () => {
    set(false);
  };
}
