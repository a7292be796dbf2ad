/**
 * Where everything of a lab stands in the picture: measured boxes, placed by dagre from the center outwards.
 *
 * @typedef {import('./world.js').World} World
 * @typedef {import('./world.js').Node} Node
 * @typedef {import('./inside.js').Inside} Inside
 *
 * @typedef {{ x: number, y: number }} Point
 * @typedef {{ x: number, y: number, w: number, h: number }} Rect
 * @typedef {'left' | 'right' | 'top' | 'bottom'} Side
 * @typedef {Point & { name: string, ns: number, side: Side, quiet: boolean, joint?: Point }} Plug
 * A device that a cable ends in; quiet ones are drawn as a dot. A bridge's port has the point where the
 * way into the host leaves its bridge.
 *
 * @typedef {Rect & { node: Node, inside: Inside, spot: Point }} Box
 * @typedef {{ node: Node, a: Point, b: Point }} Bar
 * @typedef {{ ends: [string, string], points: Point[] }} Line
 *
 * @typedef {object} Scene
 * @property {number} width
 * @property {number} height
 * @property {Box[]} boxes machines, then what they contain
 * @property {Bar[]} segments
 * @property {Map<string, Plug>} plugs by `ns/device`
 * @property {Line[]} cables
 * @property {Map<string, Rect>} hooks by `ns/name`, of open machines
 * @property {Map<string, Bar & { name: string, address: string, joint: Point }>} bridges by `ns/name`
 */

import { layout as dagre, Graph } from '../vendor/dagre.esm.js';
import { measure } from './inside.js';

const MARGIN = 12;

/** @param {string} name */
export const plugWidth = (name) => name.length * 6.6 + 12;

/**
 * @param {World} world
 * @param {{ open: Set<number>, tall: boolean }} options machines with their path on show; whether the picture is taller than wide
 * @returns {Scene}
 */
export function layout(world, { open, tall }) {
  /** @type {Scene} */
  const scene = {
    width: 0,
    height: 0,
    boxes: [],
    segments: [],
    plugs: new Map(),
    cables: [],
    hooks: new Map(),
    bridges: new Map(),
  };
  const top = world.nodes.filter((node) => !node.parent);
  const insides = new Map(top.map((node) => [node, measure(world, node, open.has(node.ns.id), tall)]));
  const graph = outwards(world, top, insides, tall);
  dagre(graph);
  for (const node of top) {
    const { x, y, width, height } = graph.node(String(node.ns.id));
    const rect = { x: x - width / 2, y: y - height / 2, w: width, h: height };
    const inside = insides.get(node);
    if (node.kind === 'segment') {
      const [a, b] = tall
        ? [
            { x: rect.x, y },
            { x: rect.x + width, y },
          ]
        : [
            { x, y: rect.y },
            { x, y: rect.y + height },
          ];
      scene.segments.push({ node, a, b });
    } else if (inside) {
      inside.place(scene, rect);
    }
  }
  plugOutside(world, scene, tall);
  scene.width = Math.ceil(graph.graph().width ?? 0);
  scene.height = Math.ceil(graph.graph().height ?? 0);
  return scene;
}

/**
 * A graph of the machines and segments, every edge leading away from the center.
 * @param {World} world
 * @param {Node[]} top
 * @param {Map<Node, Inside>} insides
 * @param {boolean} tall
 */
