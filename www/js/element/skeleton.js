/** The parts that an element is made of. */

import { h, s } from '../dom.js';

const ICONS = {
  first: 'M5 4v12M15 5l-6 5 6 5z',
  back: 'M13 5l-6 5 6 5z',
  next: 'M7 5l6 5-6 5z',
  last: 'M15 4v12M5 5l6 5-6 5z',
};

/** @param {string} d */
const icon = (d) => s('svg', { viewBox: '0 0 20 20', 'aria-hidden': 'true' }, s('path', { d }));

/**
 * @param {import('./words.js').Words} words
 */
export function skeleton(words) {
  /** @param {keyof typeof ICONS} name @param {string} key */
  const button = (name, key) =>
    h(
      'button',
      {
        type: 'button',
        id: name,
        class: 'icon',
        'aria-label': words[name],
        title: `${words[name]} (${key})`,
      },
      icon(ICONS[name]),
    );
  const play = h(
    'button',
    { type: 'button', id: 'play', class: 'icon primary' },
    s(
      'svg',
      { viewBox: '0 0 20 20', 'aria-hidden': 'true' },
      s('path', { class: 'go', d: 'M6 4l10 6-10 6z' }),
      s('path', { class: 'stop', d: 'M7 4v12M13 4v12' }),
    ),
  );
  const speeds = [0.5, 1, 2, 4].map((value) => h('option', { value }, `${value}×`));
  const check = (/** @type {string} */ id, /** @type {string} */ label) => {
    const input = h('input', { id, type: 'checkbox' });
    return { input, label: h('label', { class: 'check' }, input, h('span', {}, label)) };
  };
  const parts = {
    picture: h('div', { id: 'picture' }),
    first: button('first', 'Home'),
    back: button('back', '←'),
    play,
    next: button('next', '→'),
    last: button('last', 'End'),
    scrub: h('input', { id: 'scrub', type: 'range', min: 0, max: 0, value: 0, 'aria-label': words.step }),
    count: h('output', { id: 'count' }),
    speed: h('select', { id: 'speed', 'aria-label': words.speed }, ...speeds),
    where: h('p', { id: 'where' }),
    sentence: h('p', { id: 'sentence' }, words.loading),
    outcome: h('p', { id: 'outcome' }),
    opened: h('details', { id: 'opened', class: 'opened' }),
    header: h('dl', { id: 'header', 'aria-label': words.header }),
    trace: h('div', { id: 'trace' }),
    tabs: h('div', { id: 'tabs', role: 'tablist', 'aria-label': words.tables }),
    table: h('div', { id: 'table', role: 'tabpanel', tabindex: 0 }),
    ns: h('select', { id: 'table-ns', 'aria-label': words.whose }),
    log: h('pre', { id: 'log', role: 'log', tabindex: 0, 'aria-label': words.terminal }),
    complaint: h('p', { id: 'complaint', role: 'alert' }),
  };
  const details = check('details', words.details);
  const follow = check('follow', words.follow);
  parts.outcome.hidden = true;
  parts.complaint.hidden = true;
  parts.speed.value = '1';
  const prompt = h('select', { id: 'prompt', 'aria-label': words.whose });
  const typed = h('input', {
    id: 'typed',
    type: 'text',
    'aria-label': words.command,
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
  });
  const form = h('form', { id: 'type' }, prompt, typed);
  const { first, back, next, last, scrub, count, speed } = parts;
  const controls = h(
    'div',
    { class: 'controls', role: 'group', 'aria-label': words.walk },
    first,
    back,
    play,
    next,
    last,
    scrub,
    count,
    speed,
  );
  const live = h(
    'div',
    { 'aria-live': 'polite', 'aria-atomic': 'true' },
    parts.where,
    parts.sentence,
    parts.outcome,
  );
  const sections = {
    topology: parts.picture,
    controls,
    now: h('div', { class: 'now' }, live, parts.opened, parts.header),
    trace: h(
      'section',
      { class: 'trace', 'aria-label': words.trace },
      h('header', {}, h('h2', {}, words.trace), details.label),
      parts.trace,
    ),
    tables: h(
      'section',
      { class: 'tables', 'aria-label': words.tables },
      h('header', {}, parts.ns, parts.tabs, follow.label),
      parts.table,
    ),
    terminal: h('section', { class: 'terminal', 'aria-label': words.terminal }, parts.log, form),
  };
  return { ...parts, details: details.input, follow: follow.input, prompt, typed, form, sections };
}
