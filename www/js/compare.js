/**
 * Two walks side by side: the one on show, and the same command in the lab with one change. What they share is said
 * once; where they part is marked.
 *
 * @typedef {import('./store.js').Store} Store
 * @typedef {import('./store.js').Walk} Walk
 * @typedef {import('./store.js').Step} Step
 * @typedef {import('./change.js').Change} Change
 * @typedef {import('./world.js').World} World
 * @typedef {typeof import('../pkg/packetwalk.js')} Engine
 */

import { apply, offered, told } from './change.js';
import { h, reducedMotion } from './dom.js';
import { words } from './element/words.js';
import { ending } from './now.js';
import { say } from './say.js';
import { world as worldOf } from './world.js';

/** How many steps after the parting are shown at once. */
const NEAR = 8;
/** How many lines of what a command said. */
const SAID = 8;

/**
 * Runs a command; what it said and its status, if it failed.
 * @param {import('./store.js').Lab} lab
 * @param {string} command
 */
function run(lab, command) {
  try {
    const { status, stderr, stdout } = lab.run('', command);
    if (status === 0) return null;
    const said = (stderr.trim() || stdout.trim()).split('\n').slice(0, SAID).join('\n');
    return `${say('The command failed with status {0}.', status)}${said ? `\n${said}` : ''}`;
  } catch (error) {
    return say('The command did not run: {0}.', error instanceof Error ? error.message : String(error));
  }
}

/**
 * What the changed lab complains of: an edited one of all with its lines, another only of what the change said.
 * @param {Change} change
 * @param {{ message: string, line?: number }[]} troubles
 * @param {number} known how many are the lab's own
 */
function complaints({ kind }, troubles, known) {
  if (kind === 'script')
    return troubles.map(({ line, message }) => (line ? say('Line {0}: {1}', line, message) : message));
  const last = troubles.length > known ? troubles.at(-1) : null;
  return last ? [say('The change complains: {0}', last.message)] : [];
}

export class Compare {
  /** The change on show. @type {Change | null} */
  change = null;
  /** @type {{ label: string, change: Change }[]} */
  #offers = [];

  /**
   * @param {{ form: HTMLFormElement, what: HTMLSelectElement, command: HTMLInputElement, text: HTMLTextAreaElement,
   *   result: HTMLElement, sentence: HTMLElement, box: HTMLDetailsElement }} parts
   * @param {Store} store
   * @param {{ engine: () => Engine | null, script: () => string, take: (script: string) => void,
   *   listener: () => { ns: string, command: string } | null }} page
   */
  constructor(parts, store, page) {
    this.parts = parts;
    this.store = store;
    this.page = page;
    this.words = words(document.documentElement.lang);
    parts.what.addEventListener('change', () => this.#fit());
    parts.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.run(this.#chosen(), true);
    });
    store.watch(['world'], () => this.#offer());
    store.watch(['walk'], () => this.clear());
  }

  /** Nothing is compared any more. */
  clear() {
    this.change = null;
    this.parts.sentence.textContent = '';
    this.parts.result.replaceChildren();
  }

  #offer() {
    const { world, lab } = this.store.state;
    if (!world || !lab) return;
    const host = world.center.ns.name;
    const key = 'filter/FORWARD/0';
    const policy = lab.page(host, 'rules', key, 0).tables.rules.find((rule) => rule.key === key)?.text ?? '';
    this.#offers = offered(this.page.script(), host, policy.split(' ').at(-1) ?? '');
    const option = (/** @type {string} */ value, /** @type {string} */ label) =>
      h('option', { value }, label);
    this.parts.what.replaceChildren(
      ...this.#offers.map(({ label }, at) => option(String(at), say(label))),
      option('run', say('a command of your own…')),
      option('script', say('an edited lab…')),
    );
    this.#fit();
  }

