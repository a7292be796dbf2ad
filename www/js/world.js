/**
 * What the namespaces of a lab are to each other, worked out from their devices alone.
 *
 * @typedef {import('../pkg/packetwalk.js').Topology} Topology
 * @typedef {import('../pkg/packetwalk.js').Namespace} Namespace
 * @typedef {import('../pkg/packetwalk.js').Device} Device
 *
 * @typedef {'segment' | 'contained' | 'machine'} Kind
 * A segment is a switch: a bridge and its ports, nothing with an address. A contained namespace hangs
 * by veth on a bridge of a machine, as a container does.
 *
 * @typedef {object} Node
 * @property {Namespace} ns
 * @property {string} label
 * @property {Kind} kind
 * @property {Node | null} parent machine that contains it
 * @property {Node[]} children what it contains
 *
 * @typedef {{ a: Node, aDevice: Device, b: Node, bDevice: Device }} Cable
 *
 * @typedef {object} World
 * @property {Node[]} nodes in order of creation; the first one is left out if it has only `lo`
 * @property {Map<number, Node>} byId
 * @property {Cable[]} cables
 * @property {Node} center where the picture begins
 */

/** @param {Device} device */
export const globalAddresses = (device) =>
  device.addresses.filter((address) => !/^(127\.|::1\/|fe80:)/.test(address));

/** @param {Namespace} ns */
function isSegment(ns) {
  return (
    ns.id !== 0 &&
    ns.devices.some((device) => device.kind === 'bridge') &&
    ns.devices.every((device) => globalAddresses(device).length === 0)
  );
}

/**
 * The namespace whose bridge all veths of `ns` are plugged into.
 * @param {Namespace} ns
 * @param {Map<number, Namespace>} all
 */
function container(ns, all) {
  const veths = ns.devices.filter((device) => device.peer);
  if (ns.id === 0 || veths.length === 0 || ns.devices.some((device) => device.kind === 'bridge')) return null;
  let found = null;
  for (const veth of veths) {
    const host = all.get(veth.peer?.ns ?? -1);
    const port = host?.devices.find((device) => device.name === veth.peer?.device);
    if (!host || host === ns || !port?.master || isSegment(host) || (found && found !== host)) return null;
    found = host;
  }
  return found;
}

/**
 * @param {Topology} topology
 * @returns {World}
 */
export function world(topology) {
  const all = new Map(topology.namespaces.map((ns) => [ns.id, ns]));
  const used = topology.namespaces.filter(
    (ns) =>
      ns.id !== 0 ||
      ns.devices.some((device) => device.kind !== 'loopback' || globalAddresses(device).length > 0),
  );
  const kept = used.length > 0 ? used : topology.namespaces.slice(0, 1);
  /** @type {Map<number, Node>} */
  const byId = new Map();
  for (const ns of kept) {
    const kind = isSegment(ns) ? 'segment' : container(ns, all) ? 'contained' : 'machine';
    byId.set(ns.id, { ns, label: ns.name || 'host', kind, parent: null, children: [] });
  }
  /** @type {Cable[]} */
  const cables = [];
  for (const node of byId.values()) {
    const parent = node.kind === 'contained' ? byId.get(container(node.ns, all)?.id ?? -1) : undefined;
    if (parent) {
      node.parent = parent;
      parent.children.push(node);
    }
    for (const aDevice of node.ns.devices) {
      const b = byId.get(aDevice.peer?.ns ?? -1);
      const bDevice = b?.ns.devices.find((device) => device.name === aDevice.peer?.device);
      if (!b || !bDevice) continue;
      // A macvlan hangs on the interface below it, which has a cable of its own.
      const hangs = aDevice.kind === 'macvlan';
      if (hangs ? b !== node : b.ns.id > node.ns.id || (b === node && bDevice.index > aDevice.index)) {
        cables.push({ a: node, aDevice, b, bDevice });
      }
    }
  }
  const nodes = [...byId.values()];
  const center = nodes.toSorted((a, b) => b.children.length - a.children.length)[0] ?? nodes[0];
  return { nodes, byId, cables, center };
}

/**
 * The address that others know a namespace by: one on `lo` first, for that is why it was put there.
 * @param {Node} node
 */
export function mainAddress(node) {
  const devices = node.ns.devices.toSorted((a, b) => rank(a) - rank(b));
  return devices.flatMap(globalAddresses)[0]?.replace(/\/.*/, '') ?? null;
}

/** @param {Device} device */
const rank = (device) => (device.kind === 'loopback' ? 0 : device.kind === 'veth' ? 1 : 2);

/**
 * Namespaces on one segment with `node`.
 * @param {World} world
 * @param {Node} node
 */
function segmentMates(world, node) {
  const of = (/** @type {Node} */ n) =>
    world.cables.flatMap(({ a, b }) => (a === n ? [b] : b === n ? [a] : [])).filter((other) => other !== n);
  const segments = of(node).filter((other) => other.kind === 'segment');
  return segments.flatMap(of).filter((other) => other !== node && other.kind === 'machine');
}

/**
 * @typedef {{ label: string, from: Node, to: Node, address: string }} Suggestion
 *
 * The article's seven walks, for whatever lab has their parts: a machine with containers, a neighbour
 * on its LAN, and a host beyond the router.
 * @param {World} world
 * @returns {Suggestion[]}
 */
export function suggestions(world) {
  const host = world.center;
  const mates = segmentMates(world, host);
  const lan = mates.find((node) => !node.ns.forwards);
  const internet = world.nodes.find(
    (node) => node.kind === 'machine' && node !== host && !mates.includes(node),
  );
  const [c1, c2] = host.children;
  /** @type {[string, Node | undefined, Node | undefined][]} */
  const walks = [
    ['host → internet', host, internet],
    ['host → LAN', host, lan],
    ['host → container', host, c1],
    ['container → container', c1, c2],
    ['container → internet', c1, internet],
    ['container → LAN', c1, lan],
    ['internet → container', internet, c1],
  ];
  // The parts' names are the article's; another lab's chips say what it calls them itself.
  const article = internet?.label === 'internet' && lan !== undefined && c1 !== undefined;
  const found = [];
  for (const [role, from, to] of walks) {
    const address = to && mainAddress(to);
    if (from && to && address)
      found.push({ label: article ? role : `${from.label} → ${to.label}`, from, to, address });
  }
  return found;
}

/**
 * The lines of text in a box: each device's addresses.
 * @param {Node} node
 * @returns {{ device: string, address: string }[]}
 */
export function addressLines(node) {
  return node.ns.devices.flatMap((device) =>
    globalAddresses(device).map((address) => ({ device: device.name, address })),
  );
}
