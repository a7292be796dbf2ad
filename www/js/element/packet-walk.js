/** The element. What it shows of a lab, and the simulator, are loaded when it comes near to view. */

import sheetText from '../../pkg/element-style.js';
import { reducedMotion } from '../dom.js';
import { engine } from './engine.js';
import { NoLab, order, place, shown } from './lab-text.js';
import { words } from './words.js';

/** How far from view an element begins to load. */
const NEAR = '600px';

/** @type {CSSStyleSheet | null} */
let sheet = null;

function style() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(sheetText);
  }
  return sheet;
}

/**
 * `<packet-walk>`: a packet's way through a lab, in any page.
 *
 * The element's text is the lab, a script of Linux commands, so that a reader without JavaScript still sees it;
 * `src` names a file instead, and `lab` another element of the page (a selector).
 *
 * @tag packet-walk
 * @slot - the lab; shown until the walk is
 * @attr {string} src - address of the lab's script
 * @attr {string} lab - selector of the element whose text is the lab
 * @attr {string} setup - commands before the walk, a line each: `host$ sysctl -w net.ipv4.ip_forward=0`
 * @attr {string} walk - where from, and the command: `c1 ping 203.0.113.10`
 * @attr {string} at - the step to begin at, from 1, or `end`
 * @attr {string} show - of topology, trace, route, rules, conntrack, neighbours, bridge, sockets, terminal; `topology trace`
 * @attr {boolean} autoplay - plays when it comes into view
 * @attr {number} speed - times normal speed, 0.25 to 8
 * @attr {'auto' | 'light' | 'dark'} theme - its colours; as the system has it unless given
 * @attr {'none' | ''} controls - `none` hides them
 * @attr {'width' | 'height'} fit - `height`: the picture keeps within the element's own height
 * @attr {string} poster - address of a picture until the lab is there
 * @attr {string} lang - language of the controls and of what is said of a walk: en, zh; the page’s unless given
 * @fires {CustomEvent<{ namespaces: string[] }>} ready - the lab is there
 * @fires {CustomEvent<{ index: number, number: number, count: number, step: Step }>} step - another step is on show, `number` of `count`
 * @fires {CustomEvent<Outcome>} verdict - the last step is on show
 * @fires {CustomEvent<{ ns: string, command: string, output: Output }>} command - a command ran
 * @fires {CustomEvent<{ message: string, line?: number, column?: number }>} error - the simulator, the lab or a walk failed
 * @cssprop --font - face of the text
 * @cssprop --mono - face of commands, rules and addresses
 * @cssprop --radius - roundness of boxes
 * @cssprop --ground - behind the picture's boxes
 * @cssprop --sheet - background
 * @cssprop --sunk - background of what lies lower: terminals, rows
 * @cssprop --ink - text
 * @cssprop --soft - quieter text
 * @cssprop --line - thin lines
 * @cssprop --firm - lines that are to be seen: cables, borders under the pointer
 * @cssprop --request - the request's way; buttons and links
 * @cssprop --request-wash - the same, as a background
 * @cssprop --reply - the reply's way
 * @cssprop --reply-wash - the same, as a background
 * @cssprop --arp - neighbour discovery's way
 * @cssprop --rewrite - what NAT rewrote
 * @cssprop --rewrite-wash - the same, as a background
 * @cssprop --accept - what was accepted, and a good end
 * @cssprop --accept-wash - the same, as a background
 * @cssprop --drop - what was dropped, and errors
 * @cssprop --drop-wash - the same, as a background
 * @cssprop --on-strong - text on buttons of a strong colour
 */
export class PacketWalk extends HTMLElement {
  static observedAttributes = [
    'src',
    'lab',
    'setup',
    'walk',
    'at',
    'show',
    'speed',
    'controls',
    'poster',
    'lang',
  ];

