/**
 * The inside of a machine's box: its containers, its bridges, and the path a packet takes through its kernel.
 *
 * @typedef {import('./world.js').World} World
 * @typedef {import('./world.js').Node} Node
 * @typedef {import('./layout.js').Scene} Scene
 * @typedef {import('./layout.js').Rect} Rect
 * @typedef {import('./layout.js').Box} Box
 *
 * @typedef {object} Inside
 * @property {number} width
 * @property {number} height
 * @property {{ text: string, anchor: 'start' | 'middle' | 'end', x: number, y: number }[]} lines text in the box, from its corner
 * @property {(scene: Scene, rect: Rect) => void} place puts it all into the scene
 * @property {(box: Rect, share: number) => number} plugY height of a plug on a side border
 */

import { layout as dagre, Graph } from '../vendor/dagre.esm.js';
import { addressLines } from './world.js';

const PAD = 14;
const HEAD = 38;
const LINE = 16;
const CHAR = 6.7;
const CHILD = { w: 92, h: 52, gap: 12 };
const DROP = 40;
/** How far a bridge reaches beyond its text and its outer ports. */
const END = 20;

/** Most letters of a name that are drawn; all of them are told where one points at it. */
const MOST = 24;

/** A name as it is drawn. @param {string} name */
export const drawn = (name) => (name.length > MOST ? `${name.slice(0, MOST - 1)}…` : name);

/** @param {Node} child */
const childWidth = ({ label }) => Math.max(CHILD.w, drawn(label).length * 9 + 14);

/** Boxes of the kernel's path: column, row and width. */
const PATH = /** @type {const} */ ([
  ['PREROUTING', 0, 0, 82],
  ['route', 1, 0, 46],
  ['FORWARD', 2, 0, 64],
  ['POSTROUTING', 3, 0, 90],
  ['INPUT', 1, 1, 46],
  ['socket', 2, 1, 64],
  ['OUTPUT', 3, 1, 90],
]);
const PATH_HEIGHT = 78;

/** @param {boolean} tall */
function pathColumns(tall) {
  const scale = tall ? 0.96 : 1.12;
  const gap = tall ? 9 : 16;
  const xs = [0];
  for (const [, column, row, width] of PATH) if (row === 0) xs.push(xs[column] + width * scale + gap);
  return { scale, xs, width: xs[4] - gap };
}

/**
 * @param {World} world
 * @param {Node} node
 * @param {boolean} open whether its path is on show
 * @param {boolean} tall
 * @returns {Inside}
 */
export function measure(world, node, open, tall) {
  const bridges = node.ns.devices.filter((device) => device.kind === 'bridge');
  const onBridge = new Set(bridges.map((bridge) => bridge.name));
  const lines = addressLines(node)
    .filter(({ device }) => !onBridge.has(device))
    .map(({ device, address }, at) => ({
      text: `${device} ${address}`,
      anchor: /** @type {'start' | 'end'} */ ('start'),
      x: PAD,
      y: HEAD + 4 + at * LINE,
    }));
  const big = node.children.length > 0 || bridges.length > 0;
  const columns = pathColumns(tall);
  const yard = big ? yardOf(world, node) : null;
  const textWidth = Math.max(
    ...lines.map((line) => line.text.length * CHAR),
    drawn(node.label).length * 9 + 34,
  );
  const width = Math.max(
    textWidth + 2 * PAD,
    yard?.width ?? 0,
    open ? columns.width + 2 * PAD : 0,
    big ? 240 : 0,
  );
  const yardHeight = yard ? CHILD.h + DROP + 34 : 0;
  const textHeight = lines.length * LINE;
  const pathTop = HEAD + yardHeight + textHeight + (yard ? 22 : 6);
  const height = pathTop + (open ? PATH_HEIGHT + PAD : yard ? 4 : 0);
  for (const line of lines) {
    line.y += yardHeight + 4;
    if (yard) {
      line.anchor = 'end';
      line.x = width - PAD;
    }
  }

  return {
    width,
    height,
    lines,
    plugY: (box, share) =>
      big ? box.y + pathTop + (open ? 15 : -18) + (share - 0.5) * 60 : box.y + box.h * share,
    place(scene, rect) {
      const spot = { x: rect.x + rect.w - (big ? 52 : 40), y: rect.y + 20 };
      scene.boxes.push({ ...rect, node, inside: this, spot });
      const left = rect.x + (rect.w - columns.width) / 2;
      for (const [name, column, row, w] of open ? PATH : []) {
        const x = left + columns.xs[column];
        const y = rect.y + pathTop + row * 46;
        scene.hooks.set(`${node.ns.id}/${name}`, { x, y, w: w * columns.scale, h: 30 });
      }
      if (yard) placeYard(scene, node, rect, yard, width);
    },
  };
}

