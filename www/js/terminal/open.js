/**
 * What opens the terminals: a button of the page, and one on the picture for the node that is chosen there. They
 * come with all that they need when they are first asked for.
 *
 * @typedef {import('../store.js').Store} Store
 * @typedef {import('./terminals.js').Terminals} Terminals
 */

import { h } from '../dom.js';
import { say } from '../say.js';

/**
 * @param {{ open: HTMLButtonElement, stage: HTMLElement, main: HTMLElement }} parts
 * @param {Store} store
 * @param {import('./terminals.js').Again} again takes a walk once more
 * @param {(error: unknown) => void} failed
 */
export function terminalButtons({ open, stage, main }, store, again, failed) {
  /** @type {Promise<Terminals> | null} */
  let coming = null;
  /** @type {Terminals | null} */
  let terminals = null;

  /** @param {number} ns */
  async function show(ns) {
    try {
      coming ??= import('./terminals.js').then(({ Terminals }) => Terminals.open(main, store, again));
      terminals = await coming;
      terminals.show(ns);
    } catch (error) {
      coming = null;
      failed(error);
    }
  }

  const own = h('button', { type: 'button', class: 'node-terminal', click: () => show(store.state.ns) });
  stage.prepend(own);
  open.addEventListener('click', () => (terminals?.isOpen ? terminals.close() : show(store.state.ns)));
  store.watch(['ns', 'world'], () => {
    const { world, ns } = store.state;
    const label = world?.byId.get(ns)?.label;
    own.hidden = !label;
    own.textContent = say('Terminal of {0}', label ?? '');
  });
}
