import type { Word } from './frame.ts';

/**
 * `<script src="https://…/widget.js"></script>` on any site: a button at the lower right that opens the chat in a frame
 * of ours. Leaves no name behind, sets no cookie, takes no style from the site and gives none to it.
 */

const words = {
  open: 'Hỏi Nhịp Cầu – trợ lý tự động về khởi nghiệp',
  close: 'Đóng khung hỏi',
  frame: 'Nhịp Cầu – trợ lý tự động, không phải cán bộ',
  elsewhere: 'Mở Nhịp Cầu ở thẻ mới',
};

const says: Record<'ready' | 'close', Word> = { ready: 'nhipcau:ready', close: 'nhipcau:close' };

/** A site that our server does not allow to show the chat gets a link in its place. */
const readyWithin = 8_000;

const style = `
:host { all: initial; }
* { box-sizing: border-box; }
button { display: block; position: fixed; right: max(16px, env(safe-area-inset-right)); bottom: max(16px, env(safe-area-inset-bottom));
  width: 56px; height: 56px; padding: 0; border: 1px solid #FAF6EE; border-radius: 12px; background: #8E3B20; cursor: pointer; z-index: 2147483000; }
button:focus-visible { outline: 3px solid #1E5A45; outline-offset: 2px; box-shadow: 0 0 0 2px #FFFFFF; }
svg { display: block; margin: auto; width: 36px; height: 36px; fill: none; stroke: #FFFFFF; stroke-width: 1.75; stroke-linecap: round; }
.panel { position: fixed; right: max(16px, env(safe-area-inset-right)); bottom: calc(max(16px, env(safe-area-inset-bottom)) + 64px);
  width: 400px; height: min(680px, calc(100vh - 112px)); overflow: hidden; background: #FAF6EE;
  border: 1px solid #8C7767; border-radius: 12px; z-index: 2147483000; }
iframe { display: block; width: 100%; height: 100%; border: 0; }
a { display: block; padding: 20px; color: #1E5A45; font: 17px/26px system-ui, sans-serif; }
[hidden] { display: none; }
@media (max-width: 480px), (max-height: 480px) {
  .panel { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0; }
  .panel:not([hidden]) + button { display: none; }
}`;

const script = document.currentScript;

if (script instanceof HTMLScriptElement && !document.querySelector('[data-nhipcau]')) {
  const { origin } = new URL(script.src);
  if (document.readyState === 'loading')
    document.addEventListener('DOMContentLoaded', () => {
      install(origin);
    });
  else install(origin);
}

function install(origin: string): void {
  const host = document.createElement('div');
  host.dataset['nhipcau'] = '';
  const root = host.attachShadow({ mode: 'open' });
  dress(root);
  const button = launcher();
  const panel = document.createElement('div');
  panel.className = 'panel';
  panel.id = 'panel';
  panel.hidden = true;
  root.append(panel, button);
  document.body.append(host);
  connect(origin, panel, button);
}

function connect(origin: string, panel: HTMLElement, button: HTMLButtonElement): void {
  let frame: HTMLIFrameElement | undefined;
  const set = (isOpen: boolean): void => {
    panel.hidden = !isOpen;
    button.setAttribute('aria-expanded', String(isOpen));
    button.setAttribute('aria-label', isOpen ? words.close : words.open);
  };
  const close = (): void => {
    set(false);
    button.focus();
  };
  button.addEventListener('click', () => {
    if (!panel.hidden) {
      close();
      return;
    }
    set(true);
    frame ??= openFrame(origin, panel);
    frame.focus();
  });
  window.addEventListener('message', (event) => {
    if (event.origin !== origin || event.source !== frame?.contentWindow) return;
    if (event.data === says.close) close();
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape' && !panel.hidden) close();
  });
}

/** Made at the first opening: a visit that asks nothing loads nothing of ours. */
function openFrame(origin: string, panel: HTMLElement): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.src = `${origin}/?khung=1`;
  frame.title = words.frame;
  frame.addEventListener('load', () => {
    frame.focus();
  });
  panel.append(frame);
  const timer = setTimeout(() => {
    frame.remove();
    panel.append(linkTo(origin));
  }, readyWithin);
  const onReady = (event: MessageEvent): void => {
    if (event.source !== frame.contentWindow || event.data !== says.ready) return;
    clearTimeout(timer);
    window.removeEventListener('message', onReady);
  };
  window.addEventListener('message', onReady);
  return frame;
}

function linkTo(origin: string): HTMLElement {
  const link = document.createElement('a');
  link.href = origin;
  link.target = '_blank';
  link.rel = 'noopener';
  link.textContent = words.elsewhere;
  return link;
}

function launcher(): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.setAttribute('aria-label', words.open);
  button.setAttribute('aria-expanded', 'false');
  button.setAttribute('aria-controls', 'panel');
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 32 32');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', 'M4 25v-7M4 21Q16 1 28 21M28 25v-7');
  svg.append(path);
  button.append(svg);
  return button;
}

/** A sheet of rules made by script needs no leave of the site's content security policy; older browsers get an element. */
function dress(root: ShadowRoot): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const made = document.createElement('style');
    made.textContent = style;
    root.append(made);
  }
}
