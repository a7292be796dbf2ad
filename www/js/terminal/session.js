/**
 * The terminal of one node: its screen, the line that is typed there, and what runs.
 *
 * @typedef {import('./screen.js').Terminal} Terminal
 * @typedef {import('./screen.js').Fit} Fit
 * @typedef {import('../world.js').Node} Node
 */

import { Line } from './line.js';

/** Columns that a text takes: two for the wide characters of East Asia. @param {string} text */
const columns = (text) =>
  [...text].reduce(
    (sum, char) =>
      sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/u.test(char) ? 2 : 1),
    0,
  );

export class Session {
  line = new Line();
  directory = '~';
  /** What a shell that was started here writes before a line. @type {string | null} */
  inner = null;
  /** A command runs: what is typed is for it. */
  running = false;
  /** The beginning of a command that goes on in the next line. */
  begun = '';
  /** Where to go when the shell here is left. @type {number | null} */
  opener = null;
  /** The last line of the output, if it has no end yet. */
  #tail = '';
  /** The cursor's row below the first of what is being typed. */
  #row = 0;

  /**
   * @param {Node} node
   * @param {Terminal} screen
   * @param {Fit} fit
   * @param {HTMLElement} host
   */
  constructor(node, screen, fit, host) {
    this.ns = node.ns.id;
    this.name = node.ns.name;
    this.label = node.label;
    this.screen = screen;
    this.fit = fit;
    this.host = host;
  }

  get prompt() {
    if (this.running) return '';
    return this.begun ? '> ' : (this.inner ?? `root@${this.label}:${this.directory}# `);
  }

  /** Shows what is typed, with its prompt. */
  draw() {
    const { cols } = this.screen;
    const start = columns(this.#tail + this.prompt);
    const whole = start + columns(this.line.text);
    const cursor = start + columns(this.line.before);
    // A line that fills its row has its end in the next one.
    let out = this.prompt + this.line.text + (whole % cols === 0 && whole > 0 ? ' \r' : '');
    this.#row = Math.floor(cursor / cols);
    const up = Math.floor(whole / cols) - this.#row;
    if (up > 0) out += `\x1b[${up}A`;
    out += `\r${cursor % cols > 0 ? `\x1b[${cursor % cols}C` : ''}`;
    this.screen.write(out);
  }

  /** Takes what is typed off the screen. */
  erase() {
    this.screen.write(`${this.#row > 0 ? `\x1b[${this.#row}A` : ''}\r\x1b[J${this.#tail}`);
    this.#row = 0;
  }

  /**
   * Prints what a program said, above what is being typed.
   * @param {string} text
   */
  print(text) {
    this.erase();
    this.write(text);
    this.draw();
  }

  /**
   * Prints where the cursor stands.
   * @param {string} text
   */
  write(text) {
    this.screen.write(text);
    this.#tail = (this.#tail + text).split(/\r?\n/).at(-1) ?? '';
  }

  /** Ends the line that is being typed; it stays on the screen. */
  enter() {
    this.line.go(Infinity);
    this.erase();
    this.write(`${this.prompt}${this.line.text}\r\n`);
    return this.line.empty();
  }

  /** The top of an empty screen. */
  clear() {
    this.screen.write('\x1b[H\x1b[2J\x1b[3J');
    this.#row = 0;
    this.screen.write(this.#tail);
    this.draw();
  }
}
