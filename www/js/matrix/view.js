/**
 * Who can reach whom: a grid of sources and destinations, for one port at a time.
 *
 * @typedef {import('./cells.js').Group} Group
 * @typedef {import('../../pkg/packetwalk.js').Verdict} Verdict
 * @typedef {{ members: Group, address: number }} Column
 * @typedef {{ from: number, to: number, address: number }} Pair
 */

import { h } from '../dom.js';
import { say } from '../say.js';
import { Cells } from './cells.js';
import { askAll } from './workers.js';

const CSS = new URL('../../css/matrix.css', import.meta.url);

/** @type {Record<Verdict, [string, string]>} */
const SIGNS = {
  answered: ['✓', 'answered'],
  delivered: ['○', 'delivered'],
  refused: ['✗', 'refused'],
  dropped: ['·', 'dropped'],
  replyLost: ['↩', 'reply lost'],
  notSent: ['!', 'not sent'],
};

/** Loads the dialog's style. */
function style() {
  return new Promise((done, failed) => {
    document.head.append(h('link', { rel: 'stylesheet', href: String(CSS), load: done, error: failed }));
  });
}

class View {
  /**
   * @param {() => string} script the lab on show
   * @param {(from: string, command: string) => void} walk
   */
  constructor(script, walk) {
    this.script = script;
    this.walk = walk;
    /** @type {Cells | null} */
    this.cells = null;
    this.end = () => {};
    /** What the grid's cells stand for. @type {WeakMap<Element, Pair>} */
    this.pairs = new WeakMap();
    this.port = h('select', { 'aria-label': say('Port'), change: () => this.#draw() });
    this.ports = h('input', {
      type: 'text',
      placeholder: 'tcp/80,udp/53',
      'aria-label': say('Ports to ask'),
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
    });
    this.status = h('p', { class: 'status', role: 'status' });
    this.why = h('p', { class: 'why', 'aria-live': 'polite' });
    this.grid = h('table', { role: 'grid', 'aria-labelledby': 'matrix-title' });
    this.grid.addEventListener('keydown', (event) => this.#key(event));
    this.grid.addEventListener('focusin', ({ target }) => target instanceof Element && this.#tell(target));
    this.grid.addEventListener('click', ({ target }) => {
      const cell = target instanceof Element ? target.closest('td') : null;
      if (cell) this.#follow(cell);
    });
    const form = h(
      'form',
      {
        submit: (/** @type {Event} */ event) => {
          event.preventDefault();
          this.#ask();
        },
      },
      this.ports,
      h('button', { type: 'submit' }, say('Ask')),
    );
    const close = h(
      'button',
      { type: 'button', class: 'quiet icon', 'aria-label': say('Close'), click: () => this.dialog.close() },
      '×',
    );
    const signs = Object.values(SIGNS).map(([sign, word]) => h('li', {}, `${sign} ${say(word)}`));
    this.dialog = h(
      'dialog',
      { class: 'matrix', 'aria-labelledby': 'matrix-title', close: () => this.end() },
      h('header', {}, h('h2', { id: 'matrix-title' }, say('Who can reach whom')), this.port, form, close),
      this.status,
      h('div', { class: 'scroll' }, this.grid),
      this.why,
      h('ul', { class: 'signs' }, ...signs),
    );
    document.body.append(this.dialog);
  }

  open() {
    this.dialog.showModal();
    this.#ask();
  }

  /** Asks anew. */
  #ask() {
    this.end();
    this.cells = null;
    this.grid.replaceChildren();
    this.why.textContent = '';
    this.status.textContent = say('Building the lab…');
    let drawn = 0;
    const request = {
      script: this.script(),
      ports: this.ports.value,
      language: document.documentElement.lang,
    };
    this.end = askAll(request, ({ matrix, shares, error }) => {
      if (error !== undefined) {
        this.status.textContent = error;
        return;
      }
      if (matrix && !this.cells) {
        this.cells = new Cells(matrix);
        const { ports, like } = matrix;
        const own = ports.map((_, at) => at).filter((at) => like[at] === at);
        const alike = (/** @type {number} */ at) => ports.filter((_, other) => like[other] === at).join(', ');
        this.port.replaceChildren(...own.map((at) => h('option', { value: at }, alike(at))));
        this.#draw();
      }
      const { cells } = this;
      if (!cells || !shares) return;
      for (const share of shares) cells.take(share);
      const { questions, leftOut } = cells.plan;
      const asked = cells.shares.size;
      const more = leftOut > 0 ? ` ${say('{0} more ports have listeners.', leftOut)}` : '';
      this.status.textContent =
        asked < questions
          ? say('{0} of {1} questions asked', asked, questions)
          : say('{0} questions asked.', questions) + more;
      // Not at every answer: a large grid takes its time.
      if (asked === questions || performance.now() - drawn > 500) {
        this.#draw();
        drawn = performance.now();
      }
    });
  }

  /** Draws the grid of the chosen port, and keeps its focus. */
  #draw() {
    const { cells } = this;
    if (!cells) return;
    const active = document.activeElement;
    const [row, column] = active instanceof HTMLTableCellElement ? place(active) : [0, 0];
    const had = this.grid.contains(active);
    const groups = cells.groups();
    const columns = groups.flatMap((group) =>
      cells.plan.places[group.members[0]].addresses.map((_, address) => ({ group, address })),
    );
    const address = (/** @type {{ group: Group, address: number }} */ { group, address }) => {
      const all = group.members.map((member) => cells.plan.places[member].addresses[address]);
      return all.length === 1 ? all[0] : `${all[0]} …`;
    };
    this.grid.replaceChildren(
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th', { scope: 'col' }, say('From')),
          ...columns.map((c) =>
            h('th', { scope: 'col' }, h('span', {}, c.group.label), h('small', {}, address(c))),
          ),
        ),
      ),
      h(
        'tbody',
        {},
        ...groups.map((group) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, group.label),
            ...columns.map((c) => this.#cell(cells, group, c.group, c.address)),
          ),
        ),
      ),
    );
    const first = this.#at(row, column) ?? this.#at(0, 0);
    first?.setAttribute('tabindex', '0');
    if (had) first?.focus();
  }

  /**
   * @param {Cells} cells
   * @param {Group} row
   * @param {Group} column
   * @param {number} address
   */
  #cell(cells, row, column, address) {
    const port = Number(this.port.value);
    const pairs = [cells.pair(row, column, false), cells.pair(row, column, true)];
    /** @type {string[]} */
    const signs = [];
    /** @type {Verdict | undefined} */
    let verdict;
    for (const pair of pairs) {
      const found = pair && cells.cell(pair.from, pair.to, address, port);
      if (!found) continue;
      verdict ??= found.verdict;
      const [sign] = SIGNS[found.verdict];
      if (!signs.includes(sign)) signs.push(sign);
    }
    const pair = pairs.find((one) => one);
    const word = verdict ? say(SIGNS[verdict][1]) : '…';
    const label = `${row.label} → ${column.label}: ${word}`;
    const td = h(
      'td',
      { role: 'gridcell', tabindex: '-1', class: verdict ?? 'open', 'aria-label': label },
      signs.join('/') || '…',
    );
    if (pair) this.pairs.set(td, { ...pair, address });
    return td;
  }

  /** @param {number} row @param {number} column */
  #at(row, column) {
    return this.grid.tBodies[0]?.rows[row]?.cells[column + 1];
  }

  /** Says why, of a cell. @param {Element} cell */
  #tell(cell) {
    const pair = this.pairs.get(cell);
    if (!pair || !this.cells) return;
    const { plan } = this.cells;
    const found = this.cells.cell(pair.from, pair.to, pair.address, Number(this.port.value));
    const from = plan.places[pair.from].label;
    const to = plan.places[pair.to].addresses[pair.address];
    const named = (/** @type {string} */ text) => text.replaceAll('FROM', from).replaceAll('TO', to);
    const who = found?.by === undefined ? '' : `, ${plan.places[found.by].label}`;
    const word = found ? `${say(SIGNS[found.verdict][1])}${who}. ` : '';
    this.why.textContent = `${from} → ${to} ${plan.ports[Number(this.port.value)]}: ${word}${named(found?.why ?? '')}`;
  }

  /** Shows the walk of a cell. @param {Element} cell */
  #follow(cell) {
    const pair = this.pairs.get(cell);
    if (!pair || !this.cells) return;
    const { places, ports } = this.cells.plan;
    const [proto, port] = ports[Number(this.port.value)].split('/');
    const udp = proto === 'udp' ? '-u ' : '';
    this.dialog.close();
    this.walk(
      places[pair.from].name,
      `nc -z ${udp}-v -n -w 1 ${places[pair.to].addresses[pair.address]} ${port}`,
    );
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const cell = event.target;
    if (!(cell instanceof HTMLTableCellElement)) return;
    const [row, column] = place(cell);
    /** @type {Record<string, [number, number]>} */
    const to = {
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      Home: [row, 0],
      End: [row, (this.grid.tBodies[0]?.rows[row]?.cells.length ?? 2) - 2],
    };
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.#follow(cell);
      return;
    }
    const aim = to[event.key];
    const next = aim && aim[0] >= 0 && aim[1] >= 0 ? this.#at(...aim) : null;
    if (!aim) return;
    event.preventDefault();
    if (!next) return;
    cell.setAttribute('tabindex', '-1');
    next.setAttribute('tabindex', '0');
    next.focus();
  }
}

/** Row and column of a cell of the grid. @param {HTMLTableCellElement} cell @returns {[number, number]} */
const place = (cell) => [
  (cell.parentElement instanceof HTMLTableRowElement ? cell.parentElement.sectionRowIndex : 0) || 0,
  cell.cellIndex - 1,
];

/**
 * Makes the dialog.
 * @param {() => string} script
 * @param {(from: string, command: string) => void} walk
 */
export async function matrix(script, walk) {
  await style();
  return new View(script, walk);
}
