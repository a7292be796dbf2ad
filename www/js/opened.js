/**
 * The step on show, opened: the rules that were tried, each with the first condition that failed; the routes that
 * were looked at; the connection's entry before and after.
 *
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('./store.js').Step} Step
 * @typedef {import('./element/words.js').Words} Words
 */

import { h } from './dom.js';
import { rulesAt } from './visit.js';

/** @param {string} mark @param {string} tone @param {(Node | string)[]} rest */
const row = (mark, tone, ...rest) =>
  h(
    'li',
    { class: `tried ${tone}` },
    h('span', { class: 'mark', 'aria-hidden': 'true' }, mark),
    h('div', {}, ...rest),
  );

export class Opened {
  /**
   * @param {HTMLDetailsElement} root
   * @param {Store} store
   * @param {Words} words
   */
  constructor(root, store, words) {
    this.store = store;
    this.words = words;
    this.root = root;
    this.summary = h('summary');
    this.body = h('ol');
    root.replaceChildren(this.summary, this.body);
    root.addEventListener('toggle', () => this.#fill());
    store.watch(['walk', 'index'], () => this.#show());
  }

  #show() {
    const { walk } = this.store.state;
    const step = this.store.step;
    this.rules = walk && step ? rulesAt(walk, step) : [];
    const { words } = this;
    const count = (/** @type {string} */ label, /** @type {number} */ n) => `${label} (${n})`;
    let label = '';
    if (this.rules.length > 0) label = count(words.rulesTried, this.rules.length);
    else if (step?.title === 'route') label = words.routesTried;
    else if (step?.title === 'conntrack') label = words.entry;
    else if (step?.place.kind === 'hook' && step.title === step.place.name) label = words.noRules;
    this.root.hidden = !label;
    this.summary.textContent = label;
    this.#fill();
  }

  #fill() {
    const step = this.store.step;
    if (!step || this.root.hidden || !this.root.open) return this.body.replaceChildren();
    if (this.rules?.length) this.body.replaceChildren(...this.#rules(step));
    else if (step.title === 'route') this.body.replaceChildren(...this.#routes(step));
    else if (step.title === 'conntrack') this.body.replaceChildren(...this.#entry(step));
    else this.body.replaceChildren();
  }

  /** @param {Step} step */
  #rules(step) {
    let chain = '';
    return (this.rules ?? []).map((rule) => {
      const text = rule.decided?.text ?? '';
      const did = rule.line.slice(text.length).trim();
      const here = rule.index === step.index;
      const go = h(
        'button',
        { type: 'button', class: 'go', click: () => this.store.seek(rule.index) },
        h('code', {}, text),
      );
      if (here) go.setAttribute('aria-current', 'step');
      const heading = rule.title === chain ? '' : h('span', { class: 'chain' }, rule.title);
      chain = rule.title;
      const tone = rule.why ? 'missed' : rule.tone;
      const why = rule.why
        ? h('span', { class: 'why' }, `${this.words.failed} `, h('b', {}, rule.why))
        : h('span', { class: 'why' }, rule.sentence);
      const arrow = '↓↑'.includes(did[0] ?? '?') ? did[0] : '✓';
      const mark = rule.why ? '✗' : rule.tone === 'drop' ? '×' : arrow;
      return row(mark, here ? `${tone} here` : tone, heading, go, why);
    });
  }

  /** @param {Step} step */
  #routes(step) {
    return (this.store.state.lab?.tried(step.index) ?? []).map(({ text, why, won }) =>
      row(
        won ? '✓' : '·',
        won ? 'accept' : 'missed',
        h('code', {}, text),
        h('span', { class: 'why' }, won ? h('b', {}, why) : why),
      ),
    );
  }

  /** @param {Step} step */
  #entry(step) {
    const { lab, world } = this.store.state;
    const name = world?.byId.get(step.ns)?.ns.name;
    const { words } = this;
    const at = (/** @type {number} */ index) =>
      index < 0 || name === undefined
        ? undefined
        : lab
            ?.page(name, 'conntrack', step.decided?.key, 0, index)
            .tables.conntrack.find(({ key }) => key === step.decided?.key)?.text;
    const [before, after] = step.decided ? [at(step.index - 1), at(step.index)] : [undefined, undefined];
    const none = /^NEW/.test(step.line) ? words.unconfirmed : words.noEntry;
    // The words that differ: those that went, and those that came.
    const texts = (/** @type {string | undefined} */ text) => (text ?? '').split(/\s+/);
    const [old, now] = [texts(before), texts(after)];
    const marked = (
      /** @type {string[]} */ all,
      /** @type {string[]} */ others,
      /** @type {'s' | 'mark'} */ tag,
    ) =>
      all.flatMap((word, index) => [
        index ? ' ' : '',
        before && after && !others.includes(word) ? h(tag, {}, word) : word,
      ]);
    const chain = (/** @type {string} */ text) => h('span', { class: 'chain' }, text);
    return [
      row(
        '1',
        'missed',
        chain(words.before),
        before ? h('code', {}, ...marked(old, now, 's')) : words.noEntry,
      ),
      row('2', 'accept', chain(words.after), after ? h('code', {}, ...marked(now, old, 'mark')) : none),
    ];
  }
}
