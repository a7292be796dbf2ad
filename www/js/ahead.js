/**
 * Fetches ahead what the page loads only when it is asked for: one thing after the other, each when the page is idle.
 * Modules are kept by the browser without being run.
 */

import { pictureSheet } from './save.js';
import { sheets } from './terminal/screen.js';

/** Modules of the terminals, which none of the page's own imports. */
const MODULES = [
  'js/terminal/terminals.js',
  'js/terminal/session.js',
  'js/terminal/line.js',
  'js/history.js',
  'vendor/xterm.js',
  'vendor/xterm-fit.js',
];

const idle = () =>
  new Promise((done) => {
    const later = globalThis.requestIdleCallback ?? ((/** @type {() => void} */ run) => setTimeout(run, 100));
    later(() => done(null));
  });

/** @param {string} path below the page */
function keep(path) {
  return new Promise((done, failed) => {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = String(new URL(`../${path}`, import.meta.url));
    link.addEventListener('load', done);
    link.addEventListener('error', () => failed(new Error(`${path} did not load`)));
    document.head.append(link);
  });
}

/**
 * @param {(() => Promise<unknown>)[]} more what the page itself fetches, and keeps
 */
export async function fetchAhead(more) {
  const all = [...MODULES.map((path) => () => keep(path)), sheets, pictureSheet, ...more];
  for (const fetchOne of all) {
    await idle();
    await fetchOne();
  }
}
