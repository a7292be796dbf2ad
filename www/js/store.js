/**
 * What the page shows at this moment. The views read it and listen for changes; nothing else is shared.
 *
 * @typedef {import('../pkg/packetwalk.js').Lab} Lab
 * @typedef {import('../pkg/packetwalk.js').Walk} Walk
 * @typedef {import('../pkg/packetwalk.js').Step} Step
 * @typedef {import('../pkg/packetwalk.js').TableName} TableName
 * @typedef {import('./world.js').World} World
 *
 * @typedef {object} State
 * @property {Lab | null} lab the loaded lab
 * @property {World | null} world its namespaces and what they are to each other
 * @property {{ from: string, command: string } | null} own the walk that the lab was written for
 * @property {Walk | null} walk the walk on show
 * @property {Walk | null} typed the walk of the last line typed at a terminal, if it had one
 * @property {number} index step on show, counted in `walk.steps`
 * @property {boolean} playing whether the steps run by themselves
 * @property {number} speed times normal speed
 * @property {boolean} details whether steps marked as detail are shown
 * @property {number} ns namespace whose tables are shown
 * @property {TableName} tab table on show
 * @property {readonly string[] | null} tabs the tables that can be shown; all of them if null
 * @property {number} moment counts what was typed at terminals and taken back: the lab is another each time
 * @property {boolean} follow whether namespace and table follow the packet
 */

/** @typedef {keyof State} Key */

export class Store {
  /** @type {State} */
  state = {
    lab: null,
    world: null,
    own: null,
    walk: null,
    typed: null,
    index: 0,
    playing: false,
    speed: 1,
    details: false,
    ns: 0,
    tab: 'routes',
    tabs: null,
    moment: 0,
    follow: true,
  };

  /** @type {{ keys: Key[], run: (changed: Set<Key>) => void }[]} */
  #listeners = [];

  /**
   * Calls `run` now and whenever one of the keys changes.
   * @param {Key[]} keys
   * @param {(changed: Set<Key>) => void} run
   */
  watch(keys, run) {
    this.#listeners.push({ keys, run });
    run(new Set(keys));
  }

  /**
   * Changes some of the state and tells those who watch it.
   * @param {Partial<State>} patch
   */
  set(patch) {
    /** @type {Set<Key>} */
    const changed = new Set();
    for (const key of /** @type {Key[]} */ (Object.keys(patch))) {
      if (this.state[key] !== patch[key]) changed.add(key);
    }
    Object.assign(this.state, patch);
    if (changed.size === 0) return;
    for (const { keys, run } of this.#listeners) {
      if (keys.some((key) => changed.has(key))) run(changed);
    }
  }

  /** The step on show. */
  get step() {
    return this.state.walk?.steps[this.state.index] ?? null;
  }

  /** Indices of the steps that the trace lists. */
  get shown() {
    const { walk, details } = this.state;
    if (!walk) return [];
    const last = walk.steps.length - 1;
    return walk.steps
      .filter((step) => details || !step.detail || step.index === last)
      .map((step) => step.index);
  }

  /**
   * Shows a step; the tables follow it if they should.
   * @param {number} index
   */
  seek(index) {
    const { walk, follow, tabs } = this.state;
    const step = walk?.steps[index];
    if (!step) return;
    /** @type {Partial<State>} */
    const patch = { index };
    if (follow) {
      patch.ns = step.ns;
      const table = step.decided?.table;
      if (table && (tabs?.includes(table) ?? true)) patch.tab = table;
    }
    this.set(patch);
  }

  /**
   * Moves among the steps that the trace lists.
   * @param {number} by
   * @returns {boolean} whether there was such a step
   */
  move(by) {
    const shown = this.shown;
    const { index } = this.state;
    const here = shown.findLastIndex((at) => at <= index);
    const next = shown[by < 0 && shown[here] !== index ? here : here + by];
    if (next === undefined) return false;
    this.seek(next);
    return true;
  }

  /** Plays, or stops; from the first step again when the last one is on show. */
  toggle() {
    const { playing, index, walk } = this.state;
    if (!walk) return;
    if (!playing && index === walk.steps.length - 1) this.seek(this.shown[0] ?? 0);
    this.set({ playing: !playing });
  }
}