function outwards(world, top, insides, tall) {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({
    rankdir: tall ? 'TB' : 'LR',
    nodesep: tall ? 14 : 30,
    ranksep: tall ? 36 : 74,
    marginx: MARGIN,
    marginy: MARGIN,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of top) {
    const segment = tall ? { width: 180, height: 10 } : { width: 10, height: 150 };
    const { width, height } = node.kind === 'segment' ? segment : (insides.get(node) ?? segment);
    graph.setNode(String(node.ns.id), { width, height });
  }
  const outer = (/** @type {Node} */ node) => node.parent ?? node;
  const links = world.cables.map(({ a, b }) => [outer(a), outer(b)]).filter(([a, b]) => a !== b);
  const seen = new Set();
  for (const start of [outer(world.center), ...top]) {
    const queue = seen.has(start) ? [] : [start];
    seen.add(start);
    for (let node = queue.shift(); node; node = queue.shift()) {
      for (const [a, b] of links) {
        const other = a === node ? b : b === node ? a : null;
        if (!other || graph.hasEdge(String(other.ns.id), String(node.ns.id))) continue;
        graph.setEdge(String(node.ns.id), String(other.ns.id));
        if (!seen.has(other)) {
          seen.add(other);
          queue.push(other);
        }
      }
    }
  }
  return graph;
}

/**
 * Puts a plug on the border for each device with a cable to another machine, and draws the cables.
 * @param {World} world
 * @param {Scene} scene
 * @param {boolean} tall
 */
function plugOutside(world, scene, tall) {
  const along = tall ? 'x' : 'y';
  const across = tall ? 'y' : 'x';
  const middle = (/** @type {Node} */ node) => {
    const box = scene.boxes.find((b) => b.node === (node.parent ?? node));
    if (box) return { x: box.x + box.w / 2, y: box.y + box.h / 2 };
    const bar = scene.segments.find((b) => b.node === node);
    return bar ? { x: (bar.a.x + bar.b.x) / 2, y: (bar.a.y + bar.b.y) / 2 } : { x: 0, y: 0 };
  };
  const outside = world.cables.filter(({ a, b }) => (a.parent ?? a) !== (b.parent ?? b));
  /** @type {Map<string, { node: Node, device: string, to: Point }[]>} */
  const sides = new Map();
  for (const { a, aDevice, b, bDevice } of outside) {
    for (const [node, device, other] of /** @type {const} */ ([
      [a, aDevice, b],
      [b, bDevice, a],
    ])) {
      if (node.kind === 'segment') continue;
      const further = middle(other)[across] >= middle(node)[across];
      const side = tall ? (further ? 'bottom' : 'top') : further ? 'right' : 'left';
      const key = `${node.ns.id} ${side}`;
      sides.set(key, [...(sides.get(key) ?? []), { node, device: device.name, to: middle(other) }]);
    }
  }
  for (const [key, plugs] of sides) {
    const side = /** @type {Side} */ (key.split(' ')[1]);
    plugs.sort((a, b) => a.to[along] - b.to[along]);
    plugs.forEach(({ node, device }, at) => {
      const box = scene.boxes.find((b) => b.node === node);
      if (!box) return;
      const share = (at + 1) / (plugs.length + 1);
      const out = plugWidth(device) / 2 - 3;
      const x =
        side === 'left' ? box.x - out : side === 'right' ? box.x + box.w + out : box.x + box.w * share;
      const y = side === 'top' ? box.y : side === 'bottom' ? box.y + box.h : box.inside.plugY(box, share);
      scene.plugs.set(`${node.ns.id}/${device}`, { x, y, name: device, ns: node.ns.id, side, quiet: false });
    });
  }
  for (const { a, aDevice, b, bDevice } of outside) {
    const ends = /** @type {[string, string]} */ ([
      `${a.ns.id}/${aDevice.name}`,
      `${b.ns.id}/${bDevice.name}`,
    ]);
    onSegment(scene, a, ends[0], scene.plugs.get(ends[1]) ?? middle(b), tall);
    onSegment(scene, b, ends[1], scene.plugs.get(ends[0]) ?? middle(a), tall);
    const from = scene.plugs.get(ends[0]);
    const to = scene.plugs.get(ends[1]);
    if (from && to) scene.cables.push({ ends, points: bend(from, to, tall) });
  }
}

/**
 * A port of a segment, opposite to what is plugged in; the bar grows to reach it.
 * @param {Scene} scene
 * @param {Node} node
 * @param {string} key
 * @param {Point} opposite
 * @param {boolean} tall
 */
function onSegment(scene, node, key, opposite, tall) {
  const bar = scene.segments.find((b) => b.node === node);
  if (!bar) return;
  const along = tall ? 'x' : 'y';
  bar.a[along] = Math.min(bar.a[along], opposite[along] - 22);
  bar.b[along] = Math.max(bar.b[along], opposite[along] + 22);
  const point = tall ? { x: opposite.x, y: bar.a.y } : { x: bar.a.x, y: opposite.y };
  const name = key.slice(key.indexOf('/') + 1);
  scene.plugs.set(key, { ...point, name, ns: node.ns.id, side: 'left', quiet: true });
}

/**
 * @param {Point} a
 * @param {Point} b
 * @param {boolean} tall
 * @returns {Point[]}
 */
function bend(a, b, tall) {
  if (a.x === b.x || a.y === b.y) return [a, b];
  const corners = tall
    ? [
        { x: a.x, y: (a.y + b.y) / 2 },
        { x: b.x, y: (a.y + b.y) / 2 },
      ]
    : [
        { x: (a.x + b.x) / 2, y: a.y },
        { x: (a.x + b.x) / 2, y: b.y },
      ];
  return [a, ...corners, b];
}