  /** Shows the field that the choice needs. */
  #fit() {
    const { what, command, text } = this.parts;
    const offer = this.#offers[Number(what.value)];
    const typed = what.value === 'run' || offer?.change.kind === 'run';
    if (offer?.change.kind === 'run') command.value = offer.change.value;
    command.hidden = !typed;
    command.required = typed;
    text.hidden = what.value !== 'script';
    if (!text.hidden) text.value = this.page.script();
  }

  /** @returns {Change} */
  #chosen() {
    const { what, command, text } = this.parts;
    if (what.value === 'script') return { kind: 'script', value: text.value };
    const offer = this.#offers[Number(what.value)];
    return offer && offer.change.kind !== 'run' ? offer.change : { kind: 'run', value: command.value.trim() };
  }

  /**
   * Takes the walk on show once more in the changed lab.
   * @param {Change} change
   * @param {boolean} [go] whether to go to where they part
   */
  run(change, go = false) {
    const engine = this.page.engine();
    const { lab, walk, world } = this.store.state;
    const from = walk && world?.byId.get(walk.from)?.ns.name;
    if (!engine || !lab || !walk || !world || from === undefined || from === null) return;
    this.clear();
    this.change = change;
    this.parts.box.open = true;
    const script = apply(this.page.script(), change);
    // A command of the reader's own runs by itself, so that its status and what it says are known.
    const runs = change.kind === 'run';
    const other = engine.Lab.asFar(runs ? this.page.script() : script);
    other.speak(document.documentElement.lang);
    const failed = runs ? run(other, change.value) : null;
    try {
      const listener = this.page.listener();
      if (listener) other.run(listener.ns, listener.command);
      const there = other.walk(from, walk.command);
      const parting = lab.part(other);
      this.#draw(walk, world, there, worldOf(other.topology()), parting, script);
      if (failed && !parting)
        this.parts.sentence.textContent = say('The command failed, and this walk is the same.');
      else if (change.kind === 'script' && !parting && other.troubles().length > 0)
        this.parts.sentence.textContent = say('The edited lab has errors, and this walk is the same.');
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.parts.sentence.textContent = say('The changed lab cannot be walked: {0}', why);
    } finally {
      const told = failed ? [failed] : complaints(change, other.troubles(), lab.troubles().length);
      if (told.length > 0) this.parts.result.prepend(h('p', { class: 'trouble' }, told.join('\n')));
      other.free();
    }
    if (go) {
      const mark = this.parts.result.querySelector('.parts') ?? this.parts.sentence;
      mark.scrollIntoView({ block: 'center', behavior: reducedMotion() ? 'auto' : 'smooth' });
    }
  }

  /**
   * @param {Walk} here
   * @param {World} names
   * @param {Walk} there
   * @param {World} otherNames
   * @param {import('../pkg/packetwalk.js').Parting | undefined} parting
   * @param {string} script
   */
  #draw(here, names, there, otherNames, parting, script) {
    const change = told(/** @type {Change} */ (this.change));
    const listed = (/** @type {Walk} */ walk) => walk.steps.filter(({ detail }) => !detail);
    const [a, b] = [listed(here), listed(there)];
    const first = (/** @type {Step[]} */ steps, /** @type {number | undefined} */ index) => {
      const at = steps.findIndex((step) => step.index === index);
      return at < 0 ? steps.length : at;
    };
    const at = parting ? Math.min(first(a, parting.here), first(b, parting.there)) : a.length;
    const name = (/** @type {World} */ world, /** @type {Step | undefined} */ step) =>
      step ? (world.byId.get(step.ns)?.label ?? '?') : '';
    const { sentence, result } = this.parts;
    if (!parting) {
      sentence.textContent = say(
        'They go one way, all {0} steps: the change makes no difference to this walk.',
        a.length,
      );
    } else {
      const [left, right] = [a[at], b[at]];
      const where = name(names, left) || name(otherNames, right);
      const does = (/** @type {Step | undefined} */ step, /** @type {string} */ whose) =>
        step
          ? (name(names, step) === where ? '' : say('(in {0}) ', whose)) + step.sentence
          : say('There is nothing more.');
      sentence.replaceChildren(
        h('strong', {}, say('They part at step {0}, in {1}. ', at + 1, where)),
        say(
          'As it is: {0} With {1}: {2}',
          does(left, name(names, left)),
          change,
          does(right, name(otherNames, right)),
        ),
      );
    }
    const shared = a.slice(0, at);
    const same = h(
      'details',
      { class: 'shared' },
      h('summary', {}, at === 1 ? say('The same first step') : say('The same {0} steps', at)),
      h('ol', {}, ...shared.map((step, index) => this.#row(step, index, name(names, step), here))),
    );
    const side = (
      /** @type {string} */ title,
      /** @type {Walk} */ walk,
      /** @type {World} */ world,
      /** @type {Step[]} */ steps,
      /** @type {Node | null} */ extra,
    ) => {
      const { tone, text } = ending(walk.outcome, this.words);
      const rest = steps.slice(at).map((step, index) => {
        const item = this.#row(step, at + index, name(world, step), walk, index === 0);
        if (index === 0 && parting) {
          item.classList.add('parts');
          item.prepend(h('span', { class: 'parting' }, say('here they part')));
        }
        return item;
      });
      const [near, far] = [rest.slice(0, NEAR), rest.slice(NEAR)];
      return h(
        'section',
        { class: 'side' },
        h('h3', {}, title),
        h('p', { class: `ending ${tone}` }, h('strong', {}, text), ' ', walk.outcome.sentence),
        rest.length > 0
          ? h('ol', { start: at + 1 }, ...near)
          : parting && h('p', { class: 'soft' }, say('Nothing more.')),
        far.length > 0 &&
          h(
            'details',
            { class: 'shared' },
            h('summary', {}, far.length === 1 ? say('one more step') : say('{0} more steps', far.length)),
            h('ol', { start: at + 1 + NEAR }, ...far),
          ),
        extra,
      );
    };
    const take = h(
      'button',
      { type: 'button', class: 'take', click: () => this.page.take(script) },
      say('Show this lab instead'),
    );
    result.replaceChildren(
      at > 0 ? same : '',
      h(
        'div',
        { class: 'sides' },
        side(say('As it is'), here, names, a, null),
        side(say('With {0}', change), there, otherNames, b, take),
      ),
    );
  }

  /**
   * A step; one of the walk on show leads there, another shows its sentence.
   * @param {Step} step
   * @param {number} at
   * @param {string} name
   * @param {Walk} walk
   * @param {boolean} [open] whether its sentence is on show from the start
   */
  #row(step, at, name, walk, open = false) {
    const sentence = h('span', { class: 'said' }, step.sentence);
    sentence.hidden = !open;
    const button = h('button', { type: 'button', class: `step ${step.tone}`, 'aria-expanded': String(open) });
    button.addEventListener('click', () => {
      sentence.hidden = !sentence.hidden;
      button.setAttribute('aria-expanded', String(!sentence.hidden));
      if (walk !== this.store.state.walk) return;
      this.store.set({ playing: false });
      this.store.seek(step.index);
    });
    button.append(
      h('span', { class: 'number' }, String(at + 1)),
      h('span', { class: 'title' }, `${name} · ${step.label}`),
      step.line && h('code', {}, step.line),
      sentence,
    );
    return h('li', {}, button);
  }
}
