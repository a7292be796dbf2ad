/**
 * Fetches ahead what the page loads only when it is asked for: one thing after the other, each when the page is idle.
 */

import { pictureSheet } from './save.js';
import { sheets } from './terminal/screen.js';

/** Libraries of the terminals. The browser keeps them without running them. */
const LIBRARIES = ['xterm.js', 'xterm-fit.js'];

const idle = () =>
  new Promise((done) => {
    const later = globalThis.requestIdleCallback ?? ((/** @type {() => void} */ run) => setTimeout(run, 100));
    later(() => done(null));
  });

/** @param {string} name in the folder of libraries */
function keep(name) {
  return new Promise((done, failed) => {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = String(new URL(`../vendor/${name}`, import.meta.url));
    link.addEventListener('load', done);
    link.addEventListener('error', () => failed(new Error(`${name} did not load`)));
    document.head.append(link);
  });
}

/**
 * @param {(() => Promise<unknown>)[]} more what the page itself fetches, and keeps
 */
export async function fetchAhead(more) {
  const terminals = () => import('./terminal/terminals.js');
  const matrix = () => import('./matrix/view.js').then(({ style }) => style());
  const alone = () => import('./matrix/ask.js');
  const libraries = LIBRARIES.map((name) => () => keep(name));
  const all = [terminals, matrix, alone, ...libraries, sheets, pictureSheet, ...more];
  for (const fetchOne of all) {
    await idle();
    await fetchOne();
  }
}
