/**
 * What is inside an element: a lab, the walk on show, and the views of it.
 *
 * @typedef {import('../../pkg/packetwalk.js').Lab} Lab
 * @typedef {import('./engine.js').Engine} Engine
 * @typedef {import('./lab-text.js').Order} Order
 * @typedef {{ message: string, line?: number, column?: number }} Trouble
 */

import { Controls } from '../controls.js';
import { h } from '../dom.js';
import { Now } from '../now.js';
import { Opened } from '../opened.js';
import { Store } from '../store.js';
import { TableView } from '../tables.js';
import { Trace } from '../trace.js';
import { world } from '../world.js';
import { skeleton } from './skeleton.js';
import { Terminal } from './terminal.js';

/** What `show` may name, and the table's name for a tab. */
const TABS = {
  route: 'routes',
  rules: 'rules',
  conntrack: 'conntrack',
  neighbours: 'neighbours',
  bridge: 'fdb',
  sockets: 'sockets',
};

export class Player {
  store = new Store();
  /** @type {Lab | null} */
  #lab = null;
  /** What is wrong with the lab's script. */
  #fault = '';
  /** The lab before any walk: a snapshot, or null as its script left it, for which nothing need be kept. */
  #home = /** @type {number | null} */ (null);

  /**
   * @param {ShadowRoot} root
   * @param {{ words: import('./words.js').Words, lang: string, show: string[], controls: boolean,
   *   Picture?: typeof import('../picture.js').Picture, tell: (event: string, detail: object) => void }} options
   */
  constructor(root, { words, lang, show: named, controls, Picture, tell }) {
    this.words = words;
    this.lang = lang;
    this.tell = tell;
    const parts = skeleton(words);
    this.parts = parts;
    const tabs = named.flatMap((name) => TABS[/** @type {keyof typeof TABS} */ (name)] ?? []);
    const { sections } = parts;
    const stage = h(
      'div',
      { class: 'stage' },
      Picture && sections.topology,
      controls && sections.controls,
      sections.now,
    );
    const box = h(
      'div',
      { class: 'box' },
      parts.complaint,
      stage,
      named.includes('trace') && sections.trace,
      tabs.length > 0 && sections.tables,
      named.includes('terminal') && sections.terminal,
    );
    root.append(box);
    this.box = box;
    const { store } = this;
    if (Picture) this.picture = new Picture(parts.picture, store, words);
    if (named.includes('trace')) new Trace(parts.trace, store, words);
    new Now(parts, store, words);
    new Opened(parts.opened, store, words);
    if (tabs.length > 0) {
      store.set({ tab: /** @type {import('../store.js').TableName} */ (tabs[0]), tabs });
      new TableView(
        { tabs: parts.tabs, panel: parts.table, ns: parts.ns, follow: parts.follow },
        store,
        words,
      );
    }
    new Controls({ ...parts, keys: root.host }, store, words);
    this.terminal = new Terminal(parts, (ns, command) => this.run(ns, command)?.chunks ?? []);
    store.watch(['world'], () => store.state.world && this.terminal.names(store.state.world));
    store.watch(['walk', 'index'], () => this.#told());
  }

  #told() {
    const { walk, index } = this.store.state;
    const { step, shown } = this.store;
    if (!walk || !step) return;
    this.tell('step', {
      index,
      number: shown.findLastIndex((at) => at <= index) + 1,
      count: shown.length,
      step,
    });
    if (index === walk.steps.length - 1) this.tell('verdict', walk.outcome);
  }

  /**
   * Runs a lab, and takes its walk.
   * @param {Engine} engine
   * @param {Order} order
   */
  load(engine, { script, setup, walk }) {
    /** @type {Trouble | null} */
    let trouble = null;
    let lab;
    try {
      lab = new engine.Lab(script);
    } catch (error) {
      trouble = /** @type {Trouble} */ (error);
      lab = engine.Lab.asFar(script);
    }
    this.#free();
    lab.speak(this.lang);
    this.#lab = lab;
    const stopped = trouble !== null;
    trouble ??= lab.troubles()[0] ?? null;
    // What the script complains of comes first: what fails after it may fail of it.
    if (trouble) this.#fault = this.complain(trouble, stopped);
    try {
      for (const { ns, command } of setup) lab.run(ns, command);
    } catch (error) {
      this.complain(/** @type {Error} */ (error));
    }
    this.#home = setup.length > 0 ? lab.snapshot() : null;
    const found = world(lab.topology());
    this.store.set({
      lab,
      world: found,
      walk: null,
      index: 0,
      playing: false,
      ns: found.center.ns.id,
      follow: true,
    });
    if (walk) this.walk(walk.ns, walk.command);
    else this.parts.sentence.textContent = '';
  }

  /**
   * @param {Trouble} trouble
   * @param {boolean} [stopped] whether the lab did not run to its end
   */
  complain({ message, line, column }, stopped = false) {
    const place = line ? `${this.words.line} ${line}: ` : '';
    const text = `${stopped ? `${this.words.stopped} ` : ''}${place}${message}`;
    this.parts.complaint.hidden = false;
    this.parts.complaint.textContent = [this.#fault, text].filter(Boolean).join('\n');
    this.tell('error', { message, line, column });
    return text;
  }

  /** @param {Lab} lab */
  #back(lab) {
    if (this.#home === null) lab.reset();
    else lab.restore(this.#home);
  }

  /**
   * Walks from where the lab was before any walk.
   * @param {string} ns
   * @param {string} command
   */
  walk(ns, command) {
    const lab = this.#lab;
    if (!lab) return null;
    this.store.set({ playing: false });
    try {
      this.#back(lab);
      const walk = lab.walk(ns, command);
      this.store.set({ walk, index: 0, follow: true });
      this.store.seek(0);
      return walk;
    } catch (error) {
      this.complain(/** @type {Error} */ (error));
      return null;
    }
  }

  /**
   * Runs a command. The next walk goes on from what it did.
   * @param {string} ns
   * @param {string} command
   */
  run(ns, command) {
    const lab = this.#lab;
    if (!lab) return null;
    try {
      this.#back(lab);
      const output = lab.run(ns, command);
      if (this.#home !== null) lab.forget(this.#home);
      this.#home = lab.snapshot();
      const { ns: shown, world: old } = this.store.state;
      const found = world(lab.topology());
      const changed =
        JSON.stringify(found.nodes.map(({ ns }) => ns)) !== JSON.stringify(old?.nodes.map(({ ns }) => ns));
      this.store.set({
        walk: null,
        index: 0,
        playing: false,
        ...(changed ? { world: found } : {}),
        ns: shown,
      });
      this.tell('command', { ns, command, output });
      return output;
    } catch (error) {
      this.complain(/** @type {Error} */ (error));
      return null;
    }
  }

  #free() {
    this.#lab?.free();
    this.#lab = null;
  }

  /** Gives back what the simulator holds. */
  dispose() {
    this.store.set({ playing: false, walk: null, lab: null, world: null });
    this.picture?.dispose();
    this.box.remove();
    this.#free();
  }
}
