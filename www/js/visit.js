/**
 * A packet's visit to a hook, and which box of the kernel's path a step belongs to.
 *
 * @typedef {import('./store.js').Walk} Walk
 * @typedef {import('./store.js').Step} Step
 */

const TABLES = ['raw', 'mangle', 'nat', 'filter', 'security'];

/** @param {Step} step */
const hookOf = ({ place }) => (place.kind === 'hook' ? place.name : null);

/** Whether a step is a rule or a policy that was asked. @param {Step} step */
export const isRule = (step) =>
  step.decided?.table === 'rules' && step.title !== 'rewrite' && hookOf(step) !== null;

/**
 * The steps of a hook while the packet was in it, of which the given one is part.
 * @param {Walk} walk
 * @param {Step} step
 * @returns {Step[]}
 */
export function visit({ steps }, step) {
  const hook = hookOf(step);
  const same = (/** @type {Step | undefined} */ other) =>
    other?.ns === step.ns && other.packet === step.packet && hookOf(other) === hook;
  let [first, last] = [step.index, step.index];
  while (steps[first].title !== hook && same(steps[first - 1])) first -= 1;
  while (same(steps[last + 1]) && steps[last + 1].title !== hook) last += 1;
  return steps.slice(first, last + 1);
}

/**
 * The table that a step of a hook works in; `conntrack` for connection tracking.
 * @param {Step} step
 */
export function tableOf({ title, place }) {
  if (place.kind !== 'hook' || title === place.name) return null;
  if (title === 'rewrite') return 'nat';
  if (title === 'conntrack') return 'conntrack';
  const name = title.split(' ')[0];
  return TABLES.includes(name) ? name : null;
}

/**
 * The rules that were asked in the step's table, or in the whole hook if it is not one table's.
 * @param {Walk} walk
 * @param {Step} step
 */
export function rulesAt(walk, step) {
  if (step.place.kind !== 'hook') return [];
  const table = tableOf(step);
  if (table === 'conntrack') return [];
  return visit(walk, step).filter((other) => isRule(other) && (!table || tableOf(other) === table));
}

/**
 * The box of the kernel's path, and the part of it, that a step belongs to.
 * @param {Step} step
 * @param {boolean} cameIn whether the packet came in by an interface, rather than that it was made here
 * @returns {{ box: string, part: string | null } | null}
 */
export function boxOf(step, cameIn) {
  const { place, title } = step;
  if (place.kind === 'hook') return { box: place.name, part: tableOf(step) };
  if (title === 'neighbour' || title === 'arp' || title === 'discovery')
    return { box: 'neighbour', part: null };
  if (place.kind === 'bridge') return { box: 'bridge', part: null };
  if (place.kind === 'device') return { box: title.startsWith('out ') ? 'out' : 'in', part: null };
  if (place.kind === 'route') {
    if (title === 'ttl') return { box: 'FORWARD', part: 'ttl' };
    return cameIn ? { box: 'route', part: null } : { box: 'OUTPUT', part: 'route' };
  }
  return { box: 'socket', part: null };
}

/** How a step is marked: never by colour alone. */
export const MARKS = { plain: '•', accept: '✓', rewrite: '✎', deliver: '✓', drop: '×' };
const RANK = { plain: 0, accept: 1, deliver: 1, rewrite: 2, drop: 3 };

/** The graver of two. @param {Step['tone']} a @param {Step['tone']} b */
export const graver = (a, b) => (RANK[b] > RANK[a] ? b : a);
