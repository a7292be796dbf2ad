/**
 * The trace: every step in order, under the namespace it happened in.
 *
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('./store.js').Step} Step
 */

import { h } from './dom.js';
import { words as english } from './element/words.js';
import { ending } from './now.js';

export class Trace {
  /** @type {Map<number, HTMLButtonElement>} */
  #buttons = new Map();

  /**
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {import('./element/words.js').Words} [words]
   */
  constructor(root, store, words = english('en')) {
    this.words = words;
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
        const leg = this.words[step.leg];
        const about = step.what ? `${leg} · ${step.what}` : leg;
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
        h('span', { class: 'title' }, step.label),
      );
      if (step.line) button.append(h('code', {}, step.line));
      this.#buttons.set(index, button);
      list.append(h('li', {}, button));
    });
    this.root.replaceChildren(...(walk ? [this.#ending(walk)] : []), ...groups);
  }

  /**
   * How the walk ends, said before its steps. It leads to the step that decided.
   * @param {import('./store.js').Walk} walk
   */
  #ending(walk) {
    const { tone, text } = ending(walk.outcome, this.words);
    const go = () => {
      this.store.set({ playing: false });
      const end = walk.steps[walk.outcome.step];
      const decides = (/** @type {Step} */ step) =>
        step.ns === end?.ns && step.packet === end.packet && step.tone === end.tone && step.decided;
      const step = walk.steps.slice(0, walk.outcome.step + 1).findLast(decides);
      this.store.seek(step?.index ?? walk.outcome.step);
    };
    const button = h('button', { type: 'button', class: `ending ${tone}`, click: go });
    button.append(h('strong', {}, text), ' ', walk.outcome.sentence);
    return button;
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
    // How the walk ends stays above.
    const above = 40 + (this.root.querySelector('.ending')?.clientHeight ?? 0);
    if (top < scrollTop + above) this.root.scrollTop = top - above;
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
