/**
 * Draws a scene as SVG: boxes, bridges, cables and the kernel's path.
 *
 * @typedef {import('./layout.js').Scene} Scene
 * @typedef {import('./layout.js').Rect} Rect
 * @typedef {import('./layout.js').Point} Point
 *
 * @typedef {object} Actions
 * @property {(ns: number) => void} select shows a namespace's tables
 * @property {(ns: number) => void} toggle opens or closes a machine's path
 * @property {(ns: number, name: string) => void} hook goes to the next step at a part of the path
 * @property {import('./element/words.js').Words} words
 */

import { s } from './dom.js';
import { drawn } from './inside.js';
import { plugWidth } from './layout.js';
import { RAIL } from './places.js';

/** How the path's boxes follow one another. */
const ARROWS = [
  ['PREROUTING', 'route'],
  ['route', 'FORWARD'],
  ['FORWARD', 'POSTROUTING'],
  ['route', 'INPUT'],
  ['INPUT', 'socket'],
  ['socket', 'OUTPUT'],
  ['OUTPUT', 'POSTROUTING'],
];

/**
 * @param {Scene} scene
 * @param {Set<number>} open
 * @param {Actions} actions
 * @returns {{ under: SVGGElement, over: SVGGElement }} what is drawn below and above the packet's trail
 */
export function drawScene(scene, open, actions) {
  const under = s('g');
  const over = s('g');
  const defs = s(
    'defs',
    {},
    s(
      'marker',
      { id: 'tip', viewBox: '0 0 6 6', refX: 5, refY: 3, markerWidth: 6, markerHeight: 6, orient: 'auto' },
      s('path', { class: 'tip', d: 'M0 0L6 3L0 6z' }),
    ),
  );
  under.append(defs);
  const machines = scene.boxes.filter(({ node }) => !node.parent);
  const contained = scene.boxes.filter(({ node }) => node.parent);
  for (const box of machines) {
    const hidesTrail = box.node.children.length === 0 && !open.has(box.node.ns.id);
    (hidesTrail ? over : under).append(drawBox(box, open, actions));
  }
  for (const { a, b, node } of scene.segments) {
    const pick = pressable(node.ns.id, () => actions.select(node.ns.id));
    pick.append(
      s('line', { class: 'bar', x1: a.x, y1: a.y, x2: b.x, y2: b.y, 'data-part': `${node.ns.id}/switch` }),
    );
    const sideways = a.y === b.y;
    pick.append(
      s(
        'text',
        {
          class: 'name small',
          x: sideways ? b.x + 6 : a.x,
          y: sideways ? a.y + 4 : a.y - 9,
          'text-anchor': sideways ? 'start' : 'middle',
        },
        drawn(node.label),
      ),
    );
    under.append(pick);
  }
  for (const { points } of scene.cables) under.append(s('path', { class: 'cable', d: path(points) }));
  for (const [key, { a, b, name, address, joint }] of scene.bridges) {
    const bar = s('g', { class: 'bridge', 'data-part': key });
    bar.append(s('line', { class: 'bar', x1: a.x, y1: a.y, x2: b.x, y2: b.y }));
    bar.append(
      s(
        'text',
        { class: 'mono', x: joint.x + 10, y: a.y + 20 },
        s('tspan', { class: 'name' }, name),
        ` ${address}`,
      ),
    );
    const id = key.split('/')[0];
    const [first, last] = [scene.hooks.get(`${id}/PREROUTING`), scene.hooks.get(`${id}/POSTROUTING`)];
    if (first && last) {
      const rail = first.y - RAIL;
      const [x1, x2] = [first.x + first.w / 2, last.x + last.w / 2];
      under.append(
        s('path', {
          class: 'inner',
          d: `M${joint.x} ${joint.y}V${rail}M${x1} ${first.y}V${rail}H${x2}V${last.y}`,
        }),
      );
    }
    under.append(bar);
  }
  for (const box of contained) over.append(drawBox(box, open, actions));
  drawPaths(scene, over, actions);
  for (const [key, plug] of scene.plugs) over.append(drawPlug(key, plug));
  return { under, over };
}

/**
 * @param {import('./layout.js').Box} box
 * @param {Set<number>} open
 * @param {Actions} actions
 */
