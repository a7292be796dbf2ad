/**
 * A screen: xterm.js, drawn by the page's colours and under the page's policy.
 *
 * @typedef {import('@xterm/xterm').Terminal} Terminal
 * @typedef {{ proposeDimensions(): { cols: number, rows: number } | undefined }} Fit
 */

const VENDOR = new URL('../../vendor/', import.meta.url);
const CSS = new URL('../../css/', import.meta.url);

/**
 * Loads a style sheet.
 * @param {URL} url
 */
function sheet(url) {
  return new Promise((done, failed) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = String(url);
    link.addEventListener('load', done);
    link.addEventListener('error', () => failed(new Error(`${url.pathname} did not load`)));
    document.head.append(link);
  });
}

/** The style sheets of screens, once they are asked for. @type {Promise<unknown> | null} */
let styled = null;

/** Loads the style sheets of screens. */
export function sheets() {
  styled ??= Promise.all([sheet(new URL('xterm.css', VENDOR)), sheet(new URL('terminal.css', CSS))]).catch(
    (error) => {
      styled = null;
      throw error;
    },
  );
  return styled;
}

/** Loads all that a screen needs. */
export async function loadScreens() {
  const [xterm, fit] = await Promise.all([
    /** @type {Promise<typeof import('@xterm/xterm')>} */ (import(String(new URL('xterm.js', VENDOR)))),
    /** @type {Promise<{ FitAddon: new () => Fit & import('@xterm/xterm').ITerminalAddon }>} */ (
      import(String(new URL('xterm-fit.js', VENDOR)))
    ),
    sheets(),
  ]);
  return { Terminal: xterm.Terminal, FitAddon: fit.FitAddon };
}

/**
 * What stands for a `<style>` of xterm's, which the page's policy forbids: its text goes into a sheet that a script
 * has made, which the policy allows.
 */
function styleElement() {
  const own = document.createElement('span');
  const rules = new CSSStyleSheet();
  document.adoptedStyleSheets.push(rules);
  own.hidden = true;
  Object.defineProperty(own, 'textContent', { set: (text) => rules.replaceSync(text) });
  const remove = own.remove.bind(own);
  own.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== rules);
    remove();
  };
  return own;
}

/**
 * Opens a screen in an element.
 * @param {Terminal} terminal
 * @param {HTMLElement} host
 */
export function openIn(terminal, host) {
  const create = document.createElement;
  document.createElement = /** @type {typeof create} */ (
    (/** @type {string} */ name, /** @type {any} */ options) =>
      name === 'style' ? styleElement() : create.call(document, name, options)
  );
  try {
    terminal.open(host);
  } finally {
    document.createElement = create;
  }
}

/** The page's colours, as they are now. */
export function theme() {
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const ink = colour('--ink');
  return {
    background: colour('--ground'),
    foreground: ink,
    cursor: ink,
    cursorAccent: colour('--ground'),
    selectionBackground: colour('--firm'),
    green: colour('--accept'),
    yellow: colour('--rewrite'),
    red: colour('--drop'),
  };
}

/** The page's face for what Linux prints. */
export const face = () => getComputedStyle(document.documentElement).getPropertyValue('--mono').trim();
