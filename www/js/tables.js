/**
 * The tables of a namespace as of the step on show, as Linux's own tools print them.
 *
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('./store.js').TableName} TableName
 * @typedef {import('../pkg/packetwalk.js').Tables} All
 * @typedef {import('../pkg/packetwalk.js').Page} Page
 */

import { h } from './dom.js';
import { words as english } from './element/words.js';

/** Every table. @type {{ name: TableName, command: string }[]} */
export const TABS = [
  { name: 'routes', command: 'route' },
  { name: 'rules', command: 'iptables -S' },
  { name: 'conntrack', command: 'conntrack -L' },
  { name: 'neighbours', command: 'ip neigh' },
  { name: 'fdb', command: 'bridge fdb' },
  { name: 'sockets', command: 'ss -an' },
];

export class TableView {
  /** Where the page on show begins in its table, as of which step, and of whose table it is. */
  #place = { from: 0, index: -1, of: '' };

  /**
   * @param {{ tabs: HTMLElement, panel: HTMLElement, ns: HTMLSelectElement, follow: HTMLInputElement }} parts
   * @param {Store} store
   * @param {import('./element/words.js').Words} [words]
   */
  constructor(parts, store, words = english('en')) {
    this.words = words;
    this.parts = parts;
    this.store = store;
    this.known = TABS.filter(({ name }) => store.state.tabs?.includes(name) ?? true);
    parts.ns.addEventListener('change', () => store.set({ ns: Number(parts.ns.value), follow: false }));
    parts.follow.addEventListener('change', () => {
      store.set({ follow: parts.follow.checked });
      if (parts.follow.checked) store.seek(store.state.index);
    });
    this.tabs = this.known.map((tab) => this.#tab(tab));
    parts.tabs.replaceChildren(...this.tabs);
    parts.tabs.addEventListener('keydown', (event) => this.#key(event));
    store.watch(['world'], () => this.#names());
    store.watch(['follow'], () => {
      parts.follow.checked = store.state.follow;
    });
    store.watch(['lab', 'walk', 'index', 'ns', 'tab', 'details', 'moment'], () => this.#show());
  }

  /** @param {typeof TABS[number]} tab */
  #tab({ name }) {
    const choose = () => this.store.set({ tab: name, follow: false });
    const id = `tab-${name}`;
    return h(
      'button',
      { type: 'button', role: 'tab', id, 'aria-controls': this.parts.panel.id, click: choose },
      this.words[name][0],
    );
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const at = this.known.findIndex(({ name }) => name === this.store.state.tab);
    const next = (at + by + this.known.length) % this.known.length;
    this.store.set({ tab: this.known[next].name, follow: false });
    this.tabs[next].focus();
  }

  #names() {
    const nodes = this.store.state.world?.nodes ?? [];
    this.parts.ns.replaceChildren(...nodes.map((node) => h('option', { value: node.ns.id }, node.label)));
  }

  #show() {
    const { lab, walk, index, ns, tab, world } = this.store.state;
    const node = world?.byId.get(ns);
    const { panel } = this.parts;
    this.parts.ns.value = String(ns);
    const deciding = this.store.step?.ns === ns ? this.store.step.decided?.table : undefined;
    this.known.forEach(({ name }, at) => {
      this.tabs[at].setAttribute('aria-selected', String(name === tab));
      this.tabs[at].tabIndex = name === tab ? 0 : -1;
      this.tabs[at].classList.toggle('deciding', name === deciding);
    });
    panel.setAttribute('aria-labelledby', `tab-${tab}`);
    const shown = this.store.shown;
    const here = shown.findLastIndex((at) => at <= index);
    if (!lab || !node) return panel.replaceChildren();
    const place = this.#place;
    const of = `${ns} ${tab}`;
    if (place.of !== of) place.from = 0;
    // The page follows the packet, until it is turned.
    const moved = place.of !== of || place.index !== index;
    const key = moved && deciding === tab ? this.store.step?.decided?.key : undefined;
    const [at, since] = walk ? [index, here > 0 ? shown[here - 1] : undefined] : [];
    const page = lab.page(node.ns.name, tab, key, place.from, at, since);
    this.#place = { from: page.from, index, of };
    const { name, command } = TABS.find((known) => known.name === tab) ?? TABS[0];
    const empty = this.words[name][1];
    const prompt = h(
      'p',
      { class: 'prompt' },
      h('span', {}, `${node.label}#`),
      ` ${command}`,
      walk && h('span', { class: 'as-of' }, this.words.asOf(here + 1)),
    );
    const body = page.total === 0 ? h('p', { class: 'empty' }, empty) : this.#body(page);
    panel.replaceChildren(prompt, body, this.#turn(page) ?? '');
    const row = panel.querySelector('.decided');
    if (!(row instanceof HTMLElement)) return;
    const below = row.offsetTop + row.offsetHeight + 12 - panel.scrollTop - panel.clientHeight;
    if (below > 0) panel.scrollTop += below;
    else if (row.offsetTop - 24 < panel.scrollTop) panel.scrollTop = row.offsetTop - 24;
  }

  /**
   * What turns the pages of a long table.
   * @param {Page} page
   */
  #turn({ from, total, tables }) {
    const count = tables[this.store.state.tab].length;
    if (count === total) return null;
    const to = (/** @type {number} */ from, /** @type {string} */ sign, /** @type {string} */ label) => {
      const turn = () => {
        this.#place.from = from;
        this.#show();
        this.parts.panel.scrollTop = 0;
        const own = this.parts.panel.querySelector(`.pages button[aria-label="${label}"]:enabled`);
        (own instanceof HTMLElement ? own : this.parts.panel).focus();
      };
      const disabled = from < 0 || from >= total;
      return h('button', { type: 'button', 'aria-label': label, disabled, click: turn }, sign);
    };
    return h(
      'p',
      { class: 'pages' },
      to(from - count, '‹', this.words.earlier),
      h('span', { role: 'status' }, this.words.rows(from + 1, from + count, total)),
      to(from + count, '›', this.words.later),
    );
  }

  /** @param {Page} page */
  #body({ tables, fresh }) {
    const { tab } = this.store.state;
    if (tab === 'routes') return this.#routes(tables.routes);
    const added = new Set(fresh);
    const list = h('ul', { class: 'rows' });
    let table = '';
    for (const row of tables[tab]) {
      if ('table' in row && row.table !== table) {
        table = row.table;
        list.append(h('li', { class: 'table' }, `*${table}`));
      }
      const line = h(
        'li',
        { class: this.#decides(row.key) ? 'row decided' : 'row' },
        h('code', {}, row.text),
      );
      if ('packets' in row && (row.number > 0 || row.text.startsWith('-P'))) {
        line.append(h('span', { class: 'count', title: 'packets:bytes' }, `[${row.packets}:${row.bytes}]`));
      }
      if (added.has(row.key)) line.append(h('span', { class: 'new' }, this.words.fresh));
      line.append(...this.#links(row.key));
      list.append(line);
    }
    return list;
  }

  /** @param {All['routes']} rows */
  #routes(rows) {
    const cells = ['Destination', 'Gateway', 'Genmask', 'Flags', 'Metric', 'Ref', 'Use', 'Iface'];
    const head = h('tr', {}, ...cells.map((cell) => h('th', { scope: 'col' }, cell)), h('td'));
    const row = (/** @type {All['routes'][number]} */ row) => {
      const { destination, gateway, genmask, flags, metric, iface } = row;
      const values = [destination, gateway, genmask, flags, String(metric), '0', '0', iface];
      return h(
        'tr',
        { class: this.#decides(row.key) ? 'decided' : '', title: row.text },
        ...values.map((value) => h('td', {}, value)),
        h('td', {}, ...this.#links(row.key)),
      );
    };
    // The command prints table main alone: what another table decided stands apart, under its name.
    const others = rows.filter(({ table }) => table !== 'main');
    const names = [...new Set(others.map(({ table }) => table))];
    const bodies = names.map((name) =>
      h(
        'tbody',
        { class: 'other' },
        h('tr', {}, h('th', { scope: 'rowgroup', colspan: cells.length + 1 }, `table ${name}`)),
        ...others.filter(({ table }) => table === name).map(row),
      ),
    );
    const main = rows.filter(({ table }) => table === 'main').map(row);
    return h('table', { class: 'routes' }, h('thead', {}, head), h('tbody', {}, ...main), ...bodies);
  }

  /** @param {string} key */
  #decides(key) {
    const { ns, tab } = this.store.state;
    const step = this.store.step;
    return step?.ns === ns && step.decided?.table === tab && step.decided.key === key;
  }

  /**
   * Buttons to the steps that a row decided.
   * @param {string} key
   */
  #links(key) {
    const { walk, ns, tab, index } = this.store.state;
    const links = [];
    for (const [at, shown] of this.store.shown.entries()) {
      const step = walk?.steps[shown];
      if (step?.ns !== ns || step.decided?.table !== tab || step.decided.key !== key) continue;
      const go = () => this.store.seek(shown);
      const now = shown === index;
      const label = now ? this.words.decided(at + 1) : this.words.toStep(at + 1);
      links.push(h('button', { type: 'button', class: now ? 'to now' : 'to', click: go }, label));
    }
    return links;
  }
}
