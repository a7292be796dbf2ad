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

/** The dialog's style, once it is asked for. @type {Promise<unknown> | null} */
let styled = null;

/** Loads the dialog's style. */
export function style() {
  styled ??= new Promise((done, failed) => {
    document.head.append(h('link', { rel: 'stylesheet', href: String(CSS), load: done, error: failed }));
  });
  return styled;
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
    /** What the grid's cells stand for: a pair of two, one of a place with itself, or both. @type {WeakMap<Element, Pair[]>} */
    this.pairs = new WeakMap();
    this.port = h('select', { disabled: true, change: () => this.#draw() });
    this.ports = h('input', {
      type: 'text',
      placeholder: 'tcp/80,udp/53',
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
    });
    this.status = h('p', { class: 'status', role: 'status' });
    this.progress = h('progress', { 'aria-label': say('Questions asked'), hidden: true });
    this.grid = h('table', { role: 'grid', 'aria-labelledby': 'matrix-title', hidden: true });
    this.grid.addEventListener('keydown', (event) => this.#key(event));
    this.grid.addEventListener('focusin', ({ target }) => {
      if (target instanceof HTMLTableCellElement) this.#choose(target);
    });
    this.grid.addEventListener('dblclick', ({ target }) => {
      const cell = target instanceof Element ? target.closest('td') : null;
      if (cell) this.#follow(cell);
    });
    this.why = h('div', { class: 'why', 'aria-live': 'polite' });
    this.show = h(
      'button',
      { type: 'button', hidden: true, click: () => this.chosen && this.#follow(this.chosen) },
      say('Show the walk'),
    );
    const form = h(
      'form',
      {
        submit: (/** @type {Event} */ event) => {
          event.preventDefault();
          this.#ask();
        },
      },
      h('label', {}, h('span', {}, say('Port')), this.port),
      h('label', { class: 'named' }, h('span', {}, say('Ports to ask')), this.ports),
      h('button', { type: 'submit' }, say('Ask')),
    );
    const close = h(
      'button',
      { type: 'button', class: 'quiet icon', 'aria-label': say('Close'), click: () => this.dialog.close() },
      '×',
    );
    const signs = Object.entries(SIGNS).map(([verdict, [sign, word]]) =>
      h('li', {}, h('span', { class: verdict, 'aria-hidden': 'true' }, sign), say(word)),
    );
    this.dialog = h(
      'dialog',
      { class: 'matrix', 'aria-labelledby': 'matrix-title', close: () => this.end() },
      h('header', {}, h('h2', { id: 'matrix-title' }, say('Who can reach whom')), close),
      form,
      h('div', { class: 'state' }, this.status, this.progress),
      h('div', { class: 'scroll' }, this.grid),
      h('div', { class: 'chosen' }, this.why, this.show),
      h('ul', { class: 'signs' }, ...signs),
    );
    /** The cell that is told of. @type {HTMLTableCellElement | null} */
    this.chosen = null;
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
    this.#choose(null);
    this.grid.hidden = true;
    this.grid.replaceChildren();
    this.port.replaceChildren();
    this.port.disabled = true;
    this.progress.hidden = false;
    this.progress.removeAttribute('value');
    this.status.textContent = say('Building the lab…');
    let drawn = 0;
    const request = {
      script: this.script(),
      ports: this.ports.value,
      language: document.documentElement.lang,
    };
    this.end = askAll(request, ({ matrix, shares, error }) => {
      if (error !== undefined) {
        this.progress.hidden = true;
        this.status.textContent = error;
        return;
      }
      if (matrix && !this.cells) {
        this.cells = new Cells(matrix);
        const { ports, like } = matrix;
        const own = ports.map((_, at) => at).filter((at) => like[at] === at);
        const alike = (/** @type {number} */ at) => ports.filter((_, other) => like[other] === at).join(', ');
        this.port.replaceChildren(...own.map((at) => h('option', { value: at }, alike(at))));
        this.port.disabled = false;
        this.progress.max = matrix.questions;
        this.status.textContent = say('Asking…');
        this.#draw();
      }
      const { cells } = this;
      if (!cells || !shares) return;
      for (const share of shares) cells.take(share);
      const { questions, leftOut } = cells.plan;
      const asked = cells.shares.size;
      this.progress.value = asked;
      // Not at every answer: a large grid takes its time.
      if (asked === questions || performance.now() - drawn > 500) {
        this.#draw();
        drawn = performance.now();
      }
      if (asked < questions) return;
      const more = leftOut > 0 ? ` ${say('{0} more ports have listeners.', leftOut)}` : '';
      this.progress.hidden = true;
      this.status.textContent = say('{0} questions asked.', questions) + more;
    });
  }

  /** Draws the grid of the chosen port, and keeps its focus. */
  #draw() {
    const { cells } = this;
    if (!cells) return;
    const [row, column] = this.chosen ? place(this.chosen) : [0, 0];
    const had = this.grid.contains(document.activeElement);
    const groups = cells.groups();
    const columns = groups.flatMap((group) =>
      cells.plan.places[group.members[0]].addresses.map((_, address) => ({ group, address })),
    );
    this.grid.hidden = false;
    this.grid.replaceChildren(
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th', { scope: 'col' }, say('From')),
          ...columns.map((c) =>
            h(
              'th',
              { scope: 'col' },
              h('span', { title: c.group.label }, c.group.label),
              h('small', {}, this.#address(c.group, c.address)),
            ),
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
            h('th', { scope: 'row', title: group.label }, group.label),
            ...columns.map((c) => this.#cell(cells, group, c.group, c.address)),
          ),
        ),
      ),
    );
    const first = this.#at(row, column) ?? this.#at(0, 0);
    first?.setAttribute('tabindex', '0');
    if (had) first?.focus();
    else if (this.chosen) this.#choose(first ?? null);
  }

  /**
   * @param {Cells} cells
   * @param {Group} row
   * @param {Group} column
   * @param {number} address
   */
  #cell(cells, row, column, address) {
    const port = Number(this.port.value);
    /** @type {Pair[]} */
    const pairs = [];
    /** @type {Verdict[]} */
    const verdicts = [];
    for (const own of [false, true]) {
      const pair = cells.pair(row, column, own);
      if (!pair) continue;
      const found = cells.cell(pair.from, pair.to, address, port);
      // One that ends as the other is not told of again.
      if (pairs.length > 0 && (!found || verdicts.includes(found.verdict))) continue;
      pairs.push({ ...pair, address });
      if (found) verdicts.push(found.verdict);
    }
    const words = verdicts.map((verdict, at) => {
      const word = say(SIGNS[verdict][1]);
      return at > 0 ? say('to itself {0}', word) : word;
    });
    const to = this.#address(column, address);
    const td = h(
      'td',
      {
        role: 'gridcell',
        tabindex: '-1',
        class: verdicts[0] ?? 'open',
        'aria-label': `${row.label} → ${column.label} ${to}: ${words.join(', ') || '…'}`,
      },
      verdicts.map((verdict) => SIGNS[verdict][0]).join('/') || '…',
    );
    this.pairs.set(td, pairs);
    return td;
  }

  /**
   * A group's addresses, by the first.
   * @param {Group} group
   * @param {number} address
   */
  #address({ members }, address) {
    const [first] = members;
    const one = this.cells?.plan.places[first].addresses[address] ?? '';
    return members.length === 1 ? one : `${one} …`;
  }

  /** @param {number} row @param {number} column */
  #at(row, column) {
    return this.grid.tBodies[0]?.rows[row]?.cells[column + 1];
  }

  /** Marks a cell, and says why. @param {HTMLTableCellElement | null} cell */
  #choose(cell) {
    const pairs = (cell && this.pairs.get(cell)) ?? [];
    const heads = this.grid.tHead?.rows[0]?.cells ?? [];
    for (const old of this.grid.querySelectorAll('[aria-selected]')) old.removeAttribute('aria-selected');
    for (const head of heads) head.classList.toggle('here', head.cellIndex === cell?.cellIndex);
    if (cell) {
      this.grid.querySelector('[tabindex="0"]')?.setAttribute('tabindex', '-1');
      cell.setAttribute('tabindex', '0');
      cell.setAttribute('aria-selected', 'true');
    }
    this.chosen = cell;
    this.show.hidden = pairs.length === 0;
    this.why.replaceChildren(...pairs.flatMap((pair) => this.#reason(pair) ?? []));
  }

  /** @param {Pair} pair */
  #reason({ from, to, address }) {
    const { cells } = this;
    if (!cells) return null;
    const { places, ports } = cells.plan;
    const found = cells.cell(from, to, address, Number(this.port.value));
    const [source, target] = [places[from].label, places[to].addresses[address]];
    const who = found?.by === undefined ? '' : `, ${places[found.by].label}`;
    const word = found ? `${say(SIGNS[found.verdict][1])}${who}. ` : '…';
    const why = found?.why.replaceAll('FROM', source).replaceAll('TO', target) ?? '';
    const head = h('strong', {}, `${source} → ${target} ${ports[Number(this.port.value)]}: `);
    return h('p', {}, head, word + why);
  }

  /** Shows the walk of a cell. @param {Element} cell */
  #follow(cell) {
    const [pair] = this.pairs.get(cell) ?? [];
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
    next?.focus();
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
