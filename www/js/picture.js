/**
 * The picture: the lab's machines and cables, and the packet on its way through them.
 *
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('./layout.js').Scene} Scene
 * @typedef {import('./layout.js').Point} Point
 */

import { reducedMotion, s } from './dom.js';
import { drawScene } from './draw.js';
import { words as english } from './element/words.js';
import { layout } from './layout.js';
import { lengthOf, pointAlong, restOf, wayBetween } from './places.js';
import { graver, MARKS } from './visit.js';

const GLYPH = { request: '→', reply: '←', error: '!', arp: '?' };
/** Time to go from one place to the next at normal speed, in milliseconds. */
const RIDE = 420;

export class Picture {
  /** @type {Scene | null} */
  #scene = null;
  #open = new Set();
  #shown = { walk: /** @type {unknown} */ (null), index: -1 };
  #frame = 0;

  /**
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {import('./element/words.js').Words} [words]
   */
  constructor(root, store, words = english('en')) {
    this.words = words;
    this.root = root;
    this.store = store;
    this.svg = s('svg', { role: 'group', 'aria-label': words.lab });
    this.trails = s('g', { class: 'trails' });
    this.glyph = s('text', { class: 'glyph', 'text-anchor': 'middle', dy: '0.36em' });
    this.packet = s(
      'g',
      { class: 'packet' },
      s('circle', { r: 13, class: 'halo' }),
      s('circle', { r: 9 }),
      this.glyph,
    );
    root.replaceChildren(this.svg);
    this.tall = root.clientWidth < 640;
    this.size = new ResizeObserver(() => {
      const tall = root.clientWidth < 640;
      if (tall !== this.tall) {
        this.tall = tall;
        this.#layout();
      }
    });
    this.size.observe(root);
    store.watch(['world'], () => {
      const { world } = store.state;
      this.#open = new Set(world?.center.children.length ? [world.center.ns.id] : []);
      this.#layout();
    });
    store.watch(['walk', 'index'], () => this.#update());
    store.watch(['ns'], () => this.#mark());
  }

  /** Ends what goes on without being called. */
  dispose() {
    this.size.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  #layout() {
    const { world } = this.store.state;
    if (!world) return;
    const scene = layout(world, { open: this.#open, tall: this.tall });
    this.#scene = scene;
    this.svg.setAttribute('viewBox', `0 0 ${scene.width} ${scene.height}`);
    this.svg.style.maxWidth = `${scene.width * 1.25}px`;
    const drawn = drawScene(scene, this.#open, {
      select: (ns) => this.store.set({ ns, follow: false }),
      toggle: (ns) => {
        if (!this.#open.delete(ns)) this.#open.add(ns);
        this.#layout();
        this.svg.querySelector(`[data-toggle="${ns}"]`)?.dispatchEvent(new Event('focusback'));
      },
      hook: (ns, name) => this.#jump(ns, name),
      words: this.words,
    });
    this.svg.replaceChildren(drawn.under, this.trails, drawn.over, this.packet);
    this.#shown.index = -1;
    this.#update();
    this.#mark();
  }

  /**
   * The next step at this part of the path, round to the first.
   * @param {number} ns
   * @param {string} name
   */
  #jump(ns, name) {
    const { walk, index } = this.store.state;
    const here = (walk?.steps ?? []).filter(
      ({ ns: at, place }) => at === ns && (place.kind === 'hook' ? place.name : place.kind) === name,
    );
    const shown = new Set(this.store.shown);
    const listed = here.filter((step) => shown.has(step.index));
    const there = listed.length > 0 ? listed : here;
    const next = there.find((step) => step.index > index) ?? there[0];
    if (next) this.store.seek(next.index);
  }

  #mark() {
    for (const box of this.svg.querySelectorAll('[data-ns]')) {
      box.classList.toggle('selected', Number(box.getAttribute('data-ns')) === this.store.state.ns);
    }
  }

  #update() {
    const scene = this.#scene;
    const { walk, index, speed } = this.store.state;
    const step = this.store.step;
    cancelAnimationFrame(this.#frame);
    this.packet.classList.toggle('away', !step);
    for (const lit of this.svg.querySelectorAll('.lit')) lit.classList.remove('lit');
    if (!scene || !walk || !step) {
      this.trails.replaceChildren();
      this.#passed();
      return;
    }
    this.#light(step);
    this.#passed();
    this.glyph.textContent = step.tone === 'drop' ? '×' : step.tone === 'deliver' ? '✓' : GLYPH[step.leg];
    this.packet.setAttribute('class', `packet ${step.leg} ${step.tone}`);
    const before = this.#shown;
    const near = before.walk === walk && before.index >= 0 && Math.abs(index - before.index) <= 8;
    this.#shown = { walk, index };
    /** @type {Point[]} */
    const way = [];
    if (near && before.index !== index) {
      const by = Math.sign(index - before.index);
      for (let at = before.index; at !== index; at += by) {
        way.push(...wayBetween(scene, walk.steps[at], walk.steps[at + by]));
      }
    }
    const end = restOf(scene, step);
    if (!end) return;
    if (way.length > 0) way.push(end);
    this.#trail(scene);
    if (way.length < 2 || reducedMotion()) return this.#moveTo(end);
    const ride = (RIDE * Math.min(1.8, 0.5 + lengthOf(way) / 260)) / speed;
    const start = performance.now();
    const run = (/** @type {number} */ now) => {
      const share = Math.min(1, Math.max(0, (now - start) / ride));
      this.#moveTo(pointAlong(way, share < 0.5 ? 2 * share * share : 1 - (2 - 2 * share) ** 2 / 2));
      if (share < 1) this.#frame = requestAnimationFrame(run);
      else this.#moveTo(end);
    };
    run(start);
  }

  /** @param {Point} point */
  #moveTo({ x, y }) {
    this.packet.setAttribute('transform', `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
  }

  /** @param {import('./store.js').Step} step */
  #light({ ns, place, tone }) {
    const name =
      place.kind === 'hook' || place.kind === 'device' || place.kind === 'bridge' ? place.name : place.kind;
    for (const part of this.svg.querySelectorAll(`[data-part="${CSS.escape(`${ns}/${name}`)}"]`)) {
      part.classList.add('lit');
      part.setAttribute('data-tone', tone);
    }
  }

  /** Marks the parts of the kernel's path that the packet has passed, each with what became of it there. */
  #passed() {
    const { walk, index } = this.store.state;
    const packet = this.store.step?.packet;
    /** @type {Map<string, import('./store.js').Step['tone']>} */
    const tones = new Map();
    for (const step of walk?.steps.slice(0, index + 1) ?? []) {
      const { ns, place, tone } = step;
      if (step.packet !== packet || place.kind === 'device' || place.kind === 'bridge') continue;
      const key = `${ns}/${place.kind === 'hook' ? place.name : place.kind}`;
      tones.set(key, graver(tones.get(key) ?? 'plain', tone));
    }
    for (const part of this.svg.querySelectorAll('.hook')) {
      const tone = tones.get(part.getAttribute('data-part') ?? '');
      const mark = part.querySelector('.passing');
      part.classList.toggle('passed', tone !== undefined);
      if (!mark) continue;
      mark.textContent = tone ? MARKS[tone] : '';
      mark.setAttribute('data-tone', tone ?? '');
    }
  }

  /**
   * The way so far: one line for each direction.
   * @param {Scene} scene
   */
  #trail(scene) {
    const { walk, index } = this.store.state;
    /** @type {Record<string, string>} */
    const lines = {};
    for (let at = 0; walk && at < index; at++) {
      const [a, b] = [walk.steps[at], walk.steps[at + 1]];
      if (a.leg !== b.leg) continue;
      const points = wayBetween(scene, a, b);
      if (points.length < 2) continue;
      const line = points.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L');
      lines[b.leg] = `${lines[b.leg] ?? ''}M${line}`;
    }
    const drawn = Object.entries(lines).map(([leg, d]) => s('path', { class: `trail ${leg}`, d }));
    this.trails.replaceChildren(...drawn);
  }
}
