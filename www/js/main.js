/** Puts the page together: loads the simulator and the lab, then lets the views follow one store. */

import * as simulator from '../pkg/packetwalk.js';
import { Chooser } from './chooser.js';
import { Compare } from './compare.js';
import { Controls } from './controls.js';
import { byId, reducedMotion } from './dom.js';
import { Editor } from './editor.js';
import { words } from './element/words.js';
import { Flow } from './flow.js';
import { Now } from './now.js';
import { Opened } from './opened.js';
import { Picture } from './picture.js';
import { pictureText, save, traceText } from './save.js';
import { say, speak, why } from './say.js';
import { fragment, read } from './share.js';
import { Store } from './store.js';
import { TableView } from './tables.js';
import { terminalButtons } from './terminal/open.js';
import { themeButton } from './theme.js';
import { Trace } from './trace.js';
import { world } from './world.js';

/** @typedef {typeof import('../pkg/packetwalk.js')} Engine */

/** The simulator, once loaded. @type {Engine | null} */
let engine = null;

/** What is wrong with the lab on show. */
let fault = '';

const WASM = new URL('../pkg/packetwalk_bg.wasm', import.meta.url);

const button = (/** @type {string} */ id) => byId(id, HTMLButtonElement);
const input = (/** @type {string} */ id) => byId(id, HTMLInputElement);
const select = (/** @type {string} */ id) => byId(id, HTMLSelectElement);
const any = (/** @type {string} */ id) => byId(id, HTMLElement);

/** The page's language: its own, or the one it is asked for in. */
if (/^zh\b/i.test(new URLSearchParams(location.search).get('lang') ?? '')) {
  const { WORDS, translate } = await import('./chinese.js');
  speak(WORDS);
  translate();
}
const spoken = words(document.documentElement.lang);

const labs = select('lab');
const store = new Store();
themeButton(button('theme'));
byId('chooser', HTMLDetailsElement).open = !matchMedia('(max-width: 1000px)').matches;
byId('flow', HTMLDetailsElement).open = !matchMedia('(max-width: 640px)').matches;

/** @param {unknown} error */
const trouble = (error) =>
  /** @type {import('./editor.js').Trouble} */ (error instanceof Error ? error : { message: String(error) });

/**
 * Shows a lab: all of it, or what ran before an error.
 * @param {string} script
 */
function load(script) {
  if (!engine) return { trouble: { message: say('the simulator is not loaded') }, troubles: [], printed: '' };
  let lab;
  let stopped = null;
  try {
    lab = new engine.Lab(script);
  } catch (error) {
    stopped = trouble(error);
    try {
      lab = engine.Lab.asFar(script);
    } catch {
      // Not the script is at fault.
      return { trouble: stopped, troubles: [], printed: '' };
    }
  }
  lab.speak(document.documentElement.lang);
  const old = store.state.lab;
  const found = world(lab.topology());
  store.set({
    lab,
    world: found,
    walk: null,
    index: 0,
    playing: false,
    ns: found.center.ns.id,
    follow: true,
  });
  old?.free();
  const troubles = lab.troubles();
  const [first, ...more] = troubles;
  const place = first?.line ? say('Line {0}: ', first.line) : '';
  const others = more.length > 0 ? say(' (and {0} more)', more.length) : '';
  const what = say(stopped ? 'Not all of the lab ran.' : 'A command of the lab failed.');
  fault = first ? `${what} ${place}${first.message}${others}` : '';
  complain(fault);
  return {
    trouble: stopped ?? first ?? null,
    troubles,
    printed: lab
      .output()
      .chunks.map(({ text }) => text)
      .join(''),
  };
}

/** @param {string} message */
function complain(message) {
  const box = any('complaint');
  box.hidden = !message;
  box.textContent = message;
}

const chooser = new Chooser(
  {
    walks: any('walks'),
    form: byId('choose', HTMLFormElement),
    from: select('from'),
    to: select('to'),
    address: input('address'),
    protocol: select('protocol'),
    port: input('port'),
    listen: input('listen'),
  },
  store,
  (from, command, listener) => {
    walk(from.ns.name, command, listener && { ns: listener.node.ns.name, command: listener.command });
    if (!reducedMotion()) store.set({ playing: true });
  },
);

