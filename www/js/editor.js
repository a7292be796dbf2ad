/**
 * The lab's script, to read, change and run again. What goes wrong is shown at its lines, with the tools' own
 * words: after a run, and while one types.
 *
 * @typedef {{ message: string, line?: number, column?: number }} Trouble
 */

import { h } from './dom.js';
import { say } from './say.js';

/** Height of a line, in pixels. */
const LINE = 20;
/** How long nobody types before the script is tried, in milliseconds. */
const PAUSE = 600;

/** @param {Trouble} trouble */
const told = ({ line, message }) => (line ? say('Line {0}: {1}', line, message) : message);

export class Editor {
  /** @type {Trouble[]} */
  #troubles = [];
  #timer = 0;
  #frame = 0;

  /**
   * @param {{ dialog: HTMLDialogElement, open: HTMLButtonElement, form: HTMLFormElement, text: HTMLTextAreaElement,
   *   lines: HTMLElement, printed: HTMLElement, reset: HTMLButtonElement }} parts
   * @param {(script: string) => { trouble: Trouble | null, troubles: Trouble[], printed: string }} run loads a script
   * @param {(script: string) => Trouble[]} check tries a script and throws it away
   */
  constructor(parts, run, check) {
    this.parts = parts;
    this.run = run;
    this.check = check;
    this.original = '';
    this.marks = h('div', { class: 'marks', 'aria-hidden': 'true' });
    this.list = h('ol', { 'aria-label': say('What goes wrong') });
    const said = h('div', { id: 'script-troubles', role: 'status' }, this.list);
    parts.text.before(this.marks);
    parts.text.parentElement?.after(said);
    parts.text.setAttribute('aria-describedby', said.id);
    parts.open.addEventListener('click', () => {
      parts.dialog.showModal();
      this.#number();
    });
    parts.dialog.addEventListener('close', () => clearTimeout(this.#timer));
    parts.form.addEventListener('submit', (event) => {
      if (event.submitter?.getAttribute('value') === 'close') return;
      event.preventDefault();
      if (this.#try()) parts.dialog.close();
    });
    parts.reset.addEventListener('click', () => this.open(this.original));
    parts.text.addEventListener('input', () => {
      // Many changes in one go are numbered once.
      this.#frame ||= requestAnimationFrame(() => this.#number());
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#look(), PAUSE);
    });
    parts.text.addEventListener('scroll', () => this.#scroll());
    parts.text.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) parts.form.requestSubmit();
    });
  }

  /**
   * Another lab, or the same from its beginning.
   * @param {string} script
   */
  open(script) {
    this.original = script;
    this.parts.text.value = script;
    this.show([], this.parts.printed.textContent ?? '');
  }

  /** The script as it is now. */
  get script() {
    return this.parts.text.value;
  }

  #try() {
    clearTimeout(this.#timer);
    const { trouble, troubles, printed } = this.run(this.parts.text.value);
    this.show(
      trouble ? [trouble, ...troubles.filter((other) => told(other) !== told(trouble))] : [],
      printed,
    );
    return !trouble;
  }

  /** What goes wrong in what is typed so far. */
  #look() {
    this.#mark(this.check(this.parts.text.value));
  }

  /**
   * Shows how a run went.
   * @param {Trouble[]} troubles the first one is the one to look at
   * @param {string} printed
   */
  show(troubles, printed) {
    const [first] = troubles;
    this.parts.printed.textContent = printed;
    this.#mark(troubles);
    if (first?.line) this.#go(first.line);
  }

  /** @param {Trouble[]} troubles */
  #mark(troubles) {
    this.#troubles = troubles;
    this.parts.text.setAttribute('aria-invalid', String(troubles.length > 0));
    this.list.replaceChildren(
      ...troubles.map((trouble) =>
        h('li', {}, h('button', { type: 'button', click: () => this.#go(trouble.line ?? 1) }, told(trouble))),
      ),
    );
    this.#number();
  }

  /**
   * Selects a line.
   * @param {number} line
   */
  #go(line) {
    const { text } = this.parts;
    const lines = text.value.split('\n');
    const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    text.scrollTop = Math.max(0, (line - 5) * LINE);
  }

  #number() {
    this.#frame = 0;
    const { text, lines } = this.parts;
    const written = text.value.split('\n');
    /** @type {Map<number | undefined, string>} */
    const bad = new Map();
    for (const { line, message } of this.#troubles) if (!bad.has(line)) bad.set(line, message);
    lines.replaceChildren(
      ...written.map((_, at) =>
        h('span', { class: bad.has(at + 1) && 'bad', title: bad.get(at + 1) }, String(at + 1)),
      ),
    );
    this.marks.replaceChildren(
      ...[...bad].flatMap(([line, message]) => {
        if (!line) return [];
        const mark = h('span', {}, message);
        mark.style.top = `${8 + (line - 1) * LINE}px`;
        mark.style.paddingLeft = `calc(${(written[line - 1]?.length ?? 0) + 3}ch + 8px)`;
        return [mark];
      }),
    );
    this.#scroll();
  }

  #scroll() {
    const { text, lines } = this.parts;
    lines.scrollTop = text.scrollTop;
    this.marks.style.transform = `translate(${-text.scrollLeft}px, ${-text.scrollTop}px)`;
  }
}