function drawBox({ x, y, w, h, node, inside }, open, actions) {
  const id = node.ns.id;
  const group = s('g', { class: node.parent ? 'box contained' : 'box', 'data-ns': id });
  const pick = pressable(id, () => actions.select(id));
  pick.append(s('rect', { x, y, width: w, height: h, rx: 10 }));
  pick.append(
    s(
      'text',
      {
        class: 'name',
        x: x + (node.parent ? w / 2 : 14),
        y: y + 21,
        'text-anchor': node.parent ? 'middle' : 'start',
      },
      drawn(node.label),
    ),
  );
  if (drawn(node.label) !== node.label) pick.append(s('title', {}, node.label));
  for (const line of inside.lines) {
    pick.append(
      s('text', { class: 'mono', x: x + line.x, y: y + line.y, 'text-anchor': line.anchor }, line.text),
    );
  }
  group.append(pick);
  if (!node.parent) {
    const isOpen = open.has(id);
    const toggle = s('g', {
      class: 'toggle',
      role: 'button',
      tabindex: 0,
      'aria-expanded': String(isOpen),
      'aria-label': actions.words.pathInside(node.label),
      'data-toggle': id,
    });
    press(toggle, () => actions.toggle(id));
    toggle.addEventListener('focusback', () => toggle.focus());
    toggle.append(s('rect', { class: 'hit', x: x + w - 32, y: y + 6, width: 26, height: 26, rx: 6 }));
    const cx = x + w - 19;
    const cy = y + 19;
    toggle.append(
      s('path', {
        class: 'chevron',
        d: isOpen ? `M${cx - 5} ${cy + 2}l5-5l5 5` : `M${cx - 5} ${cy - 2}l5 5l5-5`,
      }),
    );
    toggle.append(s('title', {}, isOpen ? actions.words.close : actions.words.lookInside));
    group.append(toggle);
  }
  return group;
}

/**
 * @param {Scene} scene
 * @param {SVGGElement} into
 * @param {Actions} actions
 */
function drawPaths(scene, into, actions) {
  for (const { node } of scene.boxes) {
    const id = node.ns.id;
    const hook = (/** @type {string} */ name) => scene.hooks.get(`${id}/${name}`);
    for (const [from, to] of ARROWS) {
      const [a, b] = [hook(from), hook(to)];
      if (a && b) into.append(s('path', { class: 'flow', d: arrow(a, b), 'marker-end': 'url(#tip)' }));
    }
  }
  for (const [key, { x, y, w, h }] of scene.hooks) {
    const [ns, name] = key.split('/');
    const label = scene.boxes.find((box) => String(box.node.ns.id) === ns)?.node.label ?? '';
    const part = s('g', {
      class: name === name.toUpperCase() ? 'hook' : 'hook round',
      'data-part': key,
      role: 'button',
      tabindex: 0,
      'aria-label': `${name} in ${label}`,
    });
    part.append(s('rect', { x, y, width: w, height: h, rx: name === name.toUpperCase() ? 4 : 15 }));
    part.append(s('text', { class: 'mono', x: x + w / 2, y: y + h / 2 + 4, 'text-anchor': 'middle' }, name));
    part.append(s('text', { class: 'passing', x: x + w - 7, y: y + 1, 'text-anchor': 'middle' }));
    press(part, () => actions.hook(Number(ns), name));
    into.append(part);
  }
}

/**
 * @param {Rect} a
 * @param {Rect} b
 */
function arrow(a, b) {
  if (a.y === b.y) return `M${a.x + a.w} ${a.y + a.h / 2}H${b.x - 1}`;
  const x = Math.max(a.x, b.x) + Math.min(a.w, b.w) / 2;
  return a.y < b.y ? `M${x} ${a.y + a.h}V${b.y - 1}` : `M${x} ${a.y}V${b.y + b.h + 1}`;
}

/**
 * @param {string} key
 * @param {import('./layout.js').Plug} plug
 */
function drawPlug(key, { x, y, name, quiet }) {
  const group = s('g', { class: quiet ? 'plug quiet' : 'plug', 'data-part': key });
  if (quiet) {
    group.append(s('circle', { cx: x, cy: y, r: 4.5 }), s('title', {}, name));
    return group;
  }
  const width = plugWidth(name);
  group.append(s('rect', { x: x - width / 2, y: y - 9, width, height: 18, rx: 9 }));
  group.append(s('text', { class: 'mono', x, y: y + 4, 'text-anchor': 'middle' }, name));
  return group;
}

/**
 * A button named by the text in it: it shows a namespace's tables.
 * @param {number} ns
 * @param {() => void} run
 */
function pressable(ns, run) {
  const group = s('g', { class: 'pick', role: 'button', tabindex: 0, 'data-ns': ns });
  press(group, run);
  return group;
}

/**
 * @param {SVGGElement} group
 * @param {() => void} run
 */
function press(group, run) {
  group.addEventListener('click', run);
  group.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    event.stopPropagation();
    run();
  });
}

/** @param {Point[]} points */
const path = (points) => `M${points.map(({ x, y }) => `${x} ${y}`).join('L')}`;