/** Who was made to listen for the walk on show. @type {{ ns: string, command: string } | null} */
let listening = null;

/**
 * Walks from the state that the lab was loaded in.
 * @param {string} from
 * @param {string} command
 * @param {{ ns: string, command: string } | null} listener
 * @returns {import('./store.js').Walk | null}
 */
function walk(from, command, listener) {
  const { lab } = store.state;
  if (!lab) return null;
  store.set({ playing: false });
  try {
    lab.reset();
    if (listener) lab.run(listener.ns, listener.command);
    listening = listener;
    store.set({ walk: lab.walk(from, command), index: 0, follow: true });
    store.seek(0);
    complain(fault);
    return store.state.walk;
  } catch (error) {
    complain(trouble(error).message);
    return null;
  }
}

/**
 * A walk once more, in the lab as what was typed left it. The lab itself stays as it is.
 * @param {string} from
 * @param {string} command
 */
function again(from, command) {
  const { lab } = store.state;
  if (!lab) return null;
  try {
    lab.reset();
    if (listening) lab.run(listening.ns, listening.command);
    return lab.walk(from, command);
  } catch {
    return null;
  } finally {
    lab.reset();
  }
}

/** Texts of the page's labs, by address. @type {Map<string, string>} */
const texts = new Map();

/**
 * The whole text of one of the page's labs.
 * @param {string} lab
 */
async function textOf(lab) {
  const known = texts.get(lab);
  if (known !== undefined) return known;
  const answer = await fetch(new URL(`../${lab}`, import.meta.url));
  if (!answer.ok) throw new Error(`${lab}: ${answer.status}`);
  const text = await answer.text();
  texts.set(lab, text);
  return text;
}

/** The lab that is chosen, as far as the line before its question is answered. */
async function fetchLab() {
  const [{ value, dataset }] = labs.selectedOptions;
  const script = await textOf(value);
  const lines = script.split('\n').slice(0, Number(dataset.until ?? 'Infinity'));
  return dataset.until ? `${lines.join('\n').trimEnd()}\n` : script;
}

/**
 * Shows a lab, and the walk of its own or its first one.
 * @param {string} script
 * @param {import('./share.js').Link | null} [link] the walk that it is shown for
 * @returns {string} what is wrong with the link
 */
function show(script, link = null) {
  const { walk: usual, from: place = '', all } = labs.selectedOptions[0].dataset;
  const details = all !== undefined;
  const own = link?.command ? { from: link.from ?? '', command: link.command } : null;
  const suggested = usual ? { from: place, command: usual } : null;
  editor.open(script);
  store.set({ own: own ?? suggested, details });
  const result = load(script);
  editor.show(result.troubles, result.printed);
  const first =
    chooser.suggested?.find(({ label }) => label === 'container → internet') ?? chooser.suggested?.[0];
  const wanted = own ?? suggested;
  const walked = wanted && walk(wanted.from, wanted.command, null);
  const complaint = any('complaint').textContent ?? '';
  if (!walked && first) walk(first.from.ns.name, `ping -c1 ${first.address}`, null);
  if (own && !walked)
    return say('The walk of this link, “{0}”, cannot be taken: {1}.', own.command, complaint);
  if (own && link?.step) store.seek(link.step);
  if (link?.versus) compare.run(link.versus);
  const { output } = walked ?? {};
  if (!own || walked?.outcome.verdict !== 'notSent' || output?.status === 0) return '';
  const said = output?.stderr.trim().split('\n')[0] ?? '';
  return say('The walk of this link, “{0}”, sends nothing: {1}.', own.command, said);
}

/** The choice of a lab that is not one of the page's. */
const yours = labs.querySelector('option[value=""]');

/** @param {boolean} is whether the lab on show is the reader's own */
function isYours(is) {
  if (yours instanceof HTMLOptionElement) yours.hidden = !is;
  if (is) labs.value = '';
}

