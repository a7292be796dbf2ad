/**
 * The playground's terminals: one for each node, over the shells of the lab.
 *
 * @typedef {import('../store.js').Store} Store
 * @typedef {import('../../pkg/packetwalk.js').Typed} Typed
 * @typedef {import('../store.js').Walk} Walk
 * @typedef {import('../world.js').Node} Node
 *
 * @callback Again takes a walk once more in the lab as it is now, which stays so
 * @param {string} from namespace
 * @param {string} command
 * @returns {Walk | null}
 */

import { h } from '../dom.js';
import { say } from '../say.js';
import { world } from '../world.js';
import { face, loadScreens, openIn, theme } from './screen.js';
import { Session } from './session.js';

/** How often time passes for what runs, in milliseconds. */
const TICK = 100;
/** Most time that passes at once, as after the page was hidden. */
const MOST = 1000;

/** Narrower screens are scrolled sideways: what Linux prints is not made to be broken at any column. */
const COLUMNS = 80;

/** Lines that can be run again: they send something, and end by themselves. */
const SENDS =
  /^(ip netns exec \S+ )?(ping6? (?=.*-c)|nc (?!.*-\w*l)|curl |wget |traceroute |nslookup |getent )[^;&|<>]*$/;

const leave = () => say('Escape, then Tab leaves');

/** @param {unknown} error */
const message = (error) => (error instanceof Error ? error.message : String(error));

export class Terminals {
  /** @type {Map<number, Session>} */
  #sessions = new Map();
  /** @type {Session | null} */
  #current = null;
  #timer = 0;
  #last = 0;
  /** The lab that the sessions are of. */
  #lab = /** @type {unknown} */ (null);
  /** Walks of lines that are not to be run again. @type {WeakSet<Walk>} */
  #once = new WeakSet();
  /** Walks of lines. @type {WeakSet<Walk>} */
  #lines = new WeakSet();
  /** The last walk of none. @type {Walk | null} */
  #asked = null;

  /**
   * @param {HTMLElement} parent
   * @param {Store} store
   * @param {Again} again
   */
  static async open(parent, store, again) {
    return new Terminals(parent, store, again, await loadScreens());
  }

