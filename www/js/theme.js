/** The reader's choice of light, dark, or as the system has it. Nothing is stored unless it is changed. */

import { say } from './say.js';

const KEY = 'packetwalk-theme';
const NEXT = /** @type {const} */ ({ auto: 'light', light: 'dark', dark: 'auto' });

/** @param {HTMLButtonElement} button */
export function themeButton(button) {
  const root = document.documentElement;
  /** @param {string} theme */
  const show = (theme) => {
    root.dataset.theme = theme;
    button.setAttribute('aria-label', say('Theme: {0}', say(theme)));
    button.title = say('Theme: {0}', say(theme));
  };
  let theme = /** @type {keyof typeof NEXT} */ ('auto');
  try {
    const kept = localStorage.getItem(KEY);
    if (kept === 'light' || kept === 'dark') theme = kept;
  } catch {
    // Storage may be forbidden; the system's theme is then used.
  }
  show(theme);
  button.addEventListener('click', () => {
    theme = NEXT[theme];
    show(theme);
    try {
      if (theme === 'auto') localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // As above.
    }
  });
}