  /** @type {import('./player.js').Player | null} */
  #player = null;
  /** @type {IntersectionObserver | null} */
  #near = null;
  /** @type {Promise<void> | null} */
  #started = null;
  /** Counts what was begun: what comes late of an earlier one is not shown. */
  #turn = 0;
  #root = this.attachShadow({ mode: 'open' });

  constructor() {
    super();
    // The attribute has a method's name, and frameworks that find a name in an element set it as a property.
    Object.defineProperty(this, 'walk', {
      configurable: true,
      get: () => PacketWalk.prototype.walk,
      set: (text) => this.setAttribute('walk', text),
    });
    this.#root.adoptedStyleSheets = [style()];
    this.#wait();
  }

  /** Until the lab is there its text is to be read, or its poster to be seen. */
  #wait() {
    const poster = this.getAttribute('poster');
    const slot = document.createElement('slot');
    if (!poster) return this.#root.replaceChildren(slot);
    const image = new Image();
    image.src = poster;
    image.alt = '';
    image.className = 'poster';
    this.#root.replaceChildren(image);
  }

  connectedCallback() {
    if (this.#started) return;
    if (this.getAttribute('poster')) this.#wait();
    this.#near = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) this.start();
      },
      { rootMargin: NEAR },
    );
    this.#near.observe(this);
  }

  disconnectedCallback() {
    // An element that is only moved is connected again before this runs.
    queueMicrotask(() => {
      if (!this.isConnected) this.dispose();
    });
  }

  /** @param {string} name */
  attributeChangedCallback(name) {
    if (!this.#started) return;
    if (name === 'speed') return this.#player?.store.set({ speed: this.#speed });
    if (name === 'at') return this.#begin();
    if (name === 'walk' && this.#player) {
      const walk = place(this.getAttribute('walk') ?? '');
      if (walk) this.#player.walk(walk.ns, walk.command);
      return this.#begin();
    }
    this.dispose();
    this.start();
  }

  get #speed() {
    const speed = Number(this.getAttribute('speed') ?? 1);
    return Number.isFinite(speed) ? Math.min(8, Math.max(0.25, speed)) : 1;
  }

  /** Loads the simulator and the lab now, in view or not; resolves when they are there, or have failed. */
  start() {
    this.#started ??= this.#start();
    return this.#started;
  }

  async #start() {
    this.#near?.disconnect();
    const turn = ++this.#turn;
    const own = this.getAttribute('lang') ?? this.closest('[lang]')?.getAttribute('lang') ?? 'en';
    const say = words(own);
    try {
      const show = shown(this);
      const picture = show.includes('topology') ? import('../picture.js') : null;
      const parts = Promise.all([engine(), order(this), import('./player.js'), picture]);
      const [loaded, wanted, { Player }, drawn] = await parts;
      // English alone is in what a page comes up with.
      if (say !== words('en')) await loaded.rest();
      if (turn !== this.#turn) return;
      this.#root.replaceChildren();
      this.#player = new Player(this.#root, {
        words: say,
        lang: own,
        show,
        Picture: drawn?.Picture,
        controls: this.getAttribute('controls') !== 'none',
        tell: (event, detail) => this.#tell(event, detail),
      });
      this.#player.store.set({ speed: this.#speed });
      this.#player.load(loaded, wanted);
      this.#begin();
      const namespaces = this.#player.store.state.world?.nodes.map(({ label }) => label) ?? [];
      this.#tell('ready', { namespaces });
      if (this.hasAttribute('autoplay') && !reducedMotion()) this.#playInView();
    } catch (error) {
      if (turn !== this.#turn) return;
      const why = error instanceof Error ? error.message : String(error);
      const what = error instanceof NoLab ? (why ? say.lost : say.none) : say.unloaded;
      this.#failed(`${what} ${why}`.trim(), why || what);
    }
  }

  /**
   * The text stays readable.
   * @param {string} text
   * @param {string} message
   */
  #failed(text, message) {
    this.#started = null;
    const box = document.createElement('p');
    box.id = 'complaint';
    box.setAttribute('role', 'alert');
    box.textContent = text;
    this.#root.replaceChildren(box, document.createElement('slot'));
    this.#tell('error', { message });
  }

  #begin() {
    const at = this.getAttribute('at');
    if (!at || !this.#player) return;
    const { shown } = this.#player.store;
    this.seek(at === 'end' ? shown.length : Number(at));
  }

  #playInView() {
    const turn = this.#turn;
    const seen = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        seen.disconnect();
        if (turn === this.#turn) this.play();
      },
      { threshold: 0.4 },
    );
    seen.observe(this);
  }

  /** @param {string} type @param {object} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** Plays on from the step on show; from the first one when it is the last. */
  play() {
    const store = this.#player?.store;
    if (store && !store.state.playing) store.toggle();
  }

  /** Stops at the step on show. */
  pause() {
    this.#player?.store.set({ playing: false });
  }

  /**
   * Goes some steps on, or back.
   * @param {number} [by]
   */
  step(by = 1) {
    this.pause();
    const way = Math.sign(by);
    for (let left = Math.abs(by); left > 0; left--) if (!this.#player?.store.move(way)) return;
  }

  /**
   * Shows a step.
   * @param {number} number from 1, as the trace counts them
   */
  seek(number) {
    const store = this.#player?.store;
    if (!store || !Number.isFinite(number)) return;
    const { shown } = store;
    this.pause();
    const at = shown[Math.min(shown.length, Math.max(1, Math.trunc(number))) - 1];
    if (at !== undefined) store.seek(at);
  }

  /**
   * Shows the first step that has these words, in this order, in what is said of it; `…` stands for any others.
   * @param {string} words
   * @returns {boolean} whether there is one
   */
  find(words) {
    const store = this.#player?.store;
    const { walk, world } = store?.state ?? {};
    const parts = words.split('…').map((part) => part.trim());
    const has = (/** @type {string} */ text) => {
      let at = 0;
      return parts.every((part) => {
        const found = text.indexOf(part, at);
        at = found + part.length;
        return found >= 0;
      });
    };
    const step = walk?.steps.find(({ ns, title, label, line, sentence, decided }) =>
      [title, label].some((name) =>
        has(
          [world?.byId.get(ns)?.label, name, line, sentence, decided?.text ?? '']
            .join(' ')
            .replace(/\s+/g, ' '),
        ),
      ),
    );
    if (!store || !step) return false;
    this.pause();
    if (step.detail) store.set({ details: true });
    store.seek(step.index);
    return true;
  }

  /** Back to the lab as it was written, and the first step of its walk. */
  async reset() {
    this.dispose();
    await this.start();
  }

  /**
   * Runs a command in the lab; walks go on from what it did.
   * @param {string} command
   * @param {string} [ns] namespace; the host unless given
   * @returns {import('../../pkg/packetwalk.js').Output | null}
   */
  run(command, ns = '') {
    return this.#player?.run(ns === 'host' ? '' : ns, command) ?? null;
  }

  /**
   * Follows the packets of a command: `c1 ping 203.0.113.10`.
   * @param {string} text
   * @returns {import('../../pkg/packetwalk.js').Walk | null}
   */
  walk(text) {
    const walk = place(text);
    return walk && (this.#player?.walk(walk.ns, walk.command) ?? null);
  }

  /** The step on show, from 1; 0 without a walk. */
  get current() {
    const store = this.#player?.store;
    return store ? store.shown.findLastIndex((at) => at <= store.state.index) + 1 : 0;
  }

  /** How the walk on show ended. */
  get outcome() {
    return this.#player?.store.state.walk?.outcome ?? null;
  }

  /** Gives back the lab's memory; `start` begins anew. */
  dispose() {
    this.#turn++;
    this.#near?.disconnect();
    this.#player?.dispose();
    this.#player = null;
    if (this.#started) this.#wait();
    this.#started = null;
  }
}

if (!customElements.get('packet-walk')) customElements.define('packet-walk', PacketWalk);
