/**
 * The trace: every step in order, under the namespace it happened in.
 *
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('./store.js').Step} Step
 */

import { h } from './dom.js';

const LEGS = { request: 'request', reply: 'reply', error: 'error', arp: 'ARP' };

export class Trace {
  /** @type {Map<number, HTMLButtonElement>} */
  #buttons = new Map();

  /**
   * @param {HTMLElement} root
   * @param {Store} store
   */
  constructor(root, store) {
    this.root = root;
    this.store = store;
    root.addEventListener('keydown', (event) => this.#key(event));
    store.watch(['walk', 'details', 'world'], () => this.#list());
    store.watch(['walk', 'index', 'details'], () => this.#mark());
  }

  #list() {
    const { walk, world } = this.store.state;
    this.#buttons.clear();
    /** @type {HTMLElement[]} */
    const groups = [];
    /** @type {Step | null} */
    let before = null;
    let list = h('ol');
    this.store.shown.forEach((index, at) => {
      const step = walk?.steps[index];
      if (!step) return;
      if (!before || before.ns !== step.ns || before.leg !== step.leg || before.what !== step.what) {
        list = h('ol', { start: at + 1 });
        const name = world?.byId.get(step.ns)?.label ?? '?';
        const about = step.what ? `${LEGS[step.leg]} · ${step.what}` : LEGS[step.leg];
        const heading = h('h3', {}, name, ' ', h('span', { class: `leg ${step.leg}` }, about));
        groups.push(h('section', {}, heading, list));
      }
      before = step;
      const button = h('button', {
        type: 'button',
        class: `step ${step.tone}`,
        click: () => this.store.seek(index),
      });
      button.append(
        h('span', { class: 'number' }, String(at + 1)),
        h('span', { class: 'title' }, step.title),
      );
      if (step.line) button.append(h('code', {}, step.line));
      this.#buttons.set(index, button);
      list.append(h('li', {}, button));
    });
    this.root.replaceChildren(...groups);
  }

  #mark() {
    const { index } = this.store.state;
    const shown = this.store.shown;
    const current = shown.findLast((at) => at <= index);
    for (const [at, button] of this.#buttons) {
      button.tabIndex = at === current ? 0 : -1;
      if (at !== current) button.removeAttribute('aria-current');
    }
    const button = this.#buttons.get(current ?? -1);
    if (!button) return;
    button.setAttribute('aria-current', 'step');
    const [top, height] = [button.offsetTop, button.offsetHeight];
    const { scrollTop, clientHeight } = this.root;
    if (top < scrollTop + 40) this.root.scrollTop = top - 40;
    else if (top + height > scrollTop + clientHeight - 40)
      this.root.scrollTop = top + height - clientHeight + 40;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    this.store.set({ playing: false });
    this.store.move(by);
    this.#buttons.get(this.store.state.index)?.focus();
  }
}
