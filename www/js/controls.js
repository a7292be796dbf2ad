/**
 * Play, pause, step, scrub; and the keys that do the same.
 *
 * @typedef {import('./store.js').Store} Store
 */

import { words as english } from './element/words.js';

/** How long a step stays on show at normal speed, in milliseconds. */
const DWELL = 1300;

export class Controls {
  #timer = 0;

  /**
   * @param {Record<'first' | 'back' | 'play' | 'next' | 'last', HTMLButtonElement>
   *   & { scrub: HTMLInputElement, count: HTMLElement, speed: HTMLSelectElement, details: HTMLInputElement,
   *     keys?: EventTarget }} parts `keys`: who hears the keys, the whole page unless given
   * @param {Store} store
   * @param {import('./element/words.js').Words} [words]
   */
  constructor(parts, store, words = english('en')) {
    this.words = words;
    this.parts = parts;
    this.store = store;
    parts.first.addEventListener('click', () => this.#go(-Infinity));
    parts.back.addEventListener('click', () => this.#go(-1));
    parts.play.addEventListener('click', () => store.toggle());
    parts.next.addEventListener('click', () => this.#go(1));
    parts.last.addEventListener('click', () => this.#go(Infinity));
    parts.scrub.addEventListener('input', () => {
      store.set({ playing: false });
      store.seek(store.shown[Number(parts.scrub.value)] ?? 0);
    });
    parts.speed.addEventListener('change', () => store.set({ speed: Number(parts.speed.value) }));
    parts.details.addEventListener('change', () => store.set({ details: parts.details.checked }));
    (parts.keys ?? document).addEventListener('keydown', (event) =>
      this.#key(/** @type {KeyboardEvent} */ (event)),
    );
    store.watch(['walk', 'index', 'details', 'playing'], () => this.#show());
    store.watch(['playing', 'index', 'speed', 'walk'], () => this.#tick());
  }

  /** @param {number} by */
  #go(by) {
    this.store.set({ playing: false });
    if (Number.isFinite(by)) this.store.move(by);
    else this.store.seek(this.store.shown.at(by < 0 ? 0 : -1) ?? 0);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // Inside an element of another page the event's own target is hidden.
    const target = event.composedPath()[0];
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (target instanceof Element && target.closest('input, select, textarea, dialog')) return;
    const onButton = target instanceof Element && target.closest('button, a, summary, [role=button]');
    if (event.key === ' ' && !onButton) this.store.toggle();
    else if (event.key === 'ArrowRight') this.#go(1);
    else if (event.key === 'ArrowLeft') this.#go(-1);
    else if (event.key === 'Home') this.#go(-Infinity);
    else if (event.key === 'End') this.#go(Infinity);
    else return;
    event.preventDefault();
  }

  #show() {
    const { walk, index, playing, details } = this.store.state;
    this.parts.details.checked = details;
    const { first, back, play, next, last, scrub, count } = this.parts;
    const shown = this.store.shown;
    const here = Math.max(
      0,
      shown.findLastIndex((at) => at <= index),
    );
    const end = here === shown.length - 1;
    for (const button of [first, back]) button.disabled = !walk || here === 0;
    for (const button of [next, last]) button.disabled = !walk || end;
    play.disabled = !walk;
    play.dataset.playing = String(playing);
    const does = playing ? this.words.pause : this.words.play;
    play.setAttribute('aria-label', does);
    play.title = `${does} (${this.words.space})`;
    scrub.max = String(Math.max(0, shown.length - 1));
    scrub.value = String(here);
    scrub.disabled = !walk;
    scrub.setAttribute('aria-valuetext', `${this.words.step} ${this.words.of(here + 1, shown.length)}`);
    scrub.style.setProperty('--done', `${shown.length > 1 ? (100 * here) / (shown.length - 1) : 0}%`);
    count.textContent = walk ? this.words.of(here + 1, shown.length) : '';
  }

  #tick() {
    clearTimeout(this.#timer);
    const { playing, speed } = this.store.state;
    if (!playing) return;
    this.#timer = setTimeout(() => {
      if (!this.store.move(1)) this.store.set({ playing: false });
    }, DWELL / speed);
  }
}
