/**
 * From a step's place to a point of the picture, and the way from one place to the next.
 *
 * @typedef {import('./layout.js').Scene} Scene
 * @typedef {import('./layout.js').Point} Point
 * @typedef {import('../pkg/packetwalk.js').Step} Step
 */

import { plugWidth } from './layout.js';

/** How far above the kernel's path runs the line that leads to it. */
export const RAIL = 12;

/**
 * Where the packet rides at this step. In a closed box every part of the kernel's path is one spot.
 * @param {Scene} scene
 * @param {Step} step
 * @returns {Point | null}
 */
export function pointOf(scene, { ns, place }) {
  const spot = scene.boxes.find((box) => box.node.ns.id === ns)?.spot;
  const bar = scene.segments.find((segment) => segment.node.ns.id === ns);
  const middle = bar ? { x: (bar.a.x + bar.b.x) / 2, y: (bar.a.y + bar.b.y) / 2 } : (spot ?? null);
  if (place.kind === 'device' || place.kind === 'bridge') {
    const key = `${ns}/${place.name}`;
    return scene.plugs.get(key) ?? scene.bridges.get(key)?.joint ?? middle;
  }
  const hook = hookOf(scene, ns, place);
  return hook ? { x: hook.x + hook.w / 2, y: hook.y } : middle;
}

/**
 * Where the packet rests at this step: beside an interface's name, so that it can be read.
 * @param {Scene} scene
 * @param {Step} step
 * @returns {Point | null}
 */
export function restOf(scene, step) {
  const point = pointOf(scene, step);
  if (!point || !('side' in point)) return point;
  const { x, y, side, name, quiet } = /** @type {import('./layout.js').Plug} */ (point);
  if (quiet) return point;
  return side === 'left' || side === 'right' ? { x, y: y - 19 } : { x: x + plugWidth(name) / 2 + 11, y };
}

/**
 * @param {Scene} scene
 * @param {number} ns
 * @param {Step['place']} place
 */
function hookOf(scene, ns, place) {
  if (place.kind === 'device' || place.kind === 'bridge') return null;
  return scene.hooks.get(`${ns}/${place.kind === 'hook' ? place.name : place.kind}`) ?? null;
}

/**
 * The way the packet takes between two steps: along the cable if there is one, else at right angles.
 * @param {Scene} scene
 * @param {Step} from
 * @param {Step} to
 * @returns {Point[]}
 */
export function wayBetween(scene, from, to) {
  const a = pointOf(scene, from);
  const b = pointOf(scene, to);
  if (!a || !b) return b ? [b] : [];
  if (a.x === b.x && a.y === b.y) return [b];
  if (from.ns === to.ns) return tidy(within(scene, from, a, to, b));
  const ways = scene.cables.flatMap(({ ends, points }) => [
    { from: ends[0], to: ends[1], points },
    { from: ends[1], to: ends[0], points: points.toReversed() },
  ]);
  const cable = ways.find((way) => way.from.startsWith(`${from.ns}/`) && way.to.startsWith(`${to.ns}/`));
  if (!cable) return [a, b];
  const [first, last] = [cable.points[0], cable.points.at(-1) ?? b];
  return tidy([...turn(a, first), ...cable.points, ...turn(last, b)]);
}

/**
 * Inside one machine: through the boxes of the path, or from its devices to them by the rail above.
 * @param {Scene} scene
 * @param {Step} from
 * @param {Point} a
 * @param {Step} to
 * @param {Point} b
 * @returns {Point[]}
 */
function within(scene, from, a, to, b) {
  const [hookA, hookB] = [hookOf(scene, from.ns, from.place), hookOf(scene, to.ns, to.place)];
  if (hookA && hookB) {
    const [yA, yB] = [hookA.y + hookA.h / 2, hookB.y + hookB.h / 2];
    return [a, { x: a.x, y: yA }, { x: b.x, y: yA }, { x: b.x, y: yB }, b];
  }
  const hook = hookA ?? hookB;
  if (!hook) {
    if (fromSide(a, b) || (isPlug(b) && !isPlug(a) && !fromSide(b, a))) return [a, { x: b.x, y: a.y }, b];
    return fromSide(b, a) ? [a, { x: a.x, y: b.y }, b] : [...turn(a, b), b];
  }
  const [inner, end] = hookA ? [a, b] : [b, a];
  const outer = joint(end) ?? end;
  const straight = outer.x > hook.x + hook.w && Math.abs(outer.y - hook.y - hook.h / 2) < 20;
  const rail = straight ? outer.y : hook.y < inner.y + 40 ? hook.y - RAIL : inner.y;
  const way = [inner, { x: inner.x, y: rail }, { x: outer.x, y: rail }, outer, { x: end.x, y: outer.y }, end];
  return hookA ? way : way.reverse();
}

/**
 * From `a` towards `b`, first up or down and then across.
 * @param {Point} a
 * @param {Point} b
 * @returns {Point[]}
 */
function turn(a, b) {
  return a.x === b.x || a.y === b.y ? [a, b] : [a, { x: a.x, y: b.y }, b];
}

/**
 * Where the way from a bridge's port into the host leaves the bridge.
 * @param {Point} point
 */
const joint = (point) => /** @type {import('./layout.js').Plug} */ (point).joint;

/** @param {Point} point */
const isPlug = (point) => 'side' in point;

/**
 * Whether `a` is a plug on a left or right border and `b` is not a plug.
 * @param {Point} a
 * @param {Point} b
 */
const fromSide = (a, b) => 'side' in a && (a.side === 'left' || a.side === 'right') && !isPlug(b);

/** @param {Point[]} points */
function tidy(points) {
  return points.filter(
    (point, at) => at === 0 || point.x !== points[at - 1].x || point.y !== points[at - 1].y,
  );
}

/** @param {Point[]} points */
export const lengthOf = (points) =>
  points.reduce(
    (sum, point, at) => (at ? sum + Math.hypot(point.x - points[at - 1].x, point.y - points[at - 1].y) : 0),
    0,
  );

/**
 * The point at `share` (0 to 1) of the way.
 * @param {Point[]} points
 * @param {number} share
 * @returns {Point}
 */
export function pointAlong(points, share) {
  let left = lengthOf(points) * share;
  for (let at = 1; at < points.length; at++) {
    const [a, b] = [points[at - 1], points[at]];
    const part = Math.hypot(b.x - a.x, b.y - a.y);
    if (left <= part && part > 0)
      return { x: a.x + ((b.x - a.x) * left) / part, y: a.y + ((b.y - a.y) * left) / part };
    left -= part;
  }
  return points.at(-1) ?? { x: 0, y: 0 };
}
