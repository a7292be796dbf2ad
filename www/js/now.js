/**
 * The step on show in words: its sentence, what decided it, the header, and at the end the outcome.
 *
 * @typedef {import('./store.js').Store} Store
 */

import { h } from './dom.js';
import { words as english } from './element/words.js';

const GOOD = new Set(['answered', 'delivered']);

/**
 * How a walk ended, in a word with a mark.
 * @param {import('../pkg/packetwalk.js').Outcome} outcome
 * @param {import('./element/words.js').Words} words
 */
export function ending({ verdict }, words) {
  const good = GOOD.has(verdict);
  return { tone: good ? 'good' : 'bad', text: `${good ? '✓' : '×'} ${words[verdict]}` };
}

export class Now {
  /**
   * @param {{ where: HTMLElement, sentence: HTMLElement, header: HTMLElement, outcome: HTMLElement }} parts
   * @param {Store} store
   * @param {import('./element/words.js').Words} [words]
   */
  constructor(parts, store, words = english('en')) {
    this.words = words;
    this.parts = parts;
    this.store = store;
    store.watch(['walk', 'index', 'world'], () => this.#show());
  }

  #show() {
    const { walk, world, index } = this.store.state;
    const { where, sentence, header, outcome } = this.parts;
    const step = this.store.step;
    const name = step ? (world?.byId.get(step.ns)?.label ?? '?') : '';
    where.replaceChildren(name, step ? ' · ' : '', step ? h('strong', { class: step.tone }, step.label) : '');
    sentence.textContent = step?.sentence ?? this.words.choose;
    header.replaceChildren(
      ...(step?.header ?? []).map((field) => {
        const changed = field.before !== undefined;
        const value = h('dd', {}, h('span', { class: 'value' }, field.value));
        if (changed)
          value.prepend(
            h('s', {}, h('span', { class: 'unseen' }, `${this.words.was} `), field.before ?? ''),
            ' → ',
          );
        return h('div', { class: changed ? 'field changed' : 'field' }, h('dt', {}, field.name), value);
      }),
    );
    const over = walk && index === walk.steps.length - 1;
    outcome.hidden = !over;
    if (!over) return;
    const { tone, text } = ending(walk.outcome, this.words);
    outcome.className = `outcome ${tone}`;
    outcome.replaceChildren(h('strong', {}, text), ` ${walk.outcome.sentence}`);
  }
}