/**
 * Containers over their bridges, ordered by dagre.
 * @param {World} world
 * @param {Node} node
 */
function yardOf(world, node) {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: CHILD.gap, ranksep: DROP, marginx: PAD, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const child of node.children)
    graph.setNode(String(child.ns.id), { width: childWidth(child), height: CHILD.h });
  for (const bridge of node.ns.devices.filter((device) => device.kind === 'bridge')) {
    const text = `${bridge.name} ${bridge.addresses[0] ?? ''}`.length * CHAR;
    graph.setNode(`bridge ${bridge.name}`, { width: text + 2 * END, height: 8 });
  }
  for (const { a, b, aDevice, bDevice } of world.cables) {
    const [child, port] = a.parent === node ? [a, bDevice] : b.parent === node ? [b, aDevice] : [];
    if (child && port?.master) graph.setEdge(String(child.ns.id), `bridge ${port.master}`, {}, port.name);
  }
  const ids = node.children.map((child) => String(child.ns.id));
  const constraints = ids.slice(1).map((right, at) => ({ left: ids[at], right }));
  dagre(graph, { constraints });
  return { graph, width: graph.graph().width ?? 0 };
}

/**
 * @param {Scene} scene
 * @param {Node} node
 * @param {Rect} rect
 * @param {ReturnType<typeof yardOf>} yard
 * @param {number} width
 */
function placeYard(scene, node, rect, yard, width) {
  const left = rect.x + (width - yard.width) / 2;
  const top = rect.y + HEAD;
  const barY = top + CHILD.h + DROP;
  const id = node.ns.id;
  /** @type {Map<string, number[]>} */
  const ports = new Map();
  for (const child of node.children) {
    const wide = childWidth(child);
    const x = left + yard.graph.node(String(child.ns.id)).x - wide / 2;
    const box = { x, y: top, w: wide, h: CHILD.h };
    const address = addressLines(child).map((line) => line.address);
    const lines = address.map((text, at) => ({
      text,
      anchor: /** @type {'middle'} */ ('middle'),
      x: wide / 2,
      y: 35 + at * 13,
    }));
    const inside = { width: wide, height: CHILD.h, lines, place: () => {}, plugY: () => 0 };
    scene.boxes.push({ ...box, node: child, inside, spot: { x: x + wide - 16, y: top + 16 } });
    const veths = child.ns.devices.filter((device) => device.peer?.ns === id);
    veths.forEach((veth, at) => {
      const px = x + (wide * (at + 1)) / (veths.length + 1);
      const port = node.ns.devices.find((device) => device.name === veth.peer?.device);
      const inner = `${child.ns.id}/${veth.name}`;
      const outer = `${id}/${port?.name}`;
      scene.plugs.set(inner, {
        x: px,
        y: top + CHILD.h,
        name: veth.name,
        ns: child.ns.id,
        side: 'bottom',
        quiet: false,
      });
      scene.plugs.set(outer, {
        x: px,
        y: barY - 9,
        name: port?.name ?? '',
        ns: id,
        side: 'top',
        quiet: false,
      });
      scene.cables.push({
        ends: [inner, outer],
        points: [
          { x: px, y: top + CHILD.h },
          { x: px, y: barY },
        ],
      });
      const master = port?.master ?? '';
      ports.set(master, [...(ports.get(master) ?? []), px]);
    });
  }
  for (const bridge of node.ns.devices.filter((device) => device.kind === 'bridge')) {
    const at = yard.graph.node(`bridge ${bridge.name}`);
    const xs = [
      left + at.x - at.width / 2 + END,
      left + at.x + at.width / 2 - END,
      ...(ports.get(bridge.name) ?? []),
    ];
    const a = { x: Math.min(...xs) - END, y: barY };
    const b = { x: Math.max(...xs) + END, y: barY };
    const address = bridge.addresses.find((text) => !text.startsWith('fe80')) ?? '';
    const down = scene.hooks.get(`${id}/PREROUTING`);
    const under = down ? down.x + down.w / 2 : 0;
    const joint = { x: under > a.x && under < b.x - 20 ? under : a.x + 12, y: barY };
    for (const device of node.ns.devices) {
      const port = device.master === bridge.name ? scene.plugs.get(`${id}/${device.name}`) : undefined;
      if (port) port.joint = joint;
    }
    scene.bridges.set(`${id}/${bridge.name}`, { node, a, b, name: bridge.name, address, joint });
  }
}
