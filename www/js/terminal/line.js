/** The line that is being typed: its keys are bash's. */

import { History } from '../history.js';

/** What a key asks for beside a change of the line. @typedef {'enter' | 'cancel' | 'end' | 'tab' | 'clear'} Wish */

/** Keys that ask for something. @type {Record<string, Wish>} */
const WISHES = {
  '\r': 'enter',
  '\n': 'enter',
  '\x03': 'cancel',
  '\x04': 'end',
  '\t': 'tab',
  '\x0c': 'clear',
};

/** Keys as a terminal sends them, and what they do. @type {Record<string, keyof typeof ACTIONS>} */
const KEYS = {
  '\x01': 'home',
  '\x1b[H': 'home',
  '\x1bOH': 'home',
  '\x1b[1~': 'home',
  '\x05': 'last',
  '\x1b[F': 'last',
  '\x1bOF': 'last',
  '\x1b[4~': 'last',
  '\x02': 'left',
  '\x1b[D': 'left',
  '\x1bOD': 'left',
  '\x06': 'right',
  '\x1b[C': 'right',
  '\x1bOC': 'right',
  '\x10': 'up',
  '\x1b[A': 'up',
  '\x1bOA': 'up',
  '\x0e': 'down',
  '\x1b[B': 'down',
  '\x1bOB': 'down',
  '\x1bb': 'wordLeft',
  '\x1b[1;5D': 'wordLeft',
  '\x1b[1;3D': 'wordLeft',
  '\x1bf': 'wordRight',
  '\x1b[1;5C': 'wordRight',
  '\x1b[1;3C': 'wordRight',
  '\x7f': 'rub',
  '\x08': 'rub',
  '\x1b[3~': 'delete',
  '\x15': 'killLeft',
  '\x0b': 'killRight',
  '\x17': 'killWord',
  '\x19': 'yank',
};

/** @type {Record<string, (line: Line) => void>} */
const ACTIONS = {
  home: (line) => line.go(0),
  last: (line) => line.go(Infinity),
  left: (line) => line.go(line.at - 1),
  right: (line) => line.go(line.at + 1),
  up: (line) => line.recall(-1),
  down: (line) => line.recall(1),
  wordLeft: (line) => line.go(line.wordBefore()),
  wordRight: (line) => line.go(line.at + (/^\W*\w+/u.exec(line.after)?.[0].length ?? line.after.length)),
  rub: (line) => line.cut(line.at - 1, line.at),
  delete: (line) => line.cut(line.at, line.at + 1),
  killLeft: (line) => line.kill(0, line.at),
  killRight: (line) => line.kill(line.at, Infinity),
  killWord: (line) => line.kill(line.before.replace(/\S+\s*$/u, '').length, line.at),
  yank: (line) => line.insert(line.killed),
};

export class Line {
  text = '';
  /** The cursor's place in the text. */
  at = 0;
  /** What was taken away last, for Ctrl-Y. */
  killed = '';
  history = new History();

  get before() {
    return this.text.slice(0, this.at);
  }

  get after() {
    return this.text.slice(this.at);
  }

  /**
   * Takes what the terminal sent: one key, or text that was pasted.
   * @param {string} data
   * @param {(wish: Wish) => void} wish
   */
  take(data, wish) {
    if (KEYS[data]) return ACTIONS[KEYS[data]](this);
    // Keys that mean nothing here.
    if (data.startsWith('\x1b') && !data.startsWith('\x1b[200~')) return;
    const text = data.replaceAll('\x1b[200~', '').replaceAll('\x1b[201~', '').replaceAll('\r\n', '\r');
    for (const key of text) {
      if (WISHES[key]) wish(WISHES[key]);
      else if (KEYS[key]) ACTIONS[KEYS[key]](this);
      else if (key >= ' ') this.insert(key);
    }
  }

  /** @param {string} text */
  set(text) {
    this.text = text;
    this.at = text.length;
  }

  /** Takes the whole text away and hands it back. */
  empty() {
    const { text } = this;
    this.set('');
    return text;
  }

  /** @param {string} text */
  insert(text) {
    this.text = this.before + text + this.after;
    this.at += text.length;
  }

  /**
   * Moves the cursor, never into the middle of a character.
   * @param {number} at
   */
  go(at) {
    const to = Math.max(0, Math.min(at, this.text.length));
    const low = this.text.charCodeAt(to);
    this.at = low >= 0xdc00 && low < 0xe000 ? to + Math.sign(at - this.at) : to;
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  cut(from, to) {
    const cursor = this.at;
    this.go(from);
    const start = this.at;
    this.at = cursor;
    this.go(to);
    const cut = this.text.slice(start, this.at);
    this.text = this.text.slice(0, start) + this.after;
    this.at = start;
    return cut;
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  kill(from, to) {
    this.killed = this.cut(from, to) || this.killed;
  }

  /** @param {number} by */
  recall(by) {
    const line = this.history.move(by, this.text);
    if (line !== null) this.set(line);
  }

  /** Where the word before the cursor begins. */
  wordBefore() {
    return this.before.replace(/\w+\W*$/u, '').length;
  }
}
