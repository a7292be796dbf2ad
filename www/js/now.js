/**
 * The step on show in words: its sentence, what decided it, the header, and at the end the outcome.
 *
 * @typedef {import('./store.js').Store} Store
 */

import { h } from './dom.js';

const WORDS = {
  answered: 'Answered',
  delivered: 'Delivered',
  dropped: 'Dropped',
  refused: 'Refused',
  replyLost: 'Reply lost',
  notSent: 'Not sent',
};
const GOOD = new Set(['answered', 'delivered']);

export class Now {
  /**
   * @param {{ where: HTMLElement, sentence: HTMLElement, header: HTMLElement, outcome: HTMLElement }} parts
   * @param {Store} store
   */
  constructor(parts, store) {
    this.parts = parts;
    this.store = store;
    store.watch(['walk', 'index', 'world'], () => this.#show());
  }

  #show() {
    const { walk, world, index } = this.store.state;
    const { where, sentence, header, outcome } = this.parts;
    const step = this.store.step;
    const name = step ? (world?.byId.get(step.ns)?.label ?? '?') : '';
    where.replaceChildren(name, step ? ' · ' : '', step ? h('strong', { class: step.tone }, step.title) : '');
    sentence.textContent = step?.sentence ?? 'Choose a walk.';
    header.replaceChildren(
      ...(step?.header ?? []).map((field) => {
        const changed = field.before !== undefined;
        const value = h('dd', {}, h('span', { class: 'value' }, field.value));
        if (changed)
          value.prepend(h('s', {}, h('span', { class: 'unseen' }, 'was '), field.before ?? ''), ' → ');
        return h('div', { class: changed ? 'field changed' : 'field' }, h('dt', {}, field.name), value);
      }),
    );
    const over = walk && index === walk.steps.length - 1;
    outcome.hidden = !over;
    if (!over) return;
    const { verdict, sentence: why } = walk.outcome;
    outcome.className = GOOD.has(verdict) ? 'outcome good' : 'outcome bad';
    outcome.replaceChildren(h('strong', {}, `${GOOD.has(verdict) ? '✓' : '×'} ${WORDS[verdict]}`), ` ${why}`);
  }
}