  /**
   * @param {HTMLElement} parent
   * @param {Store} store
   * @param {Again} again
   * @param {Awaited<ReturnType<typeof loadScreens>>} made
   */
  constructor(parent, store, again, made) {
    this.store = store;
    this.again = again;
    this.made = made;
    this.tabs = h('div', { class: 'tabs', role: 'tablist', 'aria-label': say('Terminals') });
    this.nodes = h('select', { 'aria-label': say('Open the terminal of'), autocomplete: 'off' });
    this.undo = h(
      'button',
      { type: 'button', class: 'quiet', disabled: true, click: () => this.takeBack() },
      say('Undo'),
    );
    this.reader = h('input', { type: 'checkbox' });
    this.status = h('p', { class: 'unseen', role: 'status' });
    const close = h(
      'button',
      { type: 'button', class: 'quiet icon', 'aria-label': say('Close the terminals') },
      '×',
    );
    this.screens = h('div', { class: 'screens' });
    // Where the focus is after the last shell ended: what one goes on typing presses nothing there.
    this.over = h('p', {
      class: 'over',
      tabindex: -1,
      keydown: (/** @type {KeyboardEvent} */ event) => event.key !== 'Tab' && event.stopPropagation(),
    });
    this.over.hidden = true;
    this.screens.append(this.over);
    this.panel = h(
      'section',
      { class: 'terminals', 'aria-label': say('Terminals') },
      h(
        'header',
        {},
        this.tabs,
        this.nodes,
        this.undo,
        h('label', { class: 'check' }, this.reader, h('span', {}, say('screen reader'))),
        h('span', { class: 'hint' }, `${say('Tab completes')} · ${leave()}`),
        close,
      ),
      this.screens,
      this.status,
    );
    parent.append(this.panel);
    this.nodes.addEventListener('change', () => {
      if (this.nodes.value) this.show(Number(this.nodes.value));
      this.nodes.value = '';
    });
    this.reader.addEventListener('change', () => {
      for (const { screen } of this.#sessions.values()) screen.options.screenReaderMode = this.reader.checked;
    });
    this.tabs.addEventListener('keydown', (event) => this.#key(event));
    close.addEventListener('click', () => this.close());
    document.addEventListener('keydown', (event) => this.#undoKey(event));
    new ResizeObserver(() => this.#fit()).observe(this.screens);
    const look = () => {
      for (const { screen } of this.#sessions.values()) screen.options.theme = theme();
    };
    new MutationObserver(look).observe(document.documentElement, { attributeFilter: ['data-theme'] });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', look);
    store.watch(['walk'], () => {
      const { walk } = store.state;
      if (walk && !this.#lines.has(walk)) this.#asked = walk;
    });
    store.watch(['lab'], () => this.#renew());
    store.watch(['world'], () => this.#names());
  }

  /** Whether the terminals are on show. */
  get isOpen() {
    return !this.panel.hidden;
  }

  close() {
    this.panel.hidden = true;
    document.getElementById('terminal')?.focus();
  }

  /**
   * Shows the terminal of a namespace, for typing.
   * @param {number} ns
   * @param {number | null} [opener] where to go when its shell is left
   */
  show(ns, opener = null) {
    const node = this.store.state.world?.byId.get(ns);
    if (!node) return;
    this.panel.hidden = false;
    const session = this.#sessions.get(ns) ?? this.#make(node);
    session.opener = opener ?? session.opener;
    this.over.hidden = true;
    this.#current = session;
    this.#mark();
    this.#fit();
    session.screen.focus();
  }

  /** @param {Node} node */
  #make(node) {
    const host = h('div', { class: 'screen', role: 'tabpanel', id: `terminal-${node.ns.id}` });
    this.screens.append(host);
    const screen = new this.made.Terminal({
      allowProposedApi: false,
      convertEol: true,
      cursorBlink: false,
      fontFamily: face(),
      fontSize: 13,
      lineHeight: 1.25,
      screenReaderMode: this.reader.checked,
      scrollback: 5000,
      theme: theme(),
    });
    const fit = new this.made.FitAddon();
    screen.loadAddon(fit);
    const session = new Session(node, screen, fit, host);
    this.#sessions.set(node.ns.id, session);
    this.#current = session;
    this.#mark();
    openIn(screen, host);
    screen.textarea?.setAttribute('aria-label', `${say('Terminal of {0}', node.label)}. ${leave()}.`);
    let leaving = false;
    screen.attachCustomKeyEventHandler((event) => {
      if (event.type !== 'keydown') return true;
      if (event.key === 'Shift') return true;
      const leaves = leaving && event.key === 'Tab';
      leaving = event.key === 'Escape';
      return !leaving && !leaves;
    });
    screen.onData((data) => this.#typed(session, data));
    this.#fit();
    const { container } = node.ns;
    if (container) {
      const text = say(
        'The host’s tools in the network namespace of container {0}, as nsenter has them. A shell of its own, at the host: docker exec -it {0} sh',
        container,
      );
      session.write(`\x1b[2m${text}\x1b[0m\r\n`);
    }
    session.draw();
    return session;
  }

  #fit() {
    if (!this.isOpen || !this.#current) return;
    const { fit, screen } = this.#current;
    const size = fit.proposeDimensions();
    if (size) screen.resize(Math.max(COLUMNS, size.cols || 0), Math.max(1, size.rows || 0));
  }

  /** Shows which terminal is on, and where something runs. */
  #mark() {
    const on = this.#current;
    this.tabs.replaceChildren(
      ...[...this.#sessions.values()].map((session) =>
        h(
          'button',
          {
            type: 'button',
            role: 'tab',
            id: `terminal-tab-${session.ns}`,
            'aria-controls': `terminal-${session.ns}`,
            'aria-selected': String(session === on),
            tabindex: session === on ? 0 : -1,
            click: () => this.show(session.ns),
          },
          session.label,
          session.running && h('span', { class: 'runs' }, ` ${say('runs')}`),
        ),
      ),
    );
    for (const session of this.#sessions.values()) {
      session.host.hidden = session !== on;
      session.host.setAttribute('aria-labelledby', `terminal-tab-${session.ns}`);
    }
  }

  #names() {
    const nodes = this.store.state.world?.nodes ?? [];
    this.nodes.replaceChildren(
      h('option', { value: '' }, say('Open…')),
      ...nodes.map((node) => h('option', { value: node.ns.id }, node.label)),
    );
    for (const [ns, session] of this.#sessions) {
      const node = this.store.state.world?.byId.get(ns);
      if (node?.ns.name !== session.name) this.#drop(session);
    }
  }

  /** @param {Session} session */
  #drop(session) {
    const { screen, host } = session;
    host.hidden = true;
    // What is written comes onto the screen later, and needs it.
    screen.write('', () =>
      setTimeout(() => {
        screen.dispose();
        host.remove();
      }),
    );
    this.#sessions.delete(session.ns);
    if (this.#current === session) this.#current = [...this.#sessions.values()].at(-1) ?? null;
    this.#mark();
    if (!this.#current) this.panel.hidden = true;
  }

  /** Another lab has other shells. */
  #renew() {
    const { lab } = this.store.state;
    if (lab === this.#lab) return;
    this.#lab = lab;
    this.#asked = null;
    this.#wait([]);
    this.#undoable(null);
    for (const session of this.#sessions.values()) {
      session.erase();
      session.begun = '';
      session.directory = '~';
      session.inner = null;
      session.line.empty();
      session.write(`\x1b[2m${say('The lab was started anew.')}\x1b[0m\r\n`);
      session.draw();
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const all = [...this.#sessions.keys()];
    if (!by || !this.#current) return;
    event.preventDefault();
    event.stopPropagation();
    const next = all[(all.indexOf(this.#current.ns) + by + all.length) % all.length];
    this.show(next);
    document.getElementById(`terminal-tab-${next}`)?.focus();
  }

  /** @param {KeyboardEvent} event */
  #undoKey(event) {
    const { target } = event;
    if (event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    if (target instanceof Element && target.closest('input, select, textarea, dialog')) return;
    event.preventDefault();
    this.takeBack();
  }

  /**
   * Takes what a screen sent.
   * @param {Session} session
   * @param {string} data
   */
  #typed(session, data) {
    let changed = true;
    session.erase();
    session.line.take(data, (wish) => {
      if (wish === 'enter') this.#enter(session);
      else if (wish === 'cancel') this.#cancel(session);
      else if (wish === 'tab') this.#complete(session);
      else if (wish === 'clear') {
        session.clear();
        changed = false;
      } else if (session.line.text === '') this.#end(session);
    });
    if (this.#sessions.get(session.ns) !== session) return;
    if (changed) session.draw();
    session.screen.scrollToBottom();
  }

  /** @param {Session} session */
  #enter(session) {
    const { lab } = this.store.state;
    const typed = session.enter();
    if (!lab) return;
    if (session.running) return this.#send(session, () => lab.keys(session.name, `${typed}\n`));
    session.line.history.add(typed);
    const line = session.begun ? `${session.begun}\n${typed}` : typed;
    if (!line.trim()) return;
    const done = this.#do(session, () => lab.typeLine(session.name, line));
    if (done?.walk) this.#typedWalk(done.walk, session.inner === null && SENDS.test(line));
    if (!done) {
      session.begun = '';
      return;
    }
    session.begun = done.incomplete ? line : '';
    if (done.incomplete) return;
    if (done.opens !== undefined && done.opens !== null) return this.show(done.opens, session.ns);
    this.#undoable(line);
    // Without a walk on show there is none that could stay.
    this.#refresh(done, Boolean(done.walk) || !this.store.state.walk || lab.isChanged());
  }

  /** @param {Session} session */
  #cancel(session) {
    const { lab } = this.store.state;
    session.line.go(Infinity);
    session.write(`${session.prompt}${session.line.text}^C${session.running ? '' : '\r\n'}`);
    session.line.empty();
    session.begun = '';
    if (session.running && lab) this.#send(session, () => lab.interrupt(session.name));
  }

  /** Ctrl-D. @param {Session} session */
  #end(session) {
    const { lab } = this.store.state;
    if (session.running && lab) this.#send(session, () => lab.keys(session.name, ''));
    else if (session.begun) return;
    else if (session.inner === null) this.#leave(session);
    else {
      session.line.insert('exit');
      this.#enter(session);
    }
  }

  /** The shell is left: back to where it was opened from. @param {Session} session */
  #leave(session) {
    const { opener } = session;
    this.#drop(session);
    const ended = say('The shell of {0} has ended.', session.label);
    this.status.textContent = ended;
    if (opener !== null && this.#sessions.has(opener)) this.show(opener);
    else if (this.#current) this.show(this.#current.ns);
    else {
      this.panel.hidden = false;
      this.over.hidden = false;
      this.over.textContent = `${ended} ${say('Choose whose terminal to open, or close the terminals.')}`;
      this.over.focus();
    }
  }

  /** @param {Session} session */
  #complete(session) {
    const { lab } = this.store.state;
    if (!lab || session.running) return;
    const { line } = session;
    const { from, words } = lab.complete(session.name, line.before);
    if (words.length === 0) return;
    let common = words[0];
    for (const word of words) while (!word.startsWith(common)) common = common.slice(0, -1);
    const more = common.slice(line.before.length - from);
    line.insert(words.length === 1 && !/[/=]$/.test(common) ? `${more} ` : more);
    if (words.length === 1 || more) return;
    session.write(`${session.prompt}${line.text}\r\n`);
    const width = Math.max(...words.map(({ length }) => length)) + 2;
    const across = Math.max(1, Math.floor(session.screen.cols / width));
    for (let at = 0; at < words.length; at += across) {
      session.write(
        `${words
          .slice(at, at + across)
          .map((word) => word.padEnd(width))
          .join('')
          .trimEnd()}\r\n`,
      );
    }
  }

  /**
   * Asks the lab for something; what it says is shown, a refusal too.
   * @param {Session} session
   * @param {() => Typed} ask
   */
  #do(session, ask) {
    try {
      const typed = ask();
      this.#hear(typed, session);
      return typed;
    } catch (error) {
      session.write(`packetwalk: ${message(error)}\r\n`);
      return null;
    }
  }

  /**
   * Sends something to what runs; it may end of it.
   * @param {Session} session
   * @param {() => Typed} send
   */
  #send(session, send) {
    const typed = this.#do(session, send);
    if (typed?.walk) this.#typedWalk(typed.walk, false);
    if (typed && typed.ended.length > 0) this.#refresh(typed);
  }

  /**
   * Shows what was said and what ended.
   * @param {Typed} typed
   * @param {Session | null} typing whose line is off its screen just now
   */
  #hear({ said, ended, running }, typing) {
    for (const { ns, text } of said) {
      const session = this.#sessions.get(ns);
      if (session === typing) session?.write(text);
      else session?.print(text);
    }
    for (const { ns, left, directory, prompt } of ended) {
      const session = this.#sessions.get(ns);
      if (!session) continue;
      session.directory = directory;
      session.inner = prompt ?? null;
      if (left) this.#leave(session);
    }
    this.#wait(running, typing);
  }

  /**
   * Lets time pass as long as something runs.
   * @param {number[]} running
   * @param {Session | null} [typing]
   */
  #wait(running, typing = null) {
    let changed = false;
    for (const session of this.#sessions.values()) {
      const runs = running.includes(session.ns);
      if (session.running === runs) continue;
      changed = true;
      if (session !== typing) session.erase();
      session.running = runs;
      if (session !== typing) session.draw();
    }
    if (changed) this.#mark();
    if (running.length === 0) {
      clearInterval(this.#timer);
      this.#timer = 0;
    } else if (!this.#timer) {
      this.#last = performance.now();
      this.#timer = setInterval(() => this.#tick(), TICK);
    }
  }

  #tick() {
    const { lab } = this.store.state;
    const now = performance.now();
    const passed = Math.min(now - this.#last, MOST);
    this.#last = now;
    if (!lab) return;
    const typed = lab.tick(Math.round(passed * 1000));
    if (typed.walk) this.#typedWalk(typed.walk, false);
    this.#hear(typed, null);
    if (typed.ended.length > 0) this.#refresh(typed);
  }

  /**
   * @param {Walk} walk of a line
   * @param {boolean} again whether the line can be run again
   */
  #typedWalk(walk, again) {
    this.#lines.add(walk);
    if (!again) this.#once.add(walk);
  }

  /**
   * The views follow: the picture, the tables, and the packets as a walk.
   * @param {Typed} typed
   * @param {boolean} [changed] whether the lab is another; if not, an old walk stays on show
   * @param {boolean} [undone] whether a line was taken back
   */
  #refresh({ walk, running }, changed = true, undone = false) {
    const { lab, world: shown, moment, walk: last, index } = this.store.state;
    if (!lab) return;
    const topology = lab.topology();
    const old = [...(shown?.byId.values() ?? [])].map(({ ns }) => ns);
    const found = world(topology);
    const now = found.nodes.map(({ ns }) => ns);
    const same = JSON.stringify(now) === JSON.stringify(old);
    /** @type {Partial<import('../store.js').State>} */
    const patch = { moment: moment + 1, playing: false, typed: walk ?? null };
    if (!same) patch.world = found;
    if (!found.byId.has(this.store.state.ns)) patch.ns = found.center.ns.id;
    if (walk) Object.assign(patch, { walk, index: 0, follow: true });
    else if (changed) {
      // The walk on show is taken again in the lab as it is now, unless something runs that would see it.
      const anew = running.length === 0 ? this.#anew(found, last, undone) : null;
      Object.assign(patch, { walk: anew, index: Math.min(index, (anew?.steps.length ?? 1) - 1) });
    }
    this.store.set(patch);
    const on = this.store.state.walk;
    const alike = on?.outcome.sentence === last?.outcome.sentence;
    if (walk || (on && on !== last && !alike)) this.store.seek(this.store.shown.at(-1) ?? 0);
  }

  /**
   * @param {import('../world.js').World} found
   * @param {Walk | null} last the walk on show
   * @param {boolean} undone
   */
  #anew(found, last, undone) {
    const gone = !last || (undone ? this.#lines : this.#once).has(last);
    const asked = gone ? this.#asked : last;
    const from = asked ? found.byId.get(asked.from)?.ns.name : undefined;
    return asked && from !== undefined ? this.again(from, asked.command) : null;
  }

  /** @param {string | null | undefined} line the line that `Undo` takes back */
  #undoable(line) {
    this.undo.disabled = !line;
    this.undo.title = line
      ? say('Take back “{0}” (Ctrl-Z outside the terminal)', line)
      : say('Nothing to take back');
  }

  /** Takes back the last line, with all that came of it. */
  takeBack() {
    const { lab } = this.store.state;
    const undone = lab?.undo();
    if (!undone) return;
    const { ns, line, next, running, directory, prompt } = undone;
    const session = this.#sessions.get(ns);
    this.#wait(running);
    this.#undoable(next);
    const said = say('undone: {0}', line.split('\n')[0]);
    if (session) {
      session.erase();
      session.directory = directory;
      session.inner = prompt ?? null;
      session.write(`\x1b[2m${said}\x1b[0m\r\n`);
      session.draw();
    }
    this.status.textContent = said;
    this.#refresh(
      { incomplete: false, opens: undefined, said: [], ended: [], running, walk: undefined },
      true,
      true,
    );
  }
}
