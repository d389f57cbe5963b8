import { longestText, text } from './text.ts';

/** From here on the page says how much room is left. */
const countsFrom = 1_800;

/** Where the person writes: hands over what is to be sent, composed, trimmed and not too long. */
export function composer(form: HTMLFormElement, send: (words: string) => void): void {
  const field = within(form, 'textarea', HTMLTextAreaElement);
  const length = within(form, '.length', HTMLElement);

  const submit = (): void => {
    const words = wordsIn(field);
    if (words === '' || words.length > longestText) {
      field.focus();
      return;
    }
    field.value = '';
    refresh(field, length);
    send(words);
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    submit();
  });
  field.addEventListener('input', () => {
    refresh(field, length);
  });
  // Wider letters or a narrower page break the lines elsewhere.
  new ResizeObserver(() => {
    grow(field);
  }).observe(form);
  // The browser may have put back what was being written when the page was left.
  refresh(field, length);
}

/** Telex and VNI build a syllable over several keys; the Enter that ends one sends nothing. */
function isComposing(event: KeyboardEvent): boolean {
  // Safari ends the composition before this Enter; its old key code, 229, still says so.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  return event.isComposing || event.keyCode === 229;
}

function wordsIn({ value }: HTMLTextAreaElement): string {
  return value.normalize('NFC').trim();
}

function refresh(field: HTMLTextAreaElement, length: HTMLElement): void {
  grow(field);
  const used = wordsIn(field).length;
  const isOver = used > longestText;
  const words = isOver
    ? text.over(used - longestText)
    : used >= countsFrom
      ? text.left(longestText - used)
      : '';
  length.textContent = words;
  length.classList.toggle('over', isOver);
  if (isOver) field.setAttribute('aria-invalid', 'true');
  else field.removeAttribute('aria-invalid');
}

function grow(field: HTMLTextAreaElement): void {
  field.style.height = 'auto';
  const borders = field.offsetHeight - field.clientHeight;
  field.style.height = `${field.scrollHeight + borders}px`;
}

/** The first such part. @throws when the page has none: a defect of the page. */
export function within<Kind extends Element>(
  root: ParentNode,
  selector: string,
  kind: new () => Kind,
): Kind {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`The page has no ${selector}.`);
  return found;
}