/** Shows what a link names; the first lab when it names none, or none that there is. */
async function follow() {
  let wrong = '';
  const link = await read(location.hash).catch(() => {
    wrong = say('This link is damaged: its lab cannot be read. The first lab is shown instead.');
    return null;
  });
  if (link?.script !== undefined) {
    isYours(true);
    wrong = show(link.script, link);
  } else {
    const known = [...labs.options].find(({ value }) => value && value === link?.lab);
    if (link?.lab && !known)
      wrong = say('There is no lab {0} on this page. The first lab is shown instead.', link.lab);
    isYours(false);
    labs.value = (known ?? labs.options[0]).value;
    const script = await fetchLab();
    const told = show(script, wrong ? null : link);
    wrong ||= told;
  }
  if (wrong) complain([wrong, fault].filter(Boolean).join(' '));
}

/**
 * The lab on show as a script: its own, and what was typed at the terminals. A typed line whose walk is on show is
 * left to the walk.
 */
function labText() {
  const { lab, walk, typed, moment } = store.state;
  const lines = (moment > 0 && lab?.typed(walk !== null && walk === typed)) || '';
  return lines ? `${editor.script.trimEnd()}\n\n# ${say('Typed at the terminals')}\n${lines}` : editor.script;
}

/** A link to what is on show. */
async function share() {
  const { walk, world, index } = store.state;
  const from = walk ? world?.byId.get(walk.from)?.ns.name : undefined;
  const script = labText();
  const which = labs.value && script === editor.script ? { lab: labs.value } : { script };
  const versus = compare.change;
  const hash = await fragment({ ...which, from, command: walk?.command, step: index, versus });
  history.replaceState(null, '', hash);
  const told = button('share');
  await navigator.clipboard?.writeText(location.href).then(
    () => {
      told.textContent = say('Link copied');
    },
    () => {
      told.textContent = say('Link is in the address bar');
    },
  );
  setTimeout(() => {
    told.textContent = say('Share');
  }, 2500);
}

/** @type {Record<string, () => void | Promise<void>>} */
const SAVES = {
  'save-lab': () => save('lab.sh', 'text/x-shellscript', labText()),
  'save-trace': () => save('walk.txt', 'text/plain', traceText(store)),
  'save-pcap': () =>
    save('walk.pcapng', 'application/octet-stream', Uint8Array.from(store.state.lab?.pcap() ?? [])),
  'save-picture': async () => {
    const svg = any('picture').querySelector('svg');
    if (svg) save('lab.svg', 'image/svg+xml', await pictureText(svg));
  },
};
/** What there is to save only of a walk. */
const OF_WALK = ['save-trace', 'save-pcap'].map((id) => ({ id, label: button(id).textContent ?? '' }));
store.watch(['walk'], () => {
  const none = store.state.walk === null;
  for (const { id, label } of OF_WALK) {
    button(id).disabled = none;
    button(id).textContent = none ? `${label} · ${say('no walk on show')}` : label;
  }
});
for (const [id, run] of Object.entries(SAVES)) {
  button(id).addEventListener('click', async () => {
    byId('save', HTMLDetailsElement).open = false;
    await run();
  });
}
button('share').addEventListener('click', share);

async function start() {
  await simulator.default({ module_or_path: WASM });
  // English alone is in what the page comes up with.
  if (spoken !== words('en')) await simulator.rest();
  engine = simulator;
  await follow();
  performance.mark('ready');
  document.body.dataset.ready = 'true';
  whenIdle(ahead);
}

/** Runs something when there is nothing else to do. @param {() => void} run */
const whenIdle = (run) => (globalThis.requestIdleCallback ?? ((later) => setTimeout(later, 300)))(run);

/** What the page may need later, fetched now, so that it is there without a network. */
async function ahead() {
  if (/** @type {{ connection?: { saveData?: boolean } }} */ (navigator).connection?.saveData) return;
  try {
    const { fetchAhead } = await import('./ahead.js');
    await fetchAhead([
      ...[...labs.options].flatMap(({ value }) => (value ? [() => textOf(value)] : [])),
      loadCards,
    ]);
  } catch {
    // Whoever needs it asks again, and is told.
    cards = null;
  }
}

