/**
 * The kernel's path of one host, box by box: which the packet has passed and how, which it is in now. A box, or a
 * table in it, leads to its step.
 *
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('./store.js').Step} Step
 */

import { h } from './dom.js';
import { say } from './say.js';
import { boxOf, graver, MARKS } from './visit.js';

/** Every box with its name and its parts in order. @type {[string, string, string[]][]} */
const BOXES = [
  ['in', 'in', []],
  ['bridge', 'bridge', []],
  ['PREROUTING', 'PREROUTING', ['raw', 'conntrack', 'mangle', 'nat']],
  ['route', 'route', []],
  ['INPUT', 'INPUT', ['mangle', 'filter', 'security', 'nat', 'conntrack']],
  ['socket', 'socket', []],
  ['OUTPUT', 'OUTPUT', ['route', 'raw', 'conntrack', 'mangle', 'nat', 'filter', 'security']],
  ['FORWARD', 'FORWARD', ['ttl', 'mangle', 'filter', 'security']],
  ['POSTROUTING', 'POSTROUTING', ['mangle', 'nat', 'conntrack']],
  ['neighbour', 'neighbour', []],
  ['out', 'out', []],
];

const SAID = {
  plain: 'passed',
  accept: 'accepted',
  rewrite: 'rewritten',
  deliver: 'arrived',
  drop: 'dropped',
};

export class Flow {
  /**
   * @param {{ title: HTMLElement, boxes: HTMLElement }} parts
   * @param {Store} store
   */
  constructor(parts, store) {
    this.parts = parts;
    this.store = store;
    /** @type {Map<string, { button: HTMLButtonElement, mark: HTMLElement, steps: Step[] }>} */
    this.buttons = new Map();
    const button = (/** @type {string} */ key, /** @type {string} */ label, /** @type {string} */ kind) => {
      const mark = h('span', { class: 'mark', 'aria-hidden': 'true' });
      const go = () => this.#go(key);
      const made = h(
        'button',
        { type: 'button', class: kind, 'data-flow': key, click: go },
        h('span', {}, say(label)),
        mark,
      );
      this.buttons.set(key, { button: made, mark, steps: [] });
      return made;
    };
    parts.boxes.replaceChildren(
      ...BOXES.map(([name, label, inner]) =>
        h(
          'div',
          { class: `flow-box at-${name.toLowerCase()}` },
          button(name, label, 'flow-name'),
          inner.length > 0 &&
            h(
              'div',
              { class: 'flow-parts' },
              ...inner.map((part) => button(`${name}/${part}`, part, 'flow-part')),
            ),
        ),
      ),
    );
    store.watch(['walk', 'index', 'world'], () => this.#show());
  }

  #show() {
    const { walk, world, index } = this.store.state;
    const step = this.store.step;
    for (const found of this.buttons.values()) found.steps = [];
    const own =
      step && walk ? walk.steps.filter(({ ns, packet }) => ns === step.ns && packet === step.packet) : [];
    let cameIn = false;
    let now = '';
    let bridged = false;
    for (const one of own) {
      if (one.place.kind === 'device' && one.title.startsWith('in ')) cameIn = true;
      if (one.place.kind === 'bridge') bridged = true;
      const at = boxOf(one, cameIn);
      if (!at) continue;
      this.buttons.get(at.box)?.steps.push(one);
      if (at.part) this.buttons.get(`${at.box}/${at.part}`)?.steps.push(one);
      if (one === step) now = at.part ? `${at.box}/${at.part}` : at.box;
    }
    const name = step ? (world?.byId.get(step.ns)?.label ?? '?') : '';
    const routed = own.some(({ place }) => place.kind === 'route');
    const hooked = own.some(({ place }) => place.kind === 'hook');
    const how = bridged && hooked && !routed;
    const title = how ? 'Inside {0}: the bridge itself calls its hooks' : 'Inside {0}';
    this.parts.title.textContent = name ? say(title, name) : say('Inside');
    for (const [key, { button, mark, steps }] of this.buttons) {
      const past = steps.filter((one) => one.index <= index);
      const tone = past.map((one) => one.tone).reduce(graver, 'plain');
      const current = key === now || key === now.split('/')[0];
      button.disabled = steps.length === 0;
      // Hardly anybody has rules there.
      button.hidden = key.endsWith('/security') && steps.length === 0;
      button.className = `${key.includes('/') ? 'flow-part' : 'flow-name'} ${past.length > 0 ? `passed ${tone}` : ''}`;
      button.parentElement?.classList.toggle('here', !key.includes('/') && current);
      if (current) button.setAttribute('aria-current', 'step');
      else button.removeAttribute('aria-current');
      mark.textContent = past.length > 0 ? MARKS[tone] : '';
      const state = say(
        steps.length === 0 ? 'not on the way' : past.length === 0 ? 'still to come' : SAID[tone],
      );
      button.title = state;
      button.setAttribute(
        'aria-label',
        `${key
          .split('/')
          .map((part) => say(part))
          .join(' ')}: ${state}`,
      );
    }
  }

  /** The next step of a box, round to the first; one that is listed, if there is one. @param {string} key */
  #go(key) {
    const steps = this.buttons.get(key)?.steps ?? [];
    const listed = new Set(this.store.shown);
    const shown = steps.filter(({ index }) => listed.has(index));
    const all = shown.length > 0 ? shown : steps;
    const next = all.find(({ index }) => index > this.store.state.index) ?? all[0];
    this.store.set({ playing: false });
    if (next) this.store.seek(next.index);
  }
}