/** @param {unknown} error */
const lost = (error) => complain(say('The lab did not load: {0}', why(error)));

addEventListener('hashchange', () => engine && follow().catch(lost));

labs.addEventListener('change', async () => {
  const { value } = labs;
  try {
    const script = await fetchLab();
    // Another one may have been chosen meanwhile.
    if (labs.value !== value) return;
    isYours(false);
    history.replaceState(null, '', await fragment({ lab: value }));
    show(script);
  } catch (error) {
    lost(error);
  }
});

const editor = new Editor(
  {
    dialog: byId('editor', HTMLDialogElement),
    open: button('edit'),
    form: byId('script-form', HTMLFormElement),
    text: byId('script', HTMLTextAreaElement),
    lines: any('script-lines'),
    printed: any('script-printed'),
    reset: button('script-reset'),
  },
  (script) => {
    isYours(script !== editor.original);
    store.set({ own: null });
    return load(script);
  },
  (script) => engine?.check(script) ?? [],
);
new Picture(any('picture'), store, spoken);
new Trace(any('trace'), store, spoken);
new Flow({ title: any('flow-title'), boxes: any('flow-boxes') }, store);
new Opened(byId('opened', HTMLDetailsElement), store, spoken);
const compare = new Compare(
  {
    box: byId('compare', HTMLDetailsElement),
    form: byId('compare-form', HTMLFormElement),
    what: select('compare-what'),
    command: input('compare-command'),
    text: byId('compare-text', HTMLTextAreaElement),
    sentence: any('compare-sentence'),
    result: any('compare-result'),
  },
  store,
  {
    engine: () => engine,
    script: labText,
    listener: () => listening,
    take: (script) => {
      const { walk, world } = store.state;
      const from = walk ? world?.byId.get(walk.from)?.ns.name : undefined;
      isYours(true);
      show(script, { from, command: walk?.command });
      any('stage').scrollIntoView();
    },
  },
);
new Now(
  { where: any('where'), sentence: any('sentence'), header: any('header'), outcome: any('outcome') },
  store,
  spoken,
);
new TableView(
  { tabs: any('tabs'), panel: any('table'), ns: select('table-ns'), follow: input('follow') },
  store,
  spoken,
);
new Controls(
  {
    first: button('first'),
    back: button('back'),
    play: button('play'),
    next: button('next'),
    last: button('last'),
    scrub: input('scrub'),
    count: any('count'),
    speed: select('speed'),
    details: input('details'),
  },
  store,
  spoken,
);
/** The gallery, once it was asked for. @type {ReturnType<typeof import('./gallery.js').gallery> | null} */
let cards = null;
const loadCards = () => {
  cards ??= import('./gallery.js').then(({ gallery }) => gallery(labs));
  return cards;
};
button('gallery').addEventListener('click', async () => {
  try {
    (await loadCards()).open();
  } catch (error) {
    cards = null;
    complain(say('The gallery did not load: {0}', why(error)));
  }
});
/** The matrix, once it was asked for. @type {ReturnType<typeof import('./matrix/view.js').matrix> | null} */
let grid = null;
button('matrix').addEventListener('click', async () => {
  try {
    grid ??= import('./matrix/view.js').then(({ matrix }) =>
      matrix(labText, (from, command) => walk(from, command, null)),
    );
    (await grid).open();
  } catch (error) {
    grid = null;
    complain(say('The matrix did not load: {0}', why(error)));
  }
});
terminalButtons(
  {
    open: button('terminal'),
    stage: any('stage'),
    main: byId('stage', HTMLElement).parentElement ?? document.body,
  },
  store,
  again,
  (error) => complain(say('The terminal did not load: {0}', why(error))),
);
start().catch((error) => {
  complain(
    say(
      'The simulator did not load: {0}. The page needs WebAssembly and its own files.',
      trouble(error).message,
    ),
  );
});
